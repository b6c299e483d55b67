"""An app behind the server that every service uses, in a thread of this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from fastapi import FastAPI

from hdh.serve import listen, server
from hdh.settings import Address
from tests.common.eventually import eventually


@contextmanager
def served(app: FastAPI, address: Address, on_end: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Serve it as long as the context lasts; its address.

    Args:
        app: what is served.
        address: port 0 for a free one.
        on_end: called as soon as the server is to end, before it waits for its streams.
    """
    running = server(app, on_end=on_end)
    sock = listen(address, "HDH_X")
    thread = Thread(target=running.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        eventually(lambda: running.started)
        yield f"http://{address.host}:{sock.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join()
        sock.close()
