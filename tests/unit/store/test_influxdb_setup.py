"""What is wrong before the network is touched, and how the server's words are sorted."""

import pytest

from hdh.errors import Misconfigured, Retryable
from hdh.model import ALL_TIME, Span
from hdh.store import open_admin, open_reader, open_writer
from hdh.store.influxdb.influxql import Parameters, identifier, text
from hdh.store.influxdb.query import error_of
from hdh.store.interface import Selection


@pytest.mark.parametrize("opens", [open_writer, open_reader, open_admin])
@pytest.mark.parametrize(
    ("url", "token", "words"),
    [
        ("influxdb://store:8086?generation=1", "nocolon", "user:password"),
        ("influxdb://store:8086?generation=2&org=hdh", None, "HDH_STORE_TOKEN is not set"),
        ("influxdb://store:8086?generation=2&org=hdh", "two\nlines", "line break"),
    ],
)
def test_a_token_that_cannot_be_one(opens: object, url: str, token: str | None, words: str) -> None:
    """The sentence names the variable."""
    with pytest.raises(Misconfigured, match=words):
        opens(url, token)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("words", "kind", "remedy"),
    [
        ("database not found: toe", Misconfigured, "set up"),
        ("error authorizing query: x not authorized to execute statement", Misconfigured, "lacks this right"),
        ("max-select-point limit exceeed: (20001/20000)", Misconfigured, "raise max-select-point"),
        ("max-select-buckets limit exceeded: (5/1)", Misconfigured, "raise max-select-buckets"),
        ("query-timeout limit exceeded", Retryable, ""),
        ("max-concurrent-queries limit exceeded(1, 1)", Retryable, ""),
        ("engine is closed", Retryable, ""),
    ],
)
def test_the_servers_words(words: str, kind: type[Exception], remedy: str) -> None:
    """Each kind of words comes to what to do about it, and keeps them."""
    error = error_of("toe", words)
    assert type(error) is kind
    assert words in str(error)
    assert remedy in str(error)
    assert "'toe'" in str(error)


def test_identifiers_and_texts_are_quoted() -> None:
    """Nothing in a name ends the quotes."""
    assert identifier('a"; DROP DATABASE "b\\\n') == r'"a\"; DROP DATABASE \"b\\\n"'
    assert text("a' OR \\\n") == r"'a\' OR \\\n'"


def test_values_are_bound() -> None:
    """A selection's names stand in the parameters, never in the text; one value is bound once."""
    parameters = Parameters()
    selection = Selection("toe", houses=("x' OR '1'='1", "b"), devices=("b",))
    assert parameters.selection(selection) == ['("house" = $p0 OR "house" = $p1)', '("device" = $p1)']
    assert parameters.values == {"p0": "x' OR '1'='1", "p1": "b"}


def test_times_are_bound_within_what_the_store_holds() -> None:
    """All of time is cut to 64 bits of nanoseconds."""
    parameters = Parameters()
    assert parameters.time(ALL_TIME) == "time >= $p0 AND time < $p1"
    assert parameters.values == {"p0": -9_223_372_036_854_000_000, "p1": 2**63 - 1}
    parameters = Parameters()
    parameters.time(Span(1_000, 2_000))
    assert parameters.values == {"p0": 1_000_000_000, "p1": 2_000_000_000}
