"""The HTTP server that every service shares."""

import socket
import threading
import time
import urllib.request
from email.utils import parsedate_to_datetime

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from hdh.serve import add_health, listen, server
from hdh.settings import Address


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_what_is_written_is_sent_at_once(host: str) -> None:
    """A connection's socket tells that it is TCP, by which asyncio knows to switch Nagle's algorithm off."""
    with (
        listen(Address(host=host, port=0), "HDH_X") as listening,
        socket.create_connection(listening.getsockname()[:2]),
        listening.accept()[0] as accepted,
    ):
        assert accepted.proto == socket.IPPROTO_TCP


def test_an_answer_tells_when_it_was_made() -> None:
    """Once, to the second, however long the server had nothing to do; and the server ends as soon as it is told to."""
    app = FastAPI()
    add_health(app, list, CollectorRegistry())
    listening = listen(Address(host="127.0.0.1", port=0), "HDH_X")
    serving = server(app)
    thread = threading.Thread(target=serving.run, args=([listening],))
    thread.start()
    port = listening.getsockname()[1]
    asked = int(time.time())
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=10) as answer:
        [date] = answer.headers.get_all("date")
    assert asked <= parsedate_to_datetime(date).timestamp() <= time.time()
    serving.should_exit = True
    thread.join(5)
    assert not thread.is_alive()
