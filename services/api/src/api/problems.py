"""Errors as problem documents (RFC 9457) that name the parameter, the value and the remedy."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from hdh.errors import Invalid, Misconfigured, Retryable
from hdh.stopping import is_stopped

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5

log = structlog.get_logger()


class ProblemDocument(BaseModel):
    """What is wrong and what to do about it (RFC 9457)."""

    type: str = Field(description="Which kind of problem, a URN.", examples=["urn:hdh:problem:unknown-name"])
    title: str = Field(description="The kind of problem in words.", examples=["Unknown name"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What is wrong here.", examples=["There is no such house."])
    parameter: str | None = Field(default=None, description="The parameter that is wrong.", examples=["house"])
    value: Any = Field(default=None, description="What was given.", examples=["vila-a"])
    remedy: str | None = Field(default=None, description="What to do.", examples=["Did you mean villa-a?"])


class Problem(Exception):
    """An answer that is a problem document."""

    def __init__(  # noqa: PLR0913 (the members of the document)
        self,
        status: int,
        slug: str,
        detail: str,
        *,
        parameter: str | None = None,
        value: object = None,
        remedy: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.slug = slug
        self.headers = headers
        self.document = ProblemDocument(
            type=f"urn:hdh:problem:{slug}",
            title=slug.replace("-", " ").capitalize(),
            status=status,
            detail=detail,
            parameter=parameter,
            value=value,
            remedy=remedy,
        )

    def response(self) -> Response:
        """The HTTP response."""
        content = jsonable_encoder(self.document)
        return JSONResponse(content, status_code=self.status, media_type=MEDIA_TYPE, headers=self.headers)


def unknown_name(parameter: str, value: str, remedy: str) -> Problem:
    """A name that does not exist, or that the asker may not see: both look the same."""
    detail = f"There is no such {parameter} here."
    return Problem(404, "unknown-name", detail, parameter=parameter, value=value, remedy=remedy)


def of_invalid(error: Invalid) -> Problem:
    """What was asked for is wrong."""
    detail = f"{error.parameter}={error.value}: {error.args[0]}"
    return Problem(422, "invalid-parameter", detail, parameter=error.parameter, value=error.value, remedy=error.remedy)


def of_retryable(error: Retryable) -> Problem:
    """The store is away; time can heal it. Its words stay in the log."""
    seconds = max(1, round(error.retry_after or RETRY_SECONDS))
    detail = "The store does not answer at the moment."
    remedy = f"Ask again in {seconds} seconds."
    return Problem(503, "store-away", detail, remedy=remedy, headers={"Retry-After": str(seconds)})


def of_misconfigured() -> Problem:
    """The store refuses us; its words stay in the log and in /health/ready."""
    remedy = "The operator finds the reason at /health/ready and in the log."
    return Problem(
        503, "misconfigured", "The api cannot use the store, or its own records, as configured.", remedy=remedy
    )


def of_validation(error: RequestValidationError) -> Problem:
    """The first thing that FastAPI finds wrong with the parameters."""
    first = error.errors()[0]
    where = [str(part) for part in first["loc"][1:]]
    others = len(error.errors()) - 1
    return Problem(
        422,
        "invalid-parameter",
        f"{first['msg']}." + (f" {others} more of this request are wrong." if others else ""),
        parameter=where[0] if where else None,
        value=first.get("input"),
        remedy="See the parameter's description at /docs.",
    )


def of_http(error: HTTPException) -> Problem:
    """What routing says: no such path, no such method."""
    remedies = {404: "See /docs for the paths.", 405: "Use GET."}
    slug = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    return Problem(
        error.status_code, slug, str(error.detail), remedy=remedies.get(error.status_code), headers=error.headers
    )


def of_any(error: Exception) -> Problem:
    """The problem that an exception stands for; what nobody expected is a 500 without its words."""
    match error:
        case Problem():
            problem = error
        case Invalid():
            problem = of_invalid(error)
        case Retryable() if is_stopped():
            problem = of_retryable(error)
        case Retryable():
            log.warning("store_away", error=str(error))
            problem = of_retryable(error)
        case Misconfigured():
            log.error("store_misconfigured", error=str(error))
            problem = of_misconfigured()
        case RequestValidationError():
            problem = of_validation(error)
        case HTTPException():
            problem = of_http(error)
        case _:
            log.error("unexpected", exc_info=error)
            problem = Problem(500, "unexpected", "Something went wrong here; it is in the log.")
    return problem


def add_problems(app: FastAPI) -> None:
    """Answer every error with a problem document."""

    def answer(_: Request, error: Exception) -> Response:
        return of_any(error).response()

    for kind in (Problem, Invalid, Retryable, Misconfigured, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)


_DESCRIPTIONS = {
    401: "The key is wrong or revoked, or this needs one.",
    404: "A name that does not exist, or that the key may not see.",
    406: "None of the formats in `Accept` is known.",
    422: "A parameter is wrong: the document names it, its value and the remedy.",
    429: "More requests a minute than one key, or one address without, may make; then with `Retry-After`.",
    500: "Something unexpected; the log has it.",
    503: "The store is away (then with `Retry-After`), or configured wrongly.",
    504: "The answer did not begin in time; ask for less.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem responses of a route, for OpenAPI."""
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    unchanged: dict[int | str, dict[str, Any]] = {304: {"description": "Still the answer that If-None-Match names."}}
    return unchanged | {
        status: {"description": _DESCRIPTIONS[status], "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in sorted({*statuses, 401, 422, 429, 500, 503, 504})
    }
