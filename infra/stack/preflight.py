"""What is looked at before anything is changed; each finding is one sentence with its remedy."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
import subprocess
import urllib.parse
from pathlib import Path

from infra.stack.compose import Failed, Stack, output, works

# They mount a folder of a volume.
OLDEST_ENGINE = 26
OLDEST_COMPOSE = (2, 26)
FREE_BYTES = 3 * 1000**3
FREE_BYTES_BUILT = 300 * 1000**2
PORTS = {8883: "BROKER_PORT", 8000: "API_PORT", 8080: "DASHBOARD_PORT", 1883: "BROKER_PLAIN_PORT", 9100: "INGEST_PORT"}


def check(stack: Stack) -> None:
    """Look at all of it.

    Raises:
        Failed: the first thing that is wrong.
    """
    check_commands()
    check_engine()
    check_site(stack)
    if is_local():
        check_ports(stack)
        check_disk(stack)
    check_images(stack)


def check_commands() -> None:
    """The docker command is there, and Compose with it."""
    if not shutil.which("docker"):
        raise Failed("There is no docker command: install Docker Engine with its Compose plugin, or try `make demo`.")
    try:
        found = output("docker", "compose", "version", "--short")
    except subprocess.CalledProcessError:
        raise Failed("Docker has no Compose plugin: install docker-compose-plugin (Debian: docker-compose).") from None
    if _version(found) < OLDEST_COMPOSE:
        oldest = ".".join(map(str, OLDEST_COMPOSE))
        raise Failed(f"Docker Compose {found.strip()} is too old: version {oldest} or newer is needed.")


def check_engine() -> None:
    """The engine answers, and is new enough."""
    try:
        found = output("docker", "version", "--format", "{{.Server.Version}}")
    except subprocess.CalledProcessError as error:
        words = error.stderr.strip()
        if "permission denied" in words.lower():
            raise Failed(
                "You may not use the Docker engine: join the group docker (`sudo usermod -aG docker $USER`, then log in"
                " again), or use `make demo`, which needs no engine."
            ) from None
        raise Failed(
            f"The Docker engine at {endpoint()} does not answer: start it (`sudo systemctl start docker`), or choose"
            f" another one (`docker context use NAME`). `make demo` needs none. It said: {words.splitlines()[-1]}"
        ) from None
    if _version(found)[0] < OLDEST_ENGINE:
        raise Failed(f"Docker Engine {found.strip()} is too old: version {OLDEST_ENGINE} or newer is needed.")


def _version(text: str) -> tuple[int, ...]:
    numbers = re.findall(r"\d+", text)
    return tuple(map(int, numbers[:2])) or (0,)


def endpoint() -> str:
    """Where the docker command looks for its engine."""
    if host := os.environ.get("DOCKER_HOST"):
        return host
    try:
        return output("docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}").strip()
    except subprocess.CalledProcessError:
        return "its default address"


def is_local() -> bool:
    """Whether the engine's ports and disks are this machine's."""
    return urllib.parse.urlsplit(endpoint()).scheme in {"unix", "npipe"}


def check_site(stack: Stack) -> None:
    """The site file is there."""
    if not stack.site().is_file():
        raise Failed(f"There is no site file {stack.site()}: name one by SITE_FILE.")


def check_ports(stack: Stack) -> None:
    """The ports to publish are free, or this stack's already; and none is asked for twice."""
    running = {container["Service"] for container in stack.containers() if container["State"] == "running"}
    asked: dict[int, str] = {}
    for name, service in stack.config["services"].items():
        for port in service.get("ports", ()):
            host, number = port.get("host_ip", "0.0.0.0"), int(port["published"])  # noqa: S104 (Docker's default)
            variable = PORTS[port["target"]]
            if number in asked:
                raise Failed(f"{asked[number]} and {variable} are both {number}: give each a port of its own.")
            asked[number] = variable
            if name not in running and taken(host, number):
                raise Failed(
                    f"{host}:{number} is taken by another program: set {variable}, for example"
                    f" `make up {variable}={number + 1}`."
                )


def taken(host: str, port: int) -> bool:
    """Whether another program listens there.

    Raises:
        Failed: the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise Failed(
                    f"PUBLISH_ADDRESS={host} is no address of this machine: take one that `ip address` lists,"
                    " or 0.0.0.0 for all of them."
                ) from None
            # A port that only root may take is the engine's to take.
            return error.errno == errno.EADDRINUSE
    return False


def check_disk(stack: Stack) -> None:
    """There is room for images and data; where the images are built, a stack must also start on a disk that is full."""
    root = Path(output("docker", "info", "--format", "{{.DockerRootDir}}").strip())
    if not root.exists():  # an engine in a virtual machine has a disk of its own
        return
    built = all(works("docker", "image", "inspect", image) for image in _ours(stack))
    needed = FREE_BYTES_BUILT if built else FREE_BYTES
    free = shutil.disk_usage(root).free
    if free < needed:
        raise Failed(
            f"Only {free / 1000**3:.1f} GB are free under {root}, and {needed / 1000**3:g} GB are needed:"
            " `docker system df` shows what Docker holds, `docker builder prune` frees what builds left."
        )


def _ours(stack: Stack) -> set[str]:
    return {service["image"] for service in stack.config["services"].values() if "build" in service}


def check_images(stack: Stack) -> None:
    """The images that are not built here can be had; they are fetched now."""
    services = stack.config["services"]
    foreign = {service["image"] for service in services.values()} - _ours(stack)
    arguments = [service["build"]["args"] for service in services.values() if "build" in service]
    foreign |= {image for args in arguments for name, image in args.items() if name.endswith("_IMAGE")}
    for image in sorted(foreign):
        if works("docker", "image", "inspect", image):
            continue
        print(f"Fetching {image} …", flush=True)
        try:
            output("docker", "pull", "--quiet", image)
        except subprocess.CalledProcessError as error:
            words = error.stderr.strip().splitlines()[-1]
            raise Failed(f"The image {image} cannot be had ({words}). {_instead(stack)}") from None


def _instead(stack: Stack) -> str:
    if not stack.base_images:
        return (
            "If this machine reaches no image registry, build substitutes from Debian packages:"
            " `make base-images`, then `make up STORE=influxdb1`."
        )
    if stack.store == "influxdb2":
        return "Debian has no InfluxDB 2: use `make up STORE=influxdb1`, or name an image by INFLUXDB_IMAGE."
    return "Build it: `make base-images`."
