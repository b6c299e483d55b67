"""What was probably meant by a name that does not exist."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 3
_LISTED = 8


def suggest(name: str, known: Iterable[str], *, otherwise: str) -> str:
    """A sentence that helps on: the nearest names, or all of them where they are few, else `otherwise`."""
    names = sorted(set(known))
    folded = {known_name.casefold(): known_name for known_name in names}
    close = [folded[match] for match in get_close_matches(name.casefold(), folded, n=_SHOWN)]
    if close:
        return f"Did you mean {' or '.join(close)}?"
    if 0 < len(names) <= _LISTED:
        return f"There {'is' if len(names) == 1 else 'are'}: {', '.join(names)}."
    return otherwise
