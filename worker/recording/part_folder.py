"""One part of a recording on the disk of whoever makes it, and how others see whether it is still being made."""

from __future__ import annotations

import contextlib
import fcntl
import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pipeline.audio import Pcm
from protocol.recordings import (
    FILE_PATTERN,
    MOST_FILES,
    PART_PATTERN,
    RECORDING_PATTERN,
    SOUND_ENDING,
    TRANSCRIPT,
    EndReason,
    PartEnd,
    RecordingError,
    read_part,
    write_part,
)
from worker.recording.opus_file import OpusFile, length_s

WORKING: Final = "working"
"""In `recording.directory`: what is being made here, or not sent yet."""

_LOCK = "lock"
_BEGINNING = "begun.json"
_END = "part.json"
_FOLDER = re.compile(rf"({RECORDING_PATTERN})-({PART_PATTERN})")
_FILE = re.compile(FILE_PATTERN)


@dataclass(frozen=True, slots=True)
class WaitingPart:
    """A part that nobody writes any more, on its way to the token service."""

    path: Path
    room: str
    recording: str
    part: str
    told: PartEnd

    def files(self) -> list[Path]:
        """What belongs to it, the transcript first."""
        found = [path for path in self.path.iterdir() if path.is_file() and _FILE.fullmatch(path.name)]
        return sorted(found, key=lambda path: (path.suffix == SOUND_ENDING, path.name))[:MOST_FILES]

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def new_part() -> str:
    """A name that no other part has."""
    return secrets.token_hex(8)


class PartFolder:
    """A part that is being written. Raises OSError. One thread at a time may use it.

    Its lock ends with the process, however that ends: then whoever finds it may take it for over.
    """

    def __init__(
        self,
        directory: Path,
        room: str,
        recording: str,
        began_at: float,
        bits_per_s: int,
        part: str = "",
    ) -> None:
        self._began_at, self._bits_per_s = began_at, bits_per_s
        self.path = directory / WORKING / f"{recording}-{part or new_part()}"
        self.path.mkdir(parents=True, mode=0o700)
        self._lock = (self.path / _LOCK).open("wb")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        (self.path / _BEGINNING).write_text(json.dumps({"room": room, "began_at": began_at}))
        self._transcript = (self.path / TRANSCRIPT).open("ab", buffering=0)
        self._sounds: dict[str, OpusFile] = {}

    def sound(self, name: str, pcm: Pcm) -> bool:
        """Writes what follows in the sound of a language; False where there are too many files already."""
        file = self._sounds.get(name)
        if file is None:
            if len(self._sounds) >= MOST_FILES - 1:
                return False
            file = OpusFile(self.path / f"{name}{SOUND_ENDING}", self._bits_per_s)
            self._sounds[name] = file
        file.write(pcm)
        return True

    def line(self, line: dict[str, Any]) -> None:
        """Writes a line of the transcript: whole, or not at all where the disk is full."""
        self._transcript.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.path.iterdir())

    def close(self, duration_s: float, end: EndReason) -> None:
        """Ends all files, as far as that is possible, and lets others have them."""
        try:
            for file in self._sounds.values():
                with contextlib.suppress(OSError):
                    file.close()
            self._transcript.close()
            told = PartEnd(began_at=self._began_at, duration_s=duration_s, end=end)
            (self.path / _END).write_bytes(write_part(told))
        finally:
            self._lock.close()


@contextmanager
def waiting(path: Path) -> Iterator[WaitingPart | None]:
    """A part whose writer has ended, or whose process has, while the context is open; None where it is being written
    or is none. Raises OSError."""
    named = _FOLDER.fullmatch(path.name)
    if named is None or not (path / _LOCK).is_file():
        yield None
        return
    with (path / _LOCK).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield _read(path, *named.groups())


def _read(path: Path, recording: str, part: str) -> WaitingPart | None:
    try:
        begun = json.loads((path / _BEGINNING).read_bytes())
        room, began_at = str(begun["room"]), float(begun["began_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        told = read_part((path / _END).read_bytes())
    except (OSError, RecordingError):
        lengths = [length_s(file) for file in path.glob(f"*{SOUND_ENDING}")]
        told = PartEnd(began_at=began_at, duration_s=max(lengths, default=0.0), end="cut")
    return WaitingPart(path, room, recording, part, told)


def total_bytes(directory: Path) -> int:
    """What all that lies in the folders of a directory takes. Raises OSError."""
    found = 0
    for path in directory.rglob("*"):
        with contextlib.suppress(FileNotFoundError):  # others may be sending and removing
            found += path.lstat().st_size
    return found
