"""Planning: what is in a source, what would become of it, and a mapping file that says so."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from hdh.errors import Misconfigured
from hdh.site import Site
from hdh.site.values import parse_zone
from hdh.times import iso
from migrate.batch import FIELD, BadRow, Batch, Column, Found, Kind
from migrate.convert import MS, Converter
from migrate.inspecting import inspect
from migrate.mapping.load import parse_mapping
from migrate.mapping.propose import Wishes, propose
from migrate.sources.csv import CsvSource
from migrate.sources.csv_form import Form, detect
from migrate.sources.files import Files, paths_of
from migrate.sources.influxdb import WINDOWS, InfluxSource
from migrate.sources.influxql import Server
from migrate.sources.interface import Source
from migrate.sources.journal import JournalSource
from migrate.sources.line_protocol import LineProtocolSource, precision_of
from migrate.sources.lines import Context, Parser
from migrate.sources.opening import server_url

_ROWS = 20
_READINGS_A_CHUNK = 500_000
_READINGS_A_SECOND = 150_000
_BYTES = {"sqlite": 27, "influxdb": 4}
_LEDGER_BYTES = 3
_UNTOLD = {"file.first", "file.middle", "file.last", "folder"}
_GOOD_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Asked:
    """What the one who plans asks for."""

    source: str
    files: str = "*"
    zone: str | None = None
    databases: tuple[str, ...] = ()
    whole: bool = False
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposed mapping file, and what it is based on."""

    text: str
    found: Found
    source: dict[str, Any]


def make_plan(asked: Asked, site: Site, token: str | None, tick: Callable[[int], None] = lambda _: None) -> Plan:
    """Look at a source and propose a mapping.

    Raises:
        Misconfigured: it is not there, or holds nothing that can be moved.
        Retryable: a server is away.
    """
    _check_wishes(asked, site)
    source, entry = open_by_look(asked, site, token)
    try:
        found = inspect(source, whole=asked.whole, tick=tick)
    finally:
        source.close()
    if not found.series:
        first = f" The first problem, in line {found.bad[0].row}: {found.bad[0].detail}" if found.bad else ""
        form = ", ".join(f"{what} {how}" for what, how in found.facts)
        raise Misconfigured(f"{asked.source} holds no readings that can be read ({form}).{first}")
    return Plan(propose(entry, found, site, asked.wishes, None), found, entry)


def open_by_look(asked: Asked, site: Site, token: str | None) -> tuple[Source, dict[str, Any]]:
    """Open what a path or URL names, by what it looks like, with the entry `source` of its mapping file.

    Raises:
        Misconfigured: it is not there, or its form cannot be found out.
    """
    if asked.source.startswith(("influxdb://", "influxdbs://")):
        return _server(asked, token)
    root = Path(asked.source).expanduser()
    path = str(root.resolve())  # absolute, so that the mapping file may be moved
    if root.is_dir() and any(root.glob("segment-*.db")):
        return JournalSource(root, site), {"kind": "journal", "path": path}
    paths = paths_of(root, asked.files)
    files = Files(paths, root)
    entry: dict[str, Any] = {"path": path} | ({"files": asked.files} if root.is_dir() else {})
    first, head = _telling(files)
    if not head.strip():
        raise Misconfigured(f"{first}: it is empty. Name a file with readings.")
    if _is_line_protocol(head):
        precision = precision_of(head) or "ns"
        return LineProtocolSource(files, precision), {"kind": "line-protocol", **entry, "precision": precision}
    detected = detect(head, asked.zone or _zone_of(site, asked.wishes))
    if detected.problem:
        raise Misconfigured(f"{first}: it is neither line protocol nor a table of readings: {detected.problem}.")
    doubts = [] if asked.zone else detected.doubts
    return CsvSource(files, detected.form, doubts), {"kind": "csv", **entry, "csv": form_entry(detected.form)}


def _check_wishes(asked: Asked, site: Site) -> None:
    listed = [project.id for project in site.projects]
    if (project := asked.wishes.project) is not None and project not in listed:
        raise Misconfigured(
            f"--project {project}: it is not listed; listed are {', '.join(listed)}. Name one of them, or add it to "
            "the site file (HDH_SITE_FILE)."
        )
    if asked.zone is not None:
        try:
            parse_zone(asked.zone)
        except ValueError as error:
            raise Misconfigured(f"--zone: {error}") from None


def _telling(files: Files) -> tuple[Path, bytes]:
    """The first file that holds more than a header, else the first that is not empty, and how it begins."""
    first: tuple[Path, bytes] | None = None
    for path in files.paths:
        head = files.head(path)
        if len(head.strip().splitlines()) > 1:
            return path, head
        if first is None and head.strip():
            first = path, head
    return first or (files.paths[0], b"")


