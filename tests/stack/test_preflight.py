"""What is in the way of `make up` is said in one sentence with its remedy, before anything is changed."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.stack import preflight
from infra.stack.compose import Failed, Stack
from tests.common.servers import free_port, unique
from tests.stack.stack import ROOT

pytestmark = pytest.mark.docker


def up(**variables: str) -> str:
    """What `make up` says when it fails, on a stack that nobody has."""
    fresh = {
        "COMPOSE_PROJECT_NAME": unique("hdh-test"),
        "IMAGES": "base",
        "STORE": "sqlite",
        "BROKER_PORT": str(free_port()),
        "API_PORT": str(free_port()),
        "DASHBOARD_PORT": str(free_port()),
    }
    done = subprocess.run(
        [sys.executable, "-m", "infra.stack.main", "up"],
        cwd=ROOT,
        env=os.environ | fresh | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    (sentence,) = done.stderr.strip().splitlines()
    return sentence


def test_no_docker_command(tmp_path: Path) -> None:
    """It points to what needs none."""
    assert "There is no docker command" in up(PATH=str(tmp_path))


def test_no_engine(tmp_path: Path) -> None:
    """It names where the engine was looked for."""
    said = up(DOCKER_HOST=f"unix://{tmp_path}/none.sock")

    assert said.startswith(f"The Docker engine at unix://{tmp_path}/none.sock does not answer: start it")


def test_a_taken_port() -> None:
    """It names the variable that chooses another one."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]

        said = up(API_PORT=str(port))

    assert said == (
        f"127.0.0.1:{port} is taken by another program: set API_PORT, for example `make up API_PORT={port + 1}`."
    )


def test_a_port_that_is_asked_for_twice() -> None:
    """It names both variables."""
    assert up(API_PORT="18000", BROKER_PORT="18000") == (
        "API_PORT and BROKER_PORT are both 18000: give each a port of its own."
    )


def test_an_address_of_another_machine() -> None:
    """It is told apart from a taken port."""
    assert up(PUBLISH_ADDRESS="192.0.2.1").startswith("PUBLISH_ADDRESS=192.0.2.1 is no address of this machine")


def test_a_variable_that_cannot_be() -> None:
    """With where its meaning stands."""
    assert up(API_PORT="abc") == (
        "Compose refuses a variable (Invalid hostPort: abc): compose/README.md says what each may be."
    )


def test_too_little_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how much is there and how much is needed."""
    monkeypatch.setattr(preflight, "FREE_BYTES", 10**18)
    monkeypatch.setattr(preflight, "FREE_BYTES_BUILT", 10**18)

    with pytest.raises(Failed, match=r"Only [\d.]+ GB are free under .*, and 1e\+09 GB are needed"):
        preflight.check_disk(Stack(store="sqlite", base_images=True))


def test_an_image_that_cannot_be_had() -> None:
    """It names the image and what stands in for it."""
    image = "localhost:1/nobody/nothing:0"

    said = up(IMAGES="registry", BROKER_IMAGE=image, PYTHON_IMAGE=image)

    assert said.startswith(f"The image {image} cannot be had (")
    assert "make base-images" in said


def test_no_such_site_file() -> None:
    """It is no new folder, as a bind mount would make it."""
    assert up(SITE_FILE="nowhere.yaml") == f"There is no site file {ROOT}/nowhere.yaml: name one by SITE_FILE."


def test_volumes_of_another_kind_of_store() -> None:
    """That kind would start empty beside what is there."""
    project = unique("hdh-test")
    subprocess.run(["docker", "volume", "create", "--label", "hdh.store=influxdb1", f"{project}_store"], check=True)
    try:
        said = up(COMPOSE_PROJECT_NAME=project, STORE="sqlite")
    finally:
        subprocess.run(["docker", "volume", "rm", f"{project}_store"], check=True)

    assert said.startswith(f"STORE=sqlite: the volumes of {project} belong to influxdb1; `make up` goes on with it.")


def test_no_such_store() -> None:
    """It names those that there are."""
    assert up(STORE="mysql").endswith("choose one of influxdb2, influxdb1, sqlite.")
