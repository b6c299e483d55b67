"""The Docker engine, local or remote, and what of the stack is on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import docker
from docker import DockerClient
from docker.errors import DockerException
from docker.models.containers import Container
from requests.exceptions import RequestException

from hdh.errors import Misconfigured

PROJECT_LABEL = "com.docker.compose.project"
SERVICE_LABEL = "com.docker.compose.service"
ONE_OFF_LABEL = "com.docker.compose.oneoff"

# The engine answers a write of a volume when all of it is on disk, which may take long after the last byte was sent.
SILENCE_SECONDS = 3600

CREDENTIALS = "credentials"

ROLES = {
    "broker": "messages that ingest has not taken yet, retained messages, and the broker's sessions",
    "journal": "every message as it came: what is not yet in the store, what was rejected, the raw archive",
    "api": "API keys, datasets, annotations, and the secret that pseudonyms are made with",
    "migrate": "what migrations have moved and rejected, their mapping files and reports: one that is run begins anew",
    CREDENTIALS: "passwords, tokens, certificates: no service reaches another, no gateway the broker",
    "store": "all readings",
}
"""The volumes in the order of a backup, the one that takes longest last; and what is lost without each."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack on an engine.

    Attributes:
        client: the engine.
        project: the Compose project's name, with which the volumes' names begin.
    """

    client: DockerClient
    project: str

    def volume(self, role: str) -> str:
        """The name of a volume."""
        return f"{self.project}_{role}"

    def labels(self, service: str) -> dict[str, str]:
        """What makes a container one of the Compose project, so that `make down` takes it along."""
        compose = {ONE_OFF_LABEL: "False", "com.docker.compose.config-hash": ""}
        return {PROJECT_LABEL: self.project, SERVICE_LABEL: service, **compose}

    def roles(self) -> list[str]:
        """The roles of the volumes that are there, also of those that a later service brought, in a backup's order."""
        prefix = self.volume("")
        names = [volume.name for volume in self.client.volumes.list() if volume.name.startswith(prefix)]
        # `hdh_test_store` is the store of a project `hdh_test`, not a part of `hdh`.
        there = {role for name in names if "_" not in (role := name.removeprefix(prefix))}
        order = list(ROLES)
        return sorted(there, key=lambda role: (order.index(role) if role in order else len(order), role))

    def containers(self) -> list[Container]:
        """All containers of the Compose project, also stopped ones."""
        return list(self.client.containers.list(all=True, filters={"label": f"{PROJECT_LABEL}={self.project}"}))

    def users(self, role: str) -> list[Container]:
        """The containers, also stopped ones and those of others, that a volume is mounted in."""
        return list(self.client.containers.list(all=True, filters={"volume": self.volume(role)}))

    def service(self, name: str) -> Container | None:
        """The container of a service, the running one if there are several."""
        found = [container for container in self.containers() if container.labels.get(SERVICE_LABEL) == name]
        return min(found, key=lambda container: container.status != "running", default=None)


@contextmanager
def connected(project: str) -> Iterator[Stack]:
    """The stack on the engine that DOCKER_HOST, DOCKER_CONTEXT or the current docker context names.

    Raises:
        Misconfigured: no engine answers, or it refused something; the sentence says what.
    """
    client = None
    try:
        client = docker.from_env(timeout=SILENCE_SECONDS, use_ssh_client=True)
        client.ping()
        yield Stack(client, project)
    except (DockerException, RequestException) as error:
        where = client.api.base_url if client else "the engine that DOCKER_HOST or the docker context names"
        reached = "refused" if client else "cannot be reached"
        raise Misconfigured(
            f"Docker at {where} {reached}: {error}. Is it running, and may this user use it (docker info)?"
        ) from error
    finally:
        if client is not None:
            client.close()


def name_of(container: Container) -> str:
    """A container as people know it: its service, else its name."""
    return str(container.labels.get(SERVICE_LABEL) or container.name)
