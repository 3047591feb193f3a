"""The files of recordings: a folder for each recording, in it one for each part. Every method may raise OSError, and
takes as long as the disk does."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protocol.recordings import (
    FILE_PATTERN,
    MOST_FILES,
    PART_PATTERN,
    RECORDING_PATTERN,
    PartEnd,
    RecordingError,
    read_part,
    write_part,
)

KEPT: Final = "kept"
"""In `recording.directory`: what the token service has."""

MOST_PARTS: Final = 100
"""Of one recording: interpreters that came one after the other."""

_TOLD = "part.json"
_ID = re.compile(RECORDING_PATTERN)
_PART = re.compile(PART_PATTERN)
_FILE = re.compile(FILE_PATTERN)
PICTURE: Final = re.compile(r"picture\.mp4")
"""What LiveKit's egress service writes into the folder of the recording."""


class TooLarge(Exception):
    """The disk may not hold more."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that organisers may have; `part` is empty for what belongs to the whole."""

    part: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part that has come as a whole."""

    id: str
    told: PartEnd


class RecordingFiles:
    """Bounded: a recording takes at most `most_bytes`, all together `most_total_bytes` and one piece."""

    def __init__(self, directory: Path, *, most_bytes: int, most_total_bytes: int) -> None:
        self._directory = directory / KEPT
        self._most_bytes, self._most_total_bytes = most_bytes, most_total_bytes

    def full(self) -> bool:
        """Whether none more may be begun."""
        return self._bytes(self._directory) >= self._most_total_bytes

    def add(self, recording: str, part: str, name: str, offset: int, piece: bytes) -> int:
        """Writes a piece behind what is there; one that does not follow it is left out. The names are checked ones.

        Returns: how many bytes of the file there are.

        Raises:
            TooLarge: there is no room for it.
        """
        path = self._directory / recording / part / name
        size = path.stat().st_size if path.exists() else 0
        if offset != size or not piece:
            return size
        if not self._has_place(recording, path):
            raise TooLarge
        if self._bytes(self._directory / recording) + len(piece) > self._most_bytes or self.full():
            raise TooLarge
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with path.open("ab") as file:
            file.write(piece)
        return size + len(piece)

    def _has_place(self, recording: str, path: Path) -> bool:
        """Whether a recording may have this file: so many parts, and so many files in each."""
        folder = path.parent
        if not folder.exists():
            return len(self._folders(recording)) < MOST_PARTS
        return path.exists() or len(list(folder.iterdir())) <= MOST_FILES

    def finish(self, recording: str, part: str, told: PartEnd) -> None:
        """The part has come as a whole, even if nothing is in it. Raises TooLarge."""
        folder = self._directory / recording / part
        if not folder.exists() and len(self._folders(recording)) >= MOST_PARTS:
            raise TooLarge
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _TOLD).write_bytes(write_part(told))

    def parts(self, recording: str) -> list[KeptPart]:
        """Those that have come as a whole, in the order in which they were made."""
        found = []
        for folder in self._folders(recording):
            with contextlib.suppress(FileNotFoundError, RecordingError):
                found.append(KeptPart(folder.name, read_part((folder / _TOLD).read_bytes())))
        return sorted(found, key=lambda part: part.told.began_at)

    def files(self, recording: str) -> list[KeptFile]:
        """All of the parts that have come as a whole, then the picture."""
        whole = self._directory / recording
        found = [kept for part in self.parts(recording) for kept in _kept_in(whole / part.id, part.id, _FILE)]
        return found + (_kept_in(whole, "", PICTURE) if whole.exists() else [])

    def path(self, file: KeptFile, recording: str) -> Path:
        """Where a file of `files` lies."""
        return self._directory / recording / file.part / file.name

    def prepare(self, recording: str) -> Path:
        """The folder of a recording, for others who write there."""
        folder = self._directory / recording
        folder.mkdir(parents=True, exist_ok=True, mode=0o770)
        return folder

    def keep_only(self, recordings: Collection[str]) -> int:
        """Removes those of all others; how many."""
        if not self._directory.exists():
            return 0
        folders = [path for path in self._directory.iterdir() if _ID.fullmatch(path.name)]
        others = [path for path in folders if path.name not in recordings]
        for path in others:
            shutil.rmtree(path, ignore_errors=True)
        return len(others)

    def _folders(self, recording: str) -> list[Path]:
        folder = self._directory / recording
        if not folder.exists():
            return []
        return [path for path in folder.iterdir() if _PART.fullmatch(path.name)]

    @staticmethod
    def _bytes(directory: Path) -> int:
        found = 0
        for path in directory.rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # others may remove it
                found += path.lstat().st_size
        return found


def _kept_in(folder: Path, part: str, names: re.Pattern[str]) -> list[KeptFile]:
    """The files of a folder that have such names."""
    return [
        KeptFile(part, path.name, path.stat().st_size)
        for path in sorted(folder.iterdir())
        if names.fullmatch(path.name)
    ]
