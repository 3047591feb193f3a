"""What waits for engines, and GPUs, as Prometheus reads them."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from prometheus_client import CollectorRegistry

from pipeline.engines.microbatches import EngineQueue, MicroBatcher, depths
from pipeline.gpus import Gpu
from speech_service.machine_figures import EngineQueues, GpuUse


def test_gpus_by_number() -> None:
    """One that does not tell how busy it is has no value for that."""
    registry = CollectorRegistry()
    registry.register(GpuUse(lambda: (Gpu("one", 1, 4, 0.5), Gpu("two", 2, 8, None))))
    values = [
        registry.get_sample_value(name, {"gpu": gpu})
        for gpu in "01"
        for name in ("hive_gpu_memory_used_bytes", "hive_gpu_memory_total_bytes", "hive_gpu_used_ratio")
    ]
    assert values == [1, 4, 0.5, 2, 8, None]


async def test_what_waits_for_an_engine() -> None:
    """Those in a batch do not wait any more; a closed engine has no queue."""
    go_on = Event()

    def answer(questions: list[int]) -> list[int]:
        go_on.wait(10)
        return questions

    with ThreadPoolExecutor(1) as threads:
        batches = MicroBatcher[int, int]("waiting-engine", answer, threads, max_batch=1, wait_s=0, capacity=9)  # type: ignore[arg-type]
        asking = [asyncio.create_task(batches.ask(number)) for number in range(3)]
        while batches.depth.waiting != 2:
            await asyncio.sleep(0.001)
        assert EngineQueue("waiting-engine", 2, 9) in depths()
        registry = CollectorRegistry()
        registry.register(EngineQueues())
        asked = {"engine": "waiting-engine"}
        assert registry.get_sample_value("hive_engine_waiting", asked) == 2
        assert registry.get_sample_value("hive_engine_waiting_most", asked) == 9
        go_on.set()
        assert await asyncio.gather(*asking) == [0, 1, 2]
        await batches.close()
    assert EngineQueue("waiting-engine", 0, 9) in depths()
