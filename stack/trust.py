"""What was trusted the first time a model was fetched whose bytes are not known beforehand.

The hub tells the checksums of such files itself, so they prove that a transfer was whole and nothing more. The commit
and the SHA-256 of what came are noted beside the model; from then on the same bytes are asked for.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from stack.download import Checksum
from stack.errors import StackError

NOTE: Final = "not pinned: its checksums come from the hub itself"


@dataclass(frozen=True, slots=True)
class Trusted:
    """One file of the hub."""

    path: str
    """In the repository."""
    kind: str
    """ "git" until it is here, where the hub has no SHA-256 of it; then "sha256"."""
    checksum: str


@dataclass(frozen=True, slots=True)
class Trust:
    """A model as it was at one commit."""

    repository: str
    revision: str
    files: dict[str, Trusted]
    """By the name on disk."""
    note: str = NOTE

    def checksum(self, name: str) -> Checksum:
        """By the name on disk. Raises KeyError for a file that the model has not."""
        return Checksum(self.files[name].kind, self.files[name].checksum)

    def seen(self, name: str, sha256: str) -> Trust:
        """The same with a file's own SHA-256."""
        file = replace(self.files[name], kind="sha256", checksum=sha256)
        return replace(self, files=self.files | {name: file})


def read(file: Path) -> Trust | None:
    """None when nothing was trusted yet. Raises StackError when what is there cannot be read."""
    if not file.is_file():
        return None
    try:
        return TypeAdapter(Trust).validate_json(file.read_bytes())
    except ValidationError as error:
        raise StackError(f"{file} is damaged; remove it and fetch the model anew") from error


def write(file: Path, trust: Trust) -> None:
    """Replaces what is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.part")
    fresh.write_text(json.dumps(asdict(trust), indent=2) + "\n", encoding="utf-8")
    fresh.replace(file)
