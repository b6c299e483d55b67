"""An archive, back into volumes."""

from pathlib import Path

from docker.models.volumes import Volume as EngineVolume

from hdh.errors import Misconfigured
from operate.archive.manifest import Manifest, Volume
from operate.archive.read import difference, verify, volume_streams
from operate.engine import Stack, name_of
from operate.rest import Say
from operate.transfer import ROOT, is_empty, read_entries, write_volume


def restore(stack: Stack, path: Path, *, replace: bool, say: Say) -> Manifest:
    """Fill the stack's volumes from an archive, read them back and compare.

    Nothing is touched before the whole archive is checked and all volumes are known to be free.

    Args:
        stack: which.
        path: the archive.
        replace: whether volumes that hold data are emptied first.
        say: is told what happens.

    Raises:
        Misconfigured: the archive is foreign or damaged, a volume is in use or holds data, or does not take it.
    """
    manifest = verify(path)
    say(f"checked {path}: a backup of {manifest.head.created}")
    volumes = manifest.head.volumes
    _check_unused(stack, volumes)
    full = _check_replaceable(stack, volumes, replace=replace)
    for role in full:
        stack.client.volumes.get(stack.volume(role)).remove()
        say(f"emptied {role}")
    filled: list[EngineVolume] = []
    try:
        _make(stack, volumes)
        for role, tar in volume_streams(path, ROOT):
            filled.append(stack.client.volumes.get(stack.volume(role)))
            write_volume(stack.client, stack.volume(role), tar)
            _read_back(stack, manifest, role)
            say(f"restored {role}: {manifest.files_of(role)} files, {manifest.bytes_of(role):,} bytes, read back equal")
    except BaseException:
        # Half a restore must not be taken for a stack: what is in it would start, and write.
        for volume in filled:
            volume.remove(force=True)
        say(
            "broke off: the volumes that were filled are removed again; nothing of the stack may start before a restore"
        )
        raise
    return manifest


def _check_unused(stack: Stack, volumes: tuple[Volume, ...]) -> None:
    users = sorted({name_of(user) for volume in volumes for user in stack.users(volume.role)})
    if users:
        raise Misconfigured(
            f"The volumes are in use by {', '.join(users)}; nothing was touched. "
            "Take the stack down first (make down), restore, and start it again (make up)."
        )


def _check_replaceable(stack: Stack, volumes: tuple[Volume, ...], *, replace: bool) -> list[str]:
    there = set(stack.roles())
    full = [v.role for v in volumes if v.role in there and not is_empty(stack.client, stack.volume(v.role))]
    if full and not replace:
        raise Misconfigured(
            f"{', '.join(stack.volume(role) for role in full)} hold data already; nothing was touched. "
            "Back them up, and give --replace to have their content replaced by the archive's."
        )
    return full


def _make(stack: Stack, volumes: tuple[Volume, ...]) -> None:
    there = set(stack.roles())
    for volume in volumes:
        name = stack.volume(volume.role)
        if volume.role not in there:
            stack.client.volumes.create(name, labels=volume.labels)
        elif not is_empty(stack.client, name):
            raise Misconfigured(f"{name} is not empty after it was removed and made again: empty it by hand.")


def _read_back(stack: Stack, manifest: Manifest, role: str) -> None:
    if problem := difference(manifest.entries[role], read_entries(stack.client, stack.volume(role))):
        raise Misconfigured(f"{stack.volume(role)} does not hold what was written to it: {problem}.")
