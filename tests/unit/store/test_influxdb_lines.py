"""Points in columns as lines: those that the points one by one would be."""

import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hdh.line_protocol import decode
from hdh.model import Place, Point
from hdh.store.columns import points
from hdh.store.influxdb.lines import requests
from hdh.store.interface import Columns

_names = st.sampled_from(["temperature", "humidity", "state_text", "name_text"])
_places = st.builds(Place, st.sampled_from(["talo 1", "b"]), st.sampled_from(["keittiö, uusi", "r"]), st.just("d=1"))
_number = st.one_of(st.floats(allow_infinity=False), st.just(float("nan")))
_text = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))


@st.composite
def _columns(draw: st.DrawFn) -> Columns:
    names = draw(st.lists(_names, unique=True, min_size=1))
    size = draw(st.integers(1, 5))
    fields: dict[str, Any] = {
        name: np.array(draw(st.lists(_text if "text" in name else _number, min_size=size, max_size=size)), kind)
        for name in names
        for kind in [np.object_ if "text" in name else np.float64]
    }
    return Columns(draw(st.sampled_from(["climate", "m,1"])), draw(_places), np.arange(size), fields)


@given(st.lists(_columns(), max_size=8))
def test_the_lines_of_parts_are_those_of_their_points(parts: list[Columns]) -> None:
    """Whether parts that follow each other have the same fields or not, and wherever readings are missing."""
    found: list[Point] = []
    for request in requests(parts):
        assert request.body is not None
        found += decode(request.body)
        assert [point for p in request.pieces for _, point in points(p.part, p.start, p.stop)] == decode(request.body)
    assert [point for part in parts for _, point in points(part, 0, len(part))] == found


def test_an_unsound_part_costs_only_itself() -> None:
    """Its neighbours with the same fields are spelled as a whole; it goes point by point."""
    alike = [
        Columns("m", Place("h", "r", f"d{n}"), np.array([n]), {"v": np.array([value])})
        for n, value in enumerate([1.0, float("inf"), 3.0])
    ]
    assert [(request.body, [piece.first for piece in request.pieces]) for request in requests(alike)] == [
        (None, [1]),
        (b"m,device=d0,house=h,room=r v=1 0\nm,device=d2,house=h,room=r v=3 2\n", [0, 2]),
    ]


def test_neither_reading_files_nor_writing_lines_imports_pandas() -> None:
    """That takes a second of CPU of every start where it is installed; pyarrow does it here and there."""
    program = """
import sys
import numpy as np
from hdh.arrow import texts_of
from hdh.model import Place
from hdh.store.influxdb.lines import requests
from hdh.store.interface import Columns
from migrate.sources.csv_times import parse_times
from migrate.sources.lines import Context, Parser
numbers, texts = np.array([1, np.nan]), np.array([None, "a"], object)
for fields in ({"a": numbers[:1]}, {"a": numbers, "b_text": texts}):
    part = Columns("m", Place("h", "r", "d"), np.arange(len(fields["a"])), fields)
    assert [request.body for request in requests([part, part])]
parser = Parser(1, 1, Context())
parser.take(b"m,a=1 v=1,w=2i 1\\nm,a=2 v=3,w=4i 2\\n")
assert [batch.rows.tolist() for batch in parser.batches()] == [[1], [2]]
assert parse_times(texts_of(["1700000000", None, "?"]), "seconds", None, "first")[1].tolist() == [True, False, False]
assert "pandas" not in sys.modules
"""
    assert find_spec("pandas"), "where it is not installed this shows nothing"
    subprocess.run([sys.executable, "-c", program], check=True)
