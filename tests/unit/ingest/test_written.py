"""`/written` over HTTP: readers that come and go, and not more than there may be."""

import gc
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from hdh.errors import Retryable
from hdh.serve import listen, server
from hdh.settings import Address
from ingest.written import MOST_STREAMS, add_written
from tests.common.eventually import eventually
from tests.unit.ingest.test_pipeline import _World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[_World]:
    """A pipeline over a journal, and a store in memory."""
    made = _World(tmp_path)
    yield made
    made.journal.close()


@pytest.fixture
def client(world: _World) -> Iterator[httpx.Client]:
    """Asks a server of the path."""
    app, progress = FastAPI(), world.pipeline.progress
    app.add_exception_handler(Retryable, lambda _, error: JSONResponse(str(error), 503))
    add_written(app, world.journal, progress)
    listening = listen(Address(host="127.0.0.1", port=0), "HDH_X")
    serving = server(app)
    thread = threading.Thread(target=serving.run, args=([listening],))
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=60) as made:
        yield made
    progress.end()
    serving.should_exit = True
    thread.join()


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
