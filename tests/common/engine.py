"""The Docker engine that the stack's tests run on."""

import shutil
import subprocess
from functools import cache


@cache
def missing_engine() -> str | None:
    """What of it is missing, with the remedy; None where the stack's tests can run."""
    if not shutil.which("docker") or not _works("docker", "compose", "version"):
        return "docker with Compose is not installed (apt-get install docker.io docker-compose docker-buildx)"
    if not _works("docker", "version"):
        return "no Docker engine answers (python3 -m infra.make.engine make test)"
    if not shutil.which("mmdebstrap"):
        return "mmdebstrap, for the base images, is not installed (apt-get install mmdebstrap)"
    return None


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
