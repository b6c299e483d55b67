"""All that lasts, into one archive."""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from hdh.errors import Misconfigured
from operate.archive.manifest import FORMAT, VERSION, Head, Manifest, Volume
from operate.archive.write import create
from operate.engine import CREDENTIALS, SERVICE_LABEL, Stack
from operate.rest import Say, at_rest
from operate.transfer import read_volume


def default_path(now: datetime) -> Path:
    """A file's name that tells when the backup was made."""
    return Path(f"hdh-backup-{now:%Y%m%dT%H%M%SZ}.tar.zst")


def back_up(stack: Stack, path: Path, *, credentials: bool, now: datetime, say: Say) -> Manifest:
    """Write all volumes of the stack to an archive, with their writers at rest.

    Each service starts again as soon as its own volumes are copied: the broker first, the store last. Meanwhile the
    broker keeps messages for ingest, and ingest keeps them for the store.

    Args:
        stack: which.
        path: the archive's file; it must not be there yet.
        credentials: whether passwords, tokens and keys go with it.
        now: when, for the archive's head.
        say: is told what happens.

    Raises:
        Misconfigured: there is nothing to back up, a writer does not end, or the file cannot be written.
    """
    roles = [role for role in stack.roles() if credentials or role != CREDENTIALS]
    if not roles:
        raise Misconfigured(f"There is no volume {stack.volume('…')}: nothing to back up. Is it the right engine?")
    head = _head(stack, roles, now)
    with create(path, head) as archive, at_rest(stack, roles, say) as rest:
        for role in roles:
            with read_volume(stack, role) as tar:
                archive.add_volume(role, tar)
            say(f"saved {role}: {archive.manifest.files_of(role)} files, {archive.manifest.bytes_of(role):,} bytes")
            rest.release(role)
    return archive.manifest


def _head(stack: Stack, roles: Sequence[str], now: datetime) -> Head:
    volumes = [stack.client.volumes.get(stack.volume(role)) for role in roles]
    services = {
        container.labels[SERVICE_LABEL]: str(container.attrs["Config"]["Image"])
        for container in stack.containers()
        if SERVICE_LABEL in container.labels
    }
    return Head(
        format=FORMAT,
        version=VERSION,
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        project=stack.project,
        volumes=tuple(Volume(role, volume.attrs["Labels"] or {}) for role, volume in zip(roles, volumes, strict=True)),
        images=services,
        engine=str(stack.client.version()["Version"]),
        operate=version("hdh-operate"),
    )
