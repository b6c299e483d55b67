"""A file to write to that hands out what was written, so that writers of files can stream."""

from collections.abc import Iterator


class Outbox:
    """A file opened for writing, as pyarrow knows them."""

    def __init__(self) -> None:
        self.closed = False
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes) -> int:
        """Keep it."""
        self._pieces.append(bytes(data))
        self._size += len(data)
        return len(data)

    def taken(self) -> Iterator[bytes]:
        """What was written since the last time, as one piece; nothing where there is none."""
        if piece := b"".join(self._pieces):
            self._pieces = []
            yield piece

    def tell(self) -> int:
        """How much was written."""
        return self._size

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is held."""
        self.closed = True
