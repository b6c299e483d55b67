"""The browser that pages are looked at with."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from tests.common.servers import find

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium, as long as the context lasts."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find("chromium"), args=_ARGUMENTS)
        yield started
        started.close()
