"""The journal's newest batches are read from memory, all others from the disk; nobody can tell."""

from pathlib import Path

import pytest

from hdh.errors import Retryable
from ingest.journal import Batch, SqliteJournal
from ingest.message import Messages


def test_what_lies_far_back_is_read_from_the_disk(tmp_path: Path) -> None:
    """Memory holds some megabytes of what nobody has read on yet; the next read goes on where the disk's ended."""
    journal = SqliteJournal(tmp_path)
    sent = [b"%060000d" % number for number in range(120)]
    for begin in range(0, 120, 10):
        journal.append(Messages(["t"] * 10, sent[begin : begin + 10], [1] * 10, range(10)), "v1", "text of v1")
    found: list[bytes] = []
    after = 0
    while after < journal.last:
        [batch] = journal.read(after, until=journal.last, messages=1, size=1 << 30)
        found += batch.messages.payloads
        after = batch.last
    assert found == sent
    journal.close()


def test_a_site_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A batch that names a version without a text stays pending, with a sentence."""
    journal = SqliteJournal(tmp_path)
    journal.append(Messages(["t"], [b"1"], [1], [1]), "v1", "text of v1")
    with pytest.raises(Retryable, match="lacks the site file v9"):
        journal.site_text(Batch(1, 1, "v9", Messages()))
    journal.close()
