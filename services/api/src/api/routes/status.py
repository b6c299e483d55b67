"""`/v1/status`: what became of every message, by the counters of each ingest."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.access import Access, View
from api.deps import AccessDep, ServicesDep, SiteDep
from api.ingest import SlotAnswer, SlotStatus
from api.problems import documented
from api.routes import V1
from api.samples import samples

router = APIRouter(prefix=V1, tags=["operation"])


class CountersOut(BaseModel):
    """What became of the messages: received = written + rejected + ignored + pending, at any moment."""

    received: int
    written: int
    rejected: int
    ignored: int
    pending: int
    points_written: int
    journal_bytes: int
    oldest_pending_seconds: float | None = Field(description="Age of the oldest pending message; null: none is.")
    reconciles: bool = Field(description="Whether the sum holds.")


class ProjectCountersOut(BaseModel):
    """What became of one project's messages."""

    written: int
    rejected: int
    ignored: int


class SlotOut(BaseModel):
    """One ingest."""

    slot: int
    url: str | None = Field(description="Shown to keys only.")
    error: str | None = Field(description="Why its counters are not in the sum; null: they are.")
    counters: CountersOut | None = Field(description="Shown to keys only.")
    store: str | None = Field(description="`ok`, or what is wrong with the store. Shown to keys only.")
    broker: str | None = Field(description="`connected`, or what is wrong with the broker. Shown to keys only.")


class StatusOut(BaseModel):
    """The counters in total and slot by slot. The public sees the totals only."""

    counters: CountersOut | None = Field(description="The sum of the slots that answer; null where none does.")
    complete: bool = Field(description="Whether every ingest answered, so that the sum is the whole.")
    rejected_reasons: dict[str, int] | None = Field(description="Shown to keys only.")
    ignored_reasons: dict[str, int] | None = Field(description="Shown to keys only.")
    projects: dict[str, ProjectCountersOut] | None = Field(
        description="Of the key's projects; empty name: messages of no listed project, for keys of every project."
    )
    ingests: list[SlotOut]
    site: str | None = Field(description="The version of the site file. Shown to keys only.")


@router.get("/status", responses=documented(), openapi_extra=samples("/v1/status"))
def read_status(shared: ServicesDep, access: AccessDep, site: SiteDep) -> StatusOut:
    """The reconciling counters of every ingest."""
    answers = shared.ingest.status()
    found = [answer.document for answer in answers if answer.document is not None]
    shows = not access.is_public
    return StatusOut(
        counters=_counters(found) if found else None,
        complete=len(found) == len(answers),
        rejected_reasons=_summed(status.rejected_reasons for status in found) if shows else None,
        ignored_reasons=_summed(status.ignored_reasons for status in found) if shows else None,
        projects=_projects(found, access) if shows else None,
        ingests=[_slot(answer, shows=shows) for answer in answers],
        site=site.version if shows else None,
    )


def _slot(answer: SlotAnswer[SlotStatus], *, shows: bool) -> SlotOut:
    if not shows:
        error = answer.error and "does not answer"
        return SlotOut(slot=answer.slot, url=None, error=error, counters=None, store=None, broker=None)
    status = answer.document
    return SlotOut(
        slot=answer.slot,
        url=answer.url,
        error=answer.error,
        counters=_counters([status]) if status else None,
        store=status and status.store,
        broker=status and status.broker,
    )


def _counters(found: Sequence[SlotStatus]) -> CountersOut:
    """The counters of some slots in sum."""
    received = sum(status.received for status in found)
    written = sum(status.written for status in found)
    rejected = sum(status.rejected for status in found)
    ignored = sum(status.ignored for status in found)
    pending = sum(status.pending for status in found)
    ages = [status.oldest_pending_seconds for status in found if status.oldest_pending_seconds is not None]
    return CountersOut(
        received=received,
        written=written,
        rejected=rejected,
        ignored=ignored,
        pending=pending,
        points_written=sum(status.points_written for status in found),
        journal_bytes=sum(status.journal_bytes for status in found),
        oldest_pending_seconds=max(ages, default=None),
        reconciles=received == written + rejected + ignored + pending,
    )


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))


def _projects(found: Sequence[SlotStatus], access: Access) -> dict[str, ProjectCountersOut]:
    sums: dict[str, ProjectCountersOut] = {}
    for name, counters in sorted((pair for status in found for pair in status.projects.items()), key=lambda p: p[0]):
        # What belongs to no listed project belongs to those who see every project.
        if (name or access.is_everything) and access.view(name, public=False) is View.FULL:
            total = sums.setdefault(name, ProjectCountersOut(written=0, rejected=0, ignored=0))
            total.written += counters.written
            total.rejected += counters.rejected
            total.ignored += counters.ignored
    return sums
