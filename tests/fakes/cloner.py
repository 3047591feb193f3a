"""What clones voices by a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import numpy as np

from pipeline.audio import Pcm
from pipeline.engines.cloning.cloner import CloningRequest
from pipeline.engines.protocols import EngineError, EngineInfo
from tests.fakes.engines import info


class ScriptedCloner:
    """Says as many samples as the text has characters, as loud as the reference.

    Args:
        error: raised, after the first piece where `late`.
    """

    def __init__(self, error: EngineError | None = None, *, late: bool = False, hangs: bool = False) -> None:
        self.info: EngineInfo = info("parrot", "es")
        self.watermark = "loud 1"
        self.asked: list[CloningRequest] = []
        self.left = asyncio.Event()
        self._error, self._late, self._hangs = error, late, hangs

    async def clone(self, request: CloningRequest) -> AsyncGenerator[Pcm, None]:
        self.asked.append(request)
        if self._error is not None and not self._late:
            raise self._error
        try:
            yield np.full(len(request.text), request.voice.reference.max(), np.int16)
            if self._error is not None:
                raise self._error
            if self._hangs:
                await asyncio.Event().wait()
        finally:
            self.left.set()
        yield np.zeros(0, np.int16)

    async def close(self) -> None:
        return None