def form_entry(form: Form) -> dict[str, Any]:
    """The entry `csv` of a mapping file."""
    time: dict[str, Any] = {"columns": list(form.time), "format": form.time_format}
    if form.zone:
        time |= {"zone": form.zone, "doubled_hour": form.doubled_hour}
    entry: dict[str, Any] = {
        "delimiter": form.delimiter,
        "encoding": form.encoding,
        "decimal": form.decimal,
        "header": form.header,
        "skip_lines": form.skip,
        "time": time,
        "labels": list(form.labels),
        "quantity": form.quantity,
        "values": list(form.values),
    }
    return {key: value for key, value in entry.items() if value not in (None, [], 0) or key == "header"}


def show(plan: Plan, output: Path, site: Site, now: int, console: Console) -> None:
    """Tell a person what was found and what would become of it."""
    found = plan.found
    facts = Table(box=None, show_header=False, pad_edge=False)
    for what, how in [("source", plan.source["kind"]), *found.facts]:
        facts.add_row(what, how)
    first, last = min(s.first for s in found.series), max(s.last for s in found.series)
    facts.add_row("series", f"{len(found.series):,}" + ("" if found.exact else " seen in a part of the source"))
    facts.add_row("readings", f"{found.readings:,}" + ("" if found.exact else " (estimated)"))
    facts.add_row("span", f"{_time(first)} to {_time(last)}")
    facts.add_row("will take about", _duration(found.readings / _READINGS_A_SECOND))
    sizes = ", ".join(f"{each * found.readings / 1e6:,.1f} MB in {kind}" for kind, each in _BYTES.items())
    facts.add_row("disk, about", f"{sizes}; the ledger {_LEDGER_BYTES * found.readings / 1e6:,.1f} MB")
    console.print(facts)
    console.print(_before_and_after(plan, output, site, now))
    for bad in found.bad[:5]:
        console.print(f"line {bad.row}: {bad.detail}", style="yellow", markup=False)


def _before_and_after(plan: Plan, output: Path, site: Site, now: int) -> Table:
    """Some readings as the source has them and as the store would."""
    mapping = parse_mapping(plan.text, output)
    converter = Converter(mapping, site, now)
    table = Table(title="before and after", title_justify="left")
    for name in ("time", "source", "value", "project/house/room/device", "quantity", "value after"):
        table.add_column(name, overflow="fold")
    series = plan.found.series
    step = max(1, len(series) // _ROWS)
    for each in series[::step][:_ROWS]:
        for time, value in each.samples[: max(1, _ROWS // min(len(series), _ROWS))]:
            labels = tuple(pair for pair in each.labels if pair[0] != FIELD)
            name = dict(each.labels)[FIELD]
            types: dict[Kind, Any] = {
                "float": np.float64,
                "integer": np.int64,
                "unsigned": np.uint64,
                "boolean": np.bool_,
                "text": np.object_,
            }
            column = Column(each.kind, np.array([value], types[each.kind]))
            batch = Batch(labels, np.array([1], np.int64), np.array([time], np.int64), {name: column})
            after = [("", "", "left where it is")]
            for part in converter.convert(batch):
                if isinstance(part, BadRow):
                    after = [("", "", part.detail)]
                    continue
                place = part.columns.place
                where = f"{part.project}/{place.house}/{place.room}/{place.device}"
                after = [(where, quantity, str(new[0])) for quantity, new in part.columns.fields.items()]
            said = " ".join(text for key, text in each.labels if key not in _UNTOLD)
            for row in after:
                table.add_row(_time(time), said, str(value), *row)
    return table


def _server(asked: Asked, token: str | None) -> tuple[Source, dict[str, Any]]:
    source = InfluxSource(Server(server_url(asked.source), token), asked.databases)
    source.window = "28d"
    for window in reversed(WINDOWS):
        source.window = window
        if max((chunk.size for chunk in source.chunks()), default=0) <= _READINGS_A_CHUNK:
            break
    entry: dict[str, Any] = {"kind": "influxdb", "url": asked.source, "window": source.window}
    if asked.databases:
        entry["databases"] = list(asked.databases)
    return source, entry


def _is_line_protocol(head: bytes) -> bool:
    if head.startswith(b"# INFLUXDB EXPORT") or b"\n# DML" in head:
        return True
    lines = [line for line in head.split(b"\n")[:200] if line.strip()]
    if any(line.startswith((b"time", b"Time")) for line in lines[:1]):
        return False
    parser = Parser(1, 1, Context())
    parser.take(b"\n".join(lines) + b"\n")
    good = sum(len(batch.rows) for batch in parser.batches())
    return good >= _GOOD_SHARE * len(lines) and good > 0


def _zone_of(site: Site, wishes: Wishes) -> str:
    project = next((each for each in site.projects if each.id == wishes.project), site.projects[0])
    return str(project.zone)


def _time(ns: int) -> str:
    try:
        return iso(ns // MS)
    except OverflowError:
        return f"{ns} ns"


def _duration(seconds: float) -> str:
    if seconds < 90:  # noqa: PLR2004 (a minute and a half)
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"  # noqa: PLR2004 (an hour and a half)
