"""The parts of the client that need no network: retries, events, parameters, problem documents, the bar."""

import os
import pty
import sys
from datetime import UTC, date, datetime
from random import Random
from subprocess import Popen
from typing import Any

import httpx
import pandas as pd
import pytest

from hdh.client.errors import ApiError, InvalidQuery, NotFound, TooManyRequests, Unavailable, Unreachable, error_of
from hdh.client.events import Event, Parser
from hdh.client.queries import parameters
from hdh.client.retries import Retries


def _error(status: int, retry_after: str | None = None, **document: Any) -> ApiError:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    request = httpx.Request("GET", "http://api/v1/readings")
    return error_of(httpx.Response(status, headers=headers, json=document, request=request))


def test_a_problem_says_parameter_value_and_remedy() -> None:
    """In one sentence, each once, and as attributes."""
    error = _error(404, detail="No such house.", parameter="house", value="vila", remedy="Did you mean villa?")
    doubled = _error(422, detail="every=7m: cannot be one.", parameter="every", value="7m", remedy="Take 5m.")

    assert isinstance(error, NotFound)
    assert str(error) == "house='vila': No such house. Did you mean villa?"
    assert (error.parameter, error.value, error.remedy) == ("house", "vila", "Did you mean villa?")
    assert isinstance(doubled, InvalidQuery)
    assert str(doubled) == "every='7m': cannot be one. Take 5m."


def test_something_that_is_not_the_api_is_told() -> None:
    """A proxy's page of HTML becomes a sentence with address and status."""
    request = httpx.Request("GET", "http://proxy/v1/series")
    error = error_of(httpx.Response(502, text="<html>", request=request))

    assert isinstance(error, Unavailable)
    assert str(error) == "http://proxy/v1/series answers 502 Bad Gateway, not as the API does."


@pytest.mark.parametrize(
    ("error", "tried", "least", "most"),
    [
        (Unreachable("away"), 1, 0.25, 0.5),
        (Unreachable("away"), 4, 2, 4),
        (_error(503, "7", detail="busy"), 1, 7, 7),
        (_error(429, "0.1", detail="slow down"), 1, 0.25, 0.5),
        (_error(429, "Wed, 21 Oct 2026 07:28:00 GMT", detail="slow down"), 2, 0.5, 1),
        (_error(502, detail="proxy"), 1, 0.25, 0.5),
    ],
)
def test_what_time_can_heal_is_asked_again(
    error: ApiError | Unreachable, tried: int, least: float, most: float
) -> None:
    """Further and further apart, and not before the API says."""
    seconds = Retries().wait(error, tried, Random(1))

    assert seconds is not None
    assert least <= seconds <= most


@pytest.mark.parametrize(
    ("error", "tried"),
    [
        (Unreachable("away"), 5),
        (_error(503, detail="misconfigured"), 1),
        (_error(503, "3600", detail="busy"), 1),
        (_error(404, detail="no such room"), 1),
        (_error(500, detail="unexpected"), 1),
    ],
)
def test_what_time_does_not_heal_is_told_at_once(error: ApiError | Unreachable, tried: int) -> None:
    """Neither is anything tried more often than was asked for."""
    assert Retries().wait(error, tried, Random(1)) is None


def test_a_rate_limit_is_an_error_of_its_own() -> None:
    """With the seconds to wait."""
    error = _error(429, "3", detail="slow down")

    assert isinstance(error, TooManyRequests)
    assert error.retry_after == 3


def test_events_are_put_together() -> None:
    """An id counts only once its data was heard; comments and unknown fields do no harm."""
    parser = Parser()
    lines = ["retry: 500", "", ": hello", "event: readings", "id: 7", 'data: {"readings":[]}', "", "id: 8", "event: x"]

    events = [event for line in lines if (event := parser.feed(line))]

    assert events == [Event("readings", {"readings": []})]
    assert (parser.last, parser.retry_seconds) == ("7", 0.5)
    parser.again()
    assert parser.feed("") is None
    assert parser.last == "7"


def test_keywords_become_parameters() -> None:
    """None is left away; dates, datetimes and timestamps are spelled as ISO 8601."""
    found = parameters(
        {
            "room": ("hall", "attic"),
            "house": None,
            "points": 2000,
            "start": date(2026, 7, 1),
            "stop": datetime(2026, 7, 2, tzinfo=UTC),
            "quantity": "co2",
            "tz": pd.Timestamp("2026-07-01T12:00:00+03:00"),
        },
        format="arrow",
    )

    assert found == {
        "room": ["hall", "attic"],
        "points": "2000",
        "start": "2026-07-01",
        "stop": "2026-07-02T00:00:00+00:00",
        "quantity": "co2",
        "tz": "2026-07-01T12:00:00+03:00",
        "format": "arrow",
    }


@pytest.mark.parametrize("value", [True, 1.5, ["a", 1], {"a": "b"}])
def test_what_no_parameter_can_be_is_told(value: object) -> None:
    """Before anything is asked."""
    with pytest.raises(TypeError, match="room="):
        parameters({"room": value})


_BAR = """
from hdh.client.progress import Bar
import time
with Bar(shown={shown}, title="readings") as bar:
    bar.add(1)
    time.sleep(1.1)
    bar.add(2_000_000)
    time.sleep(0.2)
"""


@pytest.mark.parametrize(("shown", "on_terminal"), [(True, True), (False, True), (True, False)])
def test_the_bar_shows_on_a_terminal_only(shown: bool, on_terminal: bool) -> None:  # noqa: FBT001 (parameters)
    """And only where it is wanted."""
    leader, follower = pty.openpty()
    reading, writing = os.pipe()
    end = follower if on_terminal else writing
    with Popen([sys.executable, "-c", _BAR.format(shown=shown)], stderr=end) as process:
        assert process.wait(60) == 0
    os.write(end, b"END")
    printed = os.read(leader if on_terminal else reading, 65_536)
    for descriptor in (leader, follower, reading, writing):
        os.close(descriptor)

    assert (b"MB" in printed) == (shown and on_terminal)
