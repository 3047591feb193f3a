"""Speech of known words: natural voices where their models are, flite's and espeak-ng's else; made once and kept.

A voice is named as its engine names it ("af_heart", "en_US-joe-medium"), or "flite:rms" and "espeak:es".
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import wave
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import numpy as np

from config.cache import cache_directory
from config.engines import best_first
from config.settings import Settings
from demo.talk import RATE_HZ, TalkError, resampled, speak
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.homes import Wanted, load_synthesizer
from pipeline.engines.protocols import EngineError, SynthesisRequest, Synthesizer

FLITE_VOICES = ("rms", "awb", "slt")

_NATURAL = tuple(engine.name for engine in best_first("speech") if engine.downloads)
"""Engines with natural voices, the better first."""

_ANSWERING = ("af_heart", "am_adam", "bf_emma", "bm_george", "af_sarah", "en_US-joe-medium", "am_michael")
"""English voices for single words: women and men, both sides of the Atlantic."""


class DemoVoices:
    """Voices by name.

    Args:
        engines: by name, the better first; "espeak" may be among them.
        missing: why others are not there.
    """

    def __init__(
        self, engines: Mapping[str, Synthesizer], missing: tuple[str, ...] = (), cache: Path | None = None
    ) -> None:
        self._engines, self.missing = dict(engines), missing
        self._cache = cache or cache_directory() / "talks"

    @classmethod
    @asynccontextmanager
    async def load(cls, settings: Settings) -> AsyncIterator[DemoVoices]:
        """Loads every engine that is there; those that are not are named in `missing`."""
        engines: dict[str, Synthesizer] = {}
        missing = []
        # it warns of lines whose words it cannot count; its level is set anew for each text, so a filter has to do it
        logging.getLogger("phonemizer").addFilter(lambda record: record.levelno >= logging.ERROR)
        for row in best_first("speech"):
            try:
                engines[row.name] = await load_synthesizer(row, Wanted(settings=settings))
            except EngineError as error:
                missing.append(f"{row.name}: {error}")
        try:
            yield cls(engines, tuple(missing))
        finally:
            for engine in engines.values():
                await engine.close()

    def natural(self, language: str) -> tuple[str, ...]:
        """Names of the natural voices of a language, the best first."""
        return tuple(
            voice.name
            for name in _NATURAL
            if name in self._engines
            for voice in self._engines[name].voices(language)
        )

    def for_answers(self) -> tuple[str, ...]:
        """Six English voices, as different as there are."""
        known = self.natural("en")
        chosen = [name for name in _ANSWERING if name in known]
        chosen += [name for name in known if name not in chosen]
        return (*chosen, *(f"flite:{voice}" for voice in FLITE_VOICES))[:6]

    def best(self, language: str) -> str:
        """The best voice of a language: natural, else espeak-ng's. Raises TalkError."""
        natural = self.natural(language)
        if natural:
            return natural[0]
        if "espeak" in self._engines and self._engines["espeak"].voices(language):
            return f"espeak:{language}"
        raise TalkError(f"there is no voice for {language} here: {'; '.join(self.missing)}")

    async def say(
        self, text: str, language: str, voice: str, *, speed: float = 1.0, rate_hz: int = RATE_HZ
    ) -> Pcm:
        """Speaks a text at `rate_hz`. Raises TalkError."""
        if voice.startswith("flite:"):
            pcm = await asyncio.to_thread(speak, text, voice.partition(":")[2])
            return resampled(pcm, RATE_HZ, rate_hz)
        name = hashlib.sha256(f"{voice}\n{language}\n{speed:g}\n{text}".encode()).hexdigest()[:20]
        path = self._cache / f"{name}.wav"
        if not path.exists():
            pcm = await self._synthesised(text, language, voice, speed)
            await asyncio.to_thread(_write, path, pcm)
        return resampled(await asyncio.to_thread(_read, path), SPEAKING_RATE_HZ, rate_hz)

    async def _synthesised(self, text: str, language: str, voice: str, speed: float) -> Pcm:
        engine, own = self._engine(language, voice)
        request = SynthesisRequest(text, language, own, speed)
        try:
            async with aclosing(engine.synthesize(request)) as pieces:
                parts = [pcm async for pcm in pieces]
        except EngineError as error:
            raise TalkError(f"the voice {voice} failed: {error}") from error
        if not parts:
            raise TalkError(f"the voice {voice} said nothing")
        return np.concatenate(parts)

    def _engine(self, language: str, voice: str) -> tuple[Synthesizer, str]:
        if voice.startswith("espeak:") and "espeak" in self._engines:
            return self._engines["espeak"], ""
        for engine in filter(None, map(self._engines.get, _NATURAL)):
            if any(known.name == voice for known in engine.voices(language)):
                return engine, voice
        raise TalkError(f"there is no voice {voice} for {language} here: {'; '.join(self.missing)}")


def _write(path: Path, pcm: Pcm) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SPEAKING_RATE_HZ)
        file.writeframes(pcm.tobytes())
    part.rename(path)


def _read(path: Path) -> Pcm:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)
