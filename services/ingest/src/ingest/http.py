"""What ingest tells over HTTP: health, metrics, counters and rejected messages."""

import codecs
from base64 import b64encode
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry

from hdh.errors import Retryable
from hdh.serve import add_health
from hdh.site import SiteFile
from ingest.clock import now_ms
from ingest.journal import Journal, Rejected, Totals
from ingest.pipeline import Pipeline
from ingest.receive import Receiver
from ingest.written import add_written

_LARGEST_ID = (1 << 63) - 1


def build_app(
    journal: Journal, receiver: Receiver, pipeline: Pipeline, sites: SiteFile, metrics: CollectorRegistry
) -> FastAPI:
    """The service's app."""
    app = FastAPI(title="ingest", description="Counters and rejected messages of one ingest process.", version="1")
    add_health(app, _ready(journal, receiver, pipeline, sites), metrics)
    app.add_exception_handler(Retryable, _unavailable)
    add_written(app, journal, pipeline.progress)

    @app.get("/status")
    def status() -> dict[str, Any]:
        """Counters of one moment: `received = written + rejected + ignored + pending`; how store and broker are."""
        totals = journal.totals()
        oldest = pipeline.oldest if totals.pending else None
        return {
            **_counters(totals),
            "journal_bytes": journal.size(),
            "oldest_pending_seconds": None if oldest is None else max(0, now_ms() - oldest) / 1000,
            "projects": _projects(totals, [project.id for project in sites.site.projects]),
            "store": " ".join(pipeline.problems()) or "ok",
            "broker": receiver.problem or "connected",
        }

    @app.get("/rejected")
    def rejected(
        project: str | None = None,
        reason: str | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        before: Annotated[int | None, Query(ge=0, le=_LARGEST_ID)] = None,
    ) -> dict[str, Any]:
        """Rejected messages, newest first; `next` is the `before` of the next page. Long payloads are cut."""
        found = journal.rejected(project=project, reason=reason, before=before, limit=limit + 1)
        page = found[:limit]
        return {"rejected": [spell(kept) for kept in page], "next": page[-1].id if len(found) > limit else None}

    return app


def _ready(journal: Journal, receiver: Receiver, pipeline: Pipeline, sites: SiteFile) -> Callable[[], list[str]]:
    def reasons() -> list[str]:
        found = (_problem(journal), receiver.problem, *pipeline.problems(), sites.problem)
        return [text for text in dict.fromkeys(found) if text]

    return reasons


def _problem(journal: Journal) -> str:
    try:
        journal.check()
    except Retryable as error:
        return str(error)
    return ""


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    """What cannot be answered now, as a problem document (RFC 9457)."""
    del request
    body = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": str(error)}
    return JSONResponse(body, HTTPStatus.SERVICE_UNAVAILABLE, media_type="application/problem+json")


def _counters(totals: Totals) -> dict[str, Any]:
    return {
        "received": totals.received,
        "written": sum(totals.written.values()),
        "rejected": sum(totals.rejected.values()),
        "ignored": sum(totals.ignored.values()),
        "pending": totals.pending,
        "points_written": sum(totals.points.values()),
        "rejected_reasons": _by_reason(totals.rejected),
        "ignored_reasons": _by_reason(totals.ignored),
    }


def _by_reason(counts: dict[tuple[str, str], int]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for (_, reason), count in sorted(counts.items()):
        summed[reason] = summed.get(reason, 0) + count
    return summed


def _projects(totals: Totals, listed: list[str]) -> dict[str, dict[str, int]]:
    names = {*listed, *totals.written, *(name for name, _ in totals.rejected), *(name for name, _ in totals.ignored)}
    return {
        name: {
            "written": totals.written.get(name, 0),
            "rejected": sum(count for (project, _), count in totals.rejected.items() if project == name),
            "ignored": sum(count for (project, _), count in totals.ignored.items() if project == name),
        }
        for name in sorted(names)
    }


def spell(kept: Rejected) -> dict[str, Any]:
    """A rejected message as JSON has it: the payload as text where it is UTF-8, else as base64."""
    cut = kept.payload_bytes is not None
    try:
        payload = codecs.getincrementaldecoder("utf-8")().decode(kept.payload, final=not cut)
        encoding = "utf-8"
    except UnicodeDecodeError:
        payload, encoding = b64encode(kept.payload).decode("ascii"), "base64"
    return {
        "id": kept.id,
        "time": kept.time,
        "project": kept.project,
        "topic": kept.topic,
        "payload": payload,
        "encoding": encoding,
        "payload_bytes": len(kept.payload) if kept.payload_bytes is None else kept.payload_bytes,
        "reason": kept.reason,
        "detail": kept.detail,
    }
