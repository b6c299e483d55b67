"""Which format a request gets."""

import pytest

from api.accepts import chosen_format
from api.problems import Problem


@pytest.mark.parametrize(
    ("name", "accept", "expected"),
    [
        (None, None, "json"),
        (None, "", "json"),
        (None, "*/*", "json"),
        (None, "text/csv", "csv"),
        (None, "Text/CSV; charset=utf-8", "csv"),
        (None, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "json"),
        (None, "application/json;q=0.5, text/csv", "csv"),
        (None, "text/*", "csv"),
        (None, "application/json;q=0, */*", "csv"),
        (None, "application/vnd.apache.arrow.stream", "arrow"),
        (None, "application/vnd.apache.parquet", "parquet"),
        (None, "application/x-ndjson, application/json;q=0.9", "ndjson"),
        ("csv-fi", "text/csv", "csv-fi"),
        ("csv", "application/json", "csv"),
        ("json", "image/png", "json"),
    ],
)
def test_the_parameter_wins_then_the_header(name: str | None, accept: str | None, expected: str) -> None:
    """The most wanted known format; JSON where nothing is said."""
    assert expected == chosen_format(name, accept).name


@pytest.mark.parametrize(("name", "accept", "status"), [("xml", None, 422), (None, "image/png", 406)])
def test_an_unknown_format_is_told(name: str | None, accept: str | None, status: int) -> None:
    """The remedy names those that are known."""
    with pytest.raises(Problem) as caught:
        chosen_format(name, accept)

    remedy = caught.value.document.remedy or ""
    assert (status, True, True) == (caught.value.status, "json" in remedy, "csv" in remedy)
