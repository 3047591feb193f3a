"""Results as files: JSON with everything, Markdown for people, SVG for the eye."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Rows = Sequence[Sequence[str]]


def as_json(result: Mapping[str, Any]) -> str:
    """The whole result."""
    return json.dumps(result, indent=2, ensure_ascii=False)


def markdown(title: str, head: Sequence[str], rows: Rows) -> str:
    """One table with its heading."""
    lines = [f"## {title}", "", _line(head), _line(["---"] * len(head)), *(_line(row) for row in rows)]
    return "\n".join(lines) + "\n"


def keep(directory: Path, name: str, result: Mapping[str, Any], text: str, plots: Mapping[str, str]) -> None:
    """Writes NAME.json, NAME.md and NAME-PLOT.svg."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.json").write_text(as_json(result) + "\n", encoding="utf-8")
    for plot, drawing in plots.items():
        (directory / f"{name}-{plot}.svg").write_text(drawing, encoding="utf-8")
    images = "".join(f"\n![{plot}]({name}-{plot}.svg)\n" for plot in plots)
    (directory / f"{name}.md").write_text(text + images, encoding="utf-8")


def seconds(spread: Mapping[str, float] | None) -> str:
    """Median / p95 of a spread."""
    return f"{spread['median']:.2f} / {spread['p95']:.2f}" if spread else "–"


def percent(share: float | None) -> str:
    """A share with one decimal."""
    return "–" if share is None else f"{100 * share:.1f} %"


def number(value: float | None, digits: int = 2) -> str:
    """A number, or a dash."""
    return "–" if value is None else f"{value:.{digits}f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
