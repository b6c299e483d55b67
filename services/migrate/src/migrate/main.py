"""The command `migrate`: reads settings and the mapping file, wires the parts, handles signals; nothing else."""

import ctypes
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Annotated

import pyarrow as pa
import typer
from rich.console import Console

from hdh import logs
from hdh.errors import Invalid, Misconfigured, Retryable
from hdh.settings import load
from hdh.site import load_site
from hdh.times import now_ms
from migrate import job as jobs
from migrate.destination import Stopped
from migrate.mapping.propose import Wishes
from migrate.plan import Asked, make_plan, show
from migrate.progress import progress
from migrate.replacing import replacing
from migrate.settings import MigrateSettings

app = typer.Typer(
    help="Move history from old servers and files into the store, and prove that it arrived.",
    no_args_is_help=True,
    add_completion=False,
)

MappingFile = Annotated[Path, typer.Argument(help="The mapping file, as `migrate plan` writes it.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, only the result.")]
Json = Annotated[bool, typer.Option("--json-lines", help="Progress as lines of JSON on standard output.")]
Rate = Annotated[float | None, typer.Option("--rate-limit", min=1, help="Readings a second at most.")]

_M_ARENA_MAX = -8
"""As glibc's malloc.h has it."""


@app.command()
def plan(  # noqa: PLR0913 (options of a command)
    source: Annotated[str, typer.Argument(help="A file, a folder, or influxdb://host:8086?generation=1.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The mapping file to write.")],
    *,
    project: Annotated[str | None, typer.Option(help="The project that readings go to.")] = None,
    house: Annotated[str | None, typer.Option(help="The house that readings go to.")] = None,
    device: Annotated[str | None, typer.Option(help="The device that readings go to.")] = None,
    files: Annotated[str, typer.Option(help="Of a folder, the files that match.")] = "*",
    zone: Annotated[str | None, typer.Option(help="The zone of times without offset.")] = None,
    database: Annotated[list[str] | None, typer.Option(help="Of a server: db or db/policy; several times.")] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Read all of the source, not some parts.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a mapping file that is there.")] = False,
    quiet: Quiet = False,
) -> None:
    """Look at a source and propose a mapping file; nothing else is written."""
    with _told():
        settings = load(MigrateSettings)
        if output.exists() and not force:
            raise Misconfigured(f"{output} is there already. Name another file, or add --force to replace it.")
        if not output.parent.is_dir():
            raise Misconfigured(f"--output {output}: there is no folder {output.parent}. Make it first.")
        site = load_site(settings.site_file)
        wishes = Wishes(project, house, device)
        asked = Asked(source, files, zone, tuple(database or ()), whole, wishes)
        made = make_plan(asked, site, settings.source_secret)
        if not quiet:
            show(made, output, site, now_ms(), Console(width=None if sys.stdout.isatty() else 160))
        with replacing(output) as file:
            file.write(made.text)
        typer.echo(f"wrote {output}")
        doubts = jobs.doubts_of(output)
        for doubt in doubts:
            typer.echo(doubt, err=True)
        command = "Decide the doubts above, then" if doubts else "Look it through, then"
        typer.echo(f"{command}: migrate run {output}")


@app.command()
def run(mapping: MappingFile, *, quiet: Quiet = False, json_lines: Json = False, rate_limit: Rate = None) -> None:
    """Move all that is not moved yet. Ended at any moment, it goes on where it was when it is run again."""
    with _told(), _job(mapping) as job, progress("move", quiet=quiet, json_lines=json_lines) as told:
        result = job.run(told, rate_limit)
        typer.echo(result.sentence, err=json_lines)
        if result.rejected:
            typer.echo(f"Rejected readings: {job.rejects}", err=True)
        if result.rejected and not result.written:
            raise Misconfigured(
                "Nothing was moved, as readings were rejected and no other was left: the file above says why. "
                f"Mend the mapping file or the source, move {job.beside('.ledger.db')} away and run it again."
            )


@app.command()
def verify(mapping: MappingFile, *, quiet: Quiet = False, json_lines: Json = False) -> None:
    """Read both sides again and compare them, series by series and day by day; exit code 3 where they differ."""
    with _told(), _job(mapping) as job, progress("verify", quiet=quiet, json_lines=json_lines) as told:
        report = job.verify(told)
        typer.echo(report.sentence, err=json_lines)
        if report.verdict != "equal":
            raise typer.Exit(3)


@app.command()
def report(mapping: MappingFile) -> None:
    """Write the report as HTML and JSON, beside the mapping file."""
    with _told(), _job(mapping) as job:
        made = job.report()
        typer.echo(made.sentence)
        typer.echo(f"wrote {job.beside('.report.html')} and {job.beside('.report.json')}")
        if made.verdict == "different":
            raise typer.Exit(3)


@app.command()
def replay(
    mapping: MappingFile,
    *,
    speed: Annotated[str, typer.Option(help="max, 1 (as it happened), 3600 times faster.")] = "max",
    quiet: Quiet = False,
    json_lines: Json = False,
) -> None:
    """Publish history at the broker as gateways did, with its own times; started again it goes on where it was."""
    with _told(), _job(mapping) as job, progress("replay", quiet=quiet, json_lines=json_lines) as told:
        typer.echo(job.replay(told, speed), err=json_lines)


@contextmanager
def _job(path: Path) -> Iterator["jobs.Job"]:
    stop = Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    job = jobs.open_job(path, load(MigrateSettings), stop)
    try:
        yield job
    finally:
        job.close()


@contextmanager
def _told() -> Iterator[None]:
    """What a person can mend ends with a sentence and an exit code, not with a stack trace."""
    logs.configure("migrate")
    _keep_little_memory()
    try:
        yield
    except (Misconfigured, Invalid) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except Retryable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except Stopped:
        typer.echo("Stopped. What was moved is noted; run it again to go on.", err=True)
        raise typer.Exit(1) from None


def _keep_little_memory() -> None:
    """Have what is freed given back: allocators keep some 25 MB each for later, and are no faster for our pieces."""
    pa.set_memory_pool(pa.system_memory_pool())
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_M_ARENA_MAX, 1)  # not an arena for each thread
