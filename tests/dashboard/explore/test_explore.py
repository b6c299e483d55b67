"""The explore page in a real browser, on a real stack."""

import csv
import io
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from hdh.times import from_iso, to_ms
from tests.common.axe import serious
from tests.common.eventually import eventually
from tests.dashboard.explore import village
from tests.dashboard.explore.conftest import OpenPage, Stack

pytestmark = [pytest.mark.browser, pytest.mark.mosquitto]

KITCHEN = "open/house-a/kitchen/air-1/temperature"
BEDROOM = "open/house-a/bedroom/air-2/temperature"
CO2 = "open/house-a/kitchen/air-1/co2"
DENSE = "open/house-a/bedroom/dense/temperature"
METER = "open/house-a/kitchen/meter/energy_total"
OCTOBER = "from=2025-10-01T00:00:00Z&to=2025-10-31T00:00:00Z"
ONE_DAY = "from=2025-10-09T21:00:00Z&to=2025-10-10T21:00:00Z"

AUTUMN_NIGHT = f"/explore?s1={KITCHEN}&from=2025-10-25T22:00:00Z&to=2025-10-26T03:00:00Z"
AUTUMN_DAY = f"/explore?s1={KITCHEN}&from=2025-10-25T20:00:00Z&to=2025-10-27T03:00:00Z"
SPRING_NIGHT = f"/explore?s1={KITCHEN}&from=2025-03-29T23:00:00Z&to=2025-03-30T03:00:00Z"

# From one number or time to another.
TO = "\u2013"

# What is written on a canvas no reader of the page can see, so the drawing itself is listened to.
LISTEN = """
window.drawn = [];
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  window.drawn.push([text, Math.round(x)]);
  return write.apply(this, arguments);
};
"""


def chart(page: Page, name: str = "Temperature") -> Any:
    """The figure of a panel, once its curve is there."""
    figure = page.get_by_role("figure", name=name)
    expect(figure.locator("canvas")).to_be_visible()
    return figure


def settled(page: Page, text: str) -> None:
    """Wait until the first chart's caption says how its curve was made."""
    expect(page.locator(".chart:not(.is-other) .chart-caption").first).to_contain_text(text)


def range_of(page: Page) -> tuple[int, int]:
    """The range in the address, epoch milliseconds."""
    query = parse_qs(urlsplit(page.url).query)
    return from_iso(query["from"][0]), from_iso(query["to"][0])


def shows(page: Page, start: int, stop: int) -> None:
    """Wait until the range in the address is this one."""
    page.wait_for_url(lambda _: range_of(page) == (start, stop))


def two_decimals(value: float) -> str:
    """As browsers round: a half away from zero, where Python's own goes to the even digit."""
    return str(Decimal(value).quantize(Decimal("0.01"), ROUND_HALF_UP))


def drag(page: Page, start: float, stop: float) -> None:
    """Drag over the plot between two shares of its width."""
    box = page.locator(".u-over").first.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + (start + stop) / 2 * box["width"], middle, steps=4)
    page.mouse.move(box["x"] + stop * box["width"], middle, steps=4)
    page.mouse.up()


def test_a_drag_zooms_and_asks_anew_at_the_right_resolution(open_page: OpenPage) -> None:
    """Three days are shown in windows; the hours that are dragged over, reading by reading; Escape goes back."""
    stop = to_ms(village.today().replace(minute=0, second=0, microsecond=0))
    page = open_page(f"/explore?s1={DENSE}&from={iso(stop - 3 * village.DAY)}&to={iso(stop)}")
    settled(page, "Each point is the mean of 5 min")
    before = range_of(page)

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/v1/readings" in request.url else None)
    drag(page, 0.5, 0.5 + 1 / 6)
    settled(page, "Each reading is drawn.")

    start, stop = range_of(page)
    wanted = before[0] + (before[1] - before[0]) / 2
    # A pixel of the plot is about four minutes.
    assert abs(start - wanted) < village.HOUR / 2
    assert abs(stop - start - 12 * village.HOUR) < village.HOUR / 2
    assert asked
    assert not any("every=" in url for url in asked)

    page.get_by_role("application").focus()
    # The first Escape takes the cursor away, the second the zoom.
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    settled(page, "Each point is the mean of 5 min")
    shows(page, *before)


