"""The journal's files are removed or replaced while it is open."""

import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from hdh.errors import Retryable
from ingest.journal import SqliteJournal, files
from ingest.message import Message, Messages
from tests.common.eventually import eventually


def _messages(first: int) -> list[Message]:
    return [Message("toe/h/r/d", b"%d" % n, n, n) for n in range(first, first + 10)]


def _all(journal: SqliteJournal) -> list[Message]:
    """What is on the disk."""
    with closing(journal.reader()) as reader:
        batches = reader.read(0, until=journal.last, messages=1 << 60, size=1 << 60)
        return [message for batch in batches for message in batch.messages]


@pytest.fixture
def settle(monkeypatch: pytest.MonkeyPatch) -> Callable[[SqliteJournal], None]:
    """Waits until nothing has come or gone in a journal's folder for long: only the folder itself is looked at then."""
    monkeypatch.setattr(files, "_SETTLED_NS", 50_000_000)

    def until_settled(journal: SqliteJournal) -> None:
        def is_settled() -> bool:
            journal.check()
            return journal._opened._unchanged is not None  # noqa: SLF001 (nothing else tells)

        eventually(is_settled)

    return until_settled


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("name", ["", "lock", "state.db", "state.db-wal"])
def test_a_journal_that_was_removed_takes_nothing_until_it_is_back(
    tmp_path: Path,
    settle: Callable[[SqliteJournal], None],
    name: str,
    settled: bool,  # noqa: FBT001 (a case)
) -> None:
    """Nobody would ever read what went to files without a name; nor is a folder that is away taken for damaged."""
    folder, away = tmp_path / "journal", tmp_path / "away"
    journal = SqliteJournal(folder)
    journal.append(Messages.of(_messages(1)), "v1", "text of v1")
    if settled:
        settle(journal)
    (folder / name).rename(away)
    for call in (journal.check, lambda: journal.append(Messages.of(_messages(1)), "v1", "text of v1"), journal.size):
        with pytest.raises(Retryable, match=rf"HDH_JOURNAL_DIR={folder} was removed or replaced .* Put the folder"):
            call()
    with pytest.raises(Retryable, match="was removed or replaced"):
        _all(journal)
    assert journal.totals().received == 10
    if not name:
        folder.mkdir()
        (folder / "lock").touch()
        with pytest.raises(Retryable, match="lock is not the file that was opened"):
            journal.check()
        (folder / "lock").unlink()
        folder.rmdir()
    away.rename(folder / name)
    journal.check()
    journal.append(Messages.of(_messages(11)), "v1", "text of v1")
    journal.close()
    journal = SqliteJournal(folder)
    assert [*_messages(1), *_messages(11)] == _all(journal)
    journal.close()


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_a_segment_that_was_removed_is_not_appended_to(
    tmp_path: Path,
    settle: Callable[[SqliteJournal], None],
    suffix: str,
    settled: bool,  # noqa: FBT001 (a case)
) -> None:
    """The batch is not confirmed; the next one goes to a new segment, and all that was confirmed since is there."""
    journal = SqliteJournal(tmp_path)
    journal.append(Messages.of(_messages(1)), "v1", "text of v1")
    if settled:
        settle(journal)
        journal.append(Messages.of(_messages(1)), "v1", "text of v1")
    Path(f"{next(tmp_path.glob('segment-*.db'))}{suffix}").unlink()
    with pytest.raises(Retryable, match="was removed or replaced"):
        journal.append(Messages.of(_messages(11)), "v1", "text of v1")
    last = journal.append(Messages.of(_messages(11)), "v1", "text of v1")
    assert last == (30 if settled else 20)
    journal.close()
    journal = SqliteJournal(tmp_path)
    assert _messages(11) == _all(journal)[-10:]
    assert journal.last == last
    journal.close()


def test_a_restored_file_is_noticed_though_the_restore_set_the_folders_time_back(
    tmp_path: Path, settle: Callable[[SqliteJournal], None]
) -> None:
    """As tar, cp -a and rsync do."""
    journal = SqliteJournal(tmp_path / "journal")
    settle(journal)
    before = journal.folder.stat()
    shutil.copy2(journal.folder / "state.db", tmp_path / "copy")
    (tmp_path / "copy").replace(journal.folder / "state.db")
    os.utime(journal.folder, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(Retryable, match=r"state\.db is not the file that was opened"):
        journal.check()
    journal.close()


def test_no_segment_is_made_in_a_folder_that_is_another(tmp_path: Path) -> None:
    """Where the next batch begins a segment, and somebody else's folder has taken the place of ours."""
    folder = tmp_path / "journal"
    journal = SqliteJournal(folder, segment_bytes=1)
    journal.append(Messages.of(_messages(1)), "v1", "text of v1")
    folder.rename(tmp_path / "away")
    folder.mkdir()
    with pytest.raises(Retryable, match="was removed or replaced"):
        journal.append(Messages.of(_messages(11)), "v1", "text of v1")
    assert list(folder.iterdir()) == []
    journal.close()
