"""Rejected messages once more: decoded by today's decoders and site file, written where they are good now."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from paho.mqtt.client import topic_matches_sub

from hdh.errors import Misconfigured
from hdh.site import Site
from ingest.journal import Rejected
from ingest.journal.lock import Lock
from ingest.journal.state import State
from ingest.message import Placed
from ingest.part import Entry, Part
from ingest.place import Placer, place
from ingest.settings import check_topics
from ingest.store import Store

_MESSAGES_AT_ONCE = 1_000
_BYTES_AT_ONCE = 4 * 1024 * 1024

Outcome = Literal["written", "ignored", "rejected"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rejected messages; None takes all.

    Attributes:
        project: of this project, "" for those of no listed one.
        reason: with this reason.
        topic: whose topic matches this filter.
    """

    project: str | None = None
    reason: str | None = None
    topic: str | None = None


@dataclass(slots=True)
class Tried:
    """How it went: messages by the project and reason they had, and what became of them."""

    counts: Counter[tuple[str, str, Outcome]] = field(default_factory=Counter)

    def rows(self) -> list[tuple[str, str, int, int, int]]:
        """Project, reason, and how many are written, ignored and still rejected."""
        keys = sorted({(project, reason) for project, reason, _ in self.counts})
        outcomes: tuple[Outcome, ...] = ("written", "ignored", "rejected")
        return [(*key, *(self.counts[(*key, outcome)] for outcome in outcomes)) for key in keys]  # type: ignore[misc]


def retry(folder: Path, site: Site, store: Store, choice: Choice, *, dry_run: bool) -> Tried:
    """Decode rejected messages again; write what is good now and move the counts. A running ingest goes on beside it.

    Args:
        folder: HDH_JOURNAL_DIR.
        site: today's site.
        store: where good points go.
        choice: which messages.
        dry_run: only tell what would become of them; what the store itself refuses is not known then.

    Raises:
        Misconfigured: there is no journal, another retry runs, or the store does not take a project from us.
        Retryable: the store is away; what was done until then stays done.
    """
    if not (folder / "state.db").exists():
        raise Misconfigured(f"HDH_JOURNAL_DIR={folder} holds no journal. Name the folder that `ingest run` uses.")
    if choice.topic is not None:
        try:
            check_topics(choice.topic)
        except ValueError as error:
            raise Misconfigured(f"--topic: {error}.") from error
    tried = Tried()
    store.list_projects(site.projects)
    lock, placer = Lock(folder, "retry.lock"), Placer(site)
    try:
        state = State(folder)
        try:
            for messages in _chunks(state, choice):
                _retry(state, site, placer, None if dry_run else store, messages, tried)
        finally:
            state.close()
    finally:
        lock.close()
    return tried


def _chunks(state: State, choice: Choice) -> Iterator[list[Rejected]]:
    chunk: list[Rejected] = []
    size = 0
    for identity, topic in state.rejected_topics(project=choice.project, reason=choice.reason):
        if choice.topic is not None and not topic_matches_sub(choice.topic, topic):
            continue
        kept = state.rejected_by_id(identity)
        if kept is None:
            continue
        chunk.append(kept)
        size += len(kept.payload)
        if len(chunk) >= _MESSAGES_AT_ONCE or size >= _BYTES_AT_ONCE:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _retry(
    state: State, site: Site, placer: Placer, store: Store | None, messages: list[Rejected], tried: Tried
) -> None:
    parts: dict[str, Part] = {}
    found: dict[str, list[tuple[int, Placed]]] = {}

    def entry(number: int) -> Entry:
        return Entry(messages[number].position, messages[number].message, site.version)

    for number, kept in enumerate(messages):
        project = placer.project_of(kept.topic) or ""
        part = parts.setdefault(project, Part(project, entry))
        placed = place(placer, kept.message)
        part.add(number, placed)
        found.setdefault(project, []).append((number, placed))
    for project, part in parts.items():
        if store is not None:
            part.write(store.write)
            move = part.move()
            # They keep their ids: in the order in which the part got them.
            again = [messages[number].id for number in sorted(part.faults)]
            move.rejected = [replace(now, id=identity) for now, identity in zip(move.rejected, again, strict=True)]
            state.resolve(project, [messages[number] for number, _ in found[project]], move)
        for number, placed in found[project]:
            kept = messages[number]
            outcome: Outcome = "ignored" if placed.ignored else "rejected" if number in part.faults else "written"
            tried.counts[kept.project, kept.reason, outcome] += 1
