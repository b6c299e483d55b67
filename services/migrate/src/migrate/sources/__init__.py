"""The sources, one file each; opened here, by the mapping file or by what a path or URL looks like."""

from migrate.sources.interface import Read, Source
from migrate.sources.opening import open_source

__all__ = ["Read", "Source", "open_source"]
