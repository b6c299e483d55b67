"""Who has given which key: it stays here, and the browser holds a random name for it."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_IDLE_SECONDS = 7 * 86_400.0
_MOST = 10_000


@dataclass(slots=True)
class _Session:
    key: str
    used: float


class Sessions:
    """Keys by session, in memory: a restart signs everybody out.

    Args:
        clock: seconds, ascending.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def open(self, key: str) -> str:
        """Keep a key; the session's name."""
        token = secrets.token_urlsafe(32)
        self._sessions[token] = _Session(key, self._clock())
        # The longest unused stands first.
        while len(self._sessions) > _MOST or self._is_over(next(iter(self._sessions.values()))):
            self._sessions.popitem(last=False)
        return token

    def key(self, token: str | None) -> str | None:
        """The key of a session; None where there is none, or it was not used for a week."""
        found = self._sessions.get(token) if token else None
        if token is None or found is None:
            return None
        if self._is_over(found):
            self.close(token)
            return None
        found.used = self._clock()
        self._sessions.move_to_end(token)
        return found.key

    def close(self, token: str | None) -> None:
        """Forget a session."""
        if token:
            self._sessions.pop(token, None)

    def __len__(self) -> int:
        return len(self._sessions)

    def _is_over(self, session: _Session) -> bool:
        return self._clock() - session.used > _IDLE_SECONDS
