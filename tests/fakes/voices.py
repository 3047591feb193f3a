"""A synthesiser with named voices that fails, hangs or breaks off as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence

import numpy as np

from pipeline.audio import Pcm
from pipeline.engines.protocols import EngineError, SynthesisRequest, Voice
from tests.fakes.engines import info

_REGISTERS = {"dora": "high", "siwis": "high", "alex": "low", "ef_dora": "high", "em_alex": "low"}


class ScriptedVoices:
    """Speaks any text in a few pieces of sound.

    Args:
        voices: for each language their names; "f" behind a plus sign is a high one.
        broken: for a language the error with which it fails at once.
        hangs: never begins.
        breaks_after: fails after so many pieces.
        blends: its voices may be parts of blends.
    """

    def __init__(
        self,
        name: str,
        voices: Mapping[str, Sequence[str]],
        *,
        broken: Mapping[str, EngineError] | None = None,
        hangs: bool = False,
        breaks_after: int | None = None,
        pieces: int = 3,
        close_error: EngineError | None = None,
        blends: bool = False,
    ) -> None:
        self.info = info(name, *voices)
        self.asked: list[tuple[str, str]] = []
        """Language and voice of each text that was spoken or begun."""
        self.stopped = 0
        self.closed = False
        self._voices, self._broken, self._hangs = voices, dict(broken or {}), hangs
        self._blends = blends
        self._breaks_after, self._pieces, self._close_error = breaks_after, pieces, close_error

    def voices(self, language: str) -> tuple[Voice, ...]:
        names = self._voices.get(language, ())
        return tuple(
            Voice(
                name,
                language,
                _REGISTERS.get(name, "high" if "+f" in name else "low"),
                blends=self._blends,
            )
            for name in names
        )

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        if error := self._broken.get(request.language):
            raise error
        self.asked.append((request.language, request.voice))
        done = False
        try:
            if self._hangs:
                await asyncio.Event().wait()
            for number in range(self._pieces):
                if number == self._breaks_after:
                    raise EngineError("the voice broke")
                yield np.ones(240, np.int16)
            done = True
        finally:
            self.stopped += not done

    async def close(self) -> None:
        self.closed = True
        if self._close_error is not None:
            raise self._close_error
