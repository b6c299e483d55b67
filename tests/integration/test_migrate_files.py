"""Files of every form move into the store, and every kind of broken file gets its clear error."""

import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pytest
import zstandard

from hdh.errors import Misconfigured
from hdh.model import ALL_TIME
from hdh.site import load_site
from hdh.store import open_reader
from hdh.store.interface import Selection
from migrate.mapping.propose import Wishes
from migrate.plan import Asked, make_plan
from tests.common.migrate import ask, command, move, post, rejected, undoubted, verified, write_mapping
from tests.common.servers import Influxd, unique

SECOND = 1_500_000_000
LINES = "".join(
    f"climate,house=talo\\ 1,room=r{n % 3},device=d temperature={n / 4},humidity=40i {SECOND * 10**9 + n * 10**9}\n"
    for n in range(3_000)
)
PLACE = {"project": "toe", "house": "{tag.house}", "room": "{tag.room}", "device": "{tag.device}"}
SERIES = [{"match": {"field": each}, "quantity": each} for each in ("temperature", "humidity")]


def lines_mapping(path: Path, **more: Any) -> Path:
    """A mapping file for a file of line protocol beside it."""
    return write_mapping(
        path.with_name("lines.yaml"),
        source={"kind": "line-protocol", "path": path.name, **more},
        destination={"store": f"sqlite:///{path.parent}/store.db"},
        place=PLACE,
        series=SERIES,
    )


def stored(folder: Path, **selected: Any) -> dict[tuple[str, str, str], dict[int, Any]]:
    """All that is in the test's store, by room, device and quantity."""
    reader = open_reader(f"sqlite:///{folder}/store.db")
    found: dict[tuple[str, str, str], dict[int, Any]] = {}
    for chunk in reader.read(Selection("toe", **selected), ALL_TIME):
        key = (chunk.series.room, chunk.series.device, chunk.series.quantity)
        found.setdefault(key, {}).update(zip(chunk.time.tolist(), chunk.value.tolist(), strict=True))
    reader.close()
    return found


def planned(path: Path, zone: str | None = None) -> Path:
    """Plan, decide what is in doubt; the mapping file."""
    output = path.parent / "planned.yaml"
    asked = Asked(str(path), zone=zone, wishes=Wishes("toe", "h"))
    output.write_text(make_plan(asked, load_site(None), None).text, encoding="utf-8")
    undoubted(output)
    return output


def moved(mapping: Path) -> str:
    """Run it into the test's store."""
    return move(mapping, store_url=f"sqlite:///{mapping.parent}/store.db")


@pytest.mark.parametrize("form", ["plain", "gzip", "zstd"])
def test_line_protocol_moves(form: str, tmp_path: Path) -> None:
    """Plain or compressed, the same readings; integers are counted."""
    path = tmp_path / "history.lp"
    data = LINES.encode()
    packed = {"plain": data, "gzip": gzip.compress(data), "zstd": zstandard.ZstdCompressor().compress(data)}
    path.write_bytes(packed[form])
    mapping = lines_mapping(path)
    sentence = move(mapping)
    assert "6,000 readings written" in sentence
    assert "3,000 integers written as floats" in sentence
    assert stored(tmp_path)["r1", "d", "temperature"] == {
        (SECOND + n) * 1000: n / 4 for n in range(3_000) if n % 3 == 1
    }
    assert verified(mapping).verdict == "equal"


def test_a_plan_for_line_protocol_can_be_run(tmp_path: Path) -> None:
    """Precision, places and quantities are found out."""
    path = tmp_path / "seconds.lp"
    path.write_text("".join(f"air,room=a,sensor=s co2={500 + n},tempF=68 {SECOND + n}\n" for n in range(50)))
    mapping = planned(path)
    moved(mapping)
    found = stored(tmp_path)
    assert found["a", "s", "co2"] == {(SECOND + n) * 1000: 500.0 + n for n in range(50)}
    assert set(found["a", "s", "temperature"].values()) == {20.0}


