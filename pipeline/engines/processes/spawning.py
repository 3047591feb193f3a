"""How a module of ours is run as a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PACKAGES: Final = Path(__file__).resolve().parents[3]
_LENDER: Final = Path(__file__).with_name("apart.py")
_HANDED_ON: Final = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
)
"""Of our variables: nothing that holds a secret."""
_OFFLINE: Final = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "DO_NOT_TRACK": "1",
}
"""Weights are fetched by whoever is asked to, and by no library behind our back."""


@dataclass(frozen=True, slots=True)
class ChildProgram:
    """What to run, and with which variables."""

    module: str
    command: tuple[str, ...]
    environment: Mapping[str, str]


def of_ours(module: str, *arguments: str) -> ChildProgram:
    """This Python with a module of ours, and all that is installed beside it."""
    return ChildProgram(module, tuple(command(module, *arguments)), environment())


def apart(place: Path, module: str, *arguments: str) -> ChildProgram:
    """A module of ours in an environment of its own: it has what is installed there, and of ours `pipeline` alone.

    Args:
        place: the environment; libraries keep what they like to keep in `cache` below it.
    """
    python, cache = place / "bin" / "python", place / "cache"
    own = {
        **{name: os.environ[name] for name in _HANDED_ON if name in os.environ},
        **_OFFLINE,
        "HOME": str(cache),
        "XDG_CACHE_HOME": str(cache),
    }
    return ChildProgram(module, (str(python), "-I", str(_LENDER), module, *arguments), own)


def command(module: str, *arguments: str) -> list[str]:
    """What to run: this Python, with a module of ours."""
    return [sys.executable, "-m", module, *arguments]


def environment() -> dict[str, str]:
    """This process's own, so that our packages are found from any working directory."""
    path = os.pathsep.join(filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}
