"""A real PostgreSQL for tests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import URL

from foundation.database import database_url


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
