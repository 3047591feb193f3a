"""espeak-ng: robotic, but speaks some seventy languages at once and with no model to fetch.

The library runs in a helper process (`espeak_process.py`); this side knows the voices.
"""

from __future__ import annotations

import asyncio
import ctypes.util
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from typing import Any

import numpy as np

from config.settings import Models
from pipeline.audio import Pcm
from pipeline.engines.homes import Wanted
from pipeline.engines.processes.child import HelperProcess
from pipeline.engines.protocols import (
    EngineInfo,
    EngineMissing,
    SynthesisRequest,
    Synthesizer,
    UnknownLanguage,
    Voice,
)
from pipeline.engines.synthesis.sound_shaping import Shaper
from pipeline.engines.synthesis.spoken_text import spoken_text
from pipeline.text.splitting import sentences

_NAMES: dict[str, tuple[str, ...]] = {
    "en": ("en-us", "en"), "en-gb": ("en", "en-gb"), "en-us": ("en-us",),
    "es-419": ("es-419",), "es-mx": ("es-419",), "es-us": ("es-419",),
    "fr": ("fr", "fr-fr"), "pt": ("pt", "pt-pt"), "pt-br": ("pt-br",),
    "zh": ("cmn",), "no": ("nb",), "nn": ("nb",), "nb": ("nb",), "sh": ("hr",),
}  # fmt: skip
"""What espeak-ng calls a language, where that is not its BCP 47 code; the first that its version accepts is taken."""

_SAME_NAME = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "eo", "es",
    "et", "eu", "fa", "fi", "ga", "gu", "he", "hi", "hr", "hu", "hy", "id", "is", "it", "ka", "kk",
    "kn", "ko", "lt", "lv", "mk", "ml", "mr", "ms", "mt", "ne", "nl", "or", "pa", "pl", "ro", "ru",
    "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "uz", "vi", "yue",
)  # fmt: skip
"""Japanese is missing on purpose: espeak-ng reads kana only and spells every other sign."""

_PARTS = (
    ("", "low", 50), ("f2", "high", 50), ("m3", "low", 64), ("f3", "high", 58), ("m7", "low", 36),
    ("f5", "high", 38), ("m2", "low", 78), ("f4", "high", 66), ("m5", "low", 50), ("f1", "high", 44),
)  # fmt: skip
"""Variant, register and pitch (0…99): ten voices that can be told apart."""

_SLOWEST, _FASTEST = 80, 450
"""Words per minute that the library takes."""
_PIECE_CHARACTERS = 240
"""Some 15 s of speech; others get their turn in between."""


def look(_models: Models) -> str:
    """See `Home.look`."""
    library = ctypes.util.find_library("espeak-ng")
    if library is None:
        raise EngineMissing("libespeak-ng is not installed; on Debian: `apt-get install espeak-ng`")
    return f"library {library}"


async def load_synthesizer(_wanted: Wanted) -> Synthesizer:
    """Raises EngineMissing, EngineError."""
    return await EspeakSynthesizer.load()


class EspeakSynthesizer:
    """Voices of espeak-ng. Any number of texts may be spoken at once; the helper serves them piece by piece.

    Args:
        words_per_minute: the rate at speed 1.0.
    """

    def __init__(
        self, *, words_per_minute: int = 175, patience_s: float = 3.0, max_waiting: int = 256
    ) -> None:
        candidates = dict.fromkeys(name for names in _table().values() for name in names)
        self._helper = HelperProcess(
            "pipeline.engines.processes.espeak_process",
            tuple(candidates),
            patience_s=patience_s,
            max_jobs=max_waiting,
        )
        self._words_per_minute = words_per_minute
        self._rate_hz = 0
        self._names: dict[str, str] = {}
        self._parts: tuple[tuple[str, str, int], ...] = ()
        self.info = EngineInfo("espeak", "GPL-3.0-or-later", "none", True, False, ())

    @classmethod
    async def load(
        cls, *, words_per_minute: int = 175, patience_s: float = 3.0, max_waiting: int = 256
    ) -> EspeakSynthesizer:
        """Starts the helper and asks it for its voices. Raises EngineMissing, EngineError."""
        engine = cls(words_per_minute=words_per_minute, patience_s=patience_s, max_waiting=max_waiting)
        try:
            engine._describe(await engine._helper.start())
        except (Exception, asyncio.CancelledError):
            await engine.close()
            raise
        return engine

    @property
    def pid(self) -> int | None:
        """Process id of the helper that runs now."""
        return self._helper.pid

    def voices(self, language: str) -> tuple[Voice, ...]:
        name = self._name(language)
        if name is None:
            return ()
        return tuple(
            Voice(f"{name}+{variant}" if variant else name, language, register)
            for variant, register, _ in self._parts
        )

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        name = self._name(request.language)
        if name is None:
            raise UnknownLanguage(request.language, self.info.languages)
        variant, pitch = self._part(name, request.voice)
        rate = round(min(max(self._words_per_minute * request.speed, _SLOWEST), _FASTEST))
        shaper = Shaper(self._rate_hz)
        for piece in sentences(spoken_text(request), _PIECE_CHARACTERS, request.language):
            job = {"voice": name + variant, "text": piece.strip(), "rate": rate, "pitch": pitch}
            async with aclosing(self._helper.speak(job)) as sound:
                async for data in sound:
                    if (pcm := shaper.feed(np.frombuffer(data, np.int16))).size:
                        yield pcm
        if (pcm := shaper.finish()).size:
            yield pcm

    async def close(self) -> None:
        await self._helper.close()

    def _describe(self, ready: dict[str, Any]) -> None:
        """Takes over what the helper found, which is a program of ours."""
        self._rate_hz = int(ready["rate_hz"])
        self._parts = tuple(part for part in _PARTS if not part[0] or part[0] in ready["variants"])
        self._names = _accepted(ready["names"])
        plain = tuple(sorted(language for language in self._names if "-" not in language))
        self.info = EngineInfo("espeak", "GPL-3.0-or-later", "none", True, False, plain)

    def _name(self, language: str) -> str | None:
        tag = language.replace("_", "-").lower()
        return self._names.get(tag) or self._names.get(tag.partition("-")[0])

    def _part(self, name: str, voice: str) -> tuple[str, int]:
        """Variant, with its plus sign, and pitch of a voice; one that the language does not have is the default."""
        wanted = voice.partition("+")[2] if voice.partition("+")[0] == name else ""
        for variant, _, pitch in self._parts:
            if variant == wanted:
                return (f"+{variant}" if variant else "", pitch)
        return ("", _PARTS[0][2])


def _accepted(names: Collection[str]) -> dict[str, str]:
    """For each language its first name that the library accepts; none for languages that it lacks."""
    accepted = {
        language: [name for name in candidates if name in names] for language, candidates in _table().items()
    }
    return {language: found[0] for language, found in accepted.items() if found}


def _table() -> dict[str, tuple[str, ...]]:
    return {**{name: (name,) for name in _SAME_NAME}, **_NAMES}
