"""Readings in every format through a real api: what they hold, how they are named and labelled."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import ipc, parquet

from api.formats import FORMATS
from hdh.model import Place
from tests.common.api import CLIENT, Api
from tests.common.stores import points, put

START = 1_490_486_400_000
MINUTE = 60_000
AIR = Place("koivula", "kitchen", "air-1")
HALL = Place("koivula", "hall", "air-2")
TEMPERATURES: dict[int, float | str] = {START + n * MINUTE: 20 + n / 10 for n in range(10)}
HUMIDITIES: dict[int, float | str] = {START + n * MINUTE: 40 + n for n in range(5, 15)}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An api over two series of numbers and one of text."""
    folder: Path = tmp_path_factory.mktemp("formats")
    url = f"sqlite:///{folder}/store.db"
    stored = [*points(AIR, "temperature", TEMPERATURES), *points(HALL, "humidity", HUMIDITIES)]
    put(url, {"toe": [*stored, *points(HALL, "heating_mode_text", {START: "auto"})]})
    with Api(folder, url) as server:
        yield server


@pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))
def test_each_format_says_what_it_is(api: Api, form: Any) -> None:
    """Type and file name; a browser saves tables and shows JSON."""
    stop = START + 86_400_000
    answer = api.get("readings", project="toe", quantity="temperature", start=START, stop=stop, format=form.name)

    kind = "attachment" if form.is_file else "inline"
    name = f"toe-temperature-2017-03-26-2017-03-27.{form.suffix}"
    assert answer.headers["content-disposition"] == f'{kind}; filename="{name}"'
    assert answer.headers["content-type"].partition(";")[0] == form.media_type


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_tables_hold_what_csv_holds(api: Api, form: str) -> None:
    """The same rows in the same order, in the zone that was asked for, with the query in the metadata."""
    asked = {"tz": "Europe/Helsinki", "project": "toe"}
    csv = api.get("readings", format="csv", **asked).text.splitlines()[1:]
    headers = {"Accept": FORMATS[form].media_type}
    body = pa.BufferReader(CLIENT.get(f"{api.url}/v1/readings", params=asked, headers=headers).content)
    table = ipc.open_stream(body).read_all() if form == "arrow" else parquet.read_table(body)

    lines = [
        ",".join(
            (
                row["time"].isoformat(),
                *(row[name] for name in ("project", "house", "room", "device", "quantity")),
                str(row["value"]) if row["text"] is None else row["text"],
                row["unit"] or "",
            )
        )
        for row in table.to_pylist()
    ]
    assert csv == lines
    assert len(lines) == 21
    assert json.loads(table.schema.metadata[b"hdh.query"])["tz"] == "Europe/Helsinki"


def test_text_has_a_column_where_it_may_be_selected(api: Api) -> None:
    """Who asks for numbers gets none."""

    def columns(**asked: str) -> list[str]:
        return ipc.open_stream(api.get("readings", format="arrow", **asked).content).schema.names

    assert columns(quantity="temperature")[-1] == "value"
    assert columns(quantity="heating_mode_text")[-1] == "text"
    assert columns()[-1] == "text"
    assert columns(every="1h")[-1] == "value"
