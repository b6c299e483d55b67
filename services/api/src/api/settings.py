"""The api's settings."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from hdh.settings import Address, ListenText, Settings, SiteSettings, StoreSettings, parse_address


def _check_urls(text: str) -> str:
    for url in text.split(","):
        parts = urlsplit(url.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url.strip()!r} is no address; write http://ingest:9100, several separated by commas")
    return text


class DataSettings(Settings):
    """Where the api keeps its own few records."""

    api_data_dir: Path = Field(
        description="The folder of the api's own records (keys, the secret of the pseudonyms): /data/api."
    )


class KeySettings(DataSettings, SiteSettings):
    """What `api key` needs."""


class ApiSettings(StoreSettings, SiteSettings, DataSettings):
    """What `api run` needs."""

    api_listen: ListenText = Field(
        default="127.0.0.1:8000",
        description="Where the api listens. Anything but loopback needs a key or a public project.",
    )
    ingest_urls: Annotated[str, AfterValidator(_check_urls)] = Field(
        default="http://127.0.0.1:9100",
        description="Where ingest answers, one address a slot, separated by commas: http://ingest:9100.",
    )
    api_json_readings: int = Field(
        default=5_000_000,
        ge=1,
        description="The most readings of one answer in JSON; above it an error names CSV.",
    )
    api_streams: int = Field(
        default=8,
        ge=1,
        description="The most long answers sent at a time; above it a 503 asks to come again.",
    )
    api_listeners: int = Field(
        default=500,
        ge=1,
        description="The most clients that listen to /v1/live at a time; above it a 503 asks to come again.",
    )

    api_wide_readings: int = Field(
        default=50_000_000,
        ge=1,
        description="The most readings joined for one wide answer, 16 bytes each in HDH_API_DATA_DIR meanwhile.",
    )

    api_answer_seconds: float = Field(
        default=300,
        gt=0,
        description="How long an answer may take to begin; then its query is ended and a 504 says so.",
    )
    api_key_rate: int = Field(
        default=6000, ge=0, description="Requests a minute that one key may make; above it a 429. 0: any number."
    )
    api_public_rate: int = Field(
        default=6000, ge=0, description="The same for one address without a key. 0: any number."
    )

    @property
    def listen(self) -> Address:
        """Where to listen, taken apart."""
        return parse_address(self.api_listen)

    @property
    def slots(self) -> tuple[str, ...]:
        """The addresses of ingest, one a slot, without a slash at the end."""
        return tuple(url.strip().rstrip("/") for url in self.ingest_urls.split(","))
