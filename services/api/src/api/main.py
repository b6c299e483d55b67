"""The command `api`: `run`, `key add`, `key list`, `key revoke`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from api.keys import Key, Keys
from api.settings import ApiSettings, DataSettings, KeySettings
from api.suggestions import suggest
from hdh.errors import HdhError, Invalid
from hdh.logs import configure
from hdh.settings import load
from hdh.site import load_site
from hdh.times import iso, now_ms

app = typer.Typer(help="The query API: store to JSON, CSV, Parquet and Arrow.", no_args_is_help=True)
key_app = typer.Typer(help="API keys and their project scopes.", no_args_is_help=True)
app.add_typer(key_app, name="key")

T = TypeVar("T")


@contextmanager
def _told() -> Iterator[None]:
    """End with one sentence and exit code 2 where something is configured or given wrongly."""
    try:
        yield
    except HdhError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


@app.command()
def run() -> None:
    """Serve the API until SIGTERM or SIGINT."""
    from api.serving import serve  # noqa: PLC0415 (a command for keys needs no server, and starts ten times faster)

    with _told():
        configure("api")
        serve(load(ApiSettings))


@key_app.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="Who the key is for.")],
    project: Annotated[list[str] | None, typer.Option(help="A project that it may read; may be repeated.")] = None,
    *,
    all_projects: Annotated[bool, typer.Option("--all", help="Every project, also those to come.")] = False,
) -> None:
    """Make a key and print it, this once."""
    with _told():
        settings = load(KeySettings)
        scope = _scope(project or [], [listed.id for listed in load_site(settings.site_file).projects], all_projects)
        key = _with_keys(settings, lambda keys: keys.add(name, scope, now=now_ms()))
    typer.echo(key)
    typer.echo("Keep it: it is not shown again. Send it as 'Authorization: Bearer hdh_…'.", err=True)


def _scope(projects: list[str], listed: list[str], all_projects: bool) -> list[str] | None:  # noqa: FBT001 (a flag)
    if all_projects == bool(projects):
        remedy = "Give --project once or more, or --all."
        raise Invalid("a key needs a scope.", parameter="--project", value=projects, remedy=remedy)
    for project in projects:
        if project not in listed:
            remedy = suggest(project, listed, otherwise="See the site file.")
            raise Invalid("is no project of the site file.", parameter="--project", value=project, remedy=remedy)
    return None if all_projects else projects


@key_app.command("list")
def list_keys() -> None:
    """List all keys that were ever made, without their secrets."""
    with _told():
        found = _with_keys(load(DataSettings), Keys.all)
    table = Table("name", "projects", "made", "revoked")
    for key in found:
        table.add_row(*_row(key))
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def _row(key: Key) -> tuple[str, str, str, str]:
    projects = "all" if key.projects is None else ", ".join(key.projects)
    return key.name, projects, iso(key.created), "" if key.revoked is None else iso(key.revoked)


@key_app.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument(help="Whose key.")]) -> None:
    """Take a key back, at once."""
    with _told():
        if not _with_keys(load(DataSettings), lambda keys: keys.revoke(name, now=now_ms())):
            names = [key.name for key in _with_keys(load(DataSettings), Keys.all) if key.revoked is None]
            remedy = suggest(name, names, otherwise="See api key list.")
            raise Invalid("there is no valid key of this name.", parameter="NAME", value=name, remedy=remedy)
    typer.echo(f"The key of {name} is revoked.")


def _with_keys(settings: DataSettings, work: Callable[[Keys], T]) -> T:
    keys = Keys(settings.api_data_dir)
    try:
        return work(keys)
    finally:
        keys.close()
