"""Live houses: the past first where it is asked for, then each message when its time has come."""

import threading
import time
from collections.abc import Callable, Iterator

import structlog

from hdh.mqtt.pace import paced
from hdh.mqtt.publish import Publisher
from simulator.houses import HOUSES
from simulator.message import Message
from simulator.progress import Progress
from simulator.stream import greetings, stream

_SAVE_SECONDS = 10.0
_LATE_MS = 60_000
"""A message without a time of its own that could not be published by then is no longer true."""

log = structlog.get_logger()


class Runner:
    """Publishes until it is stopped."""

    def __init__(self, publisher: Publisher, progress: Progress, stop: threading.Event, now: Callable[[], int]) -> None:
        self._publisher = publisher
        self._progress = progress
        self._stop = stop
        self._now = now
        self._saved = time.monotonic()

    def run(self, seed: int, backfill: int, speed: float | None) -> None:
        """Publish the last `backfill` ms, then live.

        Args:
            seed: decides all that is left to chance.
            backfill: ms.
            speed: see `pace.parse_speed`; of the past only.
        """
        live = self._now()
        start = live - backfill
        if backfill and (reached := self._progress.read()) is not None:
            start = min(max(start, reached), live)
        messages = stream(HOUSES, seed, start, live)
        first = self._catch_up(messages, start, live, speed)
        if not self._stop.is_set():
            self._live(messages, first)

    def _catch_up(self, messages: Iterator[Message], start: int, live: int, speed: float | None) -> Message | None:
        """Publish what is older than `live`; the first message that is not."""
        if start >= live:
            return None
        log.info("publishing the past; gateways whose messages carry no time have none", seconds=(live - start) // 1000)
        for count, message in enumerate(paced(messages, lambda m: m.time, speed, self._stop.wait)):
            if message.time >= live or self._stop.is_set():
                if not self._stop.is_set() and self._publisher.drain():
                    self._progress.write(live)
                    log.info("published the past", messages=count)
                return message
            self._publisher.publish(message.topic, message.payload, retain=message.retain)
        return None

    def _live(self, messages: Iterator[Message], first: Message | None) -> None:
        for message in greetings(HOUSES, self._now()):
            self._publisher.publish(message.topic, message.payload, retain=message.retain)
        log.info("publishing live", houses=len(HOUSES))
        pending = first
        while not self._stop.is_set():
            message = pending or next(messages)
            pending = None
            if self._stop.wait(max(0.0, (message.time - self._now()) / 1000.0)):
                break
            if message.timed or self._now() - message.time < _LATE_MS:
                self._publisher.publish(message.topic, message.payload, retain=message.retain)
            self._save(message.time)
        self._finish()

    def _save(self, until: int) -> None:
        if time.monotonic() - self._saved >= _SAVE_SECONDS and not self._publisher.unacknowledged:
            self._progress.write(until)
            self._saved = time.monotonic()

    def _finish(self) -> None:
        # What is not acknowledged is published again by the next start.
        self._publisher.drain(2.0)
