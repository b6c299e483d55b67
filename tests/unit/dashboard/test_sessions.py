"""Who has given which key, and for how long it is kept."""

from dashboard.sessions import Sessions
from tests.common.clock import Clock

WEEK = 7 * 86_400.0


def test_a_key_is_found_by_its_name_only() -> None:
    """The name says nothing of the key; others find nothing."""
    sessions = Sessions()
    token = sessions.open("hdh_key")
    assert sessions.key(token) == "hdh_key"
    assert "hdh_key" not in token
    assert [sessions.key(other) for other in (None, "", "hdh_key", token[:-1])] == [None] * 4


def test_a_closed_session_is_forgotten() -> None:
    """Closing it again, or one that never was, is no error."""
    sessions = Sessions()
    token = sessions.open("hdh_key")
    for one in (token, token, None, "none"):
        sessions.close(one)
    assert (sessions.key(token), len(sessions)) == (None, 0)


def test_a_session_ends_a_week_after_its_last_use() -> None:
    """Each use begins the week anew."""
    clock = Clock()
    sessions = Sessions(clock)
    token = sessions.open("hdh_key")
    clock.now = WEEK
    assert sessions.key(token) == "hdh_key"
    clock.now = 2 * WEEK
    assert sessions.key(token) == "hdh_key"
    clock.now = 3 * WEEK + 1
    assert (sessions.key(token), len(sessions)) == (None, 0)


def test_sessions_that_are_over_go_when_another_opens() -> None:
    """Nobody has to ask for them; one that is in use stays."""
    clock = Clock()
    sessions = Sessions(clock)
    used = sessions.open("hdh_used")
    sessions.open("hdh_left")
    clock.now = WEEK
    sessions.key(used)
    clock.now = WEEK + 1
    sessions.open("hdh_new")
    assert (len(sessions), sessions.key(used)) == (2, "hdh_used")


def test_the_number_of_sessions_is_limited() -> None:
    """The longest unused gives way, so that nobody can fill the memory."""
    sessions = Sessions()
    first, second = sessions.open("hdh_1"), sessions.open("hdh_2")
    sessions.key(first)
    for number in range(9_999):
        sessions.open(f"hdh_{number}")
    assert (len(sessions), sessions.key(first), sessions.key(second)) == (10_000, "hdh_1", None)
