"""The one interface of all sources: what is in it, in which chunks, and their rows."""

from collections.abc import Iterator
from typing import Protocol, TypeAlias

from migrate.batch import BadRow, Batch, Chunk

Read: TypeAlias = Iterator[Batch | BadRow]


class Source(Protocol):
    """Where history comes from. For one thread.

    Every method may raise `Retryable` (a server is away) and `Misconfigured` (only a person can mend it).
    """

    name: str

    def facts(self) -> list[tuple[str, str]]:
        """What was found out about its form: pairs of what and how, for a person."""

    def doubts(self) -> list[str]:
        """What about its form was guessed and may be wrong, a sentence each."""

    def chunks(self) -> list[Chunk]:
        """All chunks, in the order in which they are to be taken; the same ones in every run."""

    def read(self, chunk: Chunk) -> Read:
        """The rows of a chunk, in bounded pieces; the same ones in the same order each time.

        When it ends without an error, nothing of the chunk is missing.
        """

    def checksum(self) -> str:
        """The checksum of what the last `read` took from the source, once it came to its end."""

    def close(self) -> None:
        """Give back what is held open."""
