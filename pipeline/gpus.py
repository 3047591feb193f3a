"""How busy this machine's GPUs are, as NVIDIA's driver says it; of other makers' nothing is known here."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Final

import structlog

log = structlog.get_logger(__name__)

_BINDING: Final = "pynvml"
"""The module of the package nvidia-ml-py, which loads the driver's library when it is asked to."""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One of them, at one moment."""

    name: str
    memory_used_bytes: int
    memory_total_bytes: int
    used_share: float | None
    """0…1: for how much of the last moments it calculated, whoever asked it to; None where it does not tell, as one
    that is shared out in parts (MIG)."""


def read_gpus(nvml: Any = None) -> tuple[Gpu, ...]:
    """All that the driver lets this process see; none where there is no driver. Blocking, some milliseconds.

    Args:
        nvml: the binding; None: the one that is installed, if there is any.
    """
    nvml = nvml or _binding()
    if nvml is None:
        return ()
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:  # no driver, and so no GPU of its maker's
        return ()
    try:
        return tuple(
            _read(nvml, nvml.nvmlDeviceGetHandleByIndex(at)) for at in range(nvml.nvmlDeviceGetCount())
        )
    except nvml.NVMLError as error:
        log.warning("GPUs cannot be read", reason=type(error).__name__)
        return ()
    finally:
        nvml.nvmlShutdown()


def _read(nvml: Any, device: Any) -> Gpu:
    memory = nvml.nvmlDeviceGetMemoryInfo(device)
    try:
        used_share = nvml.nvmlDeviceGetUtilizationRates(device).gpu / 100
    except nvml.NVMLError:
        used_share = None
    return Gpu(str(nvml.nvmlDeviceGetName(device)), int(memory.used), int(memory.total), used_share)


def _binding() -> Any:
    try:
        return importlib.import_module(_BINDING)
    except ImportError:
        return None
