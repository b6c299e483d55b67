"""The forms in which an export can be saved, by the suffix of its file."""

from pathlib import Path
from typing import Literal, TypeAlias

from hdh.errors import Invalid

Format: TypeAlias = Literal["csv", "csv-fi", "json", "ndjson", "parquet", "arrow"]

_BY_SUFFIX: dict[str, Format] = {
    ".csv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".arrows": "arrow",
}


def format_of(path: Path) -> Format:
    """The form that a file's name asks for.

    Raises:
        Invalid: its suffix is none that is known.
    """
    found = _BY_SUFFIX.get(path.suffix.lower())
    if found is None:
        remedy = f"Name it *{', *'.join(_BY_SUFFIX)}, or give format=."
        raise Invalid("has no suffix that names a form.", parameter="path", value=str(path), remedy=remedy)
    return found
