"""How a command ends where something is wrong that an operator can heal."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from hdh.errors import HdhError


@contextmanager
def told() -> Iterator[None]:
    """End with one sentence and exit code 2."""
    try:
        yield
    except HdhError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
