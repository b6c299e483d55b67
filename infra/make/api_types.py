"""The API's description as TypeScript: `write` makes services/dashboard/web/src/api/schema.d.mts, `check` compares."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from api.app import create_app
from api.serving import open_services
from api.settings import ApiSettings

WEB = Path(__file__).parents[2] / "services" / "dashboard" / "web"
SCHEMA = WEB / "src" / "api" / "schema.d.mts"
# What a type does not depend on: a better sentence in the API must not change the pages' source.
_WORDS = {"description", "summary", "title", "examples", "example", "x-codeSamples"}


def description() -> dict[str, Any]:
    """The API's OpenAPI document."""
    with tempfile.TemporaryDirectory() as folder:
        settings = ApiSettings(store_url=f"sqlite:///{folder}/store.db", api_data_dir=Path(folder))
        with closing(open_services(settings)) as services:
            return create_app(services).openapi()


def bare(document: Any, *, names: bool = False) -> Any:  # noqa: ANN401 (JSON as it comes)
    """The document without words; `names`: the keys here are names (of properties, of schemas), not keywords."""
    if isinstance(document, list):
        return [bare(entry) for entry in document]
    if not isinstance(document, dict):
        return document
    return {
        key: bare(value, names=not names and key in {"properties", "schemas", "paths", "responses", "content"})
        for key, value in document.items()
        if names or key not in _WORDS
    }


def types() -> str:
    """The TypeScript that openapi-typescript makes of it."""
    program = WEB / "node_modules" / ".bin" / "openapi-typescript"
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "openapi.json"), Path(folder, "schema.d.mts")
        source.write_text(json.dumps(bare(description())), encoding="utf-8")
        subprocess.run([program, source, "-o", target], check=True, capture_output=True)
        return target.read_text(encoding="utf-8")


def main(command: str) -> int:
    """Write or check; the exit code."""
    made = types()
    if command == "write":
        SCHEMA.write_text(made, encoding="utf-8")
        return 0
    if SCHEMA.is_file() and SCHEMA.read_text(encoding="utf-8") == made:
        return 0
    print(f"{SCHEMA.relative_to(Path.cwd())} is not what the API describes: python3 -m infra.make.web types")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
