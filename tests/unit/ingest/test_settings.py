"""The settings of ingest."""

import pytest

from hdh.errors import Misconfigured
from hdh.settings import load
from ingest.settings import IngestSettings


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HDH_STORE_URL", "sqlite:////data/store.db")
    monkeypatch.setenv("HDH_JOURNAL_DIR", "/data/journal")


def test_two_variables_are_enough() -> None:
    """Store and journal must be named; all else has a default."""
    settings = load(IngestSettings)
    assert settings.topics == ("#",)
    assert settings.ingest_listen == "127.0.0.1:9100"
    assert settings.ingest_client_id == "hdh-ingest"
    assert settings.ingest_archive_days == 0


def test_topic_filters_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    """By commas, each once."""
    monkeypatch.setenv("HDH_INGEST_TOPICS", "toe/#, +/a/#,toe/#,")
    assert load(IngestSettings).topics == ("toe/#", "+/a/#")


@pytest.mark.parametrize("topics", ["a/#/b", "a+/b", "a/b#", ",", "#a"])
def test_what_is_no_topic_filter_is_named(monkeypatch: pytest.MonkeyPatch, topics: str) -> None:
    """The sentence names the variable."""
    monkeypatch.setenv("HDH_INGEST_TOPICS", topics)
    with pytest.raises(Misconfigured, match=r"^HDH_INGEST_TOPICS: "):
        load(IngestSettings)


def test_topics_of_others_may_be_none_and_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """By default there are no other slots."""
    assert load(IngestSettings).topics_of_others == ()
    monkeypatch.setenv("HDH_INGEST_TOPICS_OF_OTHERS", "toe/#,")
    assert load(IngestSettings).topics_of_others == ("toe/#",)
    monkeypatch.setenv("HDH_INGEST_TOPICS_OF_OTHERS", "toe#")
    with pytest.raises(Misconfigured, match=r"^HDH_INGEST_TOPICS_OF_OTHERS: "):
        load(IngestSettings)


def test_a_missing_journal_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the variable."""
    monkeypatch.delenv("HDH_JOURNAL_DIR")
    with pytest.raises(Misconfigured, match=r"^HDH_JOURNAL_DIR is not set\."):
        load(IngestSettings)
