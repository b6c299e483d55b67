"""Which times came, of which series: the first reading of a millisecond stays, and what a chunk brought is kept."""

from pathlib import Path

import numpy as np

from hdh.model import Place
from hdh.store.interface import Columns
from migrate.convert import Part
from migrate.ledger import Ledger
from migrate.seen import Seen


def part(times: list[int], **fields: list[float]) -> Part:
    """A part of one device."""
    columns = {name: np.array(values) for name, values in fields.items()}
    rows = np.arange(len(times))
    return Part("toe", Columns("climate", Place("h", "r", "d"), np.array(times), columns), rows)


def test_what_fields_share_is_kept_for_each(tmp_path: Path) -> None:
    """Fields of the same rows bring the same times; one that lacks some, or had some before, brings its own."""
    ledger = Ledger(tmp_path / "ledger.db")
    seen = Seen(ledger)
    seen.begin(0)
    nan = float("nan")
    assert seen.only_first(part([5, 7], a=[1.0, 2.0], b=[1.0, 2.0], c=[1.0, nan]))[1] == []
    first, doubles = seen.only_first(part([7, 3], a=[8.0, 9.0], c=[8.0, 9.0]))

    assert [(bad.row, bad.reason, bad.text) for bad in doubles] == [(0, "duplicate", "a=8.0")]
    assert {name: values.tolist()[1] for name, values in first.columns.fields.items()} == {"a": 9.0, "c": 9.0}
    assert np.isnan(first.columns.fields["a"][0])
    brought = {series: times.tolist() for group, times in seen.brought() for series in group}
    numbers = {name: seen.id_of(first, name) for name in "abc"}
    assert {name: brought[number] for name, number in numbers.items()} == {"a": [3, 5, 7], "b": [5, 7], "c": [3, 5, 7]}
    ledger.close()


def test_what_chunks_before_brought_is_asked_of_the_ledger(tmp_path: Path) -> None:
    """Also by one that starts anew in the middle; a later time needs no question."""
    ledger = Ledger(tmp_path / "ledger.db")
    before = Seen(ledger)
    before.begin(0)
    before.only_first(part([5, 9], a=[1.0, 2.0], b=[1.0, 2.0]))
    for series, times in before.brought():
        ledger.keep_times(series, 0, times)

    anew = Seen(ledger)
    anew.begin(1)
    first, doubles = anew.only_first(part([9, 11], a=[3.0, 4.0]))
    assert ([bad.row for bad in doubles], first.columns.fields["a"].tolist()[1]) == ([0], 4.0)
    ledger.close()
