"""Who may publish and read what: the broker's access control list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from operate.broker.gateways import Gateway

# Error topics end in `/error` after the topic's own levels, and a filter cannot say "however many":
# these are the depths that occur, from a bare device to a device's name with slashes.
_DEPTHS = range(2, 9)
_HEADER = "# Written by `operate setup` and `operate gateway`; changes by hand are lost.\n"


@dataclass(frozen=True, slots=True)
class User:
    """A user of the broker and the topic filters that it may publish to and read.

    Attributes:
        name: by which it connects.
        write: what it may publish to.
        read: what it may read.
        file: of a service, where its password lies for it.
    """

    name: str
    write: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    file: str = ""


def service_users(projects: Sequence[str]) -> tuple[User, ...]:
    """The users of our own services.

    Args:
        projects: the ids of the listed projects.
    """
    everywhere = tuple(f"{project}/#" for project in projects)
    return (
        User("ingest", write=_errors("+", "+"), read=("#",), file="ingest/broker.password"),
        User("simulator", everywhere, file="simulator/broker.password"),
        User("migrate", everywhere, file="migrate/broker.password"),
        User("health", read=("$SYS/broker/uptime",), file="broker/health.password"),
    )


def gateway_user(gateway: Gateway) -> User:
    """A gateway's user: it publishes below its house, and reads what was refused there."""
    prefix = (gateway.project, gateway.house)
    return User(gateway.user, write=("/".join((*prefix, "#")),), read=_errors(*prefix))


def render_acl(users: Iterable[User]) -> str:
    """The access control list; what it does not name is forbidden."""
    return _HEADER + "".join(f"\nuser {user.name}\n{''.join(rights(user))}" for user in users)


def rights(user: User) -> list[str]:
    """A user's lines in the access control list."""
    return [f"topic write {topic}\n" for topic in user.write] + [f"topic read {topic}\n" for topic in user.read]


def _errors(*prefix: str) -> tuple[str, ...]:
    return tuple("/".join((*prefix, *["+"] * (depth - len(prefix)), "error")) for depth in _DEPTHS)
