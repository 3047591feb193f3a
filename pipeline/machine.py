"""What this machine has."""

from __future__ import annotations

import math
import os
import platform
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_PROCESSORS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Machine:
    """What tells one machine from another, as far as speed goes."""

    name: str
    processor: str
    cores: int
    """That this process may use."""


def this_machine() -> Machine:
    """The machine this runs on. Blocking, a few small files."""
    return Machine(platform.node(), _processor(), cores())


def cores() -> int:
    """How many cores this process may use: affinity, and the quota of its control group (cgroup v2, `cpu.max`)."""
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # no control group, or "max" for no quota
        quota, period = _QUOTA.read_text().split()
        allowed = min(allowed, max(1, math.ceil(int(quota) / int(period))))
    return max(1, allowed)


def voice_threads() -> int:
    """How many threads one piece of synthesis may use: half of the cores, so that recognition has the others."""
    return max(1, cores() // 2)


def _processor() -> str:
    with suppress(OSError):
        for line in _PROCESSORS.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
