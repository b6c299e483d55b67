"""Line protocol to columns: what any writer may spell comes back as it was meant."""

from hypothesis import given
from hypothesis import strategies as st

from migrate.batch import Batch
from migrate.sources.lines import Context, Parser

_unescapable = "".join(map(chr, range(32))) + "\\\x7f\x85\xa0"
_names = st.text(st.characters(codec="utf-8", exclude_characters=_unescapable), min_size=1, max_size=8)
_texts = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=12)
_values = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**63), 2**63 - 1), st.booleans(), _texts
)
_times = st.integers(-(2**62), 2**62)


def _escape(name: str, characters: str) -> str:
    for character in characters:
        name = name.replace(character, f"\\{character}")
    return name


def _spell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "f"
    if isinstance(value, int):
        return f"{value}i"
    if isinstance(value, float):
        return repr(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read(data: bytes, context: Context | None = None) -> tuple[list[Batch], list[tuple[int, str]]]:
    parser = Parser(1, 1, context or Context())
    parser.take(data)
    batches = list(parser.batches())
    return batches, [(bad.row, bad.reason) for bad in (*parser.bad, *parser.late)]


@given(
    st.dictionaries(_names, _names, max_size=3), st.lists(st.tuples(_names, _values, _times), min_size=1, max_size=8)
)
def test_every_point_comes_back(tags: dict[str, str], points: list[tuple[str, object, int]]) -> None:
    """Names with spaces, commas and equals signs, all four types, one field that changes its type."""
    head = "m" + "".join(f",{_escape(key, ',= ')}={_escape(text, ',= ')}" for key, text in tags.items())
    lines = [f"{head} {_escape(name, ',= ')}={_spell(value)} {time}" for name, value, time in points]
    batches, bad = _read("\n".join(lines).encode() + b"\n")
    assert bad == []
    found = []
    for batch in batches:
        assert dict(batch.labels) == {"measurement": "m"} | {f"tag.{key}": text for key, text in tags.items()}
        for name, column in batch.fields.items():
            for index, present in enumerate(column.present_or_all()):
                if present:
                    value = column.values[index]
                    found.append((int(batch.rows[index]), name, column.values.tolist()[index], int(batch.time[index])))
                    assert isinstance(value, str) == isinstance(points[int(batch.rows[index]) - 1][1], str)
    expected = [(row, name, value, time) for row, (name, value, time) in enumerate(points, 1)]
    assert sorted(found, key=lambda each: each[0]) == expected


def test_comments_name_database_and_policy() -> None:
    """The same series in two databases is two."""
    batches, bad = _read(
        b"# DDL\nCREATE DATABASE a WITH NAME b\n# DML\n# CONTEXT-DATABASE:one\n# CONTEXT-RETENTION-POLICY:long\n"
        b"m v=1 1\nm v=2 2\n# CONTEXT-DATABASE:two\nm v=3 3\n"
    )
    assert bad == []
    assert [(dict(b.labels), b.time.tolist()) for b in batches] == [
        ({"measurement": "m", "database": "one", "policy": "long"}, [1, 2]),
        ({"measurement": "m", "database": "two"}, [3]),
    ]


def test_what_is_no_line_is_named_by_its_number() -> None:
    """A line break within quotes is part of the text; whatever cannot be read does not stop the rest."""
    batches, bad = _read(b'm v=1 1\nm v=\nm t="a\nb" 2\n,=\nm v=1 x\nm v=1,,w=2 3\nm v=9 4\n')
    assert bad == [(2, "line"), (5, "line"), (7, "line"), (6, "time")]
    assert sorted(time for batch in batches for time in batch.time.tolist()) == [1, 2, 4]


def test_whole_numbers_come_as_large_as_servers_hold_them() -> None:
    """With a sign 64 bits, without one 64 bits; what no server holds is named."""
    batches, bad = _read(
        b"m a=-9223372036854775808i,b=18446744073709551615u 1\nm a=1,b=--5i 2\nm b=18446744073709551616u 3\n"
    )
    found = {
        (name, column.kind): column.values[column.present_or_all()].tolist()
        for batch in batches
        for name, column in batch.fields.items()
    }
    assert found == {("a", "integer"): [-(2**63)], ("a", "float"): [1.0], ("b", "unsigned"): [2**64 - 1]}
    assert bad == [(2, "value"), (3, "value")]


def test_a_series_with_a_line_that_needs_care_keeps_the_order_of_its_lines() -> None:
    """Where some lines hold text, other fields or a mistake, all of their series is read line by line."""
    batches, bad = _read(
        b'm,a=1 v=1 5\nm,a=2 v=1,w=2i 5\nm,a=1 v="x y" 6\nm,a=1 v=3 5\nm,a=2 w=3i 5\n\nm,a=2 v=5 7 8\nm,=x v=1 9\n'
    )
    found = [
        (dict(batch.labels)["tag.a"], name, column.kind, column.values[at].tolist(), batch.rows[at].tolist())
        for batch in batches
        for name, column in batch.fields.items()
        for at in [column.present_or_all()]
    ]
    assert sorted(found) == [
        ("1", "v", "float", [1.0, 3.0], [1, 4]),
        ("1", "v", "text", ["x y"], [3]),
        ("2", "v", "float", [1.0], [2]),
        ("2", "w", "integer", [2, 3], [2, 5]),
    ]
    assert sorted(bad) == [(7, "time"), (8, "line")]


def test_lines_of_one_series_with_other_fields_stay_apart() -> None:
    """Fields that come and go, in another order, twice in a line: each value stays with its own time."""
    lines = [
        "a=1,b=2 1",
        "a=3,b=4 2",
        "a=5 3",
        "b=6,a=7 4",
        "b=8 5",
        "a=9,b=10 6",
        "a=11,b=12 7",
        't="x" 8',
        "a=13,b=14 9",
    ]
    batches, bad = _read("".join(f"m {line}\n" for line in lines).encode())
    found: dict[str, dict[int, object]] = {}
    for batch in batches:
        for name, column in batch.fields.items():
            for time, value, present in zip(
                batch.time.tolist(), column.values.tolist(), column.present_or_all(), strict=True
            ):
                if present:
                    found.setdefault(name, {})[time] = value
    assert bad == []
    assert found == {
        "a": {1: 1.0, 2: 3.0, 3: 5.0, 4: 7.0, 6: 9.0, 7: 11.0, 9: 13.0},
        "b": {1: 2.0, 2: 4.0, 4: 6.0, 5: 8.0, 6: 10.0, 7: 12.0, 9: 14.0},
        "t": {8: "x"},
    }