def test_an_export_of_a_server_moves(tmp_path: Path) -> None:
    """`influx_inspect export`, with its comments, several databases and policies, quotes and escapes, over parts."""
    series = f"m\\ 1,room=k\\ e,x=1 temperature=1.5 {SECOND * 10**9}"
    text = '\\"a, b=c\\" \\\\ #'
    filler = "".join(f"filler v=1 {(SECOND + n) * 10**9}\n" for n in range(300_000))
    (tmp_path / "export.lp").write_text(
        "# INFLUXDB EXPORT: 1677-09-21T00:12:43Z - 2262-04-11T23:47:16Z\n# DDL\n"
        "CREATE DATABASE _internal WITH NAME monitor\nCREATE DATABASE my db WITH NAME autogen\n# DML\n"
        "# CONTEXT-DATABASE:_internal\n# CONTEXT-RETENTION-POLICY:monitor\n# writing tsm data\n"
        f"{filler}# CONTEXT-DATABASE:my db\n# CONTEXT-RETENTION-POLICY:autogen\n# writing tsm data\n"
        f'{series}\nm\\ 1,room=k\\ e,x=1 note="{text}" {SECOND * 10**9}\n{filler}# writing wal data\n'
        f"# CONTEXT-DATABASE:my db\n# CONTEXT-RETENTION-POLICY:two y\n# writing tsm data\n"
        f"{series.replace('1.5', '2.5')}\n",
        encoding="utf-8",
    )
    mapping = write_mapping(
        tmp_path / "export.yaml",
        source={"kind": "line-protocol", "path": "export.lp"},
        destination={"store": f"sqlite:///{tmp_path}/store.db"},
        place={"project": "toe", "room": "{tag.room}", "device": "{database}.{policy}"},
        series=[
            {"match": {"measurement": "filler"}, "skip": "the server's own"},
            {"match": {"field": "temperature"}, "quantity": "temperature"},
            {"match": {"field": "note"}, "quantity": "note_text"},
        ],
    )
    move(mapping)
    assert stored(tmp_path) == {
        ("k e", "my db.autogen", "temperature"): {SECOND * 1000: 1.5},
        ("k e", "my db.autogen", "note_text"): {SECOND * 1000: '"a, b=c" \\ #'},
        ("k e", "my db.two y", "temperature"): {SECOND * 1000: 2.5},
    }
    assert verified(mapping).verdict == "equal"


def test_bad_lines_are_named_and_nothing_stops(tmp_path: Path) -> None:
    """Each bad line stands in the reject file with its number, reason and remedy; all good ones are written."""
    good = f"climate,room=a temperature=1 {SECOND * 10**9}"
    bad = {
        2: ("climate,room=a temperature=1", "line"),
        4: ("climate,room=a temperature= 1500000000000000000", "line"),
        5: ("climate room=a,temperature 1500000000000000000", "line"),
        7: (f"climate,room=a temperature=warm {SECOND * 10**9 + 1}", "value"),
        8: ("climate,room=a temperature=1 99999999999999999999", "time"),
        9: (f"climate,room=a temperature=NaN {SECOND * 10**9 + 10**9}", "type"),
        10: ("climate,room=a temperature=3 1000000000", "clock"),
        11: ('climate,room=a note="open 1500000000000000000', "line"),
    }
    lines = [bad[number][0] if number in bad else good.replace("=1 ", f"={number} ") for number in range(1, 12)]
    lines[2] = f"climate,room=a temperature=3 {SECOND * 10**9 + 3 * 10**9}"
    lines[5] = f"climate,room=a temperature=6 {SECOND * 10**9 + 6 * 10**9}"
    path = tmp_path / "bad.lp"
    path.write_text("\n".join(lines) + "\n")
    mapping = write_mapping(
        tmp_path / "bad.yaml",
        source={"kind": "line-protocol", "path": "bad.lp"},
        destination={"store": f"sqlite:///{tmp_path}/store.db"},
        place={"project": "toe", "room": "{tag.room}"},
        series=[{"match": {"field": "temperature"}, "quantity": "temperature"}],
    )
    move(mapping)
    rows = list(csv.DictReader(io.StringIO(rejected(mapping))))
    assert {int(row["row"]): row["reason"] for row in rows} == {number: reason for number, (_, reason) in bad.items()}
    assert all(row["detail"].count(".") for row in rows)
    values = stored(tmp_path)["a", "unassigned", "temperature"]
    assert values == {(SECOND + n) * 1000: float(n or 1) for n in (0, 3, 6)}
    assert verified(mapping).verdict == "equal"


