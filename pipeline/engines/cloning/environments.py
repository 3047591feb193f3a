"""Where engines that clone are installed: an environment for each, with what it needs and nothing of ours.

`stack/engine_environments.py` makes them. One that is not whole has no note, and counts as not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from config.cache import cache_directory
from pipeline.engines.protocols import EngineMissing

NOTE: Final = "hive.json"


@dataclass(frozen=True, slots=True)
class EnvironmentNote:
    """What is in an environment, and what somebody has agreed to for it."""

    engine: str
    package: str
    """With its version, e.g. "pocket-tts 4.0.1"."""
    lock: str
    """SHA-256 of the list of packages that was installed."""
    licences: tuple[str, ...]
    """That were shown and accepted."""
    accepted_at: str
    """ISO 8601."""


_NOTES: Final = TypeAdapter(EnvironmentNote)


def place(engine: str) -> Path:
    """Where an engine's environment is, or would be."""
    return cache_directory() / "engines" / engine


def installed(engine: str) -> EnvironmentNote:
    """What is in the environment of an engine. Blocking, a file look-up.

    Raises:
        EngineMissing: it is not installed.
    """
    try:
        return _NOTES.validate_json((place(engine) / NOTE).read_bytes())
    except (OSError, ValidationError) as error:
        raise EngineMissing(f"{engine} is not installed; `hive engines install {engine}`") from error
