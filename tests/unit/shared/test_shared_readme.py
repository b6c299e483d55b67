"""The README's examples are real: the annotated site file loads, and the errors it shows are the ones that appear."""

import re
from pathlib import Path

import pytest

from hdh.errors import Misconfigured
from hdh.site import Assignment, parse_site
from hdh.site.schema import ENTRIES, keys_of
from hdh.times import from_iso

README = (Path(__file__).parents[3] / "shared" / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0]


def test_the_annotated_site_file_loads() -> None:
    """What it says about moves is what comes out."""
    site = parse_site(EXAMPLE, "site.yaml")
    first = from_iso("2026-02-28T22:00:00Z")
    second = from_iso("2026-05-12T11:30:00Z")
    assert site.projects[0].devices[0].assignments == (
        Assignment("house-1", "kitchen", None, first),
        Assignment("house-1", "hall", first, second),
        Assignment("house-1", "unassigned", second, None),
    )
    assert [route.decoder for route in site.routes] == ["native", "value", "zigbee2mqtt"]


def test_it_shows_every_key() -> None:
    """A key that is in the schema only would stay unknown."""
    shown = set(re.findall(r"(\w+):", EXAMPLE))
    assert {key for entry in ENTRIES.values() for key in keys_of(entry)} <= shown


def test_the_errors_it_shows_are_real() -> None:
    """The sentences are those of the code."""
    houses = "    houses:\n      - {id: house-1}\n      - {id: house-1}\n"
    text = f"projects:\n  - id: toe\n    title: TOE\n    timezone: Europe/Helsinky\n{houses}"
    with pytest.raises(Misconfigured) as caught:
        parse_site(text, "site.yaml")
    assert str(caught.value).splitlines() == [line for line in README.splitlines() if line.startswith("site.yaml:")]
