"""Topic templates: which topics a route takes, and where the tags are in them.

`toe/{house}/zigbee2mqtt/{device...}`: a level is a text to equal, `+` for any, or a placeholder; one with `...`,
last only, takes one level or more.
"""

import re
from dataclasses import dataclass

PLACEHOLDERS = ("project", "house", "room", "device", "quantity", "kind")
_ONE_LEVEL = frozenset({"project", "house", "room"})
_PLACEHOLDER = re.compile(r"\{(\w*)(\.\.\.)?\}")
_EXAMPLE = "Example: toe/{house}/zigbee2mqtt/{device...}"


@dataclass(frozen=True, slots=True)
class Template:
    """A template taken apart.

    Attributes:
        length: how many levels it has.
        literals: which levels must equal which text.
        captures: which levels are the values of which placeholders.
        rest: the placeholder that takes the last level and all after it, or None.
    """

    length: int
    literals: tuple[tuple[int, str], ...]
    captures: tuple[tuple[int, str], ...]
    rest: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders that it holds."""
        return tuple(name for _, name in self.captures) + ((self.rest,) if self.rest else ())

    @property
    def first(self) -> str | None:
        """The text that the first level must equal, if it must."""
        return dict(self.literals).get(0)

    def match(self, levels: list[str]) -> dict[str, str] | None:
        """The placeholders' values if it takes a topic of these levels, else None."""
        if len(levels) != self.length and (self.rest is None or len(levels) < self.length):
            return None
        if any(levels[i] != text for i, text in self.literals):
            return None
        values = {name: levels[i] for i, name in self.captures}
        if self.rest is not None:
            values[self.rest] = "/".join(levels[self.length - 1 :])
        return values


def parse_template(topic: str) -> Template:
    """Read a template.

    Raises:
        ValueError: it is none; a sentence with the remedy.
    """
    levels = topic.split("/")
    literals, captures = [], []
    rest = None
    for i, level in enumerate(levels):
        name, is_rest = _placeholder(level)
        if is_rest:
            if i != len(levels) - 1:
                raise ValueError(f"{level} must be the last level, as it takes all that follow. {_EXAMPLE}")
            rest = name
        elif name:
            captures.append((i, name))
        elif level != "+":
            literals.append((i, level))
    template = Template(len(levels), tuple(literals), tuple(captures), rest)
    if twice := sorted({name for name in template.names if template.names.count(name) > 1}):
        raise ValueError(f"{{{twice[0]}}} stands in it twice; use + for a level that does not matter. {_EXAMPLE}")
    return template


def _placeholder(level: str) -> tuple[str | None, bool]:
    """The placeholder that a level is, if it is one, and whether it takes the rest."""
    if match := _PLACEHOLDER.fullmatch(level):
        if match[1] not in PLACEHOLDERS:
            raise ValueError(f"{level} is no placeholder; there are {', '.join(PLACEHOLDERS)}.")
        if match[2] and match[1] in _ONE_LEVEL:
            raise ValueError(f"a {match[1]} is one level; only device, quantity and kind may take the rest. {_EXAMPLE}")
        return match[1], bool(match[2])
    if "{" in level or "}" in level:
        raise ValueError(f"a placeholder is a whole level, not a part of one as in {level!r}. {_EXAMPLE}")
    if "#" in level:
        raise ValueError(f"# is not known here; {{device...}} takes one level or more. {_EXAMPLE}")
    if "+" in level and level != "+":
        raise ValueError(f"+ is a whole level, not a part of one as in {level!r}. {_EXAMPLE}")
    return None, False
