"""A real PostgreSQL for tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from sqlalchemy import URL, text

from foundation.database import connect, database_url


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        user="nobody" if os.geteuid() == 0 else None,  # PostgreSQL refuses to run as root
        cwd="/",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


def _newest() -> Path:
    """Where the newest PostgreSQL of this machine has its programs."""
    return max(Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name)) / "bin"


@contextlib.asynccontextmanager
async def postgresql() -> AsyncIterator[URL]:
    """A cluster of its own on a socket of its own, without a port."""
    newest = _newest()
    directory = Path(tempfile.mkdtemp(prefix="hive-pg-"))
    data = directory / "data"
    try:
        if os.geteuid() == 0:
            shutil.chown(directory, "nobody")
        await _run(
            str(newest / "initdb"), "-D", str(data), "-U", "hive", "-A", "trust", "--no-sync", "-E", "UTF8"
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{directory}' -c fsync=off"
        control = [str(newest / "pg_ctl"), "-D", str(data), "-w", "-l", str(directory / "log")]
        await _run(*control, "-o", options, "start")
        try:
            yield database_url(f"postgresql://hive@/postgres?host={directory}", "database_url", "")
        finally:
            await _run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(directory)


@contextlib.contextmanager
def cluster() -> Iterator[URL]:
    """The same for several tests, each of which begins with `emptied`."""
    with asyncio.Runner() as runner:
        running = postgresql()
        url = runner.run(running.__aenter__())
        try:
            yield url
        finally:
            runner.run(running.__aexit__(None, None, None))


async def emptied(url: URL) -> None:
    """Nothing is left in the database of what a test before made."""
    engine = connect(url)
    async with engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await engine.dispose()
