"""Readings come back from every format as they were."""

import csv
import io
import json
import math
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from api.answers import Answer, Block, Head, TimeStyle
from api.formats import FORMATS
from hdh.times import from_iso, iso

BERLIN = ZoneInfo("Europe/Berlin")
HEAD = Head("p", "h", "r", "d", "temperature", "Cel", BERLIN)
TIMES = st.integers(from_iso("1971-01-01T00:00:00Z"), from_iso("2099-12-31T00:00:00Z"))
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns"])


def encoded(name: str, blocks: list[Block], style: TimeStyle) -> str:
    """The whole body."""
    return b"".join(FORMATS[name].encode(Answer({"every": None}, iter(blocks), style))).decode()


def table(body: str) -> list[dict[str, str]]:
    """The lines of a CSV body as another program reads them."""
    return list(csv.DictReader(io.StringIO(body, newline="")))


def block(readings: list[tuple[int, float]], head: Head = HEAD) -> Block:
    """A block of numbers."""
    return Block(
        head,
        np.array([time for time, _ in readings], np.int64),
        np.array([value for _, value in readings], np.float64),
    )


@given(st.lists(st.tuples(TIMES, st.floats(allow_infinity=False)), min_size=1, max_size=30))
def test_numbers_come_back_bit_for_bit(readings: list[tuple[int, float]]) -> None:
    """JSON and CSV write the shortest text that reads back as the same float; NaN is null or empty."""
    (series,) = json.loads(encoded("json", [block(readings)], TimeStyle.MS))["series"]
    rows = table(encoded("csv", [block(readings)], TimeStyle.MS))

    expected = [(time, None if math.isnan(value) else value.hex()) for time, value in readings]
    assert expected == [
        (t, None if v is None else v.hex()) for t, v in zip(series["time"], series["value"], strict=True)
    ]
    assert expected == [(int(row["time"]), float(row["value"]).hex() if row["value"] else None) for row in rows]


@given(st.lists(TIMES, min_size=1, max_size=30), ZONES)
def test_times_are_iso_8601_with_the_zones_offset(times: list[int], zone: str) -> None:
    """Both formats write each time as `hdh.times.iso` does."""
    head = Head("p", "h", "r", "d", "temperature", "Cel", ZoneInfo(zone))
    blocks = [block([(time, 1.0) for time in times], head)]

    expected = [iso(time, ZoneInfo(zone)) for time in times]
    assert expected == json.loads(encoded("json", blocks, TimeStyle.ISO))["series"][0]["time"]
    assert expected == [row["time"] for row in table(encoded("csv", blocks, TimeStyle.ISO))]


@given(st.lists(TEXTS, min_size=5, max_size=5), st.lists(TEXTS, min_size=1, max_size=10))
def test_hostile_names_and_texts_come_back(names: list[str], texts: list[str]) -> None:
    """Names and text values with commas, quotes and newlines are quoted, not broken."""
    project, house, room, device, quantity = names
    head = Head(project, house, room, device, quantity, None, BERLIN)
    blocks = [Block(head, np.arange(len(texts)), np.array(texts, dtype=object))]

    (series,) = json.loads(encoded("json", blocks, TimeStyle.MS))["series"]
    rows = table(encoded("csv", blocks, TimeStyle.MS))

    keys = ("project", "house", "room", "device", "quantity")
    assert [*names, texts] == [*(series[key] for key in keys), series["value"]]
    assert [[*names, text] for text in texts] == [[*(row[key] for key in keys), row["value"]] for row in rows]


def test_csv_is_the_documented_table() -> None:
    """The header, ISO times across the change of the clock, an empty field for a gap, the unit."""
    body = encoded("csv", [block([(1490486399000, 20.0), (1490490000250, math.nan)])], TimeStyle.ISO)

    expected = (
        "time,project,house,room,device,quantity,value,unit\n"
        "2017-03-26T00:59:59+01:00,p,h,r,d,temperature,20.0,Cel\n"
        "2017-03-26T03:00:00.250+02:00,p,h,r,d,temperature,,Cel\n"
    )
    assert expected == body


def test_json_is_the_documented_shape() -> None:
    """The query first, then the series with their blocks joined, `complete` last."""
    other = Head("p", "h", "r", "d", "state_text", None, BERLIN)
    texts = Block(other, np.array([3]), np.array([None], dtype=object))
    body = encoded("json", [block([(1, 1.5)]), block([]), block([(2, math.nan)]), texts], TimeStyle.MS)

    place = '"project":"p","house":"h","room":"r","device":"d"'
    expected = (
        '{"query":{"every":null},"series":['
        f'{{{place},"quantity":"temperature","unit":"Cel","time":[1,2],"value":[1.5,null]}},'
        f'{{{place},"quantity":"state_text","unit":null,"time":[3],"value":[null]}}'
        '],"rows":3,"complete":true}'
    )
    assert expected == body


def test_a_long_block_is_text_a_slice_at_a_time() -> None:
    """The windows of a series come as one block of millions: its text is never held at once, and joins without seam."""
    readings = [(time, time / 7) for time in range(100_000)]

    pieces = list(FORMATS["json"].encode(Answer({}, iter([block(readings)]), TimeStyle.ISO)))

    (series,) = json.loads(b"".join(pieces))["series"]
    assert [iso(time, BERLIN) for time, _ in readings] == series["time"]
    assert [value for _, value in readings] == series["value"]
    assert max(map(len, pieces)) < 1_000_000


def test_nothing_is_a_whole_answer_too() -> None:
    """Without readings JSON has no series, CSV its header only, NDJSON no line."""
    expected = {
        "json": '{"query":{"every":null},"series":[],"rows":0,"complete":true}',
        "csv": "time,project,house,room,device,quantity,value,unit\n",
        "csv-fi": "\ufefftime;utc_offset;project;house;room;device;quantity;value;unit\r\n",
        "ndjson": "",
    }
    assert expected == {name: encoded(name, [], FORMATS[name].style) for name in expected}


def test_long_series_come_in_pieces() -> None:
    """A long series is neither one piece nor many small ones."""
    blocks = [block([(time, time / 7) for time in range(start, start + 50_000)]) for start in range(0, 200_000, 50_000)]

    pieces = list(FORMATS["csv"].encode(Answer({}, iter(blocks), TimeStyle.ISO)))

    rows = table(b"".join(pieces).decode())
    assert [time / 7 for time in range(200_000)] == [float(row["value"]) for row in rows]
    assert len(pieces) > 2
    assert min(map(len, pieces[:-1])) >= 64 * 1024


def test_pieces_are_made_as_the_store_gives_them() -> None:
    """The first piece leaves before the last block is read: memory holds neither all blocks nor all bytes."""
    taken = []

    def blocks() -> chain[Block]:
        def one(n: int) -> Block:
            taken.append(n)
            return block([(n * 65_536 + i, 1.0) for i in range(65_536)])

        return chain.from_iterable([one(n)] for n in range(4))

    pieces = FORMATS["csv"].encode(Answer({}, blocks(), TimeStyle.ISO))
    next(pieces)

    assert taken == [0]
