"""An environment of its own, as `hive engines install` makes them, that finds our packages behind its own."""

from __future__ import annotations

import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def make_environment(place: Path) -> Path:
    """With the libraries of the tests and the tests themselves, which an environment of an engine does not have."""
    venv.EnvBuilder(symlinks=True, with_pip=False).create(place)
    (packages,) = place.glob("lib/python3*/site-packages")
    (packages / "tests.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n", encoding="utf-8")
    (place / "cache").mkdir()
    return place
