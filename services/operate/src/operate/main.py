"""The command line of operate."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from hdh.errors import HdhError, Retryable
from hdh.settings import load
from hdh.site import load_site
from operate.broker.setup import set_up_broker
from operate.credentials import Credentials
from operate.settings import SetupSettings, StoreSetupSettings
from operate.store.setup import set_up_store

app = typer.Typer(help="Set the stack up, let gateways in, back up, restore, check.", no_args_is_help=True)

T = TypeVar("T")


@contextmanager
def told() -> Iterator[None]:
    """End with one sentence and exit code 2 where something is wrong that an operator can heal."""
    try:
        yield
    except HdhError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


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
