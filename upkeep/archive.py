"""A backup is one tar file that is there as a whole or not at all, readable by its owner alone.

It is not packed: sound is compressed already, and whoever encrypts it does so with a program that they trust.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from upkeep import manifest
from upkeep.manifest import ArchivedFile, BackupError, Manifest

_PIECE: Final = 1 << 20


class Writer:
    """Puts files into an archive, and knows what it has put there."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.files: list[ArchivedFile] = []

    def add(self, name: str, path: Path) -> int:
        """A file; how many bytes. Raises OSError, FileNotFoundError where it is gone."""
        with path.open("rb") as source:
            return self._put(name, source, os.fstat(source.fileno()).st_size)

    def add_bytes(self, name: str, data: bytes) -> None:
        """What is no file."""
        self._put(name, io.BytesIO(data), len(data))

    def _put(self, name: str, source: IO[bytes], size: int) -> int:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        counted = _Hashing(source)
        self._tar.addfile(entry, counted)  # type: ignore[arg-type]  # it is asked for bytes, and no more
        self.files.append(ArchivedFile(name, size, counted.sha256()))
        return size


class _Hashing:
    """A file that hashes what is read of it. One that has grown shorter is filled with zeros: its row says how long it
    was, and what was being written is no recording yet."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source, self._hash = source, hashlib.sha256()

    def read(self, size: int) -> bytes:
        piece = self._source.read(size)
        piece += bytes(size - len(piece))
        self._hash.update(piece)
        return piece

    def sha256(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new archive, which gets its name once it is whole and on the disk. Raises BackupError, OSError.

    The last thing to be written is the manifest.
    """
    if path.exists():
        raise BackupError(f"{path} is there already")
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half-{os.getpid()}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        _sync(path.parent)
    finally:
        half.unlink(missing_ok=True)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Reader:
    """Takes files out of an archive: those that its manifest names, and no others."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.manifest: Manifest = manifest.read(self._bytes(manifest.NAME))

    def check(self) -> int:
        """Reads everything; how many bytes. Raises BackupError for what is missing, changed or too much."""
        known = {file.name: file for file in self.manifest.files}
        found = {member.name for member in self._tar.getmembers()} - {manifest.NAME}
        if wrong := sorted(found ^ set(known)):
            raise BackupError(f"the backup does not hold what it says: {wrong[0]} is missing, or too much")
        for file in known.values():
            if self._sha256(file) != file.sha256:
                raise BackupError(f"{file.name} in the backup is damaged")
        return sum(file.bytes for file in known.values())

    def names(self, folder: str) -> list[str]:
        """Those below a folder, without it."""
        return [
            file.name.removeprefix(f"{folder}/")
            for file in self.manifest.files
            if file.name.startswith(f"{folder}/")
        ]

    def text(self, name: str) -> bytes | None:
        """A small file as a whole; None where there is none."""
        return self._bytes(name) if any(file.name == name for file in self.manifest.files) else None

    def extract(self, name: str, to: Path) -> None:
        """A file, for its owner alone. Raises OSError."""
        to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            self._open(name) as source,
            os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
        ):
            while piece := source.read(_PIECE):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())

    def _sha256(self, file: ArchivedFile) -> str:
        digest = hashlib.sha256()
        with self._open(file.name) as source:
            while piece := source.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def _bytes(self, name: str) -> bytes:
        with self._open(name) as source:
            return source.read()

    def _open(self, name: str) -> IO[bytes]:
        try:
            source = self._tar.extractfile(name)
        except KeyError:
            source = None
        if source is None:
            raise BackupError(f"{name} is missing: this is no backup of HIVE, or one that was cut off")
        return source


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """An archive. Raises BackupError."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield Reader(tar)
    except FileNotFoundError as error:
        raise BackupError(f"{path} is not there") from error
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{path} is no backup of HIVE, or one that was cut off") from error
