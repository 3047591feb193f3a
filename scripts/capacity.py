"""Writes the tables and plots of docs/capacity.md from docs/capacity/*.json: `.venv/bin/python scripts/capacity.py`.

A block begins with `<!-- measured: NAME -->` and ends with `<!-- end -->`; what is between is written anew from
NAME.json there: a sweep, an endurance run, or one load. With `--check` nothing is written, and the status says
whether something would be.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.result import markdown, number
from bench.rooms import curves, report
from demo.verdict import answered

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "capacity.md"
BLOCK: Final = re.compile(r"<!-- measured: ([a-z0-9-]+) -->\n.*?<!-- end -->", re.DOTALL)

Found = Mapping[str, Any]


def written(page: str, results: Path) -> tuple[str, dict[Path, str]]:
    """The page with its blocks anew, and the plots by their files.

    Raises:
        OSError, ValueError: a result that a block names is missing or damaged.
    """
    plots: dict[Path, str] = {}

    def block(match: re.Match[str]) -> str:
        name = match[1]
        found = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
        drawn = drawings(found)
        plots.update({results / f"{name}-{plot}.svg": drawing for plot, drawing in drawn.items()})
        images = "".join(f"![{plot}]({results.name}/{name}-{plot}.svg)\n" for plot in drawn)
        body = "\n".join(filter(None, [circumstances(found), text(found), images]))
        return f"<!-- measured: {name} -->\n{body}<!-- end -->"

    return BLOCK.sub(block, page), plots


def text(found: Found) -> str:
    """The tables of a result."""
    if found["kind"] == "sweep":
        axes = curves.axes_of(found["points"])
        rows = [
            (unit, str(most) if most else "none", gave or "nothing, as far as measured")
            for unit, most, gave in curves.summary(axes, found["points"])
        ]
        tables = markdown("Keeps up with", ("", "at most", "what no longer held beyond"), rows)
        return f"{tables}\n{curves.text(axes, found['points'])}".replace("## ", "#### ")
    if found["kind"] == "endurance":
        rows = [(each["question"], answered(each["holds"]), each["detail"]) for each in found["findings"]]
        title = f"{found['seconds'] / 60:.0f} minutes"
        memory = [
            (
                each["part"],
                number(each["first_mib"], 0),
                number(each["last_mib"], 0),
                f"{each['mib_an_hour']:+.0f}",
            )
            for each in found["memory"]
        ]
        columns = ("process of", "MiB, warm", "at the end", "an hour")
        tables = markdown(title, ("", "holds", "measured"), rows) + "\n" + markdown("Memory", columns, memory)
        return tables.replace("## ", "#### ")
    use = [(part, f"{each['cores']:.2f}", str(each["memory_mib"])) for part, each in found["use"].items()]
    tables = report.as_markdown("Verdict", found) + "\n" + markdown("Use", ("part", "cores", "MiB"), use)
    return tables.replace("## ", "#### ")


def drawings(found: Found) -> dict[str, str]:
    """The plots of a result; only curves have some."""
    if found["kind"] != "sweep":
        return {}
    return curves.plots(curves.axes_of(found["points"]), found["points"])


def circumstances(found: Found) -> str:
    """On what it was measured, in one line."""
    machine, engines = found["machine"], found["engines"]
    with_what = ", ".join(f"{role} by {engine}" for role, engine in engines.items())
    note = found.get("note", "")
    return (
        f"{machine['cores']} cores of {machine['processor']}, {machine['memory_mib'] / 1024:.0f} GiB, load "
        f"{machine['load_before']:g} before; {with_what}.{f' **{note}**' if note else ''}\n"
    )


def main(arguments: list[str]) -> int:
    """Writes, or says what would be written."""
    page = PAGE.read_text(encoding="utf-8")
    new, plots = written(page, PAGE.parent / "capacity")
    files = {PAGE: new, **plots}
    changed = [
        path
        for path, content in files.items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]
    if "--check" in arguments:
        print("\n".join(f"{path.relative_to(ROOT)} is not as measured" for path in changed))
        return 1 if changed else 0
    for path in changed:
        path.write_text(files[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
