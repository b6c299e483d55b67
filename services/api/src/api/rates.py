"""So many requests a minute from each key, and from each address without one."""

import hashlib
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem

_MINUTE = 60.0
_MOST_KNOWN = 10_000


@dataclass(slots=True)
class _Bucket:
    """What one asker has left, as it was at a time."""

    left: float
    at: float


class Rates:
    """A bucket for each asker, that a request takes one from and that a minute fills. For one thread.

    Args:
        a_minute: how many requests fill a bucket.
        now: a clock that never goes back, seconds.
    """

    def __init__(self, a_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self.a_minute = a_minute
        self._now = now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, asker: str) -> float:
        """How many requests the asker has left after this one; below zero: it may not be answered."""
        now = self._now()
        bucket = self._buckets.pop(asker, None) or _Bucket(self.a_minute, now)
        filled = min(self.a_minute, bucket.left + (now - bucket.at) * self.a_minute / _MINUTE)
        # A request that is refused takes nothing: who waits as told is answered.
        self._buckets[asker] = _Bucket(filled - 1 if filled >= 1 else filled, now)
        # The one that asked longest ago has most likely a full one again, as new ones have.
        while len(self._buckets) > _MOST_KNOWN:
            self._buckets.popitem(last=False)
        return filled - 1

    def seconds_until(self, wanted: float, left: float) -> int:
        """How long it takes to fill a bucket from so many to so many, whole seconds."""
        return max(0, math.ceil((wanted - left) * _MINUTE / self.a_minute))


class LimitRates:
    """Refuses requests for `/v1` that come too fast, and tells every asker what is left.

    Args:
        app: what answers.
        keys: for those who show a key, right or wrong.
        public: for others, by address.
    """

    def __init__(self, app: ASGIApp, keys: Rates, public: Rates) -> None:
        self._app = app
        self._keys = keys
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count a request, and answer it if there is a request left."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        shown = _shown_key(Headers(scope=scope))
        rates = self._public if shown is None else self._keys
        if rates.a_minute == 0:
            await self._app(scope, receive, send)
            return
        client = scope.get("client")
        left = rates.take(shown or (client[0] if client else ""))
        headers = {
            "RateLimit-Limit": str(rates.a_minute),
            "RateLimit-Remaining": str(max(0, math.floor(left))),
            "RateLimit-Reset": str(rates.seconds_until(rates.a_minute, max(0.0, left))),
        }

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(raw=message["headers"]).update(headers)
            await send(message)

        if left >= 0:
            await self._app(scope, receive, telling)
            return
        wait = max(1, rates.seconds_until(0.0, left))
        who = "this address, without a key," if shown is None else "this key"
        problem = Problem(
            429,
            "too-many-requests",
            f"More than {rates.a_minute} requests a minute came from {who}.",
            remedy=f"Ask again in {wait} seconds; several series, or a longer range, fit in one request.",
            headers={"Retry-After": str(wait)},
        )
        await problem.response()(scope, receive, telling)


def _shown_key(headers: Headers) -> str | None:
    """What was shown for a key, so that it can be told from others but not read."""
    shown = headers.get("Authorization") or headers.get("X-API-Key")
    if shown is None:
        return None
    return hashlib.blake2b(shown.rpartition(" ")[2].encode(), digest_size=16).hexdigest()
