"""Looks for barriers on a page with axe-core, by the rules of WCAG 2.2 level AA."""

from __future__ import annotations

from playwright.async_api import Page

from tests.browser.servers import ROOT

_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "(tags) => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })"


async def barriers(page: Page, *, but: str = "") -> list[str]:
    """What axe finds, one line for each element: the rule, where, and why.

    Args:
        but: a rule that does not count here.
    """
    if await page.evaluate("typeof axe") == "undefined":  # half a megabyte, for which a page has no use twice
        source = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
        await page.evaluate(source)
    result = await page.evaluate(_RUN, _RULES)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in result["violations"]
        if violation["id"] != but
        for node in violation["nodes"]
    ]
