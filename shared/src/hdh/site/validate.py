"""From a YAML file's raw data to checked entries, or to all that is wrong with it, each with its line."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hdh.errors import Misconfigured
from hdh.site.checks import spell
from hdh.site.schema import Entry, keys_of
from hdh.site.source import Problem, Source
from hdh.site.values import did_you_mean

_EXPECTED = {
    "string_type": "text is expected. Put it in quotes",
    "bool_type": "true or false is expected",
    "int_type": "a whole number is expected",
    "float_type": "a number is expected",
    "list_type": "a list is expected, each entry with a dash in front",
    "model_type": "keys with values are expected, `key: value`",
    "finite_number": "a finite number is expected",
}

EntryT = TypeVar("EntryT", bound=Entry)


def validate(
    source: Source,
    model: type[EntryT],
    entries: Mapping[tuple[str, ...], type[Entry]],
    name: str,
    check: Callable[[object], Iterable[Problem]] = lambda _: (),
) -> EntryT:
    """Check a file's raw data.

    Args:
        source: the file.
        model: what all of it must be.
        entries: what stands at a path (without indexes), for hints at the keys it may have.
        name: what errors call the file.
        check: finds what is wrong between entries, also in a file whose single values are wrong.

    Raises:
        Misconfigured: a line per problem, `site.yaml:12: path: what. remedy`.
    """
    problems = list(source.problems)
    entry: EntryT | None = None
    if source.data is not None:
        problems += check(source.data)
        try:
            entry = model.model_validate(source.data)
        except ValidationError as error:
            problems += [_problem(details, entries) for details in error.errors()]
    if problems or entry is None:
        raise Misconfigured("\n".join(_lines(name, source, problems)))
    return entry


def _problem(details: ErrorDetails, entries: Mapping[tuple[str, ...], type[Entry]]) -> Problem:
    path, kind, value = details["loc"], details["type"], details["input"]
    names = tuple(part for part in path if isinstance(part, str))
    if kind == "missing":
        return Problem(path, f"it is missing. Add `{path[-1]}: …`.")
    if kind == "extra_forbidden":
        known = keys_of(entries[names[:-1]])
        hint = did_you_mean(str(path[-1]), known)
        return Problem(path, f"there is no such key. {hint or 'Known are: ' + ', '.join(sorted(known)) + '.'}")
    if kind == "value_error":
        return Problem(path, details["msg"].removeprefix("Value error, "))
    if kind == "too_short":
        return Problem(path, f"at least {details['ctx']['min_length']} entries are expected. Add the others.")
    if kind in _EXPECTED:
        return Problem(path, f"{_short(value)} stands here, but {_EXPECTED[kind]}.")
    return Problem(path, f"{_short(value)}: {details['msg'][0].lower()}{details['msg'][1:]}.")


def _short(value: Any) -> str:  # noqa: ANN401 (whatever the file holds)
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"  # noqa: PLR2004 (enough to recognise it)


def _lines(name: str, source: Source, problems: list[Problem]) -> Iterator[str]:
    placed = [(problem.line or source.line_of(problem.path), problem) for problem in problems]
    for line, problem in sorted(placed, key=lambda pair: pair[0]):
        yield f"{name}:{line}: {spell(problem.path)}: {problem.text}"
