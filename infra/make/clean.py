"""Remove what make has made in this folder; says what it removed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis")
DATA = ".demo"
PAGES = ("services/dashboard/web/node_modules", "services/dashboard/src/dashboard/dist")


def made() -> list[Path]:
    """What is there of it."""
    environment = os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv")
    found = [ROOT / name for name in (".tools", environment, *CACHES, *PAGES, DATA)]
    # An environment elsewhere may serve others.
    found = [path for path in found if path.is_dir() and ROOT in path.resolve().parents]
    inside = {*found, ROOT / ".git"}
    for top in ("infra", "services", "shared", "tests"):
        found += [path for path in (ROOT / top).rglob("__pycache__") if not inside & {*path.parents}]
    return found


def main() -> None:
    """Remove it all; the demo's data is named, as nothing brings it back."""
    for path in made():
        shutil.rmtree(path)
        if path.name == "__pycache__":
            continue
        note = " (the demo's data)" if path.name == DATA else ""
        print(f"removed {path.relative_to(ROOT)}{note}")


if __name__ == "__main__":
    main()
