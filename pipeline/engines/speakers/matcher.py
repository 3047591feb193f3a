"""Finds the blend of a synthesiser's voices that lies nearest to somebody's. Nobody's voice is cloned.

Live speech goes first: what the search has spoken waits for it, and only one search runs at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Final

import numpy as np
import soxr

from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    Resemblance,
    SpeakerEncoder,
    SpeakerTraits,
    SynthesisRequest,
    Synthesizer,
    UnknownLanguage,
    Voice,
)
from pipeline.engines.speakers.blend_search import BlendSearch, MeasuredVoice
from pipeline.engines.speakers.named_voices import NamedVoices
from pipeline.engines.speakers.sentences import COMPARISONS
from pipeline.engines.synthesis.blends import WHOLE, Blend, engine_and_voice, parts_of
from pipeline.engines.synthesis.kokoro_partners import guest_share, stays_understandable
from pipeline.text.languages import base

EVALUATIONS: Final = 24
"""Blends that are spoken and measured for one search."""
MOST_WAITING: Final = 4
"""Searches that wait for the one that runs."""
PIECE_S: Final = 300.0
"""The longest that one sentence may take; it waits for live speech meanwhile."""
_MEASURING: Final = 0.5
"""How much of the progress is measuring the voices that have a name, where that was never done."""

SearchProgress = Callable[[float], None]


class BlendMatcher:
    """A `VoiceMatcher` over one synthesiser and one encoder, neither of which it closes.

    Args:
        synthesizer: among whose voices some may be blended, all of one engine.
        kept: what was measured before.
        evaluations: how many blends are tried.
    """

    def __init__(
        self,
        synthesizer: Synthesizer,
        encoder: SpeakerEncoder,
        kept: NamedVoices,
        *,
        evaluations: int = EVALUATIONS,
    ) -> None:
        self._synthesizer, self._encoder, self._kept = synthesizer, encoder, kept
        self._evaluations = evaluations
        self._one = asyncio.Semaphore(1)
        self._waiting = 0
        self._engine = next(
            (
                engine_and_voice(voice.name)[0]
                for code in synthesizer.info.languages
                for voice in synthesizer.voices(code)
                if voice.blends
            ),
            "",
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the engine whose voices can be blended, and that are known to stay understandable."""
        return tuple(
            sorted(
                code for code in self._synthesizer.info.languages if code in COMPARISONS and self._named(code)
            )
        )

    async def resembling(
        self, wanted: SpeakerTraits, language: str, progress: SearchProgress | None = None
    ) -> Resemblance:
        code = base(language)
        if code not in self.languages:
            raise UnknownLanguage(language, self.languages)
        tell = progress or _ignored
        async with self._turn():
            voices = await self._measured(code, lambda done: tell(done * _MEASURING))
            search = BlendSearch(
                voices,
                wanted.embedding,
                wanted.pitch_hz,
                allowed=partial(stays_understandable, language=code),
            )
            await self._search(search, code, wanted, lambda done: tell(_MEASURING + done * (1 - _MEASURING)))
            return await self._result(search, code, wanted, tell)

    async def close(self) -> None:
        """Nothing of its own is left: whoever awaits a search ends it."""

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._waiting > MOST_WAITING:
            raise EngineOverloaded("the search for voices", 30.0)
        self._waiting += 1
        try:
            async with self._one:
                yield
        finally:
            self._waiting -= 1

    def _named(self, language: str) -> dict[str, Voice]:
        """The language's own voices that can be parts, by the engine's names of them."""
        return {
            engine_and_voice(voice.name)[1]: voice
            for voice in self._synthesizer.voices(language)
            if voice.blends and engine_and_voice(voice.name)[0] == self._engine
        }

    async def _measured(self, language: str, progress: SearchProgress) -> Mapping[str, MeasuredVoice]:
        """Where each voice lies that may take part in the language."""
        own, sentence = self._named(language), COMPARISONS[language].searched
        names = [
            name
            for name in parts_of(self._synthesizer, self._engine)
            if name in own or guest_share(name, language)
        ]
        kept = await asyncio.to_thread(self._kept.kept, language, sentence)
        found = {name: kept[name] for name in names if name in kept}
        for name in names:
            progress(len(found) / len(names))
            if name not in found:
                traits = await self._spoken(Blend(((name, WHOLE),)), language, sentence)
                found[name] = MeasuredVoice(traits.embedding, traits.pitch_hz)
                # kept at once: a search that is given up has not been for nothing
                await asyncio.to_thread(self._kept.keep, language, sentence, {**kept, **found})
        return found

    async def _search(
        self, search: BlendSearch, language: str, wanted: SpeakerTraits, progress: SearchProgress
    ) -> None:
        for done in range(self._evaluations):
            progress(done / (self._evaluations + 2))
            blend = search.propose()
            if blend is None:
                return
            traits = await self._spoken(blend, language, COMPARISONS[language].searched)
            search.tell(blend, _similarity(traits, wanted))

    async def _result(
        self, search: BlendSearch, language: str, wanted: SpeakerTraits, tell: SearchProgress
    ) -> Resemblance:
        """What was found, judged by a sentence that the search did not hear."""
        sentence, nearest = COMPARISONS[language].held_out, self._nearest(search, language)
        named = Blend(((nearest, WHOLE),))
        best = search.best or named
        before = _similarity(await self._spoken(named, language, sentence), wanted)
        after = before if best == named else _similarity(await self._spoken(best, language, sentence), wanted)
        tell(1.0)
        full = self._own_name(nearest)
        if after <= before:
            return Resemblance(full, language, before, before, full)
        return Resemblance(self._own_name(best.name), language, before, after, full)

    def _nearest(self, search: BlendSearch, language: str) -> str:
        """Of the voices that the language has by name."""
        return search.nearest_of(self._named(language))

    async def _spoken(self, blend: Blend, language: str, sentence: str) -> SpeakerTraits:
        """How a blend sounds that says a sentence. Raises EngineError."""
        request = SynthesisRequest(sentence, language, self._own_name(blend.name), unhurried=True)
        try:
            async with (
                asyncio.timeout(PIECE_S),
                aclosing(self._synthesizer.synthesize(request)) as speech,
            ):
                pieces = [piece async for piece in speech]
        except TimeoutError as error:
            raise EngineError(f"a sentence was not spoken within {PIECE_S:g} s") from error
        sound = np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
        heard = await asyncio.to_thread(soxr.resample, sound, SPEAKING_RATE_HZ, HEARING_RATE_HZ)
        return await self._encoder.describe(np.asarray(heard, np.int16))

    def _own_name(self, voice: str) -> str:
        return f"{self._engine}:{voice}" if self._engine else voice


def _similarity(one: SpeakerTraits, other: SpeakerTraits) -> float:
    return float(np.clip(one.embedding @ other.embedding, -1.0, 1.0))


def _ignored(_done: float) -> None:
    return None
