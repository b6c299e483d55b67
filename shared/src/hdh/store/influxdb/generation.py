"""The generations of InfluxDB: how each is spoken to. What differs between them stands here and in `admin`."""

import base64
import itertools
import json
from typing import Protocol
from urllib.parse import urlencode

from hdh.errors import Misconfigured
from hdh.line_protocol import to_stored
from hdh.model import Span
from hdh.store.influxdb.http import Http, Refused
from hdh.store.influxdb.influxql import Parameters, clamp, where
from hdh.store.influxdb.query import ask, batched
from hdh.store.interface import Selection
from hdh.store.url import InfluxUrl
from hdh.times import from_ms

_NAMES = 50
_LAST_INSTANT = "2262-04-11T23:47:16.854775806"


class Generation(Protocol):
    """What differs when points are written, deleted and read."""

    @property
    def authorization(self) -> str | None:
        """The value of the Authorization header."""

    def write_path(self, project: str) -> str:
        """Where lines of a project are posted."""

    def delete(self, http: Http, project: str, span: Span, selection: Selection) -> None:
        """Delete what the selection's tags and the span select."""


class Generation1:
    """InfluxDB 1: databases, users with passwords, everything over InfluxQL."""

    def __init__(self, token: str | None) -> None:
        if token and ":" not in token:
            raise Misconfigured(
                "HDH_STORE_TOKEN is `user:password` for generation 1 of InfluxDB, and this has no colon."
            )
        self.authorization = f"Basic {base64.b64encode(token.encode()).decode()}" if token else None

    def write_path(self, project: str) -> str:
        """The database by its name; its default retention policy."""
        return "/write?" + urlencode({"db": project, "precision": "ms"})

    def delete(self, http: Http, project: str, span: Span, selection: Selection) -> None:
        """A statement over all measurements, or more where there are many names: a long condition takes very long."""
        tags = (selection.houses, selection.rooms, selection.devices)
        for houses, rooms, devices in itertools.product(*(list(batched(names, _NAMES)) or [()] for names in tags)):
            parameters = Parameters()
            part = Selection(project, houses, rooms, devices)
            conditions = where([*parameters.selection(part), parameters.time(span)])
            ask(http, project, f"DELETE{conditions}", parameters)


class Generation2:
    """InfluxDB 2: buckets in an organisation, tokens, an API of its own beside that of generation 1."""

    def __init__(self, token: str | None, org: str) -> None:
        if not token:
            raise Misconfigured("HDH_STORE_TOKEN is not set: generation 2 of InfluxDB takes nobody without a token.")
        if not (token.isascii() and token.isprintable()):
            raise Misconfigured("HDH_STORE_TOKEN holds a character that no token has; is there a line break in it?")
        self.authorization = f"Token {token}"
        self._org = org

    def write_path(self, project: str) -> str:
        """The bucket by its name."""
        return "/api/v2/write?" + urlencode({"org": self._org, "bucket": project, "precision": "ms"})

    def delete(self, http: Http, project: str, span: Span, selection: Selection) -> None:
        """A request for each combination of tags: a predicate knows AND only."""
        path = "/api/v2/delete?" + urlencode({"org": self._org, "bucket": project})
        part = clamp(span)
        if part.start >= part.stop:
            return
        tags = (("house", selection.houses), ("room", selection.rooms), ("device", selection.devices))
        alternatives = [[(key, value) for value in values] for key, values in tags if values]
        for chosen in itertools.product(*alternatives):
            body = {
                "start": f"{_instant(part.start)}Z",
                # The stop of this request is part of the range, and may not lie after the store's last time.
                "stop": f"{min(_instant(part.stop - 1) + '999999', _LAST_INSTANT)}Z",
                "predicate": " AND ".join(f'{key}="{_predicate_text(value)}"' for key, value in chosen),
            }
            try:
                http.request("POST", path, json.dumps(body).encode(), "application/json")
            except Refused as error:
                raise Misconfigured(f"The store at {http.base} answered: {error}") from error


def generation_of(url: InfluxUrl, token: str | None) -> Generation:
    """The generation that the URL names.

    Raises:
        Misconfigured: the token cannot be one.
    """
    return Generation1(token) if url.generation == 1 else Generation2(token, url.org or "")


def _instant(time: int) -> str:
    return f"{from_ms(time):%Y-%m-%dT%H:%M:%S}.{time % 1000:03}"


def _predicate_text(value: str) -> str:
    return to_stored(value).replace("\\", "\\\\").replace('"', '\\"')
