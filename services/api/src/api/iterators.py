"""Iterators that hold something open."""

from collections.abc import Iterator


def close(iterator: Iterator[object]) -> None:
    """End a generator now, and what it holds open; other iterators hold nothing."""
    if end := getattr(iterator, "close", None):
        end()
