"""NVIDIA's management library with scripted GPUs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class NVMLError(Exception):
    """As the binding's."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes."""

    used: int
    total: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Percent."""

    gpu: int
    memory: int


@dataclass(frozen=True, slots=True)
class ScriptedGpu:
    """One device; `rates` None: it does not tell them."""

    name: str
    memory: Memory
    rates: Rates | None = None


class ScriptedNvml:
    """The functions that are used, under their names; counts what is open.

    Args:
        gpus: None: there is no driver.
        broken: asking for the number of devices fails.
    """

    NVMLError = NVMLError

    def __init__(self, gpus: Sequence[ScriptedGpu] | None, *, broken: bool = False) -> None:
        self._gpus, self._broken = gpus, broken
        self.open = 0

    def nvmlInit(self) -> None:  # noqa: N802
        if self._gpus is None:
            raise NVMLError("no driver")
        self.open += 1

    def nvmlShutdown(self) -> None:  # noqa: N802
        self.open -= 1

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        if self._broken or self._gpus is None:
            raise NVMLError("lost")
        return len(self._gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> ScriptedGpu:  # noqa: N802
        assert self._gpus is not None
        return self._gpus[index]

    def nvmlDeviceGetName(self, device: ScriptedGpu) -> str:  # noqa: N802
        return device.name

    def nvmlDeviceGetMemoryInfo(self, device: ScriptedGpu) -> Memory:  # noqa: N802
        return device.memory

    def nvmlDeviceGetUtilizationRates(self, device: ScriptedGpu) -> Rates:  # noqa: N802
        if device.rates is None:
            raise NVMLError("not supported")
        return device.rates
