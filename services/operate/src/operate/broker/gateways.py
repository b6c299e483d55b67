"""The gateways that may connect: a small file in the credentials' folder."""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hdh.errors import Invalid, Misconfigured
from operate.broker.passwords import PASSWD, read_passwd
from operate.credentials import Credentials

FILE = "admin/gateways.json"
USER_PREFIX = "gw-"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
# The last two stand for bytes that are no text.
_FORBIDDEN = re.compile("[+#/\x00-\x1f\x7f\ufffd\ud800-\udfff]|^\\$|^\\s|\\s$|^$")


class Gateway(msgspec.Struct, frozen=True):
    """A gateway.

    Attributes:
        name: what the operator calls it.
        project: the first level of its topics.
        house: the second level.
        hashed: its password as the broker's password file holds it.
        created: epoch ms.
    """

    name: str
    project: str
    house: str
    hashed: str
    created: int

    @property
    def user(self) -> str:
        """Its user at the broker."""
        return USER_PREFIX + self.name


class Registry(msgspec.Struct, frozen=True):
    """Gateways, the oldest first, and what they need to know.

    Attributes:
        projects: the ids of the projects that the site file listed when set-up ran last.
        hosts: the names and addresses by which the broker's certificate knows it.
        gateways: those that may connect.
    """

    projects: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    gateways: tuple[Gateway, ...] = ()

    def gateway(self, name: str) -> Gateway | None:
        """The gateway of this name."""
        return next((gateway for gateway in self.gateways if gateway.name == name), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a new gateway is to be."""

    name: str
    project: str
    house: str


def read_registry(credentials: Credentials) -> Registry:
    """The gateways' file; an empty registry where there is none.

    Raises:
        Misconfigured: the file is damaged; or is missing, and there were gateways.
    """
    text = credentials.read(FILE)
    if text is None:
        return _no_registry(credentials)
    try:
        return msgspec.json.decode(text, type=Registry)
    except msgspec.DecodeError as error:
        path = Path(credentials.folder) / FILE
        raise Misconfigured(
            f"{path} cannot be read ({error}). Take it from a backup, or delete it and add each gateway again."
        ) from error


def _no_registry(credentials: Credentials) -> Registry:
    known = [user for user in read_passwd(credentials.read(PASSWD) or "") if user.startswith(USER_PREFIX)]
    if known:
        raise Misconfigured(
            f"{credentials.folder / FILE} is missing, and the broker knows the gateways {', '.join(known)}, who would "
            f"be shut out. Take it from a backup, or delete {PASSWD} and add each gateway again."
        )
    return Registry()


def write_registry(credentials: Credentials, registry: Registry) -> None:
    """Write the gateways' file."""
    credentials.write(FILE, msgspec.json.format(msgspec.json.encode(registry), indent=2).decode())


def check(asked: Asked, registry: Registry) -> None:
    """Return if the gateway can be added.

    Raises:
        Invalid: a name that cannot be, a gateway that is there, a project that is not listed.
    """
    if not _NAME.fullmatch(asked.name):
        remedy = "Use small letters, digits and -, at most 60."
        raise Invalid("cannot be a gateway's name.", parameter="NAME", value=asked.name, remedy=remedy)
    if registry.gateway(asked.name) is not None:
        remedy = f"Take another name, or revoke it first: operate gateway revoke {asked.name}."
        raise Invalid("there is a gateway of this name.", parameter="NAME", value=asked.name, remedy=remedy)
    if _FORBIDDEN.search(asked.house):
        remedy = "It is one level of a topic: a plain word without / + # and without spaces around it."
        raise Invalid("cannot be a house.", parameter="--house", value=asked.house, remedy=remedy)
    if asked.project not in registry.projects:
        listed = ", ".join(registry.projects) or "none; run set-up first"
        remedy = f"List it in the site file and run `make up`. Listed: {listed}."
        raise Invalid("is no listed project.", parameter="--project", value=asked.project, remedy=remedy)
