"""`/v1/rejected`: messages that could not be written, and why, as ingest keeps them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from heapq import merge
from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from msgspec import to_builtins
from pydantic import BaseModel, Field

from api.access import Access, View, unauthorized
from api.deps import AccessDep, ProjectParam, ServicesDep, SiteDep
from api.ingest import RejectedPage, SlotAnswer
from api.problems import documented, unknown_name
from api.routes import V1
from api.samples import samples
from api.suggestions import suggest
from hdh.errors import Invalid

router = APIRouter(prefix=V1, tags=["operation"])


class RejectedOut(BaseModel):
    """A message that was rejected, or a part of it."""

    slot: int = Field(description="Which ingest keeps it.")
    id: int
    time: int = Field(description="When it came, epoch milliseconds.")
    project: str = Field(description="Empty where it names no listed one.")
    topic: str
    payload: str = Field(description="As it came; cut at 64 KiB here, kept whole by ingest.")
    encoding: Literal["utf-8", "base64"] = Field(description="How `payload` is written here.")
    payload_bytes: int
    reason: str
    detail: str


class RejectedSlotOut(BaseModel):
    """Whether one ingest answered."""

    slot: int
    url: str
    error: str | None = Field(description="Why its messages are not in this answer; null: they are.")


class AllRejectedOut(BaseModel):
    """Rejected messages, newest first."""

    rejected: list[RejectedOut]
    next: str | None = Field(description="The cursor of the older ones; null: there are none.")
    complete: bool = Field(description="Whether every ingest answered.")
    ingests: list[RejectedSlotOut]


@router.get("/rejected", responses=documented(404), openapi_extra=samples("/v1/rejected", project="toe", limit="20"))
def read_rejected(  # noqa: PLR0913, PLR0917 (one parameter each)
    project: ProjectParam,
    shared: ServicesDep,
    access: AccessDep,
    site: SiteDep,
    reason: Annotated[str | None, Query(description="One reason, such as payload, clock, project or store.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="The most messages of one answer.")] = 100,
    cursor: Annotated[str | None, Query(description="`next` of the answer before.")] = None,
) -> AllRejectedOut:
    """Messages that were rejected. Needs a key; those of unlisted projects need one for every project."""
    if access.is_public:
        raise unauthorized("Rejected messages are shown to keys only.")
    # Only listed projects have messages of their own.
    full = [listed.id for listed in site.projects if access.view(listed.id, public=False) is View.FULL]
    for name in project:
        if name not in full:
            raise unknown_name("project", name, suggest(name, full, otherwise="See /v1/projects."))
    positions = _read_cursor(cursor, len(shared.ingest))
    questions = [
        (slot, _parameters(name, reason, limit, before))
        for slot, before in positions.items()
        for name in (project or _every_project(access, full))
    ]
    answers = shared.ingest.rejected(questions)
    pages = _pages(answers)
    taken = list(islice(merge(*pages.values(), key=lambda message: -message.time), limit))
    ingests = {answer.slot: RejectedSlotOut(slot=answer.slot, url=answer.url, error=answer.error) for answer in answers}
    for answer in answers:
        if answer.error is not None:
            ingests[answer.slot].error = answer.error
    return AllRejectedOut(
        rejected=taken,
        next=_next_cursor(positions, pages, taken, answers),
        complete=all(answer.error is None for answer in answers),
        ingests=list(ingests.values()),
    )


def _every_project(access: Access, full: list[str]) -> list[str | None]:
    """One question without a project for those who see all; else one a project."""
    return [None] if access.is_everything else list(full)


def _parameters(project: str | None, reason: str | None, limit: int, before: int | None) -> dict[str, str]:
    values = {"project": project, "reason": reason, "limit": limit, "before": before}
    return {name: str(value) for name, value in values.items() if value is not None}


def _pages(answers: list[SlotAnswer[RejectedPage]]) -> dict[int, list[RejectedOut]]:
    """Each slot's messages, newest first."""
    pages: dict[int, list[RejectedOut]] = {}
    for answer in answers:
        found = answer.document.rejected if answer.document else []
        messages = (RejectedOut(slot=answer.slot, **to_builtins(message)) for message in found)
        pages.setdefault(answer.slot, []).extend(messages)
    return {slot: sorted(page, key=lambda message: -message.id) for slot, page in pages.items()}


def _next_cursor(
    positions: dict[int, int | None],
    pages: dict[int, list[RejectedOut]],
    taken: list[RejectedOut],
    answers: list[SlotAnswer[RejectedPage]],
) -> str | None:
    """Where each slot goes on: behind what was taken of it. A slot that did not answer stays where it was."""
    more = {answer.slot for answer in answers if answer.document is None or answer.document.next is not None}
    last = {message.slot: message.id for message in taken}
    left = {slot for slot, page in pages.items() if len(page) > sum(message.slot == slot for message in taken)}
    following = {slot: last.get(slot, positions[slot]) for slot in sorted(more | left)}
    if not following or not taken:
        return None
    return urlsafe_b64encode(json.dumps(following).encode()).decode()


def _read_cursor(cursor: str | None, slots: int) -> dict[int, int | None]:
    if cursor is None:
        return dict.fromkeys(range(slots))
    try:
        found = json.loads(urlsafe_b64decode(cursor.encode()))
        positions = {int(slot): None if before is None else int(before) for slot, before in found.items()}
    except (ValueError, BadBase64, AttributeError, TypeError):
        positions = {-1: None}
    if all(0 <= slot < slots for slot in positions):
        return positions
    raise Invalid("is no cursor.", parameter="cursor", value=cursor, remedy="Take `next` of the answer before.")