def test_one_reading_a_millisecond_stays_across_parts(tmp_path: Path) -> None:
    """The second reading of a series in one millisecond is rejected, wherever in the file it stands."""
    filler = "".join(f"other,room=b temperature=1 {(SECOND + n) * 10**9}\n" for n in range(230_000))
    twice = f"climate,room=a temperature={{}} {SECOND * 10**9}\n"
    path = tmp_path / "twice.lp"
    path.write_text(twice.format(1) + filler + twice.format(2) + f"climate,room=a temperature=3 {SECOND * 10**9 + 9}\n")
    mapping = lines_mapping(path)
    move(mapping)
    assert stored(tmp_path, rooms=("a",)) == {("a", "unassigned", "temperature"): {SECOND * 1000: 1.0}}
    rows = list(csv.DictReader(io.StringIO(rejected(mapping))))
    assert [(int(row["row"]), row["reason"]) for row in rows] == [(230_002, "duplicate"), (230_003, "duplicate")]
    assert verified(mapping).verdict == "equal"


def test_a_wide_table_with_a_finnish_form(tmp_path: Path) -> None:
    """Semicolons, decimal commas, a BOM, names with units, days first: found out and shown, then moved."""
    path = tmp_path / "taulukko.csv"
    rows = [f"{day}.3.2020 12:00;{20 + day / 10:.1f}".replace(".", ",", 0) for day in range(1, 29)]
    table = "Aika;keittiö lämpötila (°C);makuuhuone kosteus;CO2 [ppm]\n" + "".join(
        f"{row.partition(';')[0]};{row.partition(';')[2].replace('.', ',')};4{n % 10},5;{'' if n == 3 else 600 + n}\n"
        for n, row in enumerate(rows)
    )
    path.write_text(table, encoding="utf-8-sig")
    mapping = planned(path, "Europe/Helsinki")
    text = mapping.read_text(encoding="utf-8")
    for part in ("delimiter: ;", "decimal: ','", "encoding: utf-8-sig", "format: day-first", "zone: Europe/Helsinki"):
        assert part in text
    moved(mapping)
    found = stored(tmp_path)
    noon = 1_583_056_800_000  # 2020-03-01T12:00 in Helsinki
    assert found["keittiö", "recorder", "temperature"][noon] == 20.1
    assert found["makuuhuone", "recorder", "humidity"][noon] == 40.5
    (co2,) = [values for (_, _, quantity), values in found.items() if quantity == "co2"]
    assert (len(co2), co2[noon]) == (27, 600.0)
    # From 29 March on the clock is an hour ahead of winter's: noon is an hour earlier.
    assert verified(mapping, store_url=f"sqlite:///{tmp_path}/store.db").verdict == "equal"


def test_a_long_table(tmp_path: Path) -> None:
    """One reading a row: the column with the quantities is found, the others say whose they are; text stays text."""
    path = tmp_path / "long.csv"
    rows = []
    for n in range(200):
        rows.append(f"2021-05-01T00:{n // 60:02}:{n % 60:02}Z,kitchen,s{n % 2},temperature,{20 + n / 100}")
        rows.append(f"2021-05-01T00:{n // 60:02}:{n % 60:02}Z,kitchen,s{n % 2},humidity,{n}")
    path.write_text("time,room,sensor,quantity,value\n" + "\n".join(rows) + "\n")
    mapping = planned(path)
    moved(mapping)
    found = stored(tmp_path)
    assert set(found) == {("kitchen", f"s{n}", quantity) for n in (0, 1) for quantity in ("temperature", "humidity")}
    begin = 1_619_827_200_000
    assert found["kitchen", "s1", "temperature"] == {begin + n * 1000: 20 + n / 100 for n in range(1, 200, 2)}
    assert verified(mapping, store_url=f"sqlite:///{tmp_path}/store.db").verdict == "equal"


@pytest.mark.parametrize(("rule", "utc"), [("first", 0), ("second", 3600)])
def test_the_doubled_hour_goes_by_the_stated_rule(rule: str, utc: int, tmp_path: Path) -> None:
    """03:30 on 25 October 2020 came twice in Helsinki: which one is meant stands in the mapping file."""
    path = tmp_path / "local.csv"
    path.write_text("time;temperature\n2020-10-25 02:30;1\n2020-10-25 03:30;2\n2020-10-25 04:30;3\n")
    form = {"columns": ["time"], "format": "iso", "zone": "Europe/Helsinki", "doubled_hour": rule}
    mapping = write_mapping(
        tmp_path / "local.yaml",
        source={"kind": "csv", "path": "local.csv", "csv": {"delimiter": ";", "time": form}},
        destination={"store": f"sqlite:///{tmp_path}/store.db"},
        place={"project": "toe"},
        series=[{"match": {"field": "temperature"}, "quantity": "temperature"}],
    )
    move(mapping)
    half = 1_603_584_000_000 - 1_800_000  # 2020-10-24T23:30Z
    (values,) = stored(tmp_path).values()
    assert values == {half: 1.0, half + (3600 + utc) * 1000: 2.0, half + 3 * 3_600_000: 3.0}


