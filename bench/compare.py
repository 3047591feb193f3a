"""Two results side by side: every number that both have, and the second by the first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.result import markdown

Row = tuple[str, str, str, str]


def read(path: Path) -> dict[str, Any]:
    """Reads a result. Raises OSError, ValueError."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not a result in JSON: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path} is not a result: it holds no object")
    return found


def rows(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Row]:
    """(name, first, second, ratio) for every number; what only one of them has shows a dash for the other."""
    left, right = dict(_numbers(first)), dict(_numbers(second))
    return [
        (name, _shown(left.get(name)), _shown(right.get(name)), _ratio(left.get(name), right.get(name)))
        for name in [*left, *(name for name in right if name not in left)]
    ]


def text(first: str, second: str, found: list[Row]) -> str:
    """Markdown."""
    return markdown(f"{second} beside {first}", ("", first, second, "ratio"), found)


def _numbers(tree: Any, path: str = "") -> Iterator[tuple[str, float]]:
    match tree:
        case bool():
            return
        case int() | float():
            yield path, tree
        case Mapping():
            for key, value in tree.items():
                yield from _numbers(value, f"{path}.{key}" if path else str(key))
        case list():
            for number, value in enumerate(tree):
                name = _name(value)
                yield from _numbers(value, f"{path}[{number if name is None else name}]")


def _name(value: Any) -> str | None:
    """What a list's entry calls itself, so that two lists with other entries are compared by name."""
    if not isinstance(value, Mapping):
        return None
    known = next((value[key] for key in ("name", "pause", "word") if isinstance(value.get(key), str)), None)
    inner = value.get("recording")
    return known if known is not None or not isinstance(inner, Mapping) else _name(inner)


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _ratio(first: float | None, second: float | None) -> str:
    return f"{second / first:.2f}" if first and second is not None else "–"
