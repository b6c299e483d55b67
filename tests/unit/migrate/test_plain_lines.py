"""Lines that are read in columns at once come to what each would come to by itself."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from migrate.sources.lines import Context, Parser

_heads = st.sampled_from(["m", "m,a=1", "m,a=2", "m,b=1", "ä,a=1,b=2", "n", 'm,a=x"', "m,a=", ",a=1", "m,a"])
_names = st.sampled_from(["v", "w", "x", "", "ö"])
_values = st.one_of(
    st.sampled_from(
        ["1", "-2.5", "3e2", "nan", "inf", "+1", "4i", "-5i", "5i5", "t", "false", '"x y"', "", "0x1", "1_0"]
    ),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(2**63), 2**63 - 1).map("{}i".format),
)
_fields = st.lists(st.tuples(_names, _values).map("=".join), min_size=1, max_size=3).map(",".join)
_times = st.one_of(
    st.integers(-(2**63), 2**64).map(str), st.sampled_from(["5", "7", "-7", "0x5", "007", "", "5 ", "\t5"])
)
_lines = st.one_of(
    st.tuples(_heads, _fields, _times).map(" ".join),
    st.sampled_from(["", " ", "#x a=1 5", "CREATE DATABASE x", "m v=1 1\r", "\rm v=1 1", "m\0 v=1 1", "m v=1\t 1"]),
)


def _read(data: bytes) -> tuple[Counter[tuple[object, ...]], Counter[tuple[int, str]]]:
    parser = Parser(1, 1, Context())
    parser.take(data)
    found: Counter[tuple[object, ...]] = Counter()
    for batch in parser.batches():
        for name, column in batch.fields.items():
            for row, time, value, there in zip(
                batch.rows.tolist(), batch.time.tolist(), column.values.tolist(), column.present_or_all(), strict=True
            ):
                if there:
                    found[row, time, batch.labels, name, column.kind, repr(value)] += 1
    return found, Counter((bad.row, bad.reason) for bad in (*parser.bad, *parser.late))


@given(st.lists(_lines, min_size=1, max_size=8), st.integers(1, 3))
def test_many_at_once_are_what_each_is_by_itself(lines: list[str], times: int) -> None:
    """Shapes, kinds and mistakes mixed as they may be; a comment at the end makes all be read line by line."""
    data = "".join(f"{line}\n" for line in lines * times).encode()
    assert _read(data) == _read(data + b"# the end\n")
