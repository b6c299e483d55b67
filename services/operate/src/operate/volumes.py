"""The volumes of the stack, for people."""

import sys
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from operate.engine import ROLES, Stack, name_of

_UNKNOWN = "what a service of a later version keeps there"


@dataclass(frozen=True, slots=True)
class Row:
    """A volume.

    Attributes:
        name: its whole name.
        there: whether it is.
        size: bytes, None where the engine does not know it: of one that is on a folder, or not there.
        users: who has it mounted.
        lost: what is lost without it.
    """

    name: str
    there: bool
    size: int | None
    users: tuple[str, ...]
    lost: str

    @property
    def size_text(self) -> str:
        """Its size for people."""
        return "of a size unknown" if self.size is None else readable(self.size)


def volume_rows(stack: Stack) -> list[Row]:
    """All volumes that the stack has or should have."""
    there = stack.roles()
    sizes = {each["Name"]: each["UsageData"]["Size"] for each in stack.client.df()["Volumes"]}
    rows = []
    for role in dict.fromkeys((*ROLES, *there)):
        name = stack.volume(role)
        users = tuple(sorted({name_of(user) for user in stack.users(role)})) if role in there else ()
        rows.append(Row(name, role in there, sizes.get(name), users, ROLES.get(role, _UNKNOWN)))
    return rows


def print_volumes(stack: Stack) -> None:
    """Print them as a table."""
    table = Table("volume", "size", "used by", "lost without it")
    for row in volume_rows(stack):
        table.add_row(row.name, row.size_text if row.there else "not there", ", ".join(row.users) or "nobody", row.lost)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


def readable(size: int) -> str:
    """Bytes as people read them: `12.3 MB`."""
    number = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:  # noqa: PLR2004 (the step between the units)
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
