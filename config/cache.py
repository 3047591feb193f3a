"""Where HIVE keeps what it built and fetched."""

from __future__ import annotations

import os
from pathlib import Path


def cache_directory() -> Path:
    """Where built and fetched things are kept: `HIVE_CACHE`, else `hive` in the user's cache directory."""
    if own := os.environ.get("HIVE_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "hive"
