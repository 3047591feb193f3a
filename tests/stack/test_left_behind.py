"""Nothing is left behind, however the program that runs the stack ends."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from stack.parts import ROOT
from tests.stack.plans import gone

RUNNER = """
import asyncio, json, sys
from pathlib import Path
from cli import exits
from config.settings import Settings
from stack.local import Stack
from stack.ports import Ports
from tests.stack.plans import fake, plans, written

async def main(directory):
    note = directory / "grandchild"
    table = plans(livekit=fake("livekit", "livekit"), speech=fake("speech", "stt", "--grandchild", str(note)))
    async with Stack(Settings(), parts=tuple(table), ports=Ports.free(), directory=directory, plans=table) as stack:
        pids = [*stack.pids.values(), int(await written(note))]
        print(json.dumps(pids), flush=True)
        await asyncio.sleep(60)

try:
    exits.run(main(Path(sys.argv[1])))
except KeyboardInterrupt:
    sys.exit(130)
except exits.Terminated:
    sys.exit(143)
"""


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143), (signal.SIGKILL, -signal.SIGKILL)],
)
async def test_every_process_ends_with_its_starter(
    tmp_path: Path, number: signal.Signals, status: int
) -> None:
    """Ctrl-C, SIGTERM, SIGHUP and even SIGKILL leave no part and no grandchild running."""
    runner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", RUNNER, str(tmp_path), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert runner.stdout is not None
    pids = json.loads(await asyncio.wait_for(runner.stdout.readline(), 30))

    runner.send_signal(number)

    assert await asyncio.wait_for(runner.wait(), 20) == status
    await gone(*pids)
    await runner.stdout.read()
