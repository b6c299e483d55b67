"""When a question is asked again: what time can heal, a few times, further and further apart."""

from dataclasses import dataclass
from http import HTTPStatus
from random import Random

from hdh.client.errors import ApiError, Unreachable
from hdh.errors import HdhError

_FIRST_SECONDS = 0.5
_LONGEST_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a question is asked at most, and how long is waited in between.

    Attributes:
        tries: questions in all.
        longest: no answer's Retry-After is waited for longer than this, in seconds.
    """

    tries: int = 5
    longest: float = 120.0

    def wait(self, error: HdhError, tried: int, random: Random) -> float | None:
        """Seconds to wait after so many tries, or None: give up."""
        if tried >= self.tries:
            return None
        backoff: float = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2 ** (tried - 1)) * random.uniform(0.5, 1.0)
        if isinstance(error, Unreachable):
            return backoff
        if not isinstance(error, ApiError) or not _is_healed_by_time(error):
            return None
        seconds = max(backoff, error.retry_after or 0.0)
        return seconds if seconds <= self.longest else None


def _is_healed_by_time(error: ApiError) -> bool:
    # A 503 that does not say when to come again is for an operator to heal.
    return error.status in {429, 502, 504} or (
        error.status == HTTPStatus.SERVICE_UNAVAILABLE and bool(error.retry_after)
    )
