"""YAML with positions: the data, the line of every path in it, and what is wrong with the YAML itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indexes from the file's top down to a value."""

_SCALARS = {"tag:yaml.org,2002:" + name for name in ("null", "bool", "int", "float", "str")}
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LARGEST_BYTES = 4 * 1024 * 1024
"""A site file may be so large; thousands of houses with their devices fit."""

_DEEPEST = 20
_MOST_VALUES = 500_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place in the file: a sentence with its remedy."""

    path: Path
    text: str
    line: int | None = None


@dataclass(slots=True)
class Source:
    """A YAML file's content. A key whose value is null is as good as absent; times stay text."""

    data: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line_of(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that is in the file."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Unreadable(Exception):
    """Reading the file any further would take more than it is worth."""

    def __init__(self, text: str, line: int, path: Path = ()) -> None:
        super().__init__(text)
        self.problem = Problem(path, text, line)


def read_yaml(text: str) -> Source:
    """Read YAML. What is wrong with it stands in the answer's problems."""
    source = Source()
    try:
        _check_size(text)
        _check_depth(text)
        root = yaml.compose(text, Loader=_LOADER)
        if root is not None:
            source.lines[()] = root.start_mark.line + 1
            source.data = _Reader(source).read(root, ())
    except yaml.YAMLError as error:
        source.problems.append(_syntax(error))
    except _Unreadable as error:
        source.problems.append(error.problem)
    except RecursionError:
        source.problems.append(_too_deep(1).problem)
    return source


def _check_size(text: str) -> None:
    if len(text.encode()) > LARGEST_BYTES:
        raise _Unreadable(f"it has more than {LARGEST_BYTES:,} bytes. Remove what is no part of the site.", 1)


def _check_depth(text: str) -> None:
    """Look at the nesting alone, first: what makes nodes of it calls itself level by level."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                raise _too_deep(event.start_mark.line + 1 if event.start_mark else 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(line: int) -> _Unreadable:
    text = f"it is nested deeper than {_DEEPEST} levels. A site file needs fewer: look for brackets and indentation."
    return _Unreadable(text, line)


def _syntax(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or str(error).replace("\n", " ")
    # A tab or a missing quote is found where the next thing starts: the line before is worth a look, too.
    text = f"this is no YAML: {what}. Look at this line and the one before: indentation, quotes, colons."
    return Problem((), text, 1 if mark is None else mark.line + 1)


class _Reader:
    """Turns nodes into data, and notes lines and problems on the way."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._scalars = yaml.SafeLoader("")
        self._inside: set[int] = set()
        self._values = 0

    def read(self, node: yaml.Node, path: Path) -> object:
        """The data of a node.

        Raises:
            _Unreadable: there are too many values; few lines of aliases can stand for billions.
        """
        self._values += 1
        # An alias to an alias nests deeper than the text does.
        if len(self._inside) > _DEEPEST:
            raise _too_deep(node.start_mark.line + 1)
        if self._values > _MOST_VALUES:
            text = (
                f"it holds more than {_MOST_VALUES:,} values, aliases (*) written out. Use fewer aliases and entries."
            )
            raise _Unreadable(text, node.start_mark.line + 1, path)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._inside:
            self._complain(node, path, "an alias (*) stands within what it repeats. Write it out.")
            return None
        self._inside.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            return [self._entry(item, (*path, i)) for i, item in enumerate(node.value)]
        finally:
            self._inside.remove(id(node))

    def _entry(self, node: yaml.Node, path: Path) -> object:
        self._source.lines[path] = node.start_mark.line + 1
        return self.read(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        mapping: dict[str, object] = {}
        seen: dict[str, int] = {}
        for key_node, value_node in self._pairs(node, path):
            key, line = key_node.value, key_node.start_mark.line + 1
            if key in seen:
                self._complain(key_node, (*path, key), f"the key stands twice; first in line {seen[key]}. Keep one.")
                continue
            seen[key] = self._source.lines[(*path, key)] = line
            value = self.read(value_node, (*path, key))
            if value is not None:
                mapping[key] = value
        return mapping

    def _pairs(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                yield key, value
            elif isinstance(key, yaml.ScalarNode):
                self._complain(key, path, "merging with << is not supported here. Write the keys out.")
            else:
                self._complain(key, path, "a key must be a word. Is a line indented wrongly?")

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> object:
        if node.tag == _TIMESTAMP:
            return node.value
        try:
            if node.tag in _SCALARS:
                return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            pass
        self._complain(node, path, f"{node.value!r} with tag {node.tag} cannot be read. Put the text in quotes.")
        return None

    def _complain(self, node: yaml.Node, path: Path, text: str) -> None:
        self._source.problems.append(Problem(path, text, node.start_mark.line + 1))
