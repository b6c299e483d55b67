"""The reject file: every row that was not moved, with where it stands, why, and what to do."""

import csv
from pathlib import Path

from migrate.ledger import Ledger


def write_rejects(ledger: Ledger, path: Path) -> int:
    """Write the reject file anew from the ledger; without any there is no file. Returns how many rows it has."""
    new = path.with_name(f"{path.name}.new")
    rows = 0
    with new.open("w", encoding="utf-8", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(("part", "row", "reason", "detail", "text", "readings"))
        for chunk, bad in ledger.rejects():
            writer.writerow((chunk, bad.row, bad.reason, bad.detail, bad.text, bad.count))
            rows += 1
    if rows:
        new.replace(path)
    else:
        new.unlink()
        path.unlink(missing_ok=True)
    return rows
