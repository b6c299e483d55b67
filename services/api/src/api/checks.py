"""Requests for readings that contradict themselves, or what they ask for."""

from collections.abc import Iterator, Sequence

from api.conversion import check_unit
from api.directory import Directory
from api.requests import ReadingsRequest
from api.selections import takes
from hdh.aggregates import TEXT_AGGREGATES
from hdh.errors import Invalid
from hdh.model import TEXT_SUFFIX
from hdh.windows import Aggregate, Gap

_FILLING = frozenset({Gap.PREVIOUS, Gap.LINEAR})


def check(request: ReadingsRequest, directories: Sequence[Directory]) -> None:
    """Refuse what contradicts itself.

    Raises:
        Invalid: names the parameter, its value and the remedy.
    """
    if request.extent.every is None:
        _check_raw(request)
    else:
        _check_gap(request)
    if text := next((name for name in request.extent.filters.named_quantities if name.endswith(TEXT_SUFFIX)), None):
        _check_text(request, text)
    if request.unit is not None:
        check_unit(_quantities(request, directories), request.computed, request.unit)


def _check_raw(request: ReadingsRequest) -> None:
    for parameter in ("aggregate", "gap", "gap_limit", "closed", "label"):
        if (given := getattr(request, parameter)) is not None:
            remedy = "Add a window, such as every=1h, or leave it out to get raw readings."
            raise Invalid("needs every.", parameter=parameter, value=str(given), remedy=remedy)


def _check_gap(request: ReadingsRequest) -> None:
    if request.points is not None and request.gap not in {None, Gap.SKIP}:
        remedy = "Leave gap out, or give gap=skip: points are readings that were measured, or computed from some."
        raise Invalid("cannot be had with points.", parameter="gap", value=str(request.gap), remedy=remedy)
    if request.gap_limit is not None and request.gap not in _FILLING:
        remedy = "Add gap=previous or gap=linear, or leave it out."
        raise Invalid("needs a gap that is filled.", parameter="gap_limit", value=str(request.gap_limit), remedy=remedy)


def _check_text(request: ReadingsRequest, text: str) -> None:
    computed = request.computed
    if computed is not None and computed not in TEXT_AGGREGATES:
        remedy = "Text knows aggregate=count, first and last."
        raise Invalid(
            f"cannot be computed from text ({text}).", parameter="aggregate", value=computed.value, remedy=remedy
        )
    if request.gap in _FILLING and computed is not Aggregate.COUNT:
        remedy = "Text knows gap=null and skip."
        raise Invalid(f"cannot be filled with text ({text}).", parameter="gap", value=str(request.gap), remedy=remedy)
    if request.points is not None:
        remedy = "Leave points out, or select numbers."
        raise Invalid(f"cannot be had of text ({text}).", parameter="points", value=str(request.points), remedy=remedy)


def _quantities(request: ReadingsRequest, directories: Sequence[Directory]) -> Iterator[str]:
    """The selected quantities of which there may be values, by their shown names; those asked for by name too."""
    without_text = request.points is not None or request.computed not in {None, *TEXT_AGGREGATES}
    filters = request.extent.filters
    for directory in directories:
        for series in directory.seen:
            shown = directory.names.series(series)
            is_left_out = series.is_text and without_text
            if not is_left_out and takes(directory, filters, series) and filters.take(shown):
                yield shown.quantity
    yield from filters.quantity