def test_bad_rows_of_a_table_are_named(tmp_path: Path) -> None:
    """Too few cells, an unreadable time, no number where one is due: line, reason, remedy; the rest is written."""
    path = tmp_path / "rows.csv"
    path.write_text(
        "time,temperature,humidity\n1500000000,1,40\n1500000001,2\nyesterday,3,40\n1500000003,warm,41\n"
        "\n1500000005,NaN,42\n1500000006,7,43,44\n1500000007,8,43\n"
    )
    mapping = planned(path)
    moved(mapping)
    rows = list(csv.DictReader(io.StringIO(rejected(mapping))))
    assert {(int(row["row"]), row["reason"]) for row in rows} == {
        (3, "columns"),
        (4, "time"),
        (5, "type"),
        (8, "columns"),
    }
    found = stored(tmp_path)
    begin = SECOND * 1000
    assert found["unassigned", "recorder", "temperature"] == {begin: 1.0, begin + 7000: 8.0}
    assert found["unassigned", "recorder", "humidity"] == {
        begin: 40.0,
        begin + 3000: 41.0,
        begin + 5000: 42.0,
        begin + 7000: 43.0,
    }


def test_texts_with_line_breaks_move_whole(tmp_path: Path) -> None:
    """In the header and in cells, over the border of two parts; a quote that is never closed costs its line."""
    note = 'warm,\n"very"\nwarm\n' * 1000
    path = tmp_path / "notes.csv"
    rows = [[str(SECOND + n), str(n % 50), note if n % 10_000 == 9_999 else ""] for n in range(450_000)]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["time", "temperature\n(°C)", "note"], *rows])
        file.write(f'{SECOND + 450_000},1,"open\n{SECOND + 450_001},2,\n')
    mapping = planned(path)
    assert "450,046 readings written" in moved(mapping)
    found = stored(tmp_path)
    begin = SECOND * 1000
    (temperatures,) = [values for (_, _, quantity), values in found.items() if quantity == "temperature"]
    assert temperatures == {begin + n * 1000: float(n % 50) for n in range(450_000)} | {begin + 450_001_000: 2.0}
    (notes,) = [values for (_, _, quantity), values in found.items() if quantity == "note_text"]
    assert notes == {begin + n * 1000: note for n in range(9_999, 450_000, 10_000)}
    (bad,) = csv.DictReader(io.StringIO(rejected(mapping)))
    line = path.read_bytes().count(b"\n") - 1
    assert (int(bad["row"]), bad["reason"], "is not closed" in bad["detail"]) == (line, "quotes", True)
    assert verified(mapping, store_url=f"sqlite:///{tmp_path}/store.db").verdict == "equal"


def test_a_latin_file_is_read_with_its_letters(tmp_path: Path) -> None:
    """Not UTF-8: the guess is a doubt until a person has looked at it."""
    path = tmp_path / "latin.csv"
    path.write_bytes("time;lämpötila\n1500000000;20,5\n1500000060;20,6\n".encode("cp1252"))
    output = tmp_path / "latin.yaml"
    done = command("plan", path, "--output", output, "--project", "toe")
    assert "Windows-1252" in done.stderr
    refused = command("run", output, HDH_STORE_URL=f"sqlite:///{tmp_path}/store.db")
    assert (refused.returncode, "Decide each" in refused.stderr) == (2, True)
    undoubted(output)
    moved(output)
    assert stored(tmp_path)["unassigned", "recorder", "temperature"] == {
        SECOND * 1000: 20.5,
        SECOND * 1000 + 60_000: 20.6,
    }


