"""Archives of a backup: what goes in comes out, and what was changed on the way is refused."""

import io
import itertools
import os
import tarfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hdh.errors import Misconfigured
from operate.archive.manifest import Entry, Head, Manifest, Volume
from operate.archive.read import difference, verify, volume_streams
from operate.archive.tar import END, Pull, content, digested, entry_of, header, members, padding
from operate.archive.write import create

HEAD = Head("hdh-backup", 1, "2026-06-01T00:00:00Z", "hdh", (Volume("broker"), Volume("store", {"a": "b"})))


def tar_of(files: dict[str, bytes]) -> Iterator[bytes]:
    """A volume as an engine gives it: a root folder, then files."""
    yield header(Entry("", "folder", 0o700, 10001, 10001, 1), ".")
    for path, data in files.items():
        yield header(Entry(path, "file", 0o640, 10001, 10001, 2, size=len(data)), ".") + data + padding(len(data))
    yield END


def write(path: Path, broker: dict[str, bytes], store: dict[str, bytes]) -> Manifest:
    """An archive of two volumes."""
    with create(path, HEAD) as archive:
        archive.add_volume("broker", tar_of(broker))
        archive.add_volume("store", tar_of(store))
    return archive.manifest


def files_in(stream: Iterator[bytes], root: str) -> dict[str, bytes]:
    """The files of a tar stream."""
    found = {}
    for info, file in members(Pull(stream)):
        entry = entry_of(info, root)
        if entry.kind == "file":
            found[entry.path] = b"".join(content(file, entry))
    return found


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A small archive."""
    path = tmp_path / "backup.tar.zst"
    write(path, {"mosquitto.db": os.urandom(700)}, {"data/one": b"1" * 5000, "data/empty": b""})
    return path


def test_what_goes_in_comes_out(archive: Path) -> None:
    """Volume by volume, below the root that was asked for."""
    manifest = verify(archive)

    found = {role: files_in(stream, "volume") for role, stream in volume_streams(archive, "volume")}
    assert found["store"] == {"data/one": b"1" * 5000, "data/empty": b""}
    assert [len(data) for data in found["broker"].values()] == [700]
    assert manifest.head == HEAD
    assert (manifest.files_of("store"), manifest.bytes_of("store")) == (2, 5000)


names = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=120).filter(
    lambda name: name not in {".", ".."}
)


@given(st.dictionaries(names, st.binary(max_size=3000), max_size=6))
def test_any_file_comes_back(files: dict[str, bytes]) -> None:
    """Whatever its name and content: long, in any script, with spaces and line breaks."""
    entries = [digested(file, entry_of(info, "")) for info, file in members(Pull(tar_of(files)))]

    assert files_in(tar_of(files), "") == files
    assert [entry.path for entry in entries] == ["", *files]
    assert difference(entries, list(reversed(entries))) is None


def test_links_and_owners_come_back() -> None:
    """A hard link names its file below the same root."""
    kept = [
        Entry("", "folder", 0o2750, 1, 2, 3),
        Entry("f", "file", 0o4600, 1, 2, 3, size=0),
        Entry("h", "hardlink", 0o600, 1, 2, 3, link="f"),
        Entry("s", "symlink", 0o777, 1, 2, 3, link="../outside"),
        Entry("p", "fifo", 0o600, 1, 2, 3),
    ]

    stream = iter([*(header(entry, "root") for entry in kept), END])

    assert [entry_of(info, "root") for info, _ in members(Pull(stream))] == kept


def harmless(archive: Path, whole: bytes, changed: bytes) -> bool:
    """Whether a changed archive is not refused; then all that it holds must be as it was."""
    archive.write_bytes(whole)
    before = verify(archive)
    archive.write_bytes(changed)
    try:
        found = verify(archive)
    except Misconfigured:
        return False
    assert found == before
    return True


def test_every_damaged_byte_is_found(archive: Path) -> None:
    """One flipped bit, wherever it is: refused, but for the few that change nothing of the content."""
    whole = archive.read_bytes()

    missed = [
        i for i in range(len(whole)) if harmless(archive, whole, whole[:i] + bytes([whole[i] ^ 4]) + whole[i + 1 :])
    ]

    assert len(missed) < 10


def test_every_cut_is_found(archive: Path) -> None:
    """A copy that broke off, wherever; but for the compression's own checksum at the very end."""
    whole = archive.read_bytes()

    missed = [length for length in range(len(whole)) if harmless(archive, whole, whole[:length])]

    assert set(missed) <= set(range(len(whole) - 7, len(whole)))


