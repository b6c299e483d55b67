"""One stack for all tests of this folder: `make up` from nothing, and in the end `make purge`."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pytest_docker.plugin import Services

from tests.common.servers import unique
from tests.stack.stack import ROOT, Stack

_FIGURES: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was measured."""
    if _FIGURES:
        terminalreporter.section("the stack, measured")
    for line in _FIGURES:
        terminalreporter.line(line)


@pytest.fixture(scope="session")
def figures() -> list[str]:
    """What is measured goes in here, a line each."""
    return _FIGURES


@pytest.fixture(scope="session")
def docker_compose_project_name() -> str:
    """A name that no other stack on this engine has."""
    return unique("hdh-test")


@pytest.fixture(scope="session")
def docker_compose_file() -> list[str]:
    """As `make up STORE=influxdb1` has them."""
    return [str(ROOT / "compose" / f"{name}.yaml") for name in ("compose", "influxdb1")]


@pytest.fixture(scope="session")
def docker_setup() -> list[str]:
    """Nothing: `make up` is what is tested."""
    return []


@pytest.fixture(scope="session")
def docker_cleanup() -> list[str]:
    """Nothing: `make purge` does it."""
    return []


@pytest.fixture(scope="session")
def stack(docker_compose_project_name: str, docker_services: Services, figures: list[str]) -> Iterator[Stack]:
    """The stack, up and healthy; it published what it should where it should."""
    subprocess.run([sys.executable, str(ROOT / "infra" / "base-images" / "build.py")], check=True)
    found = Stack(docker_compose_project_name)
    try:
        figures += re.findall(r"(?m)^(?:Built in|All services are healthy) .*$", found.make("up"))
        assert docker_services.port_for("api", 8000) == found.api_port
        yield found
    finally:
        found.make("purge", CONFIRM=found.project)
        # Every build leaves the image that had the name before.
        found.client.images.prune({"dangling": True, "label": ["org.opencontainers.image.revision=test"]})
        found.close()
