"""Errors in the form of the query API's (RFC 9457), so that pages read one form only."""

from collections.abc import Mapping

from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int, slug: str, detail: str, *, remedy: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An answer that is a problem document."""
    document = {
        "type": f"urn:hdh:problem:{slug}",
        "title": slug.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "parameter": None,
        "value": None,
        "remedy": remedy,
    }
    return JSONResponse(document, status, headers, MEDIA_TYPE)


def api_away(why: str) -> JSONResponse:
    """The query API does not answer."""
    remedy = "It is asked again by itself; whoever runs it finds the reason in its log."
    headers = {"Retry-After": "5", "Cache-Control": "no-store"}
    return problem(503, "api-away", f"The query API does not answer ({why}).", remedy=remedy, headers=headers)
