"""What a backup says of itself, as the last file in its archive."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

NAME: Final = "manifest.json"
FORMAT: Final = 1
"""Of this file; a program reads those of its own number."""
_PLAIN: Final = re.compile(r"(?!/)(?!.*(?:^|/)\.\.?(?:/|$))[\w.~/-]+", re.ASCII)

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class BackupError(Exception):
    """A backup that cannot be made, read or put back; the message says why."""


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """One file of the archive."""

    name: str
    bytes: int
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class ArchivedTable:
    """One table of a PostgreSQL database: its rows as COPY writes them, in `databases/SERVICE/NAME`."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArchivedDatabase:
    """The database of one service."""

    service: str
    kind: Literal["sqlite", "postgresql"]
    schema: str
    """The version of its tables."""
    tables: tuple[ArchivedTable, ...] = ()
    """Of PostgreSQL, those that others refer to first."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is in a backup."""

    version: str
    """Of the program that made it."""
    made_at: float
    """Unix time, s: of the databases. Files were read after them."""
    services: tuple[str, ...]
    """Whose data it holds."""
    databases: tuple[ArchivedDatabase, ...]
    files: tuple[ArchivedFile, ...]
    has_secrets: bool
    elsewhere: tuple[str, ...] = ()
    """What belongs to the installation and is not in here, e.g. an S3 bucket."""
    format: int = FORMAT

    def written(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self), indent=1).encode() + b"\n"


_ADAPTER: Final = TypeAdapter(Manifest)


def read(text: bytes) -> Manifest:
    """Raises BackupError for one of another format, or with names that lead out of the archive."""
    try:
        number = json.loads(text).get("format")
        if number != FORMAT:
            raise BackupError(f"this is a backup of format {number}; this program reads format {FORMAT}")
        manifest = _ADAPTER.validate_json(text)
    except (ValidationError, ValueError, AttributeError) as error:
        raise BackupError(f"the backup's {NAME} is damaged") from error
    for file in manifest.files:
        if not _PLAIN.fullmatch(file.name):
            raise BackupError("the backup names a file that may not be in it")
    return manifest
