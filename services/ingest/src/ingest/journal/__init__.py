"""The journal: what was received, and how far it is done."""

from ingest.journal.interface import Batch, Done, Journal, Lane, Move, Reader, Rejected, Totals
from ingest.journal.sqlite import SqliteJournal

__all__ = ["Batch", "Done", "Journal", "Lane", "Move", "Reader", "Rejected", "SqliteJournal", "Totals"]
