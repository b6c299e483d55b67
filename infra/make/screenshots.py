"""Pictures of every page for the dashboard's README, from a running demo: HDH_DASHBOARD_URL, else its usual address."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

TARGET = Path(__file__).parents[2] / "services" / "dashboard" / "screenshots"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_HOUSE = "/house/healthy-digital-house/house-a"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture.

    Attributes:
        shown: what must be there before it is taken (CSS).
    """

    name: str
    path: str
    shown: str
    width: int = 1100
    height: int = 760
    theme: str = "light"
    locale: str = "en-GB"


SHOTS = (
    Shot("overview-light", "/", "article.house", height=520),
    Shot("overview-dark", "/", "article.house", height=520, theme="dark", locale="fi-FI"),
    Shot("overview-phone", "/", "article.house", 360, 720),
    Shot("house-light", _HOUSE, ".shares", height=760),
    Shot("house-dark", f"{_HOUSE}?quantity=co2", ".shares", height=760, theme="dark", locale="fi-FI"),
    Shot("house-phone", _HOUSE, ".shares", 360, 720, theme="dark"),
    Shot("kiosk", "/kiosk", ".kiosk-line", 1280, 720),
    Shot("kiosk-phone", "/kiosk", ".kiosk-line", 360, 720),
)


def take(browser: Browser, address: str, shot: Shot) -> None:
    """Open a page, wait until it is live and full, and keep what it looks like."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.theme == "dark" else "light",
        locale=shot.locale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address + shot.path)
    page.locator(shot.shown).first.wait_for(state="attached")
    page.locator(".live-live").wait_for()
    page.wait_for_function("document.querySelectorAll('.placeholder').length === 0")
    page.screenshot(path=TARGET / f"{shot.name}.png")
    context.close()


def main() -> int:
    """Take all; the exit code."""
    program = shutil.which("chromium")
    if program is None:
        print("chromium is not installed (apt-get install chromium)", file=sys.stderr)
        return 1
    TARGET.mkdir(exist_ok=True)
    address = os.environ.get("HDH_DASHBOARD_URL", "http://127.0.0.1:8080")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        for shot in SHOTS:
            take(browser, address, shot)
            print(f"{shot.name}.png {(TARGET / f'{shot.name}.png').stat().st_size:,} bytes")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
