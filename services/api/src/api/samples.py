"""Examples for curl, Python and R, for the OpenAPI description of each path."""

from typing import Any
from urllib.parse import urlencode

_BASE = "http://127.0.0.1:8000"

_CURL = """curl -H "Authorization: Bearer $HDH_API_KEY" \\
  "{url}\""""

_PYTHON = """import os

import httpx

answer = httpx.get(
    "{path}",
    params={parameters},
    headers={{"Authorization": f"Bearer {{os.environ['HDH_API_KEY']}}"}},
).raise_for_status().json()"""

_PYTHON_READINGS = """from hdh.client import Client

with Client("{base}") as client:  # the key from HDH_API_KEY
    readings = client.readings({keywords})"""

_R = """library(httr2)

answer <- request("{url}") |>
  req_auth_bearer_token(Sys.getenv("HDH_API_KEY")) |>
  req_perform() |>
  resp_body_json(simplifyVector = TRUE)"""

_R_CSV = """library(httr2)

readings <- request("{url}") |>
  req_auth_bearer_token(Sys.getenv("HDH_API_KEY")) |>
  req_perform() |>
  resp_body_string() |>
  read.csv(text = _)"""

_PYTHON_LIVE = """from hdh.client import Client

with Client("{base}") as client:  # the key from HDH_API_KEY
    for reading in client.live({keywords}):
        print(reading.time, reading.room, reading.value, reading.unit)"""

_R_LIVE = """library(httr2)

connection <- request("{url}") |>
  req_auth_bearer_token(Sys.getenv("HDH_API_KEY")) |>
  req_perform_connection()
while (!resp_stream_is_complete(connection)) {{
  event <- resp_stream_sse(connection)
  if (!is.null(event) && event$type == "readings") print(event$data)
}}"""


def samples(path: str, **parameters: str) -> dict[str, Any]:
    """The examples of a path that answers JSON, as `openapi_extra` takes them."""
    return _extra(path, parameters, _PYTHON, _R)


def table_samples(path: str, **parameters: str) -> dict[str, Any]:
    """The examples of a path that answers tables: CSV, and a DataFrame by the client."""
    return _extra(path, parameters, _PYTHON_READINGS, _R_CSV, form="csv")


def live_samples(path: str, **parameters: str) -> dict[str, Any]:
    """The examples of a path whose answer does not end."""
    return _extra(path, parameters, _PYTHON_LIVE, _R_LIVE)


def _extra(path: str, parameters: dict[str, str], python: str, r: str, form: str | None = None) -> dict[str, Any]:
    asked = parameters | ({"format": form} if form else {})
    values = {
        "base": _BASE,
        "path": f"{_BASE}{path}",
        "url": f"{_BASE}{path}" + (f"?{urlencode(asked)}" if asked else ""),
        "parameters": asked,
        "keywords": ", ".join(f'{name}="{value}"' for name, value in parameters.items()),
    }
    texts = (("Shell", "curl", _CURL), ("Python", "Python", python), ("R", "R", r))
    return {
        "x-codeSamples": [
            {"lang": language, "label": label, "source": text.format(**values)} for language, label, text in texts
        ]
    }
