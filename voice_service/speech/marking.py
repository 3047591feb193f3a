"""How sound that was made here is marked: what its file says of itself, and what is in the sound."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import structlog

from config.settings import Models
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError
from pipeline.recordings.watermark import Watermark, load_watermark

log = structlog.get_logger(__name__)

SYNTHETIC: Final[Mapping[str, str]] = MappingProxyType({"comment": "Synthetic speech"})
"""No person spoke. Names are FFmpeg's; a WAV file says it behind its sound, so that it keeps the plain head that every
reader expects."""
HEADER: Final = "x-synthetic-speech"
"""Says the same in the head of an answer that is nothing but such sound: a stream of WAV has no end to say it at."""
WATERMARK_HEADER: Final = "x-watermark"
"""What marks the sound itself."""


class SoundMark:
    """Puts a watermark into whole sounds, where its weights are there.

    A stream has none: the mark is judged by the loudest frame of a whole sound.
    """

    def __init__(self, watermark: Watermark | None = None) -> None:
        self._watermark = watermark

    @classmethod
    async def load(cls, models: Models) -> SoundMark:
        """One that marks nothing where there are no weights."""
        try:
            return cls(await load_watermark(models))
        except EngineError as error:
            log.info("sound is not watermarked", reason=str(error))
            return cls()

    @property
    def name(self) -> str | None:
        """E.g. "perth 1.0.1"; None: it marks nothing."""
        return None if self._watermark is None else self._watermark.name

    @property
    def headers(self) -> dict[str, str]:
        """Of an answer with sound that it has marked."""
        return {} if self.name is None else {WATERMARK_HEADER: self.name}

    async def marked(self, pcm: Pcm) -> Pcm:
        """Sound at `SPEAKING_RATE_HZ`, as it is answered."""
        if self._watermark is None:
            return pcm
        return await asyncio.to_thread(self._watermark.marked, pcm, SPEAKING_RATE_HZ)
