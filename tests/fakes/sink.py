"""A sink that plays as fast as the test lets it."""

from __future__ import annotations

import asyncio

import numpy as np

from pipeline.audio import SPEAKING_RATE_HZ, Pcm


class InstantSink:
    """Takes everything at once and has played it already."""

    def __init__(self) -> None:
        self.pieces: list[Pcm] = []
        self.cleared = 0

    async def write(self, pcm: Pcm) -> None:
        self.pieces.append(pcm)

    def queued_s(self) -> float:
        return 0.0

    def clear(self) -> None:
        self.cleared += 1

    @property
    def sound(self) -> Pcm:
        return np.concatenate(self.pieces) if self.pieces else np.zeros(0, np.int16)

    @property
    def seconds(self) -> float:
        return len(self.sound) / SPEAKING_RATE_HZ


class GatedSink(InstantSink):
    """Plays only while its gate is open; says that `backlog_s` is waiting."""

    def __init__(self, backlog_s: float = 0.0) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.backlog_s = backlog_s

    async def write(self, pcm: Pcm) -> None:
        await self.gate.wait()
        await super().write(pcm)

    def queued_s(self) -> float:
        return self.backlog_s