def test_buttons_and_keys_do_what_a_drag_does(open_page: OpenPage) -> None:
    """Zoom, move, reset, table and cursor, without a pointer."""
    page = open_page(f"/explore?s1={KITCHEN}&{ONE_DAY}")
    settled(page, "Each reading is drawn.")
    start, stop = range_of(page)

    page.get_by_role("button", name="Zoom in").click()
    shows(page, start + 6 * village.HOUR, stop - 6 * village.HOUR)
    page.get_by_role("button", name="Earlier").click()
    shows(page, start, stop - 12 * village.HOUR)
    page.go_back()
    page.go_back()
    shows(page, start, stop)

    plot = page.get_by_role("application")
    plot.focus()
    page.keyboard.press("Home")
    readout = page.locator(".chart-readout").first
    expect(readout).to_contain_text("Fri 10 Oct 00:00")
    expect(readout).to_contain_text(two_decimals(village.temperature(start)))
    page.keyboard.press("Shift+ArrowRight")
    expect(readout).to_contain_text("Fri 10 Oct 01:40")
    page.keyboard.press("+")
    shows(page, start + 6 * village.HOUR, stop - 6 * village.HOUR)
    page.keyboard.press("t")
    expect(page.get_by_role("table")).to_be_visible()


def test_a_gap_is_a_gap_and_says_when(open_page: OpenPage) -> None:
    """Three hours without a reading are named in the caption, in the list, on the chart and below the cursor."""
    # From 6 to 18 o'clock, so that the gap is wide enough for its name.
    page = open_page(f"/explore?s1={KITCHEN}&from=2025-10-10T03:00:00Z&to=2025-10-10T15:00:00Z", script=LISTEN)
    figure = chart(page)
    expect(figure.locator("figcaption")).to_contain_text("one gap, 3 h")
    figure.get_by_text("Gaps (1)").click()
    expect(figure.get_by_role("listitem").filter(has_text="no data")).to_contain_text(f"12:00{TO}15:00, 3 h")
    named = f"12:00{TO}15:00"
    eventually(lambda: any(text.startswith("no data") and text.endswith(named) for text in ticks(page)))

    box = page.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * (13.5 - 6) / 12, box["y"] + 20)
    expect(page.locator(".chart-readout").first).to_contain_text("no data")
    page.mouse.move(box["x"] + box["width"] * (16 - 6) / 12, box["y"] + 20)
    expect(page.locator(".chart-readout").first).to_contain_text("°C")


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "Europe/Paris", "America/New_York", "UTC"])
def test_the_axis_is_the_houses_clock_in_every_browser_zone(open_page: OpenPage, zone: str) -> None:
    """The day of 25 hours has its repeated hour twice, the one of 23 no third hour, wherever the browser is."""
    page = open_page(AUTUMN_NIGHT, script=LISTEN, timezone_id=zone, locale="fi-FI")
    chart(page, "Lämpötila")
    settled(page, "Jokainen lukema on piirretty.")
    eventually(lambda: {"3.00 UTC+3", "3.00 UTC+2"} <= set(ticks(page)))
    places = [x for text, x in page.evaluate("window.drawn") if text in {"3.00 UTC+3", "3.00 UTC+2"}]
    assert len(set(places)) >= 2

    day = open_page(AUTUMN_DAY, script=LISTEN, timezone_id=zone, locale="fi-FI")
    settled(day, "Jokainen lukema on piirretty.")
    eventually(lambda: "su 26.10. (25 h)" in ticks(day))

    spring = open_page(SPRING_NIGHT, script=LISTEN, timezone_id=zone, locale="fi-FI")
    settled(spring, "Jokainen lukema on piirretty.")
    eventually(lambda: {"2.00", "4.00"} <= set(ticks(spring)))
    assert not [text for text in ticks(spring) if text.startswith("3.00")]


