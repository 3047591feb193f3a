"""The wheel, as `make package` builds it, in an environment, a home and a directory in which nothing else is."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.error import URLError

import pytest

from scripts import package
from stack.ports import Ports, free_port
from tests.live.guests import until
from tests.live.server import binary

pytestmark = pytest.mark.live

VERSION = tomllib.loads((package.ROOT / "pyproject.toml").read_text())["project"]["version"]
START_LIMIT_S = 180.0


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    if not (package.ROOT / package.PAGE / "index.html").exists():
        pytest.skip("the page is not built: make setup-dev")
    return package.build(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def wheel(built: list[Path]) -> Path:
    (found,) = (path for path in built if path.suffix == ".whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its command; what it depends on comes from the environment of the tests."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=False, symlinks=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index",
         "--quiet", "--disable-pip-version-check", str(wheel)],
        check=True, timeout=300,
    )  # fmt: skip
    (site,) = home.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin" / "hive"


def environment(home: Path) -> dict[str, str]:
    """Nothing of ours is set, and nothing of the checkout can be imported."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("HIVE_", "PYTHON"))}
    return kept | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PATH": f"{_with_server(home)}:{os.environ['PATH']}",
        "HIVE_PROFILE": "embedded",
        "HIVE_MODELS__DOWNLOAD": "false",
    }


def _with_server(home: Path) -> Path:
    """A directory with the media server under the name by which it is looked for."""
    place = home / "programs"
    place.mkdir(exist_ok=True)
    (place / "livekit-server").unlink(missing_ok=True)
    (place / "livekit-server").symlink_to(binary())
    return place


def hive(command: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(command), *arguments], cwd=home, env=environment(home), capture_output=True, text=True, check=False,
        timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_the_wheel_holds_every_package_with_its_data(wheel: Path) -> None:
    """All that git knows of the packages but what is for readers, the page, and the licences; no weights, and nothing
    that is larger than the page's largest part."""
    with zipfile.ZipFile(wheel) as archive:
        sizes = {each.filename: each.file_size for each in archive.infolist()}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=package.ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()  # fmt: skip
    rooms = tomllib.loads((package.ROOT / "pyproject.toml").read_text())["tool"]["hive"]["arrows"]
    ours = {name for name in listed if name.partition("/")[0] in rooms and not name.endswith("README.md")}
    beside = {"hive_client/pyproject.toml"} & ours
    assert ours - beside - set(sizes) == set()
    assert {"config/shipped/livekit.yaml", "config/shipped/web/dist/index.html"} <= set(sizes)
    assert {name.rpartition("/")[2] for name in sizes if "/licenses/" in name} == {"LICENSE", "NOTICE"}
    assert not any(name.startswith(("tests/", "docs/", "scripts/")) for name in sizes)
    assert max(sizes.values()) < 8_000_000


@pytest.mark.timeout(300)
def test_the_same_commit_gives_the_same_bytes(built: list[Path], tmp_path: Path) -> None:
    """Whoever builds it again can compare: wheel and source archive."""

    def digests(paths: list[Path]) -> dict[str, str]:
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    assert digests(package.build(tmp_path)) == digests(built)


def test_the_installed_command_knows_itself(installed: Path, tmp_path: Path) -> None:
    """Its version is that of pyproject.toml, help and doctor need no checkout, and tables are made from what is
    installed."""
    assert hive(installed, tmp_path, "--version").stdout == f"hive {VERSION}\n"
    assert "examples:" in hive(installed, tmp_path, "--help").stdout
    examined = hive(installed, tmp_path, "doctor")
    assert "Traceback" not in examined.stderr
    assert "livekit-server" in examined.stdout
    upgraded = hive(installed, tmp_path, "database", "upgrade")
    assert (upgraded.returncode, upgraded.stdout.count("up to date")) == (0, 2), upgraded.stderr


@pytest.mark.timeout(400)
async def test_everything_runs_from_an_empty_directory(installed: Path, tmp_path: Path) -> None:
    """`hive up` starts all parts, and the page is there, from the token service and from the voice API."""
    offset = free_port() - Ports().auth
    ports = Ports().shifted(offset)
    with running(installed, tmp_path, offset) as process:
        for port in (ports.auth, ports.voice):
            await until(partial(answered, process, port), "the page", START_LIMIT_S)
            assert process.poll() is None, (tmp_path / "up.log").read_text()
        await until(lambda: "HIVE is running" in (tmp_path / "up.log").read_text(), "it runs", START_LIMIT_S)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 60) == 143


@contextlib.contextmanager
def running(command: Path, home: Path, offset: int) -> Iterator[subprocess.Popen[bytes]]:
    with (home / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [str(command), "up", "--port-offset", str(offset)],
            cwd=home, env=environment(home), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def answered(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether there is nothing to wait for any more."""
    return process.poll() is not None or "<html" in page(port)


def page(port: int) -> str:
    """What a browser gets first; nothing while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return str(answer.read().decode())
    except (URLError, OSError):
        return ""
