"""Our side of every engine that clones: texts in pieces, a helper in the engine's own environment, its sound."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np

from foundation.supervision import Backoff
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.cloning.cloner import CloningRequest
from pipeline.engines.processes.child import HelperProcess
from pipeline.engines.processes.resting import Rest
from pipeline.engines.processes.spawning import apart
from pipeline.engines.protocols import EngineInfo, SynthesisRequest, UnknownLanguage
from pipeline.engines.synthesis.sound_shaping import Leveller, Shaper
from pipeline.engines.synthesis.spoken_text import spoken_text
from pipeline.machine import voice_threads
from pipeline.text.languages import base
from pipeline.text.splitting import sentences

MOST_JOBS: Final = 4
"""One is spoken at a time; the others wait."""
_LONGEST_REST_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class CloningHelper:
    """How an engine's helper is run."""

    module: str
    """See `pipeline.engines.processes.cloning_process`."""
    environment: Path
    weights: Path
    device: str = "cpu"
    """"cpu" or "cuda"."""
    start_patience_s: float = 600.0
    """PyTorch and some gigabytes of weights come from a disk."""
    patience_s: float = 120.0
    """How long it may say nothing while it works: on a slow machine for as long as a sentence takes."""
    first_rest_s: float = 2.0
    """After a failure; twice as long after the next one, up to five minutes."""


class SpeechMarker(Protocol):
    """What marks speech, see `pipeline.recordings.watermark`."""

    @property
    def name(self) -> str:
        """E.g. "perth 1.0.1"."""
        ...

    def marked(self, pcm: Pcm, rate_hz: int) -> Pcm:
        """The same speech with the mark in it. Blocking."""
        ...


class CloningSynthesizer:
    """A `VoiceCloner`. Its helper starts with the first request, so that what is not used takes no memory.

    Args:
        marker: what marks every sentence as made by a machine.
        codes: for each language (BCP 47) what the engine calls it.
        piece_characters: for each language the longest piece that the engine takes at once; "" for the others.
    """

    def __init__(
        self,
        info: EngineInfo,
        helper: CloningHelper,
        marker: SpeechMarker,
        *,
        codes: Mapping[str, str],
        piece_characters: Mapping[str, int],
    ) -> None:
        self.info = info
        self._marker = marker
        self._codes, self._piece_characters = dict(codes), dict(piece_characters)
        arguments = (str(helper.weights.resolve()), helper.device, str(voice_threads()))
        self._helper = HelperProcess(
            apart(helper.environment, helper.module, *arguments),
            max_jobs=MOST_JOBS,
            patience_s=helper.patience_s,
            start_patience_s=helper.start_patience_s,
            rest=Rest(info.name, Backoff(helper.first_rest_s, _LONGEST_REST_S)),
        )

    @property
    def watermark(self) -> str:
        return self._marker.name

    @property
    def pid(self) -> int | None:
        """Process id of the helper that runs now."""
        return self._helper.pid

    async def start(self) -> Mapping[str, Any]:
        """Starts the helper unless it runs; what it says of itself.

        Raises:
            EngineMissing: the helper says that its engine cannot be used.
            EngineOverloaded: it has failed and rests.
            EngineError: it ends or does not answer.
        """
        return await self._helper.start()

    async def clone(self, request: CloningRequest) -> AsyncGenerator[Pcm, None]:
        code = self._codes.get(base(request.language))
        if code is None:
            raise UnknownLanguage(request.language, self.info.languages)
        pieces = self._pieces(request)
        if not pieces:
            return
        rate_hz = int((await self.start())["rate_hz"])
        shaper, leveller = Shaper(rate_hz), Leveller()
        job = {
            "language": code,
            "pieces": pieces,
            "reference": base64.b64encode(request.voice.reference.astype("<i2").tobytes()).decode("ascii"),
            "rate_hz": HEARING_RATE_HZ,
        }
        async with aclosing(self._helper.speak(job)) as sound:
            async for data in sound:
                if not data:  # it says that it works
                    continue
                even = leveller.feed(np.frombuffer(data, np.int16))
                marked = await asyncio.to_thread(self._marker.marked, even, rate_hz)
                if (pcm := shaper.feed(marked)).size:
                    yield pcm
        if (pcm := shaper.finish()).size:
            yield pcm

    async def close(self) -> None:
        await self._helper.close()

    def _pieces(self, request: CloningRequest) -> list[str]:
        language = base(request.language)
        limit = self._piece_characters.get(language, self._piece_characters[""])
        text = spoken_text(SynthesisRequest(request.text, language, ""))
        return [piece.strip() for piece in sentences(text, limit, language) if piece.strip()]
