"""Volumes in and out through the engine's interface: wherever the engine is, and without a program there."""

import io
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from docker.errors import APIError, ImageNotFound, NotFound, create_api_error_from_http_exception
from docker.models.containers import Container
from requests.exceptions import HTTPError

from hdh.errors import Misconfigured
from operate.archive.manifest import Entry
from operate.archive.tar import PIECE, Pull, digested, entry_of, members
from operate.engine import SILENCE_SECONDS, Stack

ROOT = "volume"
# An image without a single file: its containers are never started, they only hold a volume while bytes go in or out.
_IMAGE = ("hdh/volume", "empty")
# The folder that a file system has of its own where a volume is a whole one.
_NOT_DATA = {"lost+found"}


@contextmanager
def _holder(stack: Stack, role: str) -> Iterator[Container]:
    client, name = stack.client, ":".join(_IMAGE)
    try:
        client.images.get(name)
    except ImageNotFound:
        nothing = io.BytesIO()
        tarfile.open(fileobj=nothing, mode="w").close()
        client.api.import_image_from_data(nothing.getvalue(), repository=_IMAGE[0], tag=_IMAGE[1])
    container = client.containers.create(
        name,
        ["none"],
        network_mode="none",
        volumes={stack.volume(role): {"bind": f"/{ROOT}", "mode": "rw"}},
        # One that is left by an operate that was killed goes with `make down`, as an orphan of the project.
        labels=stack.labels("operate"),
    )
    try:
        yield container
    finally:
        container.remove()


@contextmanager
def read_volume(stack: Stack, role: str, path: str = "") -> Iterator[Iterable[bytes]]:
    """A volume's content as a tar stream; its paths are those below the volume's root.

    Args:
        stack: which.
        role: which of its volumes.
        path: a file or folder in it, instead of all.
    """
    api = stack.client.api
    with _holder(stack, role) as container:
        # The client's own get_archive cannot be broken off, and an engine amid an answer does not remove the container.
        response = api.get(
            f"{api.base_url}/v{api.api_version}/containers/{container.id}/archive",
            params={"path": f"/{ROOT}/{path or '.'}"},
            headers={"Accept-Encoding": "identity"},
            timeout=SILENCE_SECONDS,
            stream=True,
        )
        try:
            response.raise_for_status()
            yield response.iter_content(PIECE)
        except HTTPError as error:
            raise create_api_error_from_http_exception(error) from error
        finally:
            response.close()


def write_volume(stack: Stack, role: str, tar: Iterator[bytes]) -> None:
    """Put a tar stream, whose paths stand below ROOT, into a volume.

    Raises:
        Misconfigured: the volume does not take it, as its disk is full.
    """
    with _holder(stack, role) as container:
        try:
            container.put_archive("/", tar)
        except APIError as error:
            raise Misconfigured(f"{stack.volume(role)} does not take it: {error.explanation}.") from error


def is_empty(stack: Stack, role: str) -> bool:
    """Whether a volume holds nothing."""
    with read_volume(stack, role) as tar:
        entries = (entry_of(info, "") for info, _ in members(Pull(tar)))
        return all(entry.path in {"", *_NOT_DATA} for entry in entries)


def read_entries(stack: Stack, role: str) -> list[Entry]:
    """What a volume holds, with digests."""
    with read_volume(stack, role) as tar:
        return [digested(file, entry_of(info, "")) for info, file in members(Pull(tar))]


def read_file(stack: Stack, role: str, path: str) -> bytes | None:
    """A small file of a volume, or None."""
    try:
        with read_volume(stack, role, path) as tar:
            return next((file.read() for _, file in members(Pull(tar)) if file is not None), None)
    except NotFound:
        return None
