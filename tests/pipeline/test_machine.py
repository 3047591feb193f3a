"""What work cost the processors."""

from __future__ import annotations

import asyncio
import sys

from pipeline.machine import processor_time_s

WORK_S = 0.2
WORK = f"import time\nwhile time.process_time() < {WORK_S}: pass"
AND_ITS_HELPER = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {WORK!r}])\n{WORK}"


async def test_what_helpers_did_counts_once_they_have_ended() -> None:
    """Engines that run in processes of their own are no other work on the machine, whenever one looks."""
    before_s = processor_time_s()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", AND_ITS_HELPER)
    await process.wait()
    assert processor_time_s() - before_s >= 2 * WORK_S
