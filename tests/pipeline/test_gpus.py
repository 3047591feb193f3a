"""What is known of GPUs, where there are some and where there are none."""

from __future__ import annotations

import ctypes.util

import pytest

from pipeline.gpus import Gpu, read_gpus
from tests.fakes.nvml import Memory, Rates, ScriptedGpu, ScriptedNvml

GIB = 2**30


def test_each_gpu_tells_its_memory_and_its_use() -> None:
    """One that is shared out in parts does not tell its use; the library is closed again."""
    nvml = ScriptedNvml(
        [
            ScriptedGpu("A100", Memory(30 * GIB, 80 * GIB), Rates(85, 40)),
            ScriptedGpu("H100 in parts", Memory(0, 80 * GIB)),
        ]
    )

    assert read_gpus(nvml) == (
        Gpu("A100", 30 * GIB, 80 * GIB, 0.85),
        Gpu("H100 in parts", 0, 80 * GIB, None),
    )
    assert nvml.open == 0


@pytest.mark.parametrize(
    "nvml",
    [ScriptedNvml(None), ScriptedNvml([]), ScriptedNvml([], broken=True)],
    ids=["driver", "gpus", "whole"],
)
def test_where_something_is_missing_there_are_none(nvml: ScriptedNvml) -> None:
    """No driver, no GPU, a driver that fails: nobody is disturbed, and nothing stays open."""
    assert read_gpus(nvml) == ()
    assert nvml.open == 0


def test_this_machine_tells_what_it_has() -> None:
    """Really asked: none where there is no driver, whether the binding is installed or not; else at least one."""
    found = read_gpus()

    assert bool(found) <= (ctypes.util.find_library("nvidia-ml") is not None)
    for gpu in found:
        assert 0 <= gpu.memory_used_bytes <= gpu.memory_total_bytes
        assert gpu.used_share is None or 0 <= gpu.used_share <= 1
