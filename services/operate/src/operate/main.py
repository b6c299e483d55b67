"""The command line of operate."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from hdh.errors import Retryable
from hdh.settings import load
from hdh.site import load_site
from operate import backup as backups
from operate import doctor as doctors
from operate import gateway_commands, volumes
from operate.broker.setup import set_up_broker
from operate.credentials import Credentials
from operate.engine import connected
from operate.restore import restore as restore_archive
from operate.settings import EngineSettings, SetupSettings, StoreSetupSettings
from operate.store.setup import set_up_store
from operate.told import told

app = typer.Typer(help="Set the stack up, let gateways in, back up, restore, check.", no_args_is_help=True)
app.add_typer(gateway_commands.app, name="gateway")

T = TypeVar("T")


@app.command()
def setup(
    *,
    broker: Annotated[bool, typer.Option("--broker", help="Users, rights and certificates of the broker.")] = False,
    store: Annotated[bool, typer.Option("--store", help="Projects and tokens of the store.")] = False,
) -> None:
    """Make the credentials that are missing, and what the site file asks of broker and store; all, or the parts named.

    Run again it changes nothing, but for what is missing or what the site file gained.
    """
    with told():
        if broker or not store:
            _set_up_broker()
        if store or not broker:
            _set_up_store()


def _set_up_broker() -> None:
    settings = load(SetupSettings)
    credentials = Credentials(settings.operate_credentials_dir)
    projects = [project.id for project in load_site(settings.site_file).projects]
    with credentials.lock():
        set_up_broker(credentials, projects, settings.hosts, datetime.now(UTC))
    _tell("broker", credentials.made)


def _set_up_store() -> None:
    settings = load(StoreSetupSettings)
    credentials = Credentials(settings.operate_credentials_dir)
    projects = load_site(settings.site_file).projects
    with credentials.lock():
        notes = _patiently(
            lambda: set_up_store(credentials, settings.store_url, projects, settings.admin_secret),
            settings.operate_wait_seconds,
        )
    _tell("store", credentials.made, notes)


def _tell(part: str, made: list[str], notes: list[str] | None = None) -> None:
    for name in dict.fromkeys(made):
        typer.echo(f"{part}: wrote {name}")
    for note in notes or []:
        typer.echo(f"{part}: {note}")
    if not made and not notes:
        typer.echo(f"{part}: everything is there")


def _patiently(work: Callable[[], T], seconds: float) -> T:
    """Do the work, again and again while time can heal what is in its way."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return work()
        except Retryable:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.5)


@app.command()
def backup(
    archive: Annotated[
        Path | None, typer.Argument(help="The file to write; without it hdh-backup-<time>.tar.zst.")
    ] = None,
    *,
    credentials: Annotated[
        bool, typer.Option("--with-credentials/--without-credentials", help="Whether passwords and tokens go with it.")
    ] = True,
) -> None:
    """Save all that lasts into one archive; each service rests while its volume is copied, and starts again."""
    with told(), connected(load(EngineSettings).operate_project) as stack:
        now = datetime.now(UTC)
        path = archive or backups.default_path(now)
        backups.back_up(stack, path, credentials=credentials, now=now, say=typer.echo)
        typer.echo(f"wrote {path}: {path.stat().st_size:,} bytes, readable by you alone")


@app.command()
def restore(
    archive: Annotated[Path, typer.Argument(help="An archive made by `operate backup`.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what the volumes hold.")] = False,
) -> None:
    """Fill the volumes from an archive that is checked first, and read them back. The stack must be down."""
    with told(), connected(load(EngineSettings).operate_project) as stack:
        restore_archive(stack, archive, replace=replace, say=typer.echo)
        typer.echo("restored; start the stack with: make up")


@app.command("volumes")
def list_volumes() -> None:
    """List what lasts: each volume's size, who uses it, and what is lost without it."""
    with told(), connected(load(EngineSettings).operate_project) as stack:
        volumes.print_volumes(stack)


@app.command()
def doctor() -> None:
    """Check engine, volumes, containers, credentials; exit code 1 if something is wrong."""
    with told():
        if not doctors.examine(load(EngineSettings).operate_project, datetime.now(UTC)):
            raise typer.Exit(1)
