"""Who may see what, and where the api may listen."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from api.access import EVERYTHING, PUBLIC, Access, Openness, View, access_of, check_binding, is_loopback
from api.keys import Keys
from api.problems import Problem
from hdh.errors import Misconfigured
from hdh.settings import parse_address
from hdh.site import Project, Site


def site(*, public: bool) -> Site:
    """A site of one project."""
    return Site("", "", (Project("toe", "TOE", ZoneInfo("UTC"), public=public),))


def test_a_key_opens_its_projects(tmp_path: Path) -> None:
    """Its own in full, public ones as the public sees them, others not at all."""
    keys = Keys(tmp_path)
    access = access_of(f"Bearer {keys.add('anna', ['toe'], now=5)}", None, keys, is_open=False)

    assert Access("anna", frozenset({"toe"})) == access
    views = [
        access.view("toe", public=False),
        access.view("toe", public=True),
        access.view("other", public=True),
        access.view("other", public=False),
    ]
    assert views == [View.FULL, View.FULL, View.PUBLIC, None]


def test_a_key_may_come_in_either_header(tmp_path: Path) -> None:
    """As a bearer token, however the word is spelled, or as X-API-Key."""
    keys = Keys(tmp_path)
    key = keys.add("anna", None, now=5)

    expected = [Access("anna", None)] * 4
    assert expected == [
        access_of(f"Bearer {key}", None, keys, is_open=False),
        access_of(f"bearer  {key}", None, keys, is_open=False),
        access_of(None, key, keys, is_open=False),
        access_of(f"Bearer {key}", key, keys, is_open=False),
    ]


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize(
    ("authorization", "api_key"),
    [("", None), ("Bearer", None), ("Bearer ", None), ("Bearer hdh_x", None), ("Basic YTpi", None), (None, "")],
)
def test_a_wrong_key_is_never_the_public(
    tmp_path: Path, authorization: str | None, api_key: str | None, *, is_open: bool
) -> None:
    """Whatever is sent as a key and is none is a 401, also where no key would be needed."""
    with pytest.raises(Problem) as caught:
        access_of(authorization, api_key, Keys(tmp_path), is_open=is_open)

    assert (caught.value.status, caught.value.headers) == (401, {"WWW-Authenticate": "Bearer"})


def test_two_different_keys_are_refused(tmp_path: Path) -> None:
    """It is not for us to choose one."""
    keys = Keys(tmp_path)
    one, other = keys.add("anna", ["toe"], now=5), keys.add("ben", None, now=5)

    with pytest.raises(Problem):
        access_of(f"Bearer {one}", other, keys, is_open=False)


def test_without_a_key_one_is_the_public_or_alone(tmp_path: Path) -> None:
    """Everything only where the api is open."""
    keys = Keys(tmp_path)

    expected = [PUBLIC, EVERYTHING]
    assert expected == [access_of(None, None, keys, is_open=is_open) for is_open in (False, True)]


@pytest.mark.parametrize("listen", ["0.0.0.0:8000", "[::]:8000", "192.0.2.1:8000"])
def test_only_loopback_is_bound_without_key_and_public_project(tmp_path: Path, listen: str) -> None:
    """The sentence names HDH_API_LISTEN and the remedies; a key or a public project allows it."""
    keys = Keys(tmp_path)
    address = parse_address(listen)

    with pytest.raises(Misconfigured, match=r"HDH_API_LISTEN=.*api key add.*127\.0\.0\.1"):
        check_binding(address, keys, site(public=False))
    check_binding(address, keys, site(public=True))
    keys.add("anna", None, now=5)
    check_binding(address, keys, site(public=False))
    keys.revoke("anna", now=6)
    with pytest.raises(Misconfigured):
        check_binding(address, keys, site(public=False))


def test_loopback_is_always_bound(tmp_path: Path) -> None:
    """By name or number."""
    for listen in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000", "127.1.2.3:1"):
        check_binding(parse_address(listen), Keys(tmp_path), site(public=False))


def test_names_that_lead_nowhere_are_not_loopback() -> None:
    """Nor is what cannot be looked up."""
    assert [is_loopback("nowhere.invalid"), is_loopback("x" * 300)] == [False, False]


def test_openness_ends_and_never_begins_again(tmp_path: Path) -> None:
    """The first key ends it; revoking the last one does not open everything."""
    keys = Keys(tmp_path)
    openness = Openness(parse_address("127.0.0.1:8000"))
    before = openness.holds(keys, site(public=False))

    keys.add("anna", None, now=5)
    with_key = openness.holds(keys, site(public=False))
    keys.revoke("anna", now=6)

    assert [before, with_key, openness.holds(keys, site(public=False))] == [True, False, False]


def test_a_public_project_closes_the_rest(tmp_path: Path) -> None:
    """And taking it back from the public does not open it."""
    keys = Keys(tmp_path)
    openness = Openness(parse_address("127.0.0.1:8000"))

    assert [openness.holds(keys, site(public=public)) for public in (True, False)] == [False, False]


def test_nothing_is_open_beyond_loopback(tmp_path: Path) -> None:
    """Whatever else holds."""
    assert not Openness(parse_address("0.0.0.0:8000")).holds(Keys(tmp_path), site(public=False))
