"""The commands `operate gateway`: on the host they run themselves inside the stack, there they change its files."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from hdh.errors import Invalid, Misconfigured
from hdh.settings import load
from hdh.times import iso
from operate.broker import admit
from operate.broker.card import Card
from operate.broker.gateways import Asked, read_registry
from operate.broker.setup import CA
from operate.credentials import Credentials
from operate.engine import connected
from operate.once import run_once
from operate.settings import CardSettings, CredentialsSettings, EngineSettings
from operate.told import told

app = typer.Typer(help="Let gateways in and shut them out, without a restart.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What to call it: small letters, digits, -.")],
    project: Annotated[str, typer.Option(help="The project whose topics it publishes; in the site file.")],
    house: Annotated[str, typer.Option(help="The house whose topics it publishes.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Make a user for a gateway and print all that it needs, this once."""
    with told():
        settings = load(CardSettings)
        folder = settings.operate_credentials_dir
        if folder is None:
            _inside(["add", name, "--project", project, "--house", house, *(["--json"] if as_json else [])])
        else:
            _add(folder, Asked(name, project, house), settings.operate_broker_port, as_json=as_json)


@app.command("list")
def list_gateways() -> None:
    """List the gateways that may connect."""
    with told():
        folder = load(CredentialsSettings).operate_credentials_dir
        if folder is None:
            _inside(["list"], changes=False)
        else:
            _list(folder)


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="Which gateway.")]) -> None:
    """Shut a gateway out; if it is connected, it is cut off."""
    with told():
        folder = load(CredentialsSettings).operate_credentials_dir
        if folder is None:
            _inside(["revoke", name])
        else:
            _revoke(folder, name)


def _inside(arguments: Sequence[str], *, changes: bool = True) -> None:
    settings = load(EngineSettings)
    with connected(settings.operate_project) as stack:
        broker = stack.service("broker")
        published = ((broker.ports if broker else None) or {}).get("8883/tcp")
        environment = {"HDH_OPERATE_BROKER_PORT": str(published[0]["HostPort"])} if published else {}
        if code := run_once(stack, settings.operate_image, ["gateway", *arguments], environment):
            raise typer.Exit(code)
        if changes and broker is not None and broker.status == "running":
            # Mosquitto reads users and rights again, and cuts off who is no longer one of them; others notice nothing.
            # From inside: a signal that the engine sends counts as "stopped by hand", and ends the restart policy.
            if broker.exec_run(["sh", "-c", "kill -HUP 1"]).exit_code:
                raise Misconfigured("The change is made, but the broker could not be told: restart it (make up).")
        elif changes:
            typer.echo("The broker does not run; it will know when it starts.", err=True)


def _add(folder: Path, asked: Asked, port: int, *, as_json: bool) -> None:
    credentials = Credentials(folder)
    with credentials.lock():
        gateway, password = admit.add(credentials, asked, now=time.time_ns() // 1_000_000)
        hosts = read_registry(credentials).hosts
    card = Card(gateway, password, credentials.read(CA) or "", hosts[0] if hosts else "localhost", port)
    typer.echo(msgspec.json.encode(card.as_json()).decode() if as_json else card.as_text())


def _list(folder: Path) -> None:
    table = Table("gateway", "user", "may publish to", "added")
    for gateway in read_registry(Credentials(folder)).gateways:
        table.add_row(gateway.name, gateway.user, f"{gateway.project}/{gateway.house}/#", iso(gateway.created))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _revoke(folder: Path, name: str) -> None:
    credentials = Credentials(folder)
    with credentials.lock():
        if not admit.revoke(credentials, name):
            known = ", ".join(gateway.name for gateway in read_registry(credentials).gateways) or "none"
            remedy = f"There are: {known}."
            raise Invalid("there is no gateway of this name.", parameter="NAME", value=name, remedy=remedy)
    typer.echo(f"The gateway {name} is shut out.")
