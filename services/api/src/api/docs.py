"""`/docs`: the OpenAPI description as one plain page, without scripts and without asking anybody else."""

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

_HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><style>
:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;
max-width:60rem;margin:2rem auto;padding:0 1rem}}
h2{{margin-top:3rem;font-family:monospace}}table{{border-collapse:collapse;width:100%}}
td{{border-top:1px solid #8886;padding:.3rem .6rem;vertical-align:top}}td:first-child{{font-family:monospace}}
pre{{background:#8882;padding:.8rem;overflow:auto}}</style></head><body><h1>{title}</h1><p>{description}</p>
<p>Machine-readable: <a href="/openapi.json">/openapi.json</a></p>"""


def add_docs(app: FastAPI) -> None:
    """Serve the page at `/docs`."""

    @app.get("/docs", include_in_schema=False)
    def read_docs() -> HTMLResponse:
        return HTMLResponse(page(app.openapi()))


def page(description: dict[str, Any]) -> str:
    """The description as HTML."""
    info = description["info"]
    parts = [_HEAD.format(title=escape(info["title"]), description=escape(info["description"]))]
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            parts.extend(_operation(path, method, operation))
    return "\n".join([*parts, "</body></html>"])


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h2>{escape(method.upper())} {escape(path)}</h2>"
    # The examples at the end of the description follow as they are.
    yield f"<p>{escape(operation.get('description', '').partition('```')[0].strip())}</p>"
    if parameters := operation.get("parameters"):
        yield from _table((parameter["name"], parameter.get("description", "")) for parameter in parameters)
    yield from _table((status, response["description"]) for status, response in operation["responses"].items())
    for sample in operation.get("x-codeSamples", []):
        yield f"<p>{escape(sample['label'])}</p><pre>{escape(sample['source'])}</pre>"


def _table(rows: Any) -> Iterator[str]:  # noqa: ANN401 (pairs of texts)
    yield "<table>"
    for name, text in rows:
        yield f"<tr><td>{escape(name)}</td><td>{escape(text)}</td></tr>"
    yield "</table>"
