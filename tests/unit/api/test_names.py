"""Pseudonyms: the public never meets a house's real name."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from api.names import Pseudonyms
from hdh.model import Series
from hdh.site import House, Project

UTC = ZoneInfo("UTC")
SECRET = b"s" * 32


def pseudonyms(*houses: House, seen: tuple[str, ...] = (), secret: bytes = SECRET) -> Pseudonyms:
    """Of a project with these listed and seen houses."""
    return Pseudonyms("toe", Project("toe", "TOE", UTC, houses=houses), seen, secret)


def test_the_site_files_pseudonym_is_used() -> None:
    """For the id and for the name."""
    house = House("villa-aalto", "Villa Aalto", "house-7", UTC)
    names = pseudonyms(house)

    assert [names.house("villa-aalto"), names.house_name(house)] == ["house-7", "house-7"]


def test_a_house_without_pseudonym_gets_one_that_stays() -> None:
    """Also a listed one whose pseudonym would be its id; another secret gives another."""
    listed = House("villa-aalto", "Villa Aalto", "villa-aalto", UTC)

    first, again = pseudonyms(listed), pseudonyms(listed, seen=("x",))
    other = pseudonyms(listed, secret=b"t" * 32)

    shown = first.house("villa-aalto")
    assert shown.startswith("house-")
    assert shown == again.house("villa-aalto")
    assert len({shown, other.house("villa-aalto"), first.house("villa-b")}) == 3


def test_unassigned_is_no_house() -> None:
    """It says that nobody knows, and stays."""
    assert pseudonyms(seen=("unassigned",)).house("unassigned") == "unassigned"


def test_names_within_names_are_replaced() -> None:
    """A device that carries its house's id or name loses it, in any case."""
    names = pseudonyms(House("villa-aalto", "Aalto's", "house-7", UTC), seen=("a1",))
    hidden = names.house("a1")

    expected = Series("toe", "house-7", "house-7 kitchen", f"plug-{hidden}", "house-7_load")
    assert expected == names.series(Series("toe", "villa-aalto", "AALTO'S kitchen", "plug-a1", "Villa-Aalto_load"))


def test_short_names_are_replaced_as_whole_words_only() -> None:
    """A house called `a` does not turn every a into a pseudonym."""
    names = pseudonyms(seen=("a",))

    assert ["balcony", f"plug-{names.house('a')}"] == [names.text("balcony"), names.text("plug-a")]


def test_quantities_of_the_catalogue_stay() -> None:
    """A house called `temperature` does not hide the quantity."""
    names = pseudonyms(seen=("temperature",))

    assert names.quantity("temperature") == "temperature"
    assert "temperature" not in names.text("temperature-1")


@given(st.text(min_size=4, max_size=12), st.text(max_size=8), st.text(max_size=8))
def test_no_text_holds_a_real_name(house: str, before: str, after: str) -> None:
    """Wherever it stands, unless the pseudonym itself holds it."""
    names = pseudonyms(seen=(house,))

    shown = names.text(before + house + after)

    if house.strip() and house not in before + names.house(house) + after:
        assert house not in shown
