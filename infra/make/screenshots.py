"""Pictures of every page for the dashboard's README, from a running demo: HDH_DASHBOARD_URL, else its usual address.

python -m infra.make.screenshots [FOLDER to look at, with 4K and twice the size too]
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

TARGET = Path(__file__).parents[2] / "services" / "dashboard" / "screenshots"
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
_PROJECT = "healthy-digital-house"
_HOUSE = f"/house/{_PROJECT}/house-a"
_EXPLORE = "/explore?last=7d&" + "&".join(
    (
        f"s1={_PROJECT}/house-a/living-room/air-1/temperature",
        f"s2={_PROJECT}/house-a/bedroom/air-2/temperature",
        f"s1={_PROJECT}/house-a/living-room/air-1/co2",
        f"s2={_PROJECT}/house-a/bedroom/air-2/co2",
    )
)
_PHONE = (360, 740)
_TALL = (1280, 1040)


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture.

    Attributes:
        shown: what must be there before it is taken (CSS).
        zoom: of the browser; the page has that much less room.
    """

    name: str
    path: str
    shown: str
    size: tuple[int, int] = (1280, 800)
    theme: str = "light"
    locale: str = "en-GB"
    zoom: float = 1


SHOTS = (
    Shot("overview-light", "/", "article.house"),
    Shot("overview-dark", "/", "article.house", theme="dark", locale="fi-FI"),
    Shot("overview-phone", "/", "article.house", _PHONE),
    Shot("house-light", _HOUSE, ".day canvas", _TALL),
    Shot("house-dark", f"{_HOUSE}?quantity=co2", ".day canvas", _TALL, "dark", "fi-FI"),
    Shot("house-phone", _HOUSE, ".day canvas", _PHONE, theme="dark"),
    Shot("explore-light", _EXPLORE, ".chart canvas", _TALL),
    Shot("explore-dark", _EXPLORE, ".chart canvas", _TALL, "dark", "fi-FI"),
    Shot("explore-phone", _EXPLORE, ".chart canvas", _PHONE),
    Shot("health-light", "/data-health", "[data-cell]"),
    Shot("health-dark", "/data-health", "[data-cell]", theme="dark", locale="fi-FI"),
    Shot("health-phone", "/data-health", "[data-cell]", _PHONE),
    Shot("kiosk", "/kiosk", ".kiosk-line"),
    Shot("kiosk-phone", "/kiosk", ".kiosk-line", _PHONE),
)
"""Those of the README."""

CHECKS = tuple(
    Shot(f"{name}-{kind}", path, shown, size, locale="fi-FI", zoom=zoom)
    for name, path, shown in (
        ("overview", "/", "article.house"),
        ("house", _HOUSE, ".day canvas"),
        ("explore", _EXPLORE, ".chart canvas"),
        ("health", "/data-health", "[data-cell]"),
        ("kiosk", "/kiosk", ".kiosk-line"),
    )
    for kind, size, zoom in (("4k", (3840, 2160), 1.0), ("zoomed", (1280, 800), 2.0))
)
"""More to look at, which no file shows: 4K, and Finnish at twice the size."""


def take(browser: Browser, address: str, shot: Shot, target: Path) -> None:
    """Open a page, wait until it is live and full, and keep what it looks like."""
    width, height = (round(side / shot.zoom) for side in shot.size)
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=shot.zoom,
        color_scheme="dark" if shot.theme == "dark" else "light",
        locale=shot.locale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(address + shot.path)
    page.locator(shot.shown).first.wait_for(state="attached")
    if not shot.path.startswith("/data-health"):
        page.locator(".live-live").wait_for()
    # Asked from here: the pages' policy forbids a condition that the page itself tries again.
    expect(page.locator(".placeholder, .day-waiting")).to_have_count(0, timeout=120_000)
    page.wait_for_load_state("load")
    page.wait_for_timeout(1000)
    page.screenshot(path=target / f"{shot.name}.png", timeout=120_000)
    context.close()


def main(folder: str | None) -> int:
    """Take those of the README or, with a folder, all into it; the exit code."""
    program = shutil.which("chromium")
    if program is None:
        print("chromium is not installed (apt-get install chromium)", file=sys.stderr)
        return 1
    target = TARGET if folder is None else Path(folder)
    target.mkdir(exist_ok=True)
    address = os.environ.get("HDH_DASHBOARD_URL", "http://127.0.0.1:8080")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        for shot in SHOTS if folder is None else SHOTS + CHECKS:
            take(browser, address, shot, target)
            print(f"{shot.name}.png {(target / f'{shot.name}.png').stat().st_size:,} bytes", flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