def test_lines_in_another_encoding_are_named(tmp_path: Path) -> None:
    """Each by itself, far behind what `plan` has looked at; a header that cannot be read ends it."""
    good = "".join(f"{SECOND + n};{n % 30};ok\n" for n in range(40_000))
    path = tmp_path / "late.csv"
    path.write_bytes(f"time;temperature;note\n{good}".encode() + f"{SECOND + 40_000};1;lämmin\n".encode("cp1252"))
    mapping = planned(path)
    assert "40,000 readings written, 1 rejected" in moved(mapping)
    (bad,) = csv.DictReader(io.StringIO(rejected(mapping)))
    assert (bad["row"], bad["reason"]) == ("40002", "encoding")
    assert verified(mapping, store_url=f"sqlite:///{tmp_path}/store.db").verdict == "equal"
    path.write_bytes("time;lämpötila;note\n1500000000;1;ok\n".encode("cp1252"))
    with pytest.raises(Misconfigured, match=r"its header is not utf-8\. Mend source\.csv\.encoding"):
        moved(mapping)


def test_empty_files_among_others_hold_nothing(tmp_path: Path) -> None:
    """Neither they nor a header without rows keep the others from being planned and moved."""
    folder = tmp_path / "tables"
    folder.mkdir()
    for name, text in (("a", ""), ("b", "time,temperature\n"), ("c", f"time,temperature\n{SECOND},1\n")):
        (folder / f"{name}.csv").write_text(text)
    assert "1 readings written; 3 of 3 parts were moved now" in moved(planned(folder))
    assert list(stored(tmp_path).values()) == [{SECOND * 1000: 1.0}]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.csv", b"", "it is empty"),
        ("cut.lp.gz", gzip.compress(LINES.encode())[:-2_000], "Is it whole"),
        ("cut.lp.zst", zstandard.ZstdCompressor().compress(LINES.encode())[:-2_000], "Is it whole"),
        ("utf16.csv", "time,temperature\n1500000000,1\n".encode("utf-16"), "UTF-16"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "neither line protocol nor a table"),
        ("no-time.csv", b"a,b\n1,2\n3,4\n", "no column holds times"),
        ("only-time.csv", b"time\n1500000000\n1500000001\n", "no column beside the time"),
    ],
)
def test_every_broken_file_has_its_own_error(name: str, data: bytes, words: str, tmp_path: Path) -> None:
    """Planning says in one sentence what is wrong."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(Misconfigured, match=words) as error:
        make_plan(Asked(str(path)), load_site(None), None)
    assert name in str(error.value)


def test_a_plan_that_cannot_be_made_ends_with_a_sentence(tmp_path: Path) -> None:
    """Exit code 2, no trace, and no mapping file."""
    (tmp_path / "header.csv").write_text("time,temperature\n")
    done = command("plan", tmp_path / "header.csv", "--output", tmp_path / "x.yaml")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"{tmp_path}/header.csv: ")
    assert not (tmp_path / "x.yaml").exists()


def test_a_source_that_changed_is_moved_again(tmp_path: Path) -> None:
    """A file that has grown: its changed part comes again, and both sides are equal."""
    path = tmp_path / "grows.lp"
    path.write_text(LINES)
    mapping = lines_mapping(path)
    move(mapping)
    with path.open("a") as file:
        file.write(f"climate,house=talo\\ 1,room=r0,device=d temperature=99 {(SECOND + 5_000) * 10**9}\n")
    assert "1 parts had changed" in move(mapping)
    assert stored(tmp_path)["r0", "d", "temperature"][(SECOND + 5_000) * 1000] == 99.0
    assert verified(mapping).verdict == "equal"
    path.touch()
    assert "0 of 1 parts were moved now" in move(mapping)


@pytest.mark.influxdb1
def test_nanoseconds_beyond_the_calendar_are_no_crash(influxd: Influxd, tmp_path: Path) -> None:
    """Times at the ends of what a server knows are rejected as out of reason, each by itself."""
    database = unique("ends")
    ask(influxd, f'CREATE DATABASE "{database}"')
    post(influxd, database, "m t=1 -9223372036854775806\nm t=2 9223372036854775806\nm t=3 1500000000000000000")
    mapping = write_mapping(
        tmp_path / "ends.yaml",
        source={"kind": "influxdb", "url": influxd.url, "databases": [database], "window": "28d"},
        destination={"store": f"sqlite:///{tmp_path}/store.db"},
        place={"project": "toe"},
        series=[{"match": {"field": "t"}, "quantity": "temperature"}],
    )
    move(mapping)
    assert [line.split(",")[2] for line in rejected(mapping).splitlines()[1:]] == ["clock", "clock"]
    assert verified(mapping).verdict == "equal"
