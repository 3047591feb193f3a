"""The service as a program of its own, as people start it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from stack.parts import ROOT
from stack.ports import free_port

HIVE = Path(sys.executable).with_name("hive")
SECRET = "s" * 40


def environment(home: Path, **variables: str) -> dict[str, str]:
    """No settings but those given here."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("HIVE_")}
    return kept | {
        "HIVE_CONFIG": os.devnull, "HIVE_CACHE": str(home), "PYTHONPATH": str(ROOT), "COLUMNS": "120",
        "HIVE_VOICE__SECRET": SECRET,
    } | variables  # fmt: skip


@contextlib.asynccontextmanager
async def running(
    home: Path, *command: str, **variables: str
) -> AsyncIterator[tuple[httpx.AsyncClient, list[str], list[str]]]:
    """A client of the program once it answers; what it prints and logs is complete when the block has ended."""
    async with started(home, *command, **variables) as program:
        yield program.client, program.printed, program.logged


@dataclass(slots=True)
class Program:
    """A service that runs."""

    process: asyncio.subprocess.Process
    client: httpx.AsyncClient
    printed: list[str]
    """Complete when it has ended; so is the next."""
    logged: list[str]


@contextlib.asynccontextmanager
async def started(home: Path, *command: str, **variables: str) -> AsyncIterator[Program]:
    """The program, once it answers."""
    port = free_port()
    program = command or (sys.executable, "-m", "voice_service")
    process = await asyncio.create_subprocess_exec(
        *program, env=environment(home, HIVE_VOICE__PORT=str(port), **variables), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    talking = asyncio.create_task(process.communicate())
    printed: list[str] = []
    logged: list[str] = []
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            async with asyncio.timeout(60):
                while True:
                    assert process.returncode is None, (await talking)[1].decode()
                    with contextlib.suppress(httpx.TransportError):  # until it listens
                        if (await client.get("/health")).status_code == 200:
                            break
                    await asyncio.sleep(0.05)
            yield Program(process, client, printed, logged)
    finally:
        if process.returncode is None:
            process.terminate()
        out, error = await talking
        printed.append(out.decode())
        logged.append(error.decode())
