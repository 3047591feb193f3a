"""Which version this is. It stands in `pyproject.toml` alone."""

from __future__ import annotations

import tomllib
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import Final

PACKAGE: Final = "hive-interpreter"
_PROJECT: Final = Path(__file__).resolve().parent.parent / "pyproject.toml"


def version() -> str:
    """That of the checkout in which this file lies, else that of the installed package; "unknown" where neither is."""
    try:
        if _PROJECT.is_file():
            return str(tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"])
        return installed(PACKAGE)
    except (PackageNotFoundError, OSError, KeyError, tomllib.TOMLDecodeError):
        return "unknown"
