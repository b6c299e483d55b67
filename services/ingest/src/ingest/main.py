"""The command `ingest`: wires the stages, handles signals; nothing else."""

import gc
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from queue import Empty, SimpleQueue
from random import Random
from threading import Event, Thread
from typing import Annotated

import structlog
import typer
from prometheus_client import CollectorRegistry
from rich.console import Console
from rich.table import Table

from hdh import logs
from hdh.errors import HdhError, Misconfigured, Retryable
from hdh.serve import listen, server
from hdh.settings import load, parse_address
from hdh.site import SiteFile, load_site
from ingest import metrics
from ingest.http import build_app
from ingest.journal import SqliteJournal
from ingest.message import Reason
from ingest.pipeline import Pipeline
from ingest.place import Placer
from ingest.receive import Receiver
from ingest.rejected import Choice, Tried, retry
from ingest.reports import Reports
from ingest.session import check_library
from ingest.settings import IngestSettings
from ingest.store import Store

_ENDS = frozenset({signal.SIGTERM, signal.SIGINT})
_SIGNALS = _ENDS | {signal.SIGHUP}
_caught: SimpleQueue[int] = SimpleQueue()
_LOOK_SECONDS = 2.0
_RESTART_SECONDS = 1.0
_OPEN_AGAIN_SECONDS = 5.0
_END_SECONDS = 8.0
_COLLECT_AFTER = (20_000, 20, 50)
"""Batches make and drop thousands of objects that are in no cycle: to look at them every 700 costs 5 to 9 % of CPU."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help="From broker to store, nothing lost.")
_log = structlog.get_logger()


@app.command()
def run() -> None:
    """Receive, journal, decode, place and write until SIGTERM or SIGINT; SIGHUP loads the site file again."""
    logs.configure("ingest")
    gc.set_threshold(*_COLLECT_AFTER)
    for number in _SIGNALS:
        # Taken by the main loop: nothing happens in the middle of anything. Not by `sigtimedwait`, which tells of a
        # signal that never came when the process was stopped (SIGSTOP) for longer than it was to wait.
        signal.signal(number, lambda caught, _: _caught.put(caught))
    try:
        _run(load(IngestSettings))
    except Misconfigured as error:
        _fail(error, 2)
    except Retryable as error:
        _fail(error, 1)


def _run(settings: IngestSettings) -> None:
    check_library()
    sock = listen(parse_address(settings.ingest_listen), "HDH_INGEST_LISTEN")
    sites = SiteFile(settings.site_file, accept=Placer)  # routes may name decoders that are not there
    registry = CollectorRegistry()
    store = Store(settings.store_url, settings.store_secret, metrics.write_seconds(registry))
    journal = _open_journal(settings)
    if journal is None:
        return
    reports, stop, appended, random = Reports(), Event(), Event(), Random()  # noqa: S311 (jitter)
    receiver = Receiver(settings, journal, sites, reports, appended, random)
    pipeline = Pipeline(journal, sites, store, reports, random, archive_days=settings.ingest_archive_days)
    registry.register(metrics.Counters(journal, receiver, pipeline, reports))
    http = server(build_app(journal, receiver, pipeline, sites, registry))
    receiving = _thread("receive", _for_ever, receiver.run, stop)
    writing = _thread("pipeline", _for_ever, pipeline.run, stop, appended)
    serving = _thread("http", http.run, [sock])
    for thread in (receiving, writing, serving):
        thread.start()
    _log.info(
        "ingest_started",
        listen=settings.ingest_listen,
        journal=str(settings.journal_dir),
        received=journal.last,
        site_version=sites.site.version,
    )
    _watch(sites, appended)
    stop.set()
    appended.set()
    pipeline.progress.end()
    http.should_exit = True
    deadline = time.monotonic() + _END_SECONDS
    for thread in (receiving, writing, serving):
        thread.join(max(0.0, deadline - time.monotonic()))
    if any(thread.is_alive() for thread in (receiving, writing)):
        # A store that hangs keeps a write waiting. It is not marked as done, so nothing is lost by leaving now.
        _log.warning("ingest_ended_in_the_middle")
        return
    store.close()
    journal.close()
    _log.info("ingest_ended")


def _thread(name: str, run: Callable[..., None], *arguments: object) -> Thread:
    """A thread in a copy of this context, which holds the field `service` of log lines."""
    return Thread(target=copy_context().run, args=(run, *arguments), name=name, daemon=True)


def _for_ever(run: Callable[..., None], stop: Event, *others: Event) -> None:
    """Run a stage again should it ever end before its time, as it might when not even a log line can be written."""
    while not stop.is_set():
        try:
            run(stop, *others)
        except Exception:  # noqa: BLE001 (the very last resort of a thread)
            with suppress(Exception):
                _log.exception("stage_failed")
            stop.wait(_RESTART_SECONDS)


def _open_journal(settings: IngestSettings) -> SqliteJournal | None:
    """Open the journal, as soon as the disk lets us; None when asked to end meanwhile."""
    while True:
        try:
            return SqliteJournal(
                settings.journal_dir,
                segment_bytes=settings.ingest_segment_bytes,
                segment_seconds=settings.ingest_segment_seconds,
            )
        except Retryable as error:
            _log.error("journal_not_opened", error=str(error))
        if _signal_within(_OPEN_AGAIN_SECONDS) in _ENDS:
            return None


def _watch(sites: SiteFile, wake: Event) -> None:
    """Look after the site file until a signal says to end; `wake` tells the pipeline of a new one."""
    while True:
        caught = _signal_within(_LOOK_SECONDS)
        if caught in _ENDS:
            return
        if caught == signal.SIGHUP:
            sites.reload()
        else:
            sites.check()
        if sites.changed.is_set():
            wake.set()


def _signal_within(seconds: float) -> int | None:
    """The next signal that comes, if one does."""
    try:
        return _caught.get(timeout=seconds)
    except Empty:
        return None


@app.command("retry-rejected")
def retry_rejected(
    project: Annotated[str | None, typer.Option(help="Only of this project.")] = None,
    reason: Annotated[Reason | None, typer.Option(help="Only with this reason.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only whose topic matches this filter (+ and #).")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would become of them.")] = False,  # noqa: FBT002 (a flag)
) -> None:
    """Decode rejected messages again after a fix of decoders or site file, and write what is good now.

    It reads HDH_JOURNAL_DIR, HDH_SITE_FILE, HDH_STORE_URL and HDH_STORE_TOKEN, beside a running ingest or without one.
    """
    logs.configure("ingest")
    try:
        settings = load(IngestSettings)
        store = Store(settings.store_url, settings.store_secret)
        choice = Choice(project, reason, topic)
        tried = retry(Path(settings.journal_dir), load_site(settings.site_file), store, choice, dry_run=dry_run)
        store.close()
    except Misconfigured as error:
        _fail(error, 2)
    except Retryable as error:
        _fail(error, 1)
    Console().print(_table(tried, dry_run=dry_run))


def _table(tried: Tried, *, dry_run: bool) -> Table:
    table = Table(title="Would become" if dry_run else "Became", title_justify="left")
    for name in ("project", "reason before"):
        table.add_column(name)
    for name in ("written", "ignored", "still rejected"):
        table.add_column(name, justify="right")
    for project, reason, *counts in tried.rows():
        table.add_row(project or "(unlisted)", reason, *map(str, counts))
    return table


def _fail(error: HdhError, code: int) -> None:
    typer.echo(str(error), err=True)
    raise typer.Exit(code) from None
