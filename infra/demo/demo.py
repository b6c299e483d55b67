"""`make demo`: broker, ingest, api, dashboard and simulator as processes of this machine, with a week of data."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import httpx

from hdh.errors import Misconfigured
from infra.demo.broker import mosquitto
from infra.demo.places import ROOT, Places
from infra.demo.terminal import own_terminal
from infra.make import web

_PROCFILE = Path(__file__).with_name("Procfile")
_SLOW_SECONDS = 120.0
_LAST_LINES = 8


class Demo:
    """The processes, and what is said about them."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._stop = threading.Event()
        self._began = time.monotonic()
        self._began_at = time.time()
        self._honcho: subprocess.Popen[bytes] | None = None
        self._has_pages = False

    def run(self) -> int:
        """Start, tell, wait; the exit code."""
        places = self._places
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        environment = places.environment()
        make_key(places, environment)
        self._has_pages = has_pages()
        kind = "mosquitto" if mosquitto() else "the embedded amqtt"
        parts = ["ingest", "api", *(["dashboard"] if self._has_pages else []), "simulator"]
        say(f"Starting broker ({kind}), {', '.join(parts[:-1])} and {parts[-1]}; their log is {shown(places.log)}.")
        with places.log.open("wb") as log:
            # Its own session: only what is said below ends it, and it ends the others.
            self._honcho = subprocess.Popen(
                [program("honcho"), "-e", os.devnull, "-d", ROOT, "-f", _PROCFILE, "start", "broker", *parts],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._tell()
        finally:
            self._end()
        return self._verdict()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stop.set()

    def _tell(self) -> None:
        if not self._wait(self._first_reading, _SLOW_SECONDS):
            return
        say(f"The first reading came from the API after {time.monotonic() - self._began:.0f} s.\n")
        say(invitation(self._places, has_pages=self._has_pages))
        if self._wait(self._all_published) and self._wait(self._all_written):
            say("\nThe past is complete; the houses are live now.")
            self._wait(lambda: False)

    def _wait(self, until: Callable[[], bool], slow: float | None = None) -> bool:
        """Until it is so (True), or the demo ends (False); says so once where that takes longer than `slow` seconds."""
        while not self._stop.wait(0.3):
            if self._honcho is None or self._honcho.poll() is not None:
                return False
            if until():
                return True
            if slow and time.monotonic() - self._began > slow:
                say(f"No reading yet. What the services say is in {shown(self._places.log)}.")
                slow = None
        return False

    def _first_reading(self) -> bool:
        found = ask(f"http://{self._places.api}/v1/latest", project="healthy-digital-house", quantity="temperature")
        return found is not None and bool(found["latest"])

    def _all_published(self) -> bool:
        # The file of an earlier run tells of the time before this one.
        try:
            until = json.loads(self._places.state.read_text(encoding="utf-8"))["published_until"]
        except FileNotFoundError:
            return False
        return bool(until >= self._began_at * 1000)

    def _all_written(self) -> bool:
        found = ask(f"http://{self._places.ingest}/status")
        return found is not None and found["pending"] == 0

    def _end(self) -> None:
        honcho = self._honcho
        if honcho is None:
            return
        if honcho.poll() is None:
            say("\nEnding …")
            honcho.send_signal(signal.SIGTERM)
        honcho.wait()

    def _verdict(self) -> int:
        if self._stop.is_set():
            say(f"All has ended. The data stays in {shown(self._places.folder)}; make demo goes on with it.")
            return 0
        text = self._places.log.read_text(encoding="utf-8", errors="replace")
        say(f"A service has ended by itself, so all have. The end of {shown(self._places.log)}:\n")
        say(last_words(text))
        return 1


def make_key(places: Places, environment: dict[str, str]) -> None:
    """Make the folder and, once, a key for the project that is not public.

    Raises:
        Misconfigured: the key cannot be made.
    """
    places.folder.mkdir(parents=True, exist_ok=True)
    if places.api_key.exists():
        return
    name = f"demo-{datetime.now(UTC):%Y-%m-%d-%H%M%S}"
    command: list[str | Path] = [program("api"), "key", "add", name, "--project", "toe"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Misconfigured(done.stderr.strip())
    places.api_key.touch(mode=0o600)
    places.api_key.write_text(done.stdout.strip() + "\n", encoding="utf-8")


def has_pages() -> bool:
    """Whether the dashboard's pages are there, built now if they are not; says why where they are not."""
    if why := web.missing():
        say(f"Without the dashboard: {why}.")
        return False
    with web.alone():
        is_built = web.build()
    if not is_built:
        say("Without the dashboard: its pages could not be built; the lines above say why.")
        return False
    return True


def ask(url: str, **parameters: str) -> dict[str, Any] | None:
    """The answer's JSON; None while there is none."""
    try:
        answer = httpx.get(url, params=parameters, timeout=5)
        return answer.json() if answer.is_success else None
    except (httpx.HTTPError, ValueError):
        return None


def invitation(places: Places, *, has_pages: bool) -> str:
    """What to open and try, in a few lines."""
    api = f"http://{places.api}"
    key = f'-H "Authorization: Bearer $(cat {shown(places.api_key)})"'
    week = "project=toe&quantity=co2&start=-7d&every=1d&aggregate=mean&format=csv"
    publish = f"{shown(program('python'))} -m infra.demo.publish mqtt://{places.broker}"
    message = """healthy-digital-house/koivula/kitchen/mine '{"temperature": 21.4}'"""
    return "\n".join(
        (
            *([f"Open     http://{places.dashboard}"] if has_pages else []),
            f"Docs     {api}/docs",
            f"Ask      curl '{api}/v1/latest?project=healthy-digital-house&quantity=temperature'",
            f"Private  curl {key} '{api}/v1/readings?{week}'",
            f"Publish  {publish} {message}",
            f"Check    curl '{api}/v1/status'   (Ctrl-C here ends the demo; its data stays in {shown(places.folder)})",
        )
    )


def last_words(log: str) -> str:
    """The last lines of the process that ended first, from honcho's log."""
    lines = log.splitlines()
    ended = next((m[1] for line in lines if (m := re.search(r"\| (\S+) stopped", line))), None)
    own = [line for line in lines if ended and re.match(rf"\S+ {re.escape(ended)}\s+\|", line)]
    return "\n".join((own or lines)[-_LAST_LINES:])


def program(name: str) -> Path:
    """A command of this environment."""
    return Path(sys.executable).with_name(name)


def shown(path: Path) -> str:
    """A path as one types it here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def main() -> int:
    """Run the demo; the exit code."""
    try:
        places = Places.read()
        places.check_free()
        with own_terminal():
            return Demo(places).run()
    except Misconfigured as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
