"""Where an installation keeps its files, and what of it lies elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from auth_service.storage.recording_files import KEPT
from config.cache import cache_directory
from config.settings import Settings
from stack.keys import FILE as KEYS

Tell = Callable[[str], None]
"""Gets a line about progress."""
OBJECTS: Final = "objects"
"""In `voice.directory`, as `voice_service.messages.objects` has it."""
SETTINGS: Final = "settings/hive.toml"
"""What held, without secrets, for people to read."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder of files whose rows are in a service's database."""

    name: str
    """In the archive."""
    service: str
    directory: Path
    query: str
    """Tells the names of what belongs to somebody: files, or folders, right below `directory`."""


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A file with keys."""

    name: str
    """In the archive."""
    path: Path


def trees(settings: Settings, only: str | None = None) -> tuple[Tree, ...]:
    """Those of this installation, or of one service."""
    found = (
        Tree("recordings", "auth", settings.recording.directory / KEPT, "SELECT id FROM recordings"),
        Tree("objects", "voice", settings.voice.directory / OBJECTS, "SELECT name FROM voice_objects"),
    )
    return tuple(tree for tree in found if only in (None, tree.service) and not _in_bucket(tree, settings))


def elsewhere(settings: Settings, only: str | None = None) -> tuple[str, ...]:
    """What must be kept by other means, in words."""
    bucket = settings.voice.objects_url.get_secret_value()
    if not bucket or only == "auth":
        return ()
    return (
        f"the objects of the voice API, in {bucket.partition('?')[0]}: its keeper's own versions or copies",
    )


def _in_bucket(tree: Tree, settings: Settings) -> bool:
    return tree.name == OBJECTS and bool(settings.voice.objects_url.get_secret_value())


def secret_files(
    settings_file: Path | None = None, environment: Mapping[str, str] | None = None
) -> tuple[SecretFile, ...]:
    """Keys that were made here, the settings as they were written, and compose's `.env` beside them."""
    environment = os.environ if environment is None else environment
    file = settings_file or Path(environment.get("HIVE_CONFIG") or "hive.toml")
    return (
        SecretFile(f"secrets/{KEYS}", cache_directory() / KEYS),
        SecretFile("secrets/hive.toml", file),
        SecretFile("secrets/env", Path(".env")),
    )