def ticks(page: Page) -> list[str]:
    """All that was written on the page's canvases since it was opened."""
    return [text for text, _ in page.evaluate("window.drawn")]


def test_csv_and_parquet_hold_what_is_shown(open_page: OpenPage, stack: Stack, tmp_path: Path) -> None:
    """The files are the API's own answer of the same series, range, windows and aggregate."""
    page = open_page(f"/explore?s1={KITCHEN}&s2={BEDROOM}&{OCTOBER}&every=1d&aggregate=max")
    settled(page, "Each point is the greatest of 1 d")
    shown: dict[str, Any] = {
        "house": "house-a",
        "device": ["air-1", "air-2"],
        "quantity": "temperature",
        "start": "2025-10-01T00:00:00Z",
        "stop": "2025-10-31T00:00:00Z",
        "every": "1d",
        "aggregate": "max",
        "gap": "skip",
    }
    wanted = stack.api.get("readings", **shown, format="csv").text

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename == "house-a_temperature_1d-max_2025-10-01_2025-10-31.csv"
    download.value.save_as(tmp_path / "shown.csv")
    saved = (tmp_path / "shown.csv").read_text(encoding="utf-8")
    assert saved.splitlines() == wanted.splitlines()
    assert len({row["time"] for row in csv.DictReader(io.StringIO(saved))}) == 31

    with page.expect_download() as download:
        page.get_by_role("button", name="Parquet").click()
    download.value.save_as(tmp_path / "shown.parquet")
    table = pq.read_table(tmp_path / "shown.parquet")
    values = [float(row["value"]) for row in csv.DictReader(io.StringIO(saved))]
    assert table.column("value").to_pylist() == values


def test_a_picture_is_saved_with_its_names(open_page: OpenPage, tmp_path: Path) -> None:
    """A PNG as wide as the chart, of both panels."""
    page = open_page(f"/explore?s1={KITCHEN}&s1={CO2}&{ONE_DAY}")
    chart(page, "Carbon dioxide")
    settled(page, "Each reading is drawn.")
    with page.expect_download() as download:
        page.get_by_role("button", name="PNG").click()
    download.value.save_as(tmp_path / "shown.png")
    data = (tmp_path / "shown.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    sizes = page.evaluate("[...document.querySelectorAll('.chart canvas')].map(c => [c.width, c.height])")
    assert width > max(size[0] for size in sizes)
    assert height > sum(size[1] for size in sizes)


def test_a_link_shares_the_whole_view(open_page: OpenPage) -> None:
    """What one person has picked, zoomed and turned into a table, another sees in a browser of another place."""
    page = open_page(f"/explore?s1={KITCHEN}&{ONE_DAY}")
    settled(page, "Each reading is drawn.")
    page.get_by_role("button", name="Add series").click()
    page.get_by_role("searchbox").fill("bedroom temp")
    page.get_by_role("checkbox", name="Bedroom, temperature").first.check()
    page.get_by_label("Resolution").select_option("1h")
    page.get_by_label("Compare with the week before").check()
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table")).to_contain_text("Bedroom, week before")

    link = urlsplit(page.url)
    other = open_page(f"{link.path}?{link.query}", timezone_id="America/New_York")
    expect(other.get_by_role("table")).to_contain_text("Bedroom, week before")
    tables = [shown.get_by_role("table") for shown in (page, other)]
    assert eventually(lambda: len({table.inner_text() for table in tables}) == 1)


def test_the_language_changes_words_numbers_and_dates(open_page: OpenPage) -> None:
    """Finnish and English, without a reload."""
    page = open_page(f"/explore?s1={KITCHEN}&{ONE_DAY}", script=LISTEN)
    caption = chart(page).locator("figcaption")
    expect(caption).to_contain_text(f"20.0{TO}23.0\u202f°C, mean 21.5\u202f°C, one gap, 3 h.")
    page.get_by_role("button", name="Suomi").click()
    caption = chart(page, "Lämpötila").locator("figcaption")
    expect(caption).to_contain_text(f"20,0{TO}23,0\u202f°C, keskiarvo 21,5\u202f°C, yksi aukko, 3 h.")
    eventually(lambda: "12.00" in ticks(page))


def test_one_panel_a_unit_with_cursors_together(open_page: OpenPage) -> None:
    """Degrees and ppm have an axis each, and one cursor reads both."""
    page = open_page(f"/explore?s1={KITCHEN}&s1={CO2}&{ONE_DAY}")
    chart(page, "Carbon dioxide")
    expect(page.get_by_role("figure")).to_have_count(2)
    box = page.locator(".u-over").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 20)
    moment = page.locator(".chart-readout-time").first
    expect(moment).to_contain_text("10 Oct 0")
    expect(page.locator("figure:last-of-type .chart-readout-time").last).to_have_text(moment.inner_text())


