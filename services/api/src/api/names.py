"""The names that one project's readings are shown under: the real ones, or pseudonyms for the public."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import replace

from hdh.model import UNASSIGNED, Series
from hdh.quantities import catalogue
from hdh.site import House, Project

# A shorter word stands in too many others to be replaced inside of them.
_LONG = 4
_DIGITS = 8


class Names:
    """Real names, shown as they are."""

    def house(self, house: str) -> str:
        """A house's id as it is shown."""
        return house

    def house_name(self, house: House) -> str:
        """A listed house's name as it is shown."""
        return house.name

    def text(self, text: str) -> str:
        """A room, a device, any text that a person may have written, as it is shown."""
        return text

    def quantity(self, quantity: str) -> str:
        """A quantity as it is shown."""
        return quantity

    def series(self, series: Series) -> Series:
        """A series as it is shown."""
        return series


class Pseudonyms(Names):
    """Houses under pseudonyms, and their ids and names replaced wherever else they stand.

    Args:
        project: the project's id.
        listed: the project in the site file, if it stands there.
        houses: the ids of all houses that the store holds.
        secret: makes the pseudonyms of houses that the site file gives none.
    """

    def __init__(self, project: str, listed: Project | None, houses: Iterable[str], secret: bytes) -> None:
        self._project = project
        self._secret = secret
        # A pseudonym that is the id says that the file gives none.
        self._given = {h.id: h.pseudonym for h in (listed.houses if listed else ()) if h.pseudonym != h.id}
        words = {house: house for house in houses if house != UNASSIGNED}
        words |= {name: h.id for h in (listed.houses if listed else ()) for name in (h.id, h.name)}
        self._by_word = {word.casefold(): self.house(house) for word, house in words.items()}
        ordered = sorted(filter(str.strip, words), key=lambda word: (-len(word), word))
        pattern = "|".join(map(_pattern, ordered))
        self._words = re.compile(pattern, re.IGNORECASE) if ordered else None

    def house(self, house: str) -> str:
        """A house's pseudonym: the site file's, else one that stays the same."""
        if house == UNASSIGNED:
            return house
        if given := self._given.get(house):
            return given
        digest = hmac.digest(self._secret, f"{self._project}\0{house}".encode(), hashlib.sha256)
        return f"house-{digest.hex()[:_DIGITS]}"

    def house_name(self, house: House) -> str:
        """The pseudonym stands for the name too."""
        return self.house(house.id)

    def text(self, text: str) -> str:
        """The text with every house's id and name replaced by its pseudonym."""
        return text if self._words is None else self._words.sub(self._replace, text)

    def quantity(self, quantity: str) -> str:
        """A quantity; those of the catalogue tell nothing about a house."""
        return quantity if catalogue().get(quantity) else self.text(quantity)

    def series(self, series: Series) -> Series:
        """A series under its house's pseudonym."""
        return replace(
            series,
            house=self.house(series.house),
            room=self.text(series.room),
            device=self.text(series.device),
            quantity=self.quantity(series.quantity),
        )

    def _replace(self, match: re.Match[str]) -> str:
        return self._by_word.get(match[0].casefold(), UNASSIGNED)


def _pattern(word: str) -> str:
    escaped = re.escape(word)
    return escaped if len(word) >= _LONG else rf"(?<![^\W_]){escaped}(?![^\W_])"
