"""The command `simulator`: reads settings, wires the parts, handles signals; nothing else."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from hdh.errors import Invalid, Misconfigured
from hdh.logs import configure
from hdh.mqtt.pace import paced, parse_speed
from hdh.mqtt.publish import Publisher, publishing
from hdh.settings import load
from hdh.times import now_ms
from simulator.progress import Progress
from simulator.recorded import messages, parse_overrides, sources
from simulator.run import Runner
from simulator.settings import SimulatorSettings
from simulator.spans import parse_span

_REPORT_SECONDS = 2.0

app = typer.Typer(
    help="Believable houses that publish as real gateways do.", no_args_is_help=True, add_completion=False
)


@app.command()
def run(
    backfill: Annotated[
        str | None,
        typer.Option(help="Publish so much of the past first: 12h, 7d.", show_default="HDH_SIMULATOR_BACKFILL"),
    ] = None,
    speed: Annotated[str, typer.Option(help="How fast the past is published: max, 1 (as it happened), 3600.")] = "max",
    seed: Annotated[
        int | None, typer.Option(help="Decides all that is left to chance.", show_default="HDH_SIMULATOR_SEED")
    ] = None,
) -> None:
    """Publish what five houses measure, now and from now on."""
    with _sentences():
        settings = load(SimulatorSettings)
        configure("simulator")
        chosen = settings.simulator_seed if seed is None else seed
        span, pace = parse_span(backfill or settings.simulator_backfill), parse_speed(speed)
        progress = Progress(settings.simulator_state_file, chosen)
        with publishing(settings, settings.simulator_client_id, settings.simulator_inflight) as publisher:
            stop = _stopping(publisher)
            Runner(publisher, progress, stop, now_ms).run(chosen, span, pace)


@app.command()
def replay(
    files: Annotated[
        list[Path],
        typer.Argument(help="<Room>_<Quantity>.csv: epoch seconds, tab, value.", exists=True, dir_okay=False),
    ],
    project: Annotated[str, typer.Option(help="The project in the topic.")] = "healthy-digital-house",
    house: Annotated[str, typer.Option(help="The house in the topic.")] = "replayed",
    device: Annotated[str, typer.Option(help="The device in the topic.")] = "recorder",
    quantity: Annotated[
        list[str] | None,
        typer.Option(help="NAME=quantity or NAME=device/quantity, where the file's name does not say."),
    ] = None,
    speed: Annotated[str, typer.Option(help="max, 1 (as it happened), 3600.")] = "max",
) -> None:
    """Publish recorded readings as a gateway would, with their own times."""
    with _sentences():
        settings = load(SimulatorSettings)
        configure("simulator")
        pace = parse_speed(speed)
        found = sources(files, device, parse_overrides(quantity or []))
        with publishing(settings, settings.simulator_client_id, settings.simulator_inflight) as publisher:
            stop = _stopping(publisher)
            report = _Report(publisher)
            for message in paced(messages(found, project, house), lambda m: m.time, pace, stop.wait):
                if stop.is_set():
                    break
                publisher.publish(message.topic, message.payload, retain=message.retain)
                report.tick()
            whole = not stop.is_set() and publisher.drain()
            report.end(whole=whole)
    if not whole:
        raise typer.Exit(1)


@contextmanager
def _sentences() -> Iterator[None]:
    """What only the one at the keyboard can heal ends with a sentence and exit code 2, not with a stack trace."""
    try:
        yield
    except (Misconfigured, Invalid) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _stopping(publisher: Publisher) -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()
        publisher.interrupt()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    return stop


class _Report:
    """Says on the terminal how many messages are published: now and then, and at the end."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._began = self._said = time.monotonic()

    def tick(self) -> None:
        """A message was handed over."""
        if time.monotonic() - self._said >= _REPORT_SECONDS:
            self._said = time.monotonic()
            typer.echo(f"{self._publisher.published:,} messages published", err=True)

    def end(self, *, whole: bool) -> None:
        """That was all, or as far as it came."""
        count, seconds = self._publisher.published, time.monotonic() - self._began
        done = f"{count:,} messages published and acknowledged in {seconds:.1f} s"
        typer.echo(f"{done}." if whole else f"Stopped: {done}, the others not. Start it again to publish all.")
