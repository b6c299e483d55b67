"""An archive, back into volumes."""

from pathlib import Path

from docker.models.volumes import Volume as EngineVolume

from hdh.errors import Misconfigured
from operate.archive.manifest import Manifest, Volume
from operate.archive.read import difference, verify, volume_streams
from operate.engine import Stack, name_of
from operate.rest import Say
from operate.signals import heeded, unheeded
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
    with heeded():
        labels = {stack.volume(volume.role): volume.labels for volume in volumes}
        for volume in full:
            _empty(stack, volume, labels[str(volume.name)])
            say(f"emptied {volume.name}")
        _fill(stack, path, manifest, say)
    return manifest


def _fill(stack: Stack, path: Path, manifest: Manifest, say: Say) -> None:
    there = set(stack.roles())
    for volume in manifest.head.volumes:
        if volume.role not in there:
            stack.client.volumes.create(stack.volume(volume.role), labels=volume.labels)
    filled: list[EngineVolume] = []
    try:
        for role, tar in volume_streams(path, ROOT):
            filled.append(stack.client.volumes.get(stack.volume(role)))
            write_volume(stack, role, tar)
            _read_back(stack, manifest, role)
            say(f"restored {role}: {manifest.files_of(role)} files, {manifest.bytes_of(role):,} bytes, read back equal")
    except BaseException:
        # Half a restore must not be taken for a stack: what is in it would start, and write.
        with unheeded():
            for made in filled:
                _empty(stack, made, made.attrs["Labels"])
        say("broke off: the volumes that were filled are empty again; nothing of the stack may start before a restore")
        raise


def _check_unused(stack: Stack, volumes: tuple[Volume, ...]) -> None:
    users = sorted({name_of(user) for volume in volumes for user in stack.users(volume.role)})
    if users:
        raise Misconfigured(
            f"The volumes are in use by {', '.join(users)}; nothing was touched. "
            "Take the stack down first (make down), restore, and start it again (make up)."
        )


def _check_replaceable(stack: Stack, volumes: tuple[Volume, ...], *, replace: bool) -> list[EngineVolume]:
    there = set(stack.roles())
    roles = [volume.role for volume in volumes if volume.role in there and not is_empty(stack, volume.role)]
    full = [stack.client.volumes.get(stack.volume(role)) for role in roles]
    names = ", ".join(str(volume.name) for volume in full)
    if full and not replace:
        raise Misconfigured(
            f"{names} hold data already; nothing was touched. "
            "Back them up, and give --replace to have their content replaced by the archive's."
        )
    for volume in full:
        if device := (volume.attrs["Options"] or {}).get("device"):
            raise Misconfigured(
                f"{volume.name} keeps its data in {device}, where the engine deletes nothing; nothing was touched. "
                "Empty it by hand."
            )
    return full


def _empty(stack: Stack, volume: EngineVolume, labels: dict[str, str] | None) -> None:
    """Remove a volume, and make it again as it was made, but for its labels."""
    made = volume.attrs
    volume.remove(force=True)
    stack.client.volumes.create(made["Name"], driver=made["Driver"], driver_opts=made["Options"], labels=labels)


def _read_back(stack: Stack, manifest: Manifest, role: str) -> None:
    if problem := difference(manifest.entries[role], read_entries(stack, role)):
        raise Misconfigured(f"{stack.volume(role)} does not hold what was written to it: {problem}.")