def repacked(archive: Path, change: dict[str, bytes | None], extra: dict[str, bytes] | None = None) -> None:
    """Write an archive anew, with some members changed or left out, and others added at the end."""
    plain = zstandard.ZstdDecompressor().stream_reader(archive.read_bytes()).read()
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(plain)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for info in old:
            file = old.extractfile(info)
            data = change.get(info.name, file.read() if file else b"")
            if data is not None:
                info.size = len(data) if info.isreg() else 0
                new.addfile(info, io.BytesIO(data))
        for name, data in (extra or {}).items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))
    archive.write_bytes(zstandard.compress(out.getvalue()))


@pytest.mark.parametrize(
    ("change", "extra", "why"),
    [
        ({"store/data/one": b"2" * 5000}, {}, "the sha256 of 'data/one' is"),
        ({"store/data/one": b"1" * 4999}, {}, "the size of 'data/one' is 4999, not 5000"),
        ({"store/data/one": None}, {}, "'data/one' is missing"),
        ({"manifest.json": b"{}"}, {}, "its manifest does not fit its checksum"),
        ({"manifest.json": None}, {}, "it ends early"),
        ({"manifest.sha256": None}, {}, "it ends early"),
        ({}, {"store/late": b""}, "'store/late' does not belong there"),
        ({}, {"other/file": b""}, "'other/file' does not belong there"),
        ({"manifest.json": b" " * (3 << 20)}, {}, "manifest.json is too large"),
        ({"manifest.sha256": b"0" * 65}, {}, "manifest.sha256 is too large"),
        ({"hdh-backup.json": b" " * (2 << 20)}, {}, "hdh-backup.json is too large"),
        ({"hdh-backup.json": None}, {}, "is no backup made by"),
    ],
)
def test_an_archive_that_somebody_changed_is_refused(
    archive: Path, change: dict[str, bytes | None], extra: dict[str, bytes], why: str
) -> None:
    """Unpacked, changed and packed again, so that the compression's own checksum fits."""
    repacked(archive, change, extra)

    with pytest.raises(Misconfigured, match="nothing was touched") as caught:
        verify(archive)
    assert why in str(caught.value)


def test_a_volume_that_comes_in_two_parts_is_refused(tmp_path: Path) -> None:
    """Whose manifest fits all the same: the second part would be restored over the first."""
    path = tmp_path / "parts"
    with create(path, HEAD) as archive:
        for role, name in (("broker", "a"), ("store", "b"), ("broker", "c")):
            archive.add_volume(role, tar_of({name: b""}))

    with pytest.raises(Misconfigured, match="'broker' does not belong there"):
        verify(path)


@pytest.mark.parametrize("roles", [["other_store"], ["store", "store"], ["../store"], [""], ["a/b"]])
def test_a_volume_of_another_project_is_refused(tmp_path: Path, roles: list[str]) -> None:
    """`hdh` and `other_store` would make the store of a project `hdh_other`."""
    path = tmp_path / "other"
    with create(path, Head("hdh-backup", 1, "", "hdh", tuple(map(Volume, roles)))):
        pass

    with pytest.raises(Misconfigured, match="its volumes are called"):
        verify(path)


