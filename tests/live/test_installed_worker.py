"""`hive worker` as it is installed, against a real media server: it registers, its health tells the truth, it ends."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError, URLError

import pytest
from pip._vendor.distlib.scripts import ScriptMaker

from config.settings import LiveKit
from stack.environment import child_environment
from stack.parts import ROOT
from stack.ports import free_port
from tests.live.conftest import SETTINGS
from tests.live.guests import until
from tests.live.server import Server
from tests.stack.test_bootstrap import bootstrap, machine

pytestmark = pytest.mark.live

START_LIMIT_S = 60.0
END_LIMIT_S = 20.0
UNGUARDED = "import sys\nfrom cli.main import main\nsys.exit(main())\n"
"""A start that runs again in every process that imports its main module, as those of rooms do."""


@pytest.fixture(params=["bootstrap", "pip"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The command as `scripts/bootstrap.sh` writes it, and as pip does from pyproject.toml."""
    if request.param == "bootstrap":
        checkout, environment = machine(tmp_path)
        assert bootstrap(checkout, environment, "demo").returncode == 0
        return checkout / ".venv" / "bin" / "hive"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    maker = ScriptMaker(None, str(tmp_path))  # type: ignore[no-untyped-call]  # of pip, which has no types
    maker.variants = {""}
    (path,) = maker.make(f"hive = {project['scripts']['hive']}")  # type: ignore[no-untyped-call]
    return Path(path)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A media server of this test's own."""
    own = Server(tmp_path)
    own.start()
    yield own
    own.stop()


async def test_the_installed_command_registers_and_ends(
    installed: Path, server: Server, tmp_path: Path
) -> None:
    """Whichever way it was installed, the worker registers, starts a room's process, and is then healthy."""
    async with worker(installed, server.settings, tmp_path) as (process, port):
        await until(lambda: health(port) == 200, "it is healthy", START_LIMIT_S)
        log = (tmp_path / "worker.log").read_text()
        assert "registered worker" in log
        assert "error initializing process" not in log

        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, END_LIMIT_S) == 0


async def test_a_worker_whose_rooms_cannot_start_says_so_and_ends(server: Server, tmp_path: Path) -> None:
    """Where no room's process can be started, health says no, the log stays small, and one SIGTERM is enough."""
    script = tmp_path / "unguarded"
    script.write_text(UNGUARDED)
    async with worker(script, server.settings, tmp_path) as (process, port):
        log = tmp_path / "worker.log"
        await until(
            lambda: log.read_text().count("error initializing process") >= 3, "it fails", START_LIMIT_S
        )
        assert await asyncio.to_thread(health, port) == 503
        assert "process" in await asyncio.to_thread(reason, port)

        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, END_LIMIT_S) == 0


async def test_a_worker_without_its_media_server_is_not_healthy(server: Server, tmp_path: Path) -> None:
    """Health says no before the worker is registered and while its server is away, and yes once it is back."""
    script = tmp_path / "guarded"
    script.write_text(
        f"if __name__ == '__main__':\n    {UNGUARDED.replace(chr(10), chr(10) + '    ').rstrip()}\n"
    )
    server.stop()
    async with worker(script, server.settings, tmp_path) as (process, port):
        log = tmp_path / "worker.log"
        await until(lambda: "failed to connect" in log.read_text(), "it looks for its server", START_LIMIT_S)
        assert await asyncio.to_thread(health, port) == 503
        server.start()
        await until(lambda: health(port) == 200, "it has registered", START_LIMIT_S)
        server.kill()
        await until(lambda: health(port) == 503, "it misses its server", START_LIMIT_S)
        assert "registered" in await asyncio.to_thread(reason, port)

        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, END_LIMIT_S) == 0


@asynccontextmanager
async def worker(
    script: Path, livekit: LiveKit, directory: Path
) -> AsyncIterator[tuple[subprocess.Popen[bytes], int]]:
    """Runs `SCRIPT worker` away from the checkout; its output goes to `worker.log`."""
    port = free_port()
    process = start(script, livekit, directory, port)
    try:
        yield process, port
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.wait, 10)
        print((directory / "worker.log").read_text()[-3000:])


def start(script: Path, livekit: LiveKit, directory: Path, port: int) -> subprocess.Popen[bytes]:
    settings = replace(
        SETTINGS, livekit=livekit, services=replace(SETTINGS.services, worker_health_port=port)
    )
    with (directory / "worker.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, str(script), "worker"],
            cwd=directory,
            env=child_environment(settings, os.environ) | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def health(port: int) -> int:
    """The status that the worker's health answers with; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return int(answer.status)
    except HTTPError as error:
        error.close()
        return error.code
    except (URLError, OSError):
        return 0


def reason(port: int) -> str:
    """What an unhealthy worker says."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
            return ""
    except HTTPError as error:
        with error:
            return error.read().decode()
