"""The Python client: readings of the API as DataFrames, one line each.

from hdh.client import Client

with Client() as client:  # HDH_API_URL and HDH_API_KEY, or Client(url, key)
frame = client.readings(project="toe", quantity="temperature", start="-7d", every="1h")
"""

from hdh.client.aio import AsyncClient
from hdh.client.answers import Completeness, Reading
from hdh.client.blocking import Client
from hdh.client.errors import (
    ApiError,
    BrokenOff,
    InvalidQuery,
    NotFound,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from hdh.client.queries import Filters, ReadingsQuery

__all__ = [
    "ApiError",
    "AsyncClient",
    "BrokenOff",
    "Client",
    "Completeness",
    "Filters",
    "InvalidQuery",
    "NotFound",
    "Reading",
    "ReadingsQuery",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
]
