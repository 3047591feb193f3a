"""For operators: the machines behind the service."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from pipeline.gpus import Gpu
from voice_service.http.dependencies import CallingOperator, Wired
from voice_service.watching.nodes import Node

router = APIRouter(prefix="/api/v1/admin", tags=["operators"])


class GpuAnswer(BaseModel):
    """A GPU, as NVIDIA's driver tells it."""

    name: str
    used_share: float | None
    """0…1, of the last moments; null where it does not tell, as one that is shared out in parts."""
    memory_used_bytes: int
    memory_total_bytes: int


class NodeAnswer(BaseModel):
    """A machine with speech services. Where none of them answers only `urls` and `kinds` are known."""

    urls: list[str]
    kinds: list[str]
    """`hearing`, `translation`, `speech`."""
    there: bool
    name: str | None
    cores: int | None
    load: float | None
    """How many programs wanted a core, as a mean of the last minute: above `cores` they wait for one another."""
    memory_used_bytes: int | None
    memory_total_bytes: int | None
    gpus: list[GpuAnswer]
    """None where there is no driver."""


class NodesAnswer(BaseModel):
    """Those that answer by name, then URLs where nobody does."""

    nodes: list[NodeAnswer]


@router.get("/nodes")
async def nodes(caller: CallingOperator, services: Wired) -> NodesAnswer:
    """The machines of the speech services, and how busy their processors and GPUs are at this moment."""
    await services.looks.note(f"key {caller.key}", "machines read", caller.tenant)
    return NodesAnswer(nodes=[_answer(node) for node in await services.nodes.look()])


def _answer(node: Node) -> NodeAnswer:
    load = node.load
    return NodeAnswer(
        urls=list(node.urls),
        kinds=list(node.kinds),
        there=load is not None,
        name=None if load is None else load.name,
        cores=None if load is None else load.cores,
        load=None if load is None else load.load,
        memory_used_bytes=None if load is None else load.memory_used_bytes,
        memory_total_bytes=None if load is None else load.memory_total_bytes,
        gpus=[] if load is None else [_gpu(gpu) for gpu in load.gpus],
    )


def _gpu(gpu: Gpu) -> GpuAnswer:
    return GpuAnswer(
        name=gpu.name,
        used_share=gpu.used_share,
        memory_used_bytes=gpu.memory_used_bytes,
        memory_total_bytes=gpu.memory_total_bytes,
    )
