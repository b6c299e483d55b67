"""What ingest is told by its environment."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from hdh.settings import BrokerSettings, ListenText, SiteSettings, StoreSettings


def check_topics(text: str) -> str:
    """Check a comma-separated list of topic filters.

    Raises:
        ValueError: one of them is no topic filter.
    """
    for topic_filter in split_topics(text):
        levels = topic_filter.split("/")
        if "#" in levels[:-1] or any(len(level) > 1 and ("#" in level or "+" in level) for level in levels):
            raise ValueError(f"{topic_filter!r} is no topic filter: + and # stand for whole levels, # only at the end")
    if not split_topics(text):
        raise ValueError("name at least one topic filter, for example #")
    return text


def check_any_topics(text: str) -> str:
    """As `check_topics`, for a list that may be empty."""
    return check_topics(text) if split_topics(text) else text


def split_topics(text: str) -> tuple[str, ...]:
    """The topic filters of a comma-separated list, each once, in order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


class IngestSettings(BrokerSettings, StoreSettings, SiteSettings):
    """The settings of `ingest run` and `ingest retry-rejected`."""

    journal_dir: Path = Field(description="The folder of the journal, one for each ingest process.")
    ingest_listen: ListenText = Field(
        default="127.0.0.1:9100", description="Where health, metrics, counters and rejected messages are served."
    )
    ingest_client_id: str = Field(
        default="hdh-ingest",
        min_length=1,
        description="The MQTT client id that names the broker's session; one for each ingest process.",
    )
    ingest_topics: Annotated[str, AfterValidator(check_topics)] = Field(
        default="#", description="Topic filters to subscribe to, separated by commas."
    )
    ingest_topics_of_others: Annotated[str, AfterValidator(check_any_topics)] = Field(
        default="", description="Topic filters that other ingest processes take: what matches them is left to those."
    )
    ingest_archive_days: int = Field(
        default=0, ge=0, description="Days that written journal segments are kept as the raw archive; 0 is for ever."
    )
    ingest_segment_bytes: int = Field(
        default=64 * 1024 * 1024, ge=1024 * 1024, description="The size in bytes at which a journal segment is closed."
    )
    ingest_segment_seconds: int = Field(
        default=86_400, ge=60, description="The age in seconds at which a journal segment is closed."
    )

    @property
    def topics(self) -> tuple[str, ...]:
        """The topic filters, each once."""
        return split_topics(self.ingest_topics)

    @property
    def topics_of_others(self) -> tuple[str, ...]:
        """The topic filters of other processes, each once."""
        return split_topics(self.ingest_topics_of_others)
