"""What the engines take of their machine, for Prometheus: what waits for them, and the GPUs.

Several services in one process tell the same of it, each under its own port.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from pipeline.engines.microbatches import EngineQueue, depths
from pipeline.gpus import Gpu, read_gpus


class EngineQueues(Collector):
    """Requests that wait for a model, and how many may."""

    def __init__(self, read: Callable[[], list[EngineQueue]] = depths) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """By engine."""
        waiting = GaugeMetricFamily(
            "hive_engine_waiting", "Requests that wait for an engine's model", labels=["engine"]
        )
        most = GaugeMetricFamily("hive_engine_waiting_most", "How many may wait", labels=["engine"])
        for depth in self._read():
            waiting.add_metric([depth.engine], depth.waiting)
            most.add_metric([depth.engine], depth.most)
        yield from (waiting, most)


class GpuUse(Collector):
    """NVIDIA's, as the driver tells it; nothing where there is none. Asking takes some milliseconds."""

    def __init__(self, read: Callable[[], tuple[Gpu, ...]] = read_gpus) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """By number, as the driver counts them."""
        used = GaugeMetricFamily("hive_gpu_memory_used_bytes", "Memory of the GPU in use", labels=["gpu"])
        total = GaugeMetricFamily("hive_gpu_memory_total_bytes", "Memory of the GPU", labels=["gpu"])
        busy = GaugeMetricFamily(
            "hive_gpu_used_ratio",
            "For how much of the last moments the GPU calculated, 0 to 1",
            labels=["gpu"],
        )
        for number, gpu in enumerate(self._read()):
            used.add_metric([str(number)], gpu.memory_used_bytes)
            total.add_metric([str(number)], gpu.memory_total_bytes)
            if gpu.used_share is not None:
                busy.add_metric([str(number)], gpu.used_share)
        yield from (used, total, busy)
