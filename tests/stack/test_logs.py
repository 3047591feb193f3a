"""The logs of a stack that runs for months do not fill the disk."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from config.settings import Settings
from stack.local import Stack, _logged
from stack.logs import bound, older
from stack.ports import Ports
from tests.stack.plans import fake, plans

CHATTY = "import sys, time\nfor n in range(int(sys.argv[1])): print(f'line {n:06}', flush=True)\n"


def test_a_log_that_grew_too_large_begins_anew(tmp_path: Path) -> None:
    """What was there is put aside once, in place of the last; the program that writes goes on at the beginning."""
    log = tmp_path / "worker.log"
    with log.open("ab") as file:
        for _ in range(3):
            subprocess.run([sys.executable, "-c", CHATTY, "200"], stdout=file, check=True, timeout=60)
            assert bound(log, 1000)
            file.write(b"the same program\n")
            file.flush()

    assert not bound(log, 1000)
    assert log.read_text() == "the same program\n"
    assert older(log).read_text().splitlines()[-1] == "line 000199"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["worker.log", "worker.log.1"]
    assert not bound(tmp_path / "none.log", 1000)


async def test_a_running_stack_bounds_the_logs_of_its_parts(tmp_path: Path) -> None:
    """While it runs, what a part writes stays within the limit and one older file."""
    table = plans(speech=fake("speech", "stt"))
    stack = Stack(
        Settings(),
        parts=("speech",),
        ports=Ports.free(),
        directory=tmp_path,
        plans=table,
        most_log_bytes=1000,
    )
    async with stack:
        log = stack.log_of("speech")
        with log.open("ab") as file:
            file.write(b"x" * 5000)
        async with asyncio.timeout(30):
            while not older(log).exists() or log.stat().st_size:
                await asyncio.sleep(0.01)

    assert older(log).stat().st_size >= 5000


def test_words_are_found_in_a_log_that_began_anew(tmp_path: Path) -> None:
    """A part is known by what another one logs, even if that log was cut since."""
    log = tmp_path / "livekit.log"
    log.write_bytes(b"worker registered")

    assert _logged(log, 5000, b"worker registered")
    assert not _logged(log, 3, b"worker registered")
