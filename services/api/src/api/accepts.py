"""Which format a request asks for, by `format=` or by its Accept header."""

from api.formats import FORMATS, Format
from api.problems import Problem
from api.suggestions import suggest


def chosen_format(name: str | None, accept: str | None) -> Format:
    """The format of the answer.

    Args:
        name: the parameter, which wins over the header.
        accept: the header.

    Raises:
        Problem: 422 or 406, the format is not known; the remedy names those that are.
    """
    if name is not None:
        if name in FORMATS:
            return FORMATS[name]
        remedy = suggest(name, FORMATS, otherwise="")
        raise Problem(422, "unknown-format", "There is no such format.", parameter="format", value=name, remedy=remedy)
    if accept is None or not accept.strip():
        return FORMATS["json"]
    ranges = _ranges(accept)
    # Of equals the first registered wins, as for a browser, which takes anything.
    best = max(FORMATS.values(), key=lambda known: _quality(known.media_type, ranges))
    if _quality(best.media_type, ranges) > 0:
        return best
    known = ", ".join(f"{known.media_type} (format={known.name})" for known in FORMATS.values())
    raise Problem(
        406, "unknown-format", "None of these formats is known.", parameter="Accept", value=accept, remedy=f"{known}."
    )


def _ranges(accept: str) -> dict[str, float]:
    found = {}
    for part in accept.split(","):
        media_range, *parameters = (text.strip() for text in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        try:
            found[media_range.lower()] = float(quality)
        except ValueError:
            found[media_range.lower()] = 0.0
    return found


def _quality(media_type: str, ranges: dict[str, float]) -> float:
    """How much a media type is wanted: by the range that names it most closely."""
    for media_range in (media_type, media_type.split("/", maxsplit=1)[0] + "/*", "*/*"):
        if media_range in ranges:
            return ranges[media_range]
    return 0.0
