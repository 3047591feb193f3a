"""What this machine has."""

from __future__ import annotations

import math
import os
import platform
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from pipeline.gpus import Gpu, read_gpus

_QUOTA = Path("/sys/fs/cgroup/cpu.max")
_PROCESSORS = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Machine:
    """What tells one machine from another, as far as speed goes."""

    name: str
    processor: str
    cores: int
    """That this process may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineLoad:
    """How busy a machine is."""

    name: str
    processor: str
    cores: int
    """That the process that says it may use."""
    load: float
    """How many programs of the machine wanted a core, as a mean of the last minute: above their number they wait."""
    memory_used_bytes: int
    memory_total_bytes: int
    gpus: tuple[Gpu, ...]


def machine_load() -> MachineLoad:
    """How busy the machine is that this runs on. Blocking, some milliseconds."""
    machine, memory = this_machine(), psutil.virtual_memory()
    return MachineLoad(
        name=machine.name,
        processor=machine.processor,
        cores=machine.cores,
        load=round(os.getloadavg()[0], 2),
        memory_used_bytes=memory.total - memory.available,
        memory_total_bytes=memory.total,
        gpus=read_gpus(),
    )


def this_machine() -> Machine:
    """The machine this runs on. Blocking, a few small files."""
    return Machine(platform.node(), _processor(), cores())


def has_gpu() -> bool:
    """Whether CTranslate2 can use a GPU here."""
    try:
        import ctranslate2
    except ImportError:
        return False
    return bool(ctranslate2.get_cuda_device_count() > 0)


def runs_on_gpu(device: str) -> bool:
    """Whether a device of the settings means the GPU here: "cuda", or "auto" where there is one."""
    return device == "cuda" or (device == "auto" and has_gpu())


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
