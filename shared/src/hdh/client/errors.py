"""What the API answers instead of data, as exceptions that say what is wrong, where, and what to do."""

from typing import Any

import httpx

from hdh.errors import HdhError


class Unreachable(HdhError):
    """The API cannot be reached, or the connection was lost before its answer began, also after all tries."""


class BrokenOff(Unreachable):
    """The answer broke off on its way, also after all tries. No part of it is ever given out."""


class ApiError(HdhError):
    """The API refuses the question; the base of all its problem documents (RFC 9457).

    Attributes:
        status: the HTTP status.
        kind: which kind of problem, a URN.
        detail: what is wrong.
        parameter: the parameter that is wrong, or None.
        value: what was given for it.
        remedy: what to do, or None.
        retry_after: seconds after which to ask again, or None where waiting does not help.
    """

    def __init__(self, status: int, document: dict[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.kind = str(document.get("type", "about:blank"))
        self.detail = str(document.get("detail") or document.get("title") or f"HTTP status {status}.")
        self.parameter = document.get("parameter")
        self.value = document.get("value")
        self.remedy = document.get("remedy")
        self.retry_after = retry_after
        given = "" if self.parameter is None else f"{self.parameter}={self.value!r}: "
        # Some sentences begin with the parameter themselves.
        detail = self.detail.removeprefix(f"{self.parameter}={self.value}: ")
        super().__init__(" ".join(filter(None, (given + detail, self.remedy))))


class InvalidQuery(ApiError):
    """A parameter is wrong (406, 422)."""


class NotFound(ApiError):
    """A name that does not exist, or that the key may not see (404)."""


class Unauthorized(ApiError):
    """The key is wrong or was revoked, or one is needed (401, 403)."""


class TooManyRequests(ApiError):
    """More requests than the key may make (429), also after all tries."""


class Unavailable(ApiError):
    """The API or its store cannot answer now (5xx), also after all tries."""


_KINDS: dict[int, type[ApiError]] = {
    401: Unauthorized,
    403: Unauthorized,
    404: NotFound,
    406: InvalidQuery,
    422: InvalidQuery,
    429: TooManyRequests,
}


def error_of(answer: httpx.Response) -> ApiError:
    """The exception that an answer stands for, whose body was read."""
    try:
        document = answer.json()
    except ValueError:
        document = {}
    if not isinstance(document, dict) or "detail" not in document:
        document = {"detail": f"{answer.url} answers {answer.status_code} {answer.reason_phrase}, not as the API does."}
    kind = _KINDS.get(answer.status_code, Unavailable if answer.is_server_error else ApiError)
    return kind(answer.status_code, document, _seconds(answer.headers.get("Retry-After")))


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else max(0.0, float(text))
    except ValueError:
        return None
