"""Makes environments for engines that clone voices: a virtual environment for each, with packages by their hashes.

Their pins clash with ours and with one another's, and nothing of them shall be loaded into a process of ours.
Which index is asked, through which proxy, with which credentials, is for the configuration of pip on this machine.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.engines.cloning import environments
from pipeline.engines.cloning.environments import EnvironmentNote
from pipeline.engines.protocols import EngineMissing
from stack.alone import alone
from stack.errors import FetchFailed, LicenceRefused, Missing, StackError

_LOCKS: Final = Path(__file__).with_name("engine_locks")
_OF_TORCH: Final = re.compile(r"(torch|torchaudio|torchvision|triton|nvidia-[\w-]+|cuda-[\w-]+)==")
LIMIT_S: Final = 7200.0
"""pip itself gives up on an index that says nothing; unpacking gigabytes takes its time."""
_TOLD_EVERY: Final = 20
"""Packages, between two lines about how far it is."""
_LARGE: Final = re.compile(r"Downloading (\S+) \((\d{3,}\.\d MB)\)")


@dataclass(frozen=True, slots=True)
class InstallableEngine:
    """An engine that can be installed."""

    name: str
    package: str
    version: str
    licences: tuple[str, ...]
    """Of code, weights and what else somebody agrees to."""
    commercial: bool
    gigabytes: float
    """On a disk, with the usual PyTorch, of which CUDA's libraries are some four. Without weights."""
    pythons: tuple[tuple[int, int], tuple[int, int]]
    """From this one to the one before that one."""
    lock: Path
    """The packages with their hashes."""


INSTALLABLE: Final = (
    InstallableEngine(
        "pocket-tts",
        "pocket-tts",
        "4.0.1",
        (
            "pocket-tts, the code: MIT",
            "its weights, fetched separately: CC-BY-4.0",
            "its authors' terms, accepted on the hub: no cloning without explicit and lawful consent, no deception",
        ),
        commercial=True,
        gigabytes=5.6,
        pythons=((3, 11), (3, 14)),
        lock=_LOCKS / "pocket-tts.txt",
    ),
    InstallableEngine(
        "chatterbox",
        "chatterbox-tts",
        "0.1.7",
        ("Chatterbox, code and weights: MIT",),
        commercial=True,
        gigabytes=6.3,
        pythons=((3, 11), (3, 13)),
        lock=_LOCKS / "chatterbox.txt",
    ),
    InstallableEngine(
        "xtts",
        "coqui-tts",
        "0.28.0",
        (
            "coqui-tts, the code: MPL-2.0",
            "XTTS-v2, the weights, fetched separately: Coqui Public Model License 1.0.0: no commercial use at all",
            "nobody sells another licence of these weights any more",
        ),
        commercial=False,
        gigabytes=7.3,
        pythons=((3, 11), (3, 14)),
        lock=_LOCKS / "xtts.txt",
    ),
)


def find(name: str) -> InstallableEngine:
    """Raises StackError where there is no such engine."""
    for engine in INSTALLABLE:
        if engine.name == name:
            return engine
    raise StackError(
        f"there is no engine {name!r} to install; there are {', '.join(e.name for e in INSTALLABLE)}"
    )


def state(engine: InstallableEngine) -> EnvironmentNote | None:
    """What is installed; None: nothing, or another version. Blocking."""
    try:
        note = environments.installed(engine.name)
    except EngineMissing:
        return None
    return note if note.lock == _digest(engine) else None