def test_a_header_that_claims_to_be_large_is_refused(tmp_path: Path) -> None:
    """Its name is not taken into memory."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 40
    path = tmp_path / "bomb"
    path.write_bytes(zstandard.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20)))

    with pytest.raises(Misconfigured, match="LongLink' is too large"):
        verify(path)


def test_a_sparse_file_is_refused() -> None:
    """A terabyte of nothing takes a kilobyte in an archive, and hours to read."""
    info = tarfile.TarInfo("disk")
    info.sparse = b""

    with pytest.raises(Misconfigured, match="neither file nor folder nor link"):
        entry_of(info, "")


def test_an_archive_of_a_later_format_is_told(tmp_path: Path) -> None:
    """With the version that can read it."""
    path = tmp_path / "later"
    with create(path, Head("hdh-backup", 2, "", "hdh", (), operate="9.0")):
        pass

    with pytest.raises(Misconfigured, match=r"format 2, .* take the version that made it \(9\.0\)"):
        verify(path)


def test_a_file_that_is_no_archive_is_told(tmp_path: Path) -> None:
    """Nothing but a sentence, for any file, also for none."""
    path = tmp_path / "file"
    for data in (b"", b"text", zstandard.compress(b""), zstandard.compress(b"text" * 1000)):
        path.write_bytes(data)
        with pytest.raises(Misconfigured, match="nothing was touched"):
            verify(path)
    with pytest.raises(Misconfigured, match="cannot be read: No such file"):
        verify(tmp_path / "none")


@pytest.mark.parametrize("name", ["../escape", "a/../../b", "/etc/../passwd"])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    """No archive writes beside its volume."""
    with pytest.raises(Misconfigured, match="leads out of its folder"):
        entry_of(tarfile.TarInfo(name), "")


def test_a_device_is_refused() -> None:
    """Nothing is left out in silence."""
    info = tarfile.TarInfo("disk")
    info.type = tarfile.BLKTYPE

    with pytest.raises(Misconfigured, match="neither file nor folder nor link"):
        entry_of(info, "")


def test_an_archive_is_not_written_over(archive: Path) -> None:
    """An older backup is not lost to a newer one."""
    before = archive.read_bytes()

    with pytest.raises(Misconfigured, match="is there already"), create(archive, HEAD):
        pass

    assert archive.read_bytes() == before


def test_what_ends_a_backup_is_told_as_what_it_is(tmp_path: Path) -> None:
    """The engine's errors are OSErrors, and not those of the archive's disk."""

    def breaks_off() -> Iterator[bytes]:
        yield from itertools.islice(tar_of({"f": b"data"}), 2)
        raise requests.exceptions.ConnectionError("the engine went away")

    with pytest.raises(requests.exceptions.ConnectionError), create(tmp_path / "a", HEAD) as archive:
        archive.add_volume("broker", breaks_off())

    with pytest.raises(Misconfigured, match=r"none/a cannot be written: No such file or directory\."):
        write(tmp_path / "none" / "a", {}, {})


def test_a_backup_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    """An archive gets its name when it is whole; and only its owner can read it."""

    def breaks_off() -> Iterator[bytes]:
        yield from itertools.islice(tar_of({"f": b"data"}), 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), create(tmp_path / "a", HEAD) as archive:
        archive.add_volume("broker", breaks_off())

    assert list(tmp_path.iterdir()) == []
    write(tmp_path / "b", {}, {})
    assert oct((tmp_path / "b").stat().st_mode & 0o777) == "0o600"


def test_memory_does_not_grow_with_the_volume(tmp_path: Path) -> None:
    """A file of 256 MiB goes in and is checked with a few of them in memory at a time."""
    piece, pieces = bytes(1 << 20), 256

    def large() -> Iterator[bytes]:
        yield header(Entry("large", "file", 0o600, 0, 0, 0, size=len(piece) * pieces), ".")
        for _ in range(pieces):
            yield piece
        yield END

    path = tmp_path / "large.tar.zst"
    tracemalloc.start()
    try:
        with create(path, Head("hdh-backup", 1, "", "hdh", (Volume("store"),))) as archive:
            archive.add_volume("store", large())
        manifest = verify(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert manifest.bytes_of("store") == len(piece) * pieces
    assert peak < 24 * len(piece)
