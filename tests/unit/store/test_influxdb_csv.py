"""Answers as CSV: cut into statements wherever the bytes happen to be cut."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from hdh.store.influxdb.csv import split, table

_cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=6)
_rows = st.lists(st.tuples(_cells, _cells, st.integers(0, 10**13).map(str), _cells), min_size=1, max_size=5)


def _answer(statements: list) -> bytes:
    """An answer as the server writes it: a line of columns, the rows, an empty line between statements."""
    parts = []
    for number, rows in enumerate(statements):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([("name", "tags", "time", f"s{number}"), *rows])
        parts.append(text.getvalue())
    return "\n".join(parts).encode()


@given(statements=st.lists(_rows, max_size=4), size=st.integers(1, 40))
def test_rows_are_the_same_however_the_bytes_come(statements: list, size: int) -> None:
    """Quotes, commas, line breaks and empty lines in texts cut nothing."""
    answer = _answer(statements)
    found: dict[str, list] = {}
    for rows in split(answer[i : i + size] for i in range(0, len(answer), size)):
        found.setdefault(rows.columns[-1], []).extend(tuple(row) for row in table(rows.data))
    assert found == {f"s{number}": rows for number, rows in enumerate(statements)}


def test_a_row_that_was_cut_is_no_row() -> None:
    """What follows the last line break is not yielded."""
    answer = b"name,tags,time,s0\nclimate,,1,21.5\nclimate,,2,21."
    assert b"".join(rows.data for rows in split([answer])) == b"climate,,1,21.5\n"


def test_an_answer_without_rows_has_its_columns() -> None:
    """The second result counts also where it lists nothing."""
    assert [(rows.columns, rows.data) for rows in split([b"name,tags,name\n"])] == [(["name", "tags", "name"], b"")]


def test_nothing_is_nothing() -> None:
    """An empty answer has no statement."""
    assert list(split([])) == []
    assert list(split([b""])) == []
