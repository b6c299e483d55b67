"""Bring what writes to the volumes to rest, and get it going again, each as soon as it may."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from docker.errors import DockerException
from docker.models.containers import Container
from requests.exceptions import RequestException

from hdh.errors import Misconfigured
from operate.engine import CREDENTIALS, ONE_OFF_LABEL, Stack, name_of
from operate.signals import heeded, unheeded

Say = Callable[[str], None]

_RUNNING = {"running", "restarting", "paused"}
_KILLED = 137
# Who takes from others ends first: then nobody ends amid a conversation.
_STOP_ORDER = ("journal", "api", "store", "broker")


class Rest:
    """Containers that were stopped and wait for their volumes."""

    def __init__(self, stack: Stack, say: Say) -> None:
        self._stack = stack
        self._say = say
        self._waiting: list[tuple[Container, set[str]]] = []

    def stop(self, container: Container, roles: set[str]) -> None:
        """Stop a container that uses these volumes; a migration is paused, as one that ended would not go on by itself.

        Raises:
            Misconfigured: it did not end by itself in its grace time, so what it holds may be torn.
        """
        if _is_one_off(container):
            if container.status != "paused":
                container.pause()
                self._waiting.insert(0, (container, roles))
            return
        if container.status == "paused":
            container.unpause()
        self._waiting.insert(0, (container, roles))
        container.stop()
        container.reload()
        if container.attrs["State"]["ExitCode"] == _KILLED:
            raise Misconfigured(
                f"{name_of(container)} did not end within its grace time and was killed: what it wrote may be torn, so "
                "there is no backup. Give it a longer stop_grace_period and try again."
            )

    def release(self, role: str) -> None:
        """A volume was copied: start whom nothing else keeps.

        Raises:
            Misconfigured: somebody else started a writer meanwhile, so the copy may be torn.
        """
        users = self._stack.users(role) if role != CREDENTIALS else []
        writers = [
            user for user in users if user.status in _RUNNING and not (_is_one_off(user) and user.status == "paused")
        ]
        if writers:
            raise Misconfigured(
                f"{name_of(writers[0])} was started while its volume was copied, so there is no backup. "
                "Is another backup running, or does something start what is stopped?"
            )
        for _, roles in self._waiting:
            roles.discard(role)
        self._start(lambda roles: not roles)

    def end(self) -> None:
        """Start all that is still stopped."""
        self._start(lambda _: True)

    def _start(self, which: Callable[[set[str]], bool]) -> None:
        failed = []
        for waiting in [waiting for waiting in self._waiting if which(waiting[1])]:
            self._waiting.remove(waiting)
            try:
                go_on = waiting[0].unpause if _is_one_off(waiting[0]) else waiting[0].start
                go_on()
            except (DockerException, RequestException) as error:
                failed.append(f"{name_of(waiting[0])} ({error})")
                continue
            # Where the terminal is gone nobody listens, and the others are to be started all the same.
            with suppress(OSError):
                self._say(f"started {name_of(waiting[0])}")
        if failed:
            raise Misconfigured(f"Not started again: {', '.join(failed)}. Start what is missing: make up.")


@contextmanager
def at_rest(stack: Stack, roles: list[str], say: Say) -> Iterator[Rest]:
    """Stop what runs and writes to these volumes, and start it again, whatever happens meanwhile.

    The credentials are written by commands that end, each file whole: nobody is stopped for them.
    """
    users: dict[str | None, tuple[Container, set[str]]] = {}
    for role in roles:
        for container in stack.users(role) if role != CREDENTIALS else []:
            if container.status in _RUNNING:
                users.setdefault(container.id, (container, set()))[1].add(role)
    rest = Rest(stack, say)
    with heeded():
        try:
            for container, held in sorted(users.values(), key=lambda user: _place(user[1])):
                say(f"stopping {name_of(container)}")
                rest.stop(container, held)
            yield rest
        finally:
            with unheeded():
                rest.end()


def _is_one_off(container: Container) -> bool:
    """Whether it is a command in a container of its own, which its end removes. Its files outlive any kill."""
    return bool(container.labels.get(ONE_OFF_LABEL) == "True")


def _place(roles: set[str]) -> int:
    return min((_STOP_ORDER.index(role) for role in roles if role in _STOP_ORDER), default=0)
