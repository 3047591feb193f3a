"""Engines that clone get environments of their own: a real virtual environment, a real package, by its hash."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.engines.cloning import environments
from pipeline.engines.protocols import EngineMissing
from stack import engine_environments
from stack.engine_environments import INSTALLABLE, InstallableEngine, find, install, remove, state
from stack.errors import FetchFailed, LicenceRefused, Missing, StackError

ENGINE = InstallableEngine(
    "tones",
    "hive-tones",
    "1.0",
    ("tones: MIT",),
    commercial=True,
    gigabytes=0.001,
    pythons=((3, 11), (3, 14)),
    lock=Path("nowhere"),
)


def wheel(directory: Path) -> str:
    """A package with one module; its line in a lock."""
    files = {
        "hive_tones.py": "WORKS = True\n",
        "hive_tones-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: hive-tones\nVersion: 1.0\n",
        "hive_tones-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{name},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
        f"{len(text)}\n"
        for name, text in files.items()
    )
    path = directory / "hive_tones-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, "hive_tones-1.0.dist-info/RECORD": record}.items():
            archive.writestr(name, text)
    return f"hive-tones==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> InstallableEngine:
    """One that comes from a directory, and a cache directory of the test's own."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    lock = tmp_path / "tones.txt"
    lock.write_text(wheel(tmp_path), encoding="utf-8")
    return replace(ENGINE, lock=lock)


@pytest.mark.engines
async def test_an_engine_is_installed_once_and_removed(engine: InstallableEngine) -> None:
    """The environment has what the lock names, and a note of what was agreed to; without a note it is not there."""
    told: list[str] = []
    place = await install(engine, accepted=True, say=told.append)

    python = place / "bin" / "python"
    works = await asyncio.create_subprocess_exec(
        str(python), "-I", "-c", "import hive_tones; assert hive_tones.WORKS"
    )
    assert await works.wait() == 0
    note = environments.installed("tones")
    assert (note.engine, note.package, note.licences) == ("tones", "hive-tones 1.0", ("tones: MIT",))
    assert state(engine) == note
    assert told == [
        "tones: an environment of its own, with hive-tones 1.0",
        "tones: up to 1 packages; this takes minutes",
        "tones: unpacking 1 packages",
    ]
    assert not (place / "tmp").exists(), "nothing lies about of what was unpacked"
    before = python.lstat().st_ctime_ns
    assert await install(engine, accepted=True) == place
    assert python.lstat().st_ctime_ns == before

    engine.lock.write_text(engine.lock.read_text() + "# newer\n")
    assert state(engine) is None, "another list of packages is another environment"
    await remove(engine)
    with pytest.raises(EngineMissing, match="tones is not installed; `hive engines install tones`"):
        environments.installed("tones")


@pytest.mark.engines
async def test_a_package_with_other_bytes_is_refused(engine: InstallableEngine, tmp_path: Path) -> None:
    """In one line, and nothing is left of it."""
    with (tmp_path / "hive_tones-1.0-py3-none-any.whl").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(FetchFailed, match=r"tones could not be installed: .*") as refused:
        await install(engine, accepted=True)
    assert "\n" not in str(refused.value)
    assert [path.name for path in environments.place("tones").parent.iterdir()] == [".tones.lock"]


@pytest.mark.parametrize(
    ("commercial", "accepted", "non_commercial", "said"),
    [
        (True, False, False, "its licences have to be accepted"),
        (False, False, True, "its licences have to be accepted"),
        (False, True, False, "its weights may not be used commercially; say --non-commercial"),
    ],
)
async def test_nothing_is_installed_that_nobody_has_agreed_to(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    commercial: bool,
    accepted: bool,
    non_commercial: bool,
    said: str,
) -> None:
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path))
    engine = replace(ENGINE, commercial=commercial)
    with pytest.raises(LicenceRefused, match=said):
        await install(engine, accepted=accepted, non_commercial=non_commercial)
    assert not environments.place("tones").parent.exists()


async def test_a_python_that_it_does_not_run_on_is_told() -> None:
    with pytest.raises(Missing, match=r"tones needs Python 3\.30 to 3\.31"):
        await install(replace(ENGINE, pythons=((3, 30), (3, 32))), accepted=True)


def test_pytorch_can_come_from_elsewhere() -> None:
    """Its packages leave the list, those of CUDA with them; all others keep their hashes."""
    lock = (
        "numpy==2.0 \\\n    --hash=sha256:aa\nnvidia-cublas-cu12==12.1 \\\n    --hash=sha256:bb\n"
        "torch==2.9.0 \\\n    --hash=sha256:cc \\\n    --hash=sha256:dd\ntriton==3 ; sys_platform == 'linux' \\\n"
        "    --hash=sha256:ee\nzipp==3.1 \\\n    --hash=sha256:ff\n"
    )
    torch, rest = engine_environments._parted(lock)
    assert torch == "torch==2.9.0"
    assert rest == "numpy==2.0 \\\n    --hash=sha256:aa\nzipp==3.1 \\\n    --hash=sha256:ff\n"


def test_somebody_who_waits_is_told_how_far_it_is() -> None:
    """After each twenty packages, and of what is large, before it comes."""
    told: list[str] = []
    progress = engine_environments._Progress("tones", 45, told.append)
    for number in range(45):
        progress.hear(f"Collecting package{number}==1.0 (from -r packages.txt (line {number}))")
        progress.hear(f"Downloading package{number}-1.0-py3-none-any.whl ({number}.2 kB)")
    progress.hear("Downloading torch-2.9.0-cp311-none-linux_x86_64.whl (888.1 MB)")
    progress.hear("Installing collected packages: many")
    assert told == [
        "tones: 20 of up to 45 packages",
        "tones: 40 of up to 45 packages",
        "tones: fetching torch-2.9.0-cp311-none-linux_x86_64.whl, 888.1 MB",
        "tones: unpacking 45 packages",
    ]


@pytest.mark.parametrize("engine", INSTALLABLE, ids=lambda engine: engine.name)
def test_every_engine_has_its_packages_by_their_hashes(engine: InstallableEngine) -> None:
    """The engine itself among them, and no addresses."""
    lock = engine.lock.read_text(encoding="utf-8")
    names = [line.split("==")[0] for line in lock.splitlines() if not line.startswith((" ", "#"))]
    assert f"{engine.package}=={engine.version}" in lock
    assert "torch" in names
    assert lock.count("--hash=sha256:") >= len(names)
    assert "://" not in lock
    assert find(engine.name) is engine


def test_an_unknown_engine_is_told() -> None:
    with pytest.raises(
        StackError, match="there is no engine 'bark' to install; there are pocket-tts, chatterbox"
    ):
        find("bark")