def test_colours_stay_when_a_curve_is_taken_away(open_page: OpenPage) -> None:
    """Removing one series recolours none."""
    page = open_page(f"/explore?s1={KITCHEN}&s2={BEDROOM}&{ONE_DAY}")
    chart(page)
    page.get_by_role("button", name="Remove house-a, Kitchen, temperature").click()
    expect(page.locator(".explore-chip .swatch")).to_have_class("swatch swatch-2")
    assert "s2=" in page.url
    assert "s1=" not in page.url


def test_a_range_without_readings_says_where_the_last_is(open_page: OpenPage) -> None:
    """Empty is not broken: axes, a sentence, and the way to the last reading."""
    page = open_page(f"/explore?s1={BEDROOM}&from=2025-12-01T00:00:00Z&to=2025-12-08T00:00:00Z")
    chart(page)
    note = page.get_by_role("status").filter(has_text="No readings")
    expect(note).to_be_visible()


def test_a_series_that_is_not_there_is_named(open_page: OpenPage) -> None:
    """A link to what one may not see says so and shows the rest."""
    page = open_page(f"/explore?s1={KITCHEN}&s2=open/house-x/attic/air-9/co2&{ONE_DAY}")
    chart(page)
    expect(page.get_by_text("There is no series open/house-x/attic/air-9/co2")).to_be_visible()


def test_meters_show_what_they_gained(open_page: OpenPage) -> None:
    """A counter's automatic curve is bars of its gain, which add up to what it gained."""
    # An hour ago, as the readings were written before and may not fill the hour that has just ended.
    stop = to_ms(village.today().replace(minute=0, second=0, microsecond=0)) - village.HOUR
    start = stop - 24 * village.HOUR
    address = f"from={iso(start)}&to={iso(stop)}"
    page = open_page(f"/explore?s1={METER}&{address}&every=1h&view=table")
    cells = page.get_by_role("cell")
    expect(cells).to_have_count(24)
    assert [float(text) for text in cells.all_inner_texts()] == [0.6] * 24


def iso(moment: int) -> str:
    """A time as the address holds it."""
    return datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("path", ["/explore", f"/explore?s1={KITCHEN}&s1={CO2}&{ONE_DAY}&view=table"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_for_axe(open_page: OpenPage, path: str, scheme: str) -> None:
    """No serious or critical finding, also of target sizes."""
    page = open_page(path, color_scheme=scheme)
    page.get_by_role("button", name="CSV").wait_for()
    page.locator("canvas, td").first.wait_for()
    assert serious(page) == []


def test_a_phone_scrolls_down_only(open_page: OpenPage) -> None:
    """Nothing is cut or wider than 320 pixels, in Finnish."""
    page = open_page(
        f"/explore?s1={KITCHEN}&s1={CO2}&{ONE_DAY}", viewport={"width": 320, "height": 640}, locale="fi-FI"
    )
    chart(page, "Hiilidioksidi")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_windows_finer_than_the_readings_are_drawn(open_page: OpenPage) -> None:
    """A second, of readings every ten minutes: the API answers, and the caption says what is shown."""
    page = open_page(f"/explore?s1={KITCHEN}&{ONE_DAY}")
    settled(page, "Each reading is drawn.")
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status) if "/v1/readings" in answer.url else None)
    page.get_by_label("Resolution").select_option("1s")
    settled(page, "Each point is the mean of 1 s")
    assert statuses
    assert set(statuses) == {200}
