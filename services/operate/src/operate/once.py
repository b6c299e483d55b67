"""Run a command of operate inside the stack: in a container of its own that ends with it."""

import sys
from collections.abc import Mapping, Sequence

from docker.errors import ImageNotFound
from docker.types import LogConfig

from hdh.errors import Misconfigured
from operate.engine import CREDENTIALS, Stack

_USER = "10001:10001"
_FOLDER = "/credentials"


def run_once(stack: Stack, image: str, arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run `operate …` with the credentials' volume; what it prints is printed. Returns its exit code.

    Raises:
        Misconfigured: the image or the volume is not there.
    """
    if CREDENTIALS not in stack.roles():
        raise Misconfigured(
            f"There is no volume {stack.volume(CREDENTIALS)}: start the stack first (make up), or is it another engine?"
        )
    try:
        stack.client.images.get(image)
    except ImageNotFound as error:
        raise Misconfigured(
            f"There is no image {image} on the engine: build it (make up), or name another as HDH_OPERATE_IMAGE."
        ) from error
    container = stack.client.containers.create(
        image,
        ["operate", *arguments],
        user=_USER,
        environment={**environment, "HDH_OPERATE_CREDENTIALS_DIR": _FOLDER},
        volumes={stack.volume(CREDENTIALS): {"bind": _FOLDER, "mode": "rw"}},
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        mem_limit="256m",
        pids_limit=64,
        # A password goes through here, once: the engine must not keep it in a log.
        log_config=LogConfig(type="none"),
    )
    try:
        output = container.attach(stdout=True, stderr=True, stream=True, demux=True)
        container.start()
        for out, err in output:
            sys.stdout.write((out or b"").decode())
            sys.stderr.write((err or b"").decode())
        return int(container.wait()["StatusCode"])
    finally:
        container.remove(force=True)
