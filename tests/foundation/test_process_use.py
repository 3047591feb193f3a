"""What a program takes of the machine."""

from __future__ import annotations

import asyncio
import sys

from prometheus_client import CollectorRegistry

from foundation.process_use import ProcessUse, processor_time_s

WORK_S = 0.2
WORK = f"import time\nwhile time.process_time() < {WORK_S}: pass"
AND_ITS_HELPER = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {WORK!r}])\n{WORK}"


async def test_what_helpers_did_counts_once_they_have_ended() -> None:
    """Engines that run in processes of their own are no other work on the machine, whenever one looks."""
    before_s = processor_time_s()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", AND_ITS_HELPER)
    await process.wait()
    assert processor_time_s() - before_s >= 2 * WORK_S


async def test_it_is_told_with_its_helpers() -> None:
    """Memory and number of all of them, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(ProcessUse())
    alone = registry.get_sample_value("hive_processes")
    assert alone is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE
    )
    try:
        assert registry.get_sample_value("hive_processes") == alone + 1
        assert (registry.get_sample_value("hive_process_memory_bytes") or 0) > 1_000_000
        assert (registry.get_sample_value("hive_process_cpu_seconds_total") or 0) > 0
    finally:
        await process.communicate(b"\n")
