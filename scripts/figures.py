"""Prints the figures the code is held to: `.venv/bin/python scripts/figures.py`, or `make figures`.

Complexity is McCabe's with boolean operators, as radon counts it, of functions and methods. Public is what no
underscore hides, in modules, classes and functions that are reached without calling anything. The rooms of the house
and their arrows are in pyproject.toml, `tool.hive.arrows`.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean, median
from typing import Final

from radon.complexity import cc_visit

ROOT: Final = Path(__file__).resolve().parent.parent
MOST_COMPLEX: Final = 12
LONG_FILE: Final = 300
"""Lines from which on a file has more than one subject, as a rule."""


@dataclass(frozen=True, slots=True, order=True)
class Function:
    """A function or a method."""

    complexity: int
    place: str
    """`pipeline/lag.py:Law.pace`."""


@cache
def arrows() -> dict[str, frozenset[str]]:
    """For each room of the house, those that it may import."""
    tree = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {room: frozenset(known) for room, known in tree["tool"]["hive"]["arrows"].items()}


@cache
def product() -> dict[str, str]:
    """The text of each file of the product by its path from the root; no tests."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for room in arrows()
        for path in sorted((ROOT / room).rglob("*.py"))
    }


def functions(files: dict[str, str]) -> list[Function]:
    """All of them, the most complex first."""
    found = [
        Function(block.complexity, f"{path}:{block.fullname}")
        for path, text in files.items()
        for block in cc_visit(text)
        if block.letter in "FM"
    ]
    return sorted(found, reverse=True)


def against_the_arrows(files: dict[str, str]) -> list[str]:
    """Imports that no arrow allows, each as `worker/room.py imports stack`."""
    wrong = []
    for path, text in files.items():
        room = path.partition("/")[0]
        forbidden = arrows().keys() - arrows()[room] - {room}
        wrong += [f"{path} imports {name}" for name in sorted(imports(text) & forbidden)]
    return wrong


def imports(text: str) -> set[str]:
    """Top-level names that a file imports, wherever it does."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def public(files: dict[str, str]) -> dict[str, bool]:
    """Public modules, classes, functions and methods, and whether each has a docstring."""
    found: dict[str, bool] = {}
    for path, text in files.items():
        module = ast.parse(text)
        if module.body:
            found[path] = ast.get_docstring(module) is not None
            for name, node in _public_in(module):
                found[f"{path}:{name}"] = ast.get_docstring(node) is not None
    return found


Documented = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public_in(parent: ast.Module | ast.ClassDef) -> Iterator[tuple[str, Documented]]:
    for node in parent.body:
        if not isinstance(node, Documented) or node.name.startswith("_"):
            continue
        yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{name}", inner) for name, inner in _public_in(node))


def names_twice(files: dict[str, str]) -> dict[str, list[str]]:
    """Public names of types that several files define, and which files."""
    places = defaultdict(list)
    for path, text in files.items():
        for name in sorted(_types_in(ast.parse(text))):
            places[name].append(path)
    return {name: paths for name, paths in sorted(places.items()) if len(paths) > 1}


def _types_in(module: ast.Module) -> set[str]:
    """Classes and aliases of types at the top of a module."""
    classes = {node.name for node in module.body if isinstance(node, ast.ClassDef)}
    aliases = {
        target.id
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {name for name in classes | aliases if re.fullmatch(r"[A-Z]\w*[a-z]\w*", name)}


def show() -> None:
    """Prints everything."""
    files = product()
    measured = functions(files)
    lengths = sorted(((text.count("\n"), path) for path, text in files.items() if text), reverse=True)
    documented = public(files)
    bare = [place for place, has in documented.items() if not has]
    wrong = against_the_arrows(files)
    print(f"files: {len(lengths)}, {sum(lines for lines, _ in lengths)} lines, median {_median(lengths):.0f}")
    _list(f"files above {LONG_FILE} lines", [f"{n:4} {path}" for n, path in lengths if n > LONG_FILE])
    mean = fmean(function.complexity for function in measured)
    print(f"complexity: {mean:.2f} in the mean of {len(measured)} functions")
    _list(
        f"functions above {MOST_COMPLEX}",
        [f"{it.complexity:4} {it.place}" for it in measured if it.complexity > MOST_COMPLEX],
    )
    print(f"docstrings: {100 * (1 - len(bare) / len(documented)):.1f} % of {len(documented)} public things")
    if "--bare" in sys.argv:
        _list("without a docstring", bare)
    _list("imports against the arrows", wrong)
    twice = names_twice(files)
    _list("names defined in several files", [f"{name}: {', '.join(at)}" for name, at in twice.items()])


def _median(lengths: list[tuple[int, str]]) -> float:
    return median(lines for lines, _ in lengths)


def _list(title: str, lines: list[str]) -> None:
    print(f"{title}: {len(lines)}")
    for line in lines:
        print(f"  {line}")


if __name__ == "__main__":
    show()
