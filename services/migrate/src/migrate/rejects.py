"""The reject file: every row that was not moved, with where it stands, why, and what to do."""

import csv
from pathlib import Path

from migrate.ledger import Ledger
from migrate.replacing import replacing


def write_rejects(ledger: Ledger, path: Path) -> None:
    """Write the reject file anew from the ledger; without any there is no file.

    Raises:
        Misconfigured: it cannot be written.
    """
    if not ledger.rejected():
        path.unlink(missing_ok=True)
        return
    with replacing(path) as file:
        writer = csv.writer(file)
        writer.writerow(("part", "row", "reason", "detail", "text", "readings"))
        for chunk, bad in ledger.rejects():
            writer.writerow((chunk, bad.row, bad.reason, bad.detail, bad.text, bad.count))
