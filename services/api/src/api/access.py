"""Who asks, and what they may see: by a key, as the public, or as the one user of this machine."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from socket import gaierror, getaddrinfo

from api.keys import Key, Keys
from api.problems import Problem
from hdh.errors import Misconfigured
from hdh.settings import Address
from hdh.site import Site


class View(StrEnum):
    """How much of a project is shown: all of it, or what the public sees, under pseudonyms."""

    FULL = "full"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Access:
    """What the one who asks may see.

    Attributes:
        key: the key's name, or None for those who have none.
        projects: seen in full; None: every project.
    """

    key: str | None
    projects: frozenset[str] | None

    def view(self, project: str, *, public: bool) -> View | None:
        """How the project is shown, or None where it must look as if there were none."""
        if self.projects is None or project in self.projects:
            return View.FULL
        return View.PUBLIC if public else None

    @property
    def is_everything(self) -> bool:
        """Whether it sees every project, also unlisted ones."""
        return self.projects is None

    @property
    def is_public(self) -> bool:
        """Whether it is anybody, without a right of their own."""
        return self.key is None and self.projects is not None


PUBLIC = Access(None, frozenset())
EVERYTHING = Access(None, None)


def access_of(authorization: str | None, api_key: str | None, keys: Keys, *, is_open: bool) -> Access:
    """What the headers of a request give a right to.

    Args:
        authorization: the Authorization header.
        api_key: the X-API-Key header.
        keys: all keys.
        is_open: whether those without a key see everything.

    Raises:
        Problem: 401, a key that is wrong. It is never taken for the public's.
    """
    if authorization is None and api_key is None:
        return EVERYTHING if is_open else PUBLIC
    scheme, _, given = (authorization or f"bearer {api_key}").partition(" ")
    key = keys.find(given.strip()) if scheme.lower() == "bearer" else None
    if key is None or (authorization is not None and api_key is not None and api_key != given.strip()):
        raise unauthorized("The key is wrong or was revoked.")
    return Access(key.name, _scope(key))


def _scope(key: Key) -> frozenset[str] | None:
    return None if key.projects is None else frozenset(key.projects)


def unauthorized(detail: str) -> Problem:
    """A problem that a right key would heal."""
    return Problem(
        401,
        "unauthorized",
        detail,
        remedy="Send a key as 'Authorization: Bearer hdh_…'; the operator makes one by 'api key add'.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def check_binding(address: Address, keys: Keys, site: Site) -> None:
    """Refuse to serve everyone everything: without any key and any public project only loopback may be bound.

    The bind address decides, never the peer's: behind a proxy every peer is local.

    Raises:
        Misconfigured: the sentence names HDH_API_LISTEN and the remedy.
    """
    if is_loopback(address.host) or keys.any_valid() or any(project.public for project in site.projects):
        return
    raise Misconfigured(
        f"HDH_API_LISTEN={address} can be reached from other machines, but there is no key and no public project. "
        "Make a key (api key add NAME --project …), mark a project as public in the site file, "
        "or listen on 127.0.0.1 only."
    )


class Openness:
    """Whether those without a key see everything: on loopback, while no key was ever made and nothing is public.

    It can only end, never begin, while the process runs: to revoke the last key, or to take a project back from the
    public, must not open the rest.
    """

    def __init__(self, address: Address) -> None:
        self._open = is_loopback(address.host)

    def holds(self, keys: Keys, site: Site) -> bool:
        """Look again."""
        self._open = self._open and not keys.any_ever() and not any(project.public for project in site.projects)
        return self._open


def is_loopback(host: str) -> bool:
    """Whether a host's every address is loopback."""
    if host == "localhost":  # also where no resolver knows it, as RFC 6761 has it
        return True
    try:
        return all(ip_address(found[4][0]).is_loopback for found in getaddrinfo(host, None))
    except (gaierror, ValueError, UnicodeError):
        return False
