"""The HTTP server that every service shares."""

import socket

import pytest

from hdh.serve import listen
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
