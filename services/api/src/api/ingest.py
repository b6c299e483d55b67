"""What ingest tells over HTTP, slot by slot: counters and rejected messages. One that is away is told, never zero."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import httpx
import msgspec

_SECONDS = httpx.Timeout(5, connect=2)


class ProjectCounters(msgspec.Struct, frozen=True):
    """What became of one project's messages."""

    written: int
    rejected: int
    ignored: int


class SlotStatus(msgspec.Struct, frozen=True):
    """One slot's counters, as its `/status` answers. The first five are of one moment."""

    received: int
    written: int
    rejected: int
    ignored: int
    pending: int
    points_written: int
    journal_bytes: int
    oldest_pending_seconds: float | None
    rejected_reasons: dict[str, int]
    ignored_reasons: dict[str, int]
    projects: dict[str, ProjectCounters]
    store: str
    broker: str


class RejectedMessage(msgspec.Struct, frozen=True):
    """A rejected message, as `/rejected` answers."""

    id: int
    time: int
    project: str
    topic: str
    payload: str
    encoding: Literal["utf-8", "base64"]
    payload_bytes: int
    reason: str
    detail: str


class RejectedPage(msgspec.Struct, frozen=True):
    """Some rejected messages, newest first, and where the older ones begin."""

    rejected: list[RejectedMessage]
    next: int | None


DocumentT = TypeVar("DocumentT", SlotStatus, RejectedPage)


@dataclass(frozen=True, slots=True)
class SlotAnswer(Generic[DocumentT]):
    """What one slot answered: a document, or why there is none."""

    slot: int
    url: str
    document: DocumentT | None
    error: str | None


class Ingest:
    """All slots of ingest. Safe for several threads.

    Args:
        slots: their addresses.
    """

    def __init__(self, slots: Sequence[str]) -> None:
        self._slots = tuple(slots)
        # Straight to ingest: a proxy of the environment is for the world outside.
        self._client = httpx.Client(timeout=_SECONDS, trust_env=False)
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="ingest")

    def status(self) -> list[SlotAnswer[SlotStatus]]:
        """Every slot's counters."""
        return list(self._threads.map(lambda slot: self._ask(slot, "/status", {}, SlotStatus), range(len(self))))

    def rejected(self, questions: Sequence[tuple[int, Mapping[str, str]]]) -> list[SlotAnswer[RejectedPage]]:
        """Rejected messages, newest first: one answer for each question of slot and parameters."""
        return list(
            self._threads.map(lambda asked: self._ask(asked[0], "/rejected", asked[1], RejectedPage), questions)
        )

    def __len__(self) -> int:
        return len(self._slots)

    def close(self) -> None:
        """Give back what is held open."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    def _ask(self, slot: int, path: str, parameters: Mapping[str, str], kind: type[DocumentT]) -> SlotAnswer[DocumentT]:
        url = self._slots[slot]
        try:
            response = self._client.get(url + path, params=dict(parameters))
            response.raise_for_status()
            return SlotAnswer(slot, url, msgspec.json.decode(response.content, type=kind), None)
        except httpx.HTTPError as error:
            return SlotAnswer(slot, url, None, f"does not answer ({type(error).__name__}: {error})")
        except msgspec.MsgspecError as error:
            return SlotAnswer(slot, url, None, f"does not answer as ingest does: {error}")
