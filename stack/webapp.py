"""Builds the web app with npm where that has not been done since its sources last changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from stack.errors import StackError

_SOURCES = (
    "admin.html",
    "docs.html",
    "index.html",
    "package.json",
    "package-lock.json",
    "public",
    "redoc.html",
    "scripts",
    "speech.html",
    "src",
    "tsconfig.json",
    "vite.config.ts",
)
_OLDEST_NODE = (20, 19)
_LIMIT_S = 900


def ensure(web: Path, report: Callable[[str], None], environment: Mapping[str, str] | None = None) -> bool:
    """Whether the app is built now; what keeps it from being built is reported.

    Args:
        web: the folder with `package.json`; the app goes to `dist` in it.

    Raises:
        StackError: npm failed.
    """
    environment = os.environ if environment is None else environment
    if not (web / "package.json").exists():
        return False
    stamp, now = web / "dist" / ".made-from", _state(web)
    if stamp.exists() and stamp.read_text() == now:
        return True
    npm, node = (shutil.which(name, path=environment.get("PATH", "")) for name in ("npm", "node"))
    if npm is None or node is None or _version(node) < _OLDEST_NODE:
        report(f"the web app is not built: it needs npm and Node 20.19 or newer, here is {_node_here(node)}")
        return (web / "dist" / "index.html").exists()
    report("building the web app; this takes a minute or two")
    _npm(npm, web, "ci", "--no-audit", "--no-fund")
    _npm(npm, web, "run", "build")
    stamp.write_text(now)
    return True


def _node_here(node: str | None) -> str:
    if node is None:
        return "no Node"
    major, minor = _version(node)
    return f"Node {major}.{minor}"


def _state(web: Path) -> str:
    """A hash over everything that the build reads."""
    digest = hashlib.sha256()
    for name in _SOURCES:
        path = web / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(f"{file.relative_to(web)}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _version(node: str) -> tuple[int, int]:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30)
    found = re.match(r"v(\d+)\.(\d+)", answer.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _npm(npm: str, web: Path, *arguments: str) -> None:
    """Runs npm; what it prints, hundreds of lines, is shown where it failed."""
    try:
        done = subprocess.run(
            [npm, *arguments],
            cwd=web,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=_LIMIT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise StackError(f"npm {arguments[0]} did not end within {_LIMIT_S} s") from error
    if done.returncode:
        print(done.stdout.decode(errors="replace"), file=sys.stderr)
        raise StackError(f"npm {' '.join(arguments)} in {web} failed with exit status {done.returncode}")
