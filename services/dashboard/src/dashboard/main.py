"""The command `dashboard`: `run`."""

import typer

from dashboard.settings import DashboardSettings
from hdh.errors import HdhError
from hdh.logs import configure
from hdh.settings import load

app = typer.Typer(help="The dashboard: pages over the query API.", no_args_is_help=True)


@app.callback()
def _commands() -> None:
    """Keep `run` a command of its own, though it is the only one."""


@app.command()
def run() -> None:
    """Serve the dashboard until SIGTERM or SIGINT."""
    from dashboard.serving import serve  # noqa: PLC0415 (help needs no server, and starts ten times faster)

    configure("dashboard")
    try:
        serve(load(DashboardSettings))
    except HdhError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
