"""`/written` over HTTP: readers that come and go, and not more than there may be."""

import gc
import json
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from hdh.errors import Retryable
from hdh.settings import Address
from ingest.written import MOST_STREAMS, add_written
from tests.common.eventually import eventually
from tests.common.served import served
from tests.unit.ingest.world import World


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    """Asks a server of the path."""
    app, progress = FastAPI(), world.pipeline.progress
    app.add_exception_handler(Retryable, lambda _, error: JSONResponse(str(error), 503))
    add_written(app, world.journal, progress)
    with served(app, Address(host="127.0.0.1", port=0), progress.end) as url, httpx.Client(timeout=60) as made:
        made.base_url = httpx.URL(url)
        yield made


@pytest.fixture
def _no_collector() -> Iterator[None]:
    """What is given back is given back by whoever held it."""
    gc.disable()
    yield
    gc.enable()


def _opens(client: httpx.Client, readers: ExitStack) -> bool:
    answer = readers.enter_context(client.stream("GET", "/written"))
    if answer.status_code != HTTPStatus.OK:
        answer.close()
        return False
    return json.loads(next(answer.iter_lines()))["points"] == []


@pytest.mark.usefixtures("_no_collector")
def test_readers_that_leave_make_room_for_others(client: httpx.Client) -> None:
    """As many as there may be, one too many, and as many again once these are gone."""
    with ExitStack() as readers:
        assert all(_opens(client, readers) for _ in range(MOST_STREAMS))
        refused = client.get("/written")
        assert (refused.status_code, refused.json()) == (503, "16 streams are open, the most that there may be.")
    with ExitStack() as others:
        for _ in range(MOST_STREAMS):
            assert eventually(lambda: _opens(client, others))
