"""The dashboard's settings."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from hdh.settings import Address, ListenText, Settings, parse_address


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("an API's address is http://api:8000, without a path")
    if parts.username is not None:
        raise ValueError("a password does not belong in the address; keys are given on the page")
    return url.rstrip("/")


class DashboardSettings(Settings):
    """What `dashboard run` needs."""

    dashboard_listen: ListenText = Field(default="127.0.0.1:8080", description="Where the dashboard listens.")
    api_url: Annotated[str, AfterValidator(_check_url)] = Field(
        default="http://127.0.0.1:8000", description="Where the query API answers: http://api:8000."
    )

    @property
    def listen(self) -> Address:
        """Where to listen, taken apart."""
        return parse_address(self.dashboard_listen)
