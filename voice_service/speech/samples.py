"""How voices sound: a short sentence by each, spoken once and kept."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import Final

from foundation.recent import Recent
from pipeline.engines.protocols import Synthesizer
from pipeline.recordings.finishing import AudioFormat
from pipeline.text.languages import base
from voice_service.speech.marking import SoundMark
from voice_service.speech.speaking import SpeechWish, whole
from voice_service.speech.voices import KnownVoice

FORMAT: Final = AudioFormat.MP3
"""Every browser plays it, and it is a fifth of a WAV file."""
KEPT: Final = 200
"""Some 25 kB each."""
AT_ONCE: Final = 2
"""So many are rendered at the same time, however many ask: texts that somebody waits for come first."""

_TEXTS: Final = MappingProxyType(
    {
        "ar": "مرحبا، هكذا يبدو صوتي.",
        "de": "Hallo, so klingt meine Stimme.",
        "en": "Hello, this is how my voice sounds.",
        "es": "Hola, así suena mi voz.",
        "fr": "Bonjour, voici le son de ma voix.",
        "hi": "नमस्ते, मेरी आवाज़ ऐसी है।",
        "it": "Ciao, questa è la mia voce.",
        "ja": "こんにちは、これが私の声です。",
        "nl": "Hallo, zo klinkt mijn stem.",
        "pl": "Dzień dobry, tak brzmi mój głos.",
        "pt": "Olá, é assim que soa a minha voz.",
        "ru": "Здравствуйте, так звучит мой голос.",
        "sv": "Hej, så här låter min röst.",
        "tr": "Merhaba, sesim böyle.",
        "uk": "Вітаю, так звучить мій голос.",
        "zh": "你好，这就是我的声音。",
    }
)
_ELSE: Final = "1, 2, 3, 4, 5."
"""Where no sentence is known: engines read numbers in their own language."""


class Samples:
    """Renders each sample once, as long as it is kept; who asks meanwhile waits for it."""

    def __init__(self, synthesizer: Synthesizer, mark: SoundMark, *, kept: int = KEPT) -> None:
        self._synthesizer, self._mark = synthesizer, mark
        self._kept: Recent[str, bytes] = Recent(kept)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._locks: dict[str, asyncio.Lock] = {}

    async def of(self, voice: KnownVoice) -> bytes:
        """The sample as a file of kind `FORMAT`. Raises EngineError."""
        name = voice.own.name
        if sample := self._kept.use(name):
            return sample
        lock = self._locks.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                if sample := self._kept.use(name):
                    return sample
                async with self._places:
                    text = _TEXTS.get(base(voice.own.language), _ELSE)
                    wanted = SpeechWish(text, voice, format=FORMAT)
                    sample = await whole(self._synthesizer, wanted, self._mark)
                self._kept[name] = sample
                return sample
        finally:
            if not lock.locked():
                self._locks.pop(name, None)
