"""What was measured on this machine, kept in the cache directory until the machine or its models change."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from config.cache import cache_directory
from config.engines import ENGINES
from config.settings import Settings
from pipeline.capacity import Measured
from pipeline.engines.availability import available
from pipeline.machine import this_machine

_SAMPLED_BYTES = 1 << 20
_MEASURED = TypeAdapter(Measured)


def kept(settings: Settings) -> Measured | None:
    """What was measured before on this machine with these models; None if nothing was. Blocking."""
    try:
        measured = _MEASURED.validate_json(_file().read_bytes())
    except (OSError, ValidationError):  # nothing yet, or of another version
        return None
    same = measured.machine == this_machine() and measured.models == models_digest(settings)
    return measured if same else None


def keep(measured: Measured) -> None:
    """Keeps it for the next start. Blocking. Raises OSError."""
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(measured), indent=1))
    partial.replace(file)


_METHOD: Final = b"looks that follow each other"
"""What was measured in another way does not count."""


def models_digest(settings: Settings) -> str:
    """Tells one set of engines and models from another: names, sizes, and the ends of each file. Blocking."""
    digest = hashlib.sha256(_METHOD)
    measured = [engine for engine in ENGINES if engine.roles != ("cloning",)]  # which nobody waits for live
    for state in available(settings, measured):
        digest.update(f"{state.engine.name} {state.present}\n".encode())
    directory = settings.models.directory
    for engine in measured:
        for file in sorted(directory.glob(engine.models)) if engine.models else ():
            with suppress(OSError):
                size = file.stat().st_size
                digest.update(f"{file.relative_to(directory)} {size}\n".encode() + _ends(file, size))
    return digest.hexdigest()


def _ends(file: Path, size: int) -> bytes:
    with file.open("rb") as stream:
        head = stream.read(_SAMPLED_BYTES)
        stream.seek(max(0, size - _SAMPLED_BYTES))
        return hashlib.sha256(head + stream.read(_SAMPLED_BYTES)).digest()


def _file() -> Path:
    return cache_directory() / "measured" / f"{this_machine().name or 'machine'}.json"
