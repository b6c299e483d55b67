"""What axe finds on a page, by the rules of WCAG 2.2 AA."""

from pathlib import Path

from playwright.sync_api import Page

from infra.make import web

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def serious(page: Page) -> list[str]:
    """What is serious or critical, with where; the size of targets too."""
    # Run by the browser's own tool, as the page's policy lets nobody put a script into it.
    page.evaluate(Path(web.WEB, "node_modules", "axe-core", "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", _TAGS)
    return [
        f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
