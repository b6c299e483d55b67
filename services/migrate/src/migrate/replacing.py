"""Writing a file that is there whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from hdh.errors import Misconfigured


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A text file that takes the place of `path` when this ends well; what no encoding has becomes question marks.

    Raises:
        Misconfigured: it cannot be written.
    """
    new = path.with_name(f"{path.name}.new")
    try:
        with new.open("w", encoding="utf-8", newline="", errors="replace") as file:
            yield file
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink(missing_ok=True)
        raise Misconfigured(
            f"{path} cannot be written: {error.strerror}. Make room or mend the folder's rights, then run it again."
        ) from error
