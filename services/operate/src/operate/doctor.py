"""What is wrong with the stack, in sentences with their remedies."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from docker.models.containers import Container
from rich.console import Console
from rich.text import Text

from hdh.errors import Misconfigured
from operate.broker import certificates
from operate.broker.passwords import PASSWD
from operate.broker.setup import ACL, CA, SERVER
from operate.engine import CREDENTIALS, Stack, connected, name_of
from operate.transfer import read_file
from operate.volumes import readable, volume_rows

_SOON = timedelta(days=30)
_CLOCK_OFF = timedelta(seconds=30)
_NEEDED = (
    PASSWD,
    ACL,
    CA,
    SERVER,
    "ingest/broker.password",
    "ingest/store.token",
    "api/store.token",
    "migrate/store.token",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found.

    Attributes:
        well: whether it is as it should be.
        text: what it is, and if it is not well, the remedy.
    """

    well: bool
    text: str


def examine(project: str, now: datetime) -> bool:
    """Print all findings; whether all is well."""
    console = Console(width=None if sys.stdout.isatty() else 200)
    well = True
    for finding in _findings(project, now):
        mark = ("ok   ", "green") if finding.well else ("WRONG", "red")
        console.print(Text.assemble(mark, "  ", finding.text))
        well = well and finding.well
    return well


def _findings(project: str, now: datetime) -> Iterator[Finding]:
    try:
        with connected(project) as stack:
            yield from _engine(stack, now)
            yield from _volumes(stack)
            yield from _containers(stack)
            if CREDENTIALS in stack.roles():
                yield from _credentials(stack, now)
    except Misconfigured as error:
        yield Finding(well=False, text=str(error))


def _engine(stack: Stack, now: datetime) -> Iterator[Finding]:
    info = stack.client.info()
    memory = readable(info["MemTotal"])
    yield Finding(
        well=True, text=f"engine {info['ServerVersion']} on {info['Name']}: {info['NCPU']} CPUs, {memory} of memory"
    )
    off = datetime.fromisoformat(info["SystemTime"]).astimezone(UTC) - now
    if abs(off) > _CLOCK_OFF:
        yield Finding(
            well=False,
            text=f"the engine's clock is {off.total_seconds():+.0f} s off this machine's: set both by NTP, as readings "
            "without a time of their own get the engine's",
        )


def _volumes(stack: Stack) -> Iterator[Finding]:
    for row in volume_rows(stack):
        if row.there:
            yield Finding(well=True, text=f"volume {row.name}: {row.size_text}")
        else:
            yield Finding(well=False, text=f"volume {row.name} is not there ({row.lost}): make up, or restore a backup")


def _containers(stack: Stack) -> Iterator[Finding]:
    containers = sorted(stack.containers(), key=name_of)
    if not containers:
        yield Finding(well=False, text=f"no container of the project {stack.project!r}: start it with make up")
    for container in containers:
        yield _container(container)


def _container(container: Container) -> Finding:
    state, name = container.attrs["State"], name_of(container)
    health = (state.get("Health") or {}).get("Status")
    if state["Status"] == "exited" and state["ExitCode"] == 0 and not _restarts(container):
        return Finding(well=True, text=f"{name}: done")
    if state["Status"] != "running":
        why = "the kernel ended it for want of memory: raise its limit" if state.get("OOMKilled") else state["Error"]
        logs = f"see docker logs {container.name}"
        return Finding(well=False, text=f"{name}: {state['Status']} with {state['ExitCode']}, {why or logs}")
    if health not in {None, "healthy"}:
        last = (state["Health"].get("Log") or [{"Output": ""}])[-1]["Output"].strip()
        return Finding(well=False, text=f"{name}: {health}: {last or f'see docker logs {container.name}'}")
    restarts = container.attrs["RestartCount"]
    if restarts:
        text = f"{name}: running, but started again {restarts} times; see docker logs {container.name}"
        return Finding(well=False, text=text)
    return Finding(well=True, text=f"{name}: {health or 'running'}")


def _restarts(container: Container) -> bool:
    return container.attrs["HostConfig"]["RestartPolicy"]["Name"] in {"always", "unless-stopped"}


def _credentials(stack: Stack, now: datetime) -> Iterator[Finding]:
    found = {name: read_file(stack, CREDENTIALS, name) for name in _NEEDED}
    # SQLite has no tokens.
    sqlite = not any(name.endswith(".token") for name, content in found.items() if content)
    missing = [name for name, content in found.items() if not content and not (sqlite and name.endswith(".token"))]
    if missing:
        yield Finding(well=False, text=f"credentials lack {', '.join(missing)}: make up makes them anew")
    else:
        yield Finding(well=True, text="credentials: all there")
    for name in (SERVER, CA):
        if content := found[name]:
            yield _certificate(name, content.decode(), now)


def _certificate(name: str, text: str, now: datetime) -> Finding:
    try:
        ends = certificates.expires(text)
    except ValueError:
        return Finding(well=False, text=f"{name} is no certificate: delete it, make up makes it anew")
    sentence = f"{name} is valid until {ends:%Y-%m-%d}"
    if ends - now < _SOON:
        return Finding(well=False, text=f"{sentence}: make up renews the broker's; a new CA goes to every gateway")
    return Finding(well=True, text=sentence)
