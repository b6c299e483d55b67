"""The OpenAPI description: what FastAPI derives, the problem document, and the examples in the descriptions too."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import ProblemDocument

TEXT = (
    "Readings of houses: discover what there is, then take it raw or in windows, as JSON, CSV, Parquet or Arrow. "
    "Times are UTC milliseconds or ISO 8601; ranges are half-open; nothing is ever silently cut. "
    "Errors are problem documents (RFC 9457) that name the parameter, its value and the remedy. "
    "Public projects are read without a key, under pseudonyms; others need 'Authorization: Bearer hdh_…'."
)
_FENCES = {"Shell": "sh", "Python": "python", "R": "r"}


def add_description(app: FastAPI) -> None:
    """Describe the routes that the app has now; `app.openapi()` returns it."""
    found = get_openapi(title=app.title, version=app.version, description=TEXT, routes=app.routes, tags=None)
    schema = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    found["components"]["schemas"]["ProblemDocument"] = schema
    for methods in found["paths"].values():
        for operation in methods.values():
            operation["description"] = _with_samples(operation)
            if "security" in operation:
                # Nobody needs a key for what is public.
                operation["security"] = [{}, *operation["security"]]
    # Now, not when it is first asked for: every request is checked against it, and the first ones, who may come all
    # at once after a start, would each make it, in some 0.4 s of CPU.
    app.openapi = lambda: found  # type: ignore[method-assign]


def _with_samples(operation: dict[str, Any]) -> str:
    """Not every reader of the description knows `x-codeSamples`."""
    fenced = [f"```{_FENCES[sample['lang']]}\n{sample['source']}\n```" for sample in operation.get("x-codeSamples", [])]
    return "\n\n".join([operation.get("description", operation["summary"]), *fenced])