async def install(
    engine: InstallableEngine,
    *,
    accepted: bool,
    non_commercial: bool = False,
    torch_index: str = "",
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Makes the environment anew, unless it is there as it should be.

    Args:
        accepted: whether somebody has read the licences and agrees.
        non_commercial: whether the use is none that is commercial.
        torch_index: an index that PyTorch comes from, without hashes; e.g. its own for machines without a GPU.

    Raises:
        LicenceRefused: somebody has not agreed.
        Missing: this Python makes no environments, or is too new or too old.
        FetchFailed: a package could not be had.
    """
    if not accepted:
        raise LicenceRefused(f"{engine.name}: its licences have to be accepted")
    if not engine.commercial and not non_commercial:
        raise LicenceRefused(
            f"{engine.name}: its weights may not be used commercially; say --non-commercial if yours is no such use"
        )
    least, below = engine.pythons
    if not least <= sys.version_info[:2] < below:
        wanted = f"{least[0]}.{least[1]} to {below[0]}.{below[1] - 1}"
        raise Missing(f"{engine.name} needs Python {wanted}")
    place = environments.place(engine.name)
    async with alone(place.parent / f".{engine.name}.lock", say, f"installing {engine.name}"):
        if await asyncio.to_thread(state, engine) is not None:
            return place
        fresh = place.parent / f".{engine.name}.new"
        await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
        try:
            await _fill(engine, fresh, torch_index, say)
            await asyncio.to_thread(_settle, engine, fresh, place)
        finally:
            await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
    return place


async def remove(engine: InstallableEngine) -> None:
    """Removes an environment; its weights stay."""
    await asyncio.to_thread(shutil.rmtree, environments.place(engine.name), ignore_errors=True)


async def _fill(engine: InstallableEngine, fresh: Path, torch_index: str, say: Callable[[str], None]) -> None:
    say(f"{engine.name}: an environment of its own, with {engine.package} {engine.version}")
    made = await _run([sys.executable, "-m", "venv", str(fresh)], fresh)
    if made:
        raise Missing("this Python makes no environments", command="apt-get install python3-venv")
    lock = await asyncio.to_thread(engine.lock.read_text, encoding="utf-8")
    torch, rest = _parted(lock) if torch_index else ("", lock)
    if torch:
        say(f"{engine.name}: PyTorch, from {torch_index}")
        await _pip(
            engine, fresh, ["--index-url", torch_index, *torch.split()], _Progress(engine.name, 0, say)
        )
    packages = sum(not line.startswith((" ", "#")) for line in rest.splitlines() if line.strip())
    say(f"{engine.name}: up to {packages} packages; this takes minutes")
    listed = fresh / "packages.txt"
    await asyncio.to_thread(listed.write_text, rest, encoding="utf-8")
    await _pip(engine, fresh, ["--require-hashes", "-r", str(listed)], _Progress(engine.name, packages, say))


def _parted(lock: str) -> tuple[str, str]:
    """PyTorch's own packages by name and version, and the lines of all others."""
    torch: list[str] = []
    rest: list[str] = []
    for entry in re.split(r"\n(?=\S)", lock.strip()):
        if _OF_TORCH.match(entry):
            torch += [entry.split()[0]] if entry.startswith(("torch==", "torchaudio==")) else []
        else:
            rest.append(entry)
    return " ".join(torch), "\n".join(rest) + "\n"


class _Progress:
    """Tells how far pip is, from what it says."""

    def __init__(self, engine: str, packages: int, say: Callable[[str], None]) -> None:
        self._engine, self._packages, self._say = engine, packages, say
        self._seen = 0

    def hear(self, line: str) -> None:
        if line.startswith(("Collecting ", "Processing ")):  # of an index, of a directory
            self._seen += 1
            if self._seen % _TOLD_EVERY == 0 and self._packages:
                self._say(f"{self._engine}: {self._seen} of up to {self._packages} packages")
        elif large := _LARGE.search(line):
            self._say(f"{self._engine}: fetching {large[1]}, {large[2]}")
        elif line.startswith("Installing collected packages"):
            self._say(f"{self._engine}: unpacking {self._seen} packages")


async def _pip(engine: InstallableEngine, fresh: Path, arguments: Sequence[str], progress: _Progress) -> None:
    command = [
        str(fresh / "bin" / "python"),
        "-I",
        "-m",
        "pip",
        "install",
        "--progress-bar",
        "off",
        "--no-deps",
    ]
    if failed := await _run([*command, "--no-input", *arguments], fresh, progress.hear):
        raise FetchFailed(f"{engine.name} could not be installed: {_told(failed)}")


async def _run(command: Sequence[str], fresh: Path, hear: Callable[[str], None] = lambda line: None) -> str:
    """What a program says that fails; empty: it did not. What it unpacks lies in the environment and goes with it.

    Raises:
        FetchFailed: it takes far too long.
    """
    temporary = fresh / "tmp"
    await asyncio.to_thread(temporary.mkdir, parents=True, exist_ok=True)
    process = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "TMPDIR": str(temporary)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(LIMIT_S):
            while line := await process.stdout.readline():
                words = line.decode("utf-8", "replace")
                hear(words.strip())
                said = (said + words)[-4000:]
            return said or "it failed" if await process.wait() else ""
    except TimeoutError as error:
        raise FetchFailed(f"{command[0]} did not end within {LIMIT_S:g} s") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await asyncio.to_thread(shutil.rmtree, temporary, ignore_errors=True)


def _told(said: str) -> str:
    """pip's last error in one line."""
    lines = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR")]
    return (lines or said.splitlines() or ["pip failed"])[-1][:300]


def _settle(engine: InstallableEngine, fresh: Path, place: Path) -> None:
    """The environment under its name, the note last; its programs are run by their path, so that it may be moved."""
    (fresh / "cache").mkdir(exist_ok=True)
    note = EnvironmentNote(
        engine.name,
        f"{engine.package} {engine.version}",
        _digest(engine),
        engine.licences,
        datetime.now(UTC).isoformat(timespec="seconds"),
    )
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
    (place / environments.NOTE).write_text(json.dumps(asdict(note), indent=2) + "\n", encoding="utf-8")


def _digest(engine: InstallableEngine) -> str:
    return hashlib.sha256(engine.lock.read_bytes()).hexdigest()
