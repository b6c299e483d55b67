"""The report: what was moved, what was changed on the way, what was not moved, and whether both sides are equal."""

import html
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hdh.model import Series
from hdh.times import iso
from migrate.checksum import DAY_MS, Stats
from migrate.convert import CHANGES, LEFT
from migrate.ledger import Ledger
from migrate.ledger_days import DayPair, Days
from migrate.replacing import replacing

_MOST_DAYS = 1_000
_NOTHING = Stats(0, 0, 0, None, None, None, 0)

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a }
.sentence { font-size: 1.15rem; border-left: .4rem solid; padding: .6rem 1rem; background: #f6f6f6 }
.equal { border-color: #16794c } .different, .unverified { border-color: #b3261e }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 } th, td { text-align: left; padding: .25rem .6rem;
border-bottom: 1px solid #ddd } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
.sign { margin-top: 3rem; display: flex; gap: 3rem }
.sign div { flex: 1; border-top: 1px solid #555; padding-top: .3rem }
"""


@dataclass(slots=True)
class SeriesReport:
    """A series on both sides, all days together."""

    project: str
    house: str
    room: str
    device: str
    quantity: str
    source: Stats | None = None
    destination: Stats | None = None
    days: int = 0
    different_days: list[str] = field(default_factory=list)
    other_readings: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether the destination holds what the source holds, on each day."""
        return not self.different_days


@dataclass(slots=True)
class Report:
    """All that a report says.

    Attributes:
        verdict: `equal`, `different`, or `unverified`.
        sentence: what a person can sign.
        counts: readings by what became of them.
        rejected: readings that were rejected, by reason.
    """

    verdict: str
    sentence: str
    source: str
    destination: str
    verified: str | None
    chunks: int
    counts: dict[str, int]
    rejected: dict[str, int]
    series: list[SeriesReport]


def make_report(ledger: Ledger, source: str, destination: str, rejects: Path, chunks: int) -> Report:
    """Put together what the ledger holds.

    Args:
        ledger: what was moved and verified.
        source: names the source.
        destination: names the destination.
        rejects: the reject file.
        chunks: how many chunks the source has; those that were not moved make the verdict `different`.
    """
    done = ledger.done()
    counts: Counter[str] = Counter()
    for each in done.values():
        counts.update(each.counts)
    rejected = ledger.rejected()
    verified = ledger.note("verified")
    series = list(_series(ledger)) if verified else []
    # What was replayed stands in a ledger of its own; verifying looks at all of the source in any case.
    left = max(0, chunks - len(done)) if done else 0
    verdict = "unverified"
    if verified:
        equal = all(each.is_equal for each in series) and not left
        verdict = "equal" if equal else "different"
    report = Report(
        verdict, "", source, destination, verified, len(done), dict(sorted(counts.items())), dict(rejected), series
    )
    report.sentence = _sentence(report, rejects, left)
    return report


def write_json(report: Report, path: Path) -> None:
    """Write the report for programs."""
    content = asdict(report)
    for entry, series in zip(content["series"], report.series, strict=True):
        entry["equal"] = series.is_equal
        for side in ("source", "destination"):
            if entry[side] is not None:
                entry[side]["checksum"] = f"{entry[side]['checksum']:016x}"
    with replacing(path) as file:
        file.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def write_html(report: Report, path: Path) -> None:
    """Write the report for people."""
    with replacing(path) as file:
        file.writelines(_html(report))


def _series(ledger: Ledger) -> Iterator[SeriesReport]:
    names = ledger.series()
    reports = {number: SeriesReport(*_names(series)) for number, series in names.items()}
    for pair in Days(ledger).pairs():
        _take(reports[pair.series], pair)
    for report in reports.values():
        if report.source is not None:
            yield report


def _take(report: SeriesReport, pair: DayPair) -> None:
    if pair.source is None:
        # What the destination holds on other days is another's: live data, or an earlier migration's.
        report.other_readings += pair.destination.count if pair.destination else 0
        return
    report.days += 1
    report.source = _together(report.source, pair.source)
    if pair.destination is not None:
        report.destination = _together(report.destination, pair.destination)
    if not pair.is_equal and len(report.different_days) < _MOST_DAYS:
        report.different_days.append(iso(pair.day * DAY_MS)[:10])


def _names(series: Series | SeriesReport) -> tuple[str, str, str, str, str]:
    return series.project, series.house, series.room, series.device, series.quantity


def _together(known: Stats | None, more: Stats) -> Stats:
    if known is None:
        return Stats(**asdict(more))
    known.add(more)
    return known


def _sentence(report: Report, rejects: Path, left: int) -> str:
    counts = report.counts
    written = counts.get("written", 0)
    lost = sum(report.rejected.values())
    told = [f"{report.counts[key]:,} {words}" for key, words in CHANGES.items() if report.counts.get(key)]
    changes = f" On the way: {'; '.join(told)}." if told else ""
    stayed = [f"{counts[key]:,} {words}" for key, words in LEFT.items() if counts.get(key)]
    stays = f" Not moved: {'; '.join(stayed)}." if stayed else ""
    refused = f" {lost:,} readings could not be moved; {rejects.name} names each with its reason." if lost else ""
    if report.verdict == "unverified":
        return (
            f"{written:,} readings of {report.source} were written to {report.destination}; "
            f"they have not been verified yet.{changes}{stays}{refused}"
        )
    days = sum(series.days for series in report.series)
    total = sum(series.source.count for series in report.series if series.source)
    basis = "count, first, last, least, greatest, sum and checksum"
    if report.verdict == "equal":
        return (
            f"On {report.verified} all {total:,} readings of {len(report.series):,} series of {report.source} were "
            f"read again from both sides and stood in {report.destination}, equal in {basis} on each of {days:,} days "
            f"of a series.{changes}{stays}{refused}"
        )
    wrong = [series for series in report.series if not series.is_equal]
    lacking = f" {left:,} parts of the source have not been moved yet: run `migrate run` again." if left else ""
    different = (
        f" {len(wrong):,} series differ in {basis}, on {sum(len(s.different_days) for s in wrong):,} days."
        if wrong
        else ""
    )
    return (
        f"On {report.verified} {report.destination} did not hold all that {report.source} holds."
        f"{different}{lacking}{changes}{stays}{refused}"
    )


def _html(report: Report) -> Iterator[str]:
    yield f"<!doctype html><html lang=en><meta charset=utf-8><title>Migration: {report.verdict}</title>"
    yield f"<style>{_STYLE}</style><h1>Migration: {report.verdict}</h1>"
    yield f'<p class="sentence {report.verdict}">{html.escape(report.sentence)}</p>'
    yield "<table>"
    rows = [("Source", report.source), ("Destination", report.destination), ("Chunks", f"{report.chunks:,}")]
    rows.append(("Verified", report.verified or "not yet"))
    yield from (f"<tr><th>{html.escape(what)}<td>{html.escape(how)}" for what, how in rows)
    yield "</table><h2>What became of the readings</h2><table>"
    words = {"written": "written", "rejected": "rejected"} | CHANGES | LEFT
    for key, count in report.counts.items():
        yield f'<tr><td>{html.escape(words.get(key, key))}<td class="n">{count:,}'
    for reason, count in sorted(report.rejected.items()):
        yield f'<tr><td>rejected: {html.escape(reason)}<td class="n">{count:,}'
    yield "</table><h2>Series</h2><table><tr><th>project<th>house<th>room<th>device<th>quantity<th>equal"
    yield "<th class=n>readings, source<th class=n>destination<th>first<th>last<th class=n>least<th class=n>greatest"
    yield "<th>checksum"
    yield from (_html_row(series) for series in report.series)
    yield "</table>"
    for series in report.series:
        if series.different_days:
            name = "/".join(_names(series))
            yield f"<p>{html.escape(name)} differs on {html.escape(', '.join(series.different_days[:100]))}"
    yield "<div class=sign><div>Date and place</div><div>Name and signature</div></div></html>\n"


def _html_row(series: SeriesReport) -> str:
    names = "".join(f"<td>{html.escape(name)}" for name in _names(series))
    source, destination = series.source or _NOTHING, series.destination or _NOTHING
    numbers = "".join(
        f'<td class="n">{"" if value is None else format(value, "g")}' for value in (source.low, source.high)
    )
    return (
        f"<tr>{names}<td>{'yes' if series.is_equal else '<b>no</b>'}<td class=n>{source.count:,}"
        f"<td class=n>{destination.count:,}<td>{_time(source.first)}<td>{_time(source.last)}"
        f"{numbers}<td><code>{source.checksum:016x}</code>"
    )


def _time(ms: int) -> str:
    try:
        return iso(ms)
    except OverflowError:
        return f"{ms} ms"
