"""A speaker who declares one language and speaks another, from the sound to the event."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import numpy as np

from config.settings import Recognition
from pipeline.audio import HEARING_RATE_HZ
from pipeline.channel import Channel
from pipeline.engines.protocols import EngineError, HearingOptions
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.pieces import Piece, Reading
from pipeline.engines.recognition.whisper.reading import WhisperReader
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.events import Heard, OtherLanguage, UtteranceEnded, Word
from pipeline.stages.hear import hear
from tests.fakes.engines import LoudnessDetector
from tests.fakes.speech import frames

ENGLISH, SPANISH, FRENCH = {"en": 0.97, "es": 0.02}, {"es": 0.95, "en": 0.04}, {"fr": 0.96, "en": 0.01}
SETTINGS = Recognition(min_silence_s=0.3, min_speech_s=0.06, memory_s=1.0)


class ScriptedModel(WhisperBatch):
    """Finds one word in every piece, and what the test says when asked for the language; None: it fails."""

    def __init__(self, script: Sequence[Mapping[str, float] | None], *, multilingual: bool = True) -> None:
        self.multilingual = multilingual
        self.asked_s: list[float] = []
        self._script = list(script)

    @property
    def languages(self) -> tuple[str, ...]:
        return ("en", "es", "fr") if self.multilingual else ("en",)

    @property
    def on_gpu(self) -> bool:
        return False

    def read(self, pieces: Sequence[Piece]) -> list[Reading | EngineError]:
        return [self._answer(piece) for piece in pieces]

    def _answer(self, piece: Piece) -> Reading | EngineError:
        if not piece.detect:
            return Reading((Word("word", piece.first_sample, piece.first_sample + 4000),))
        self.asked_s.append(round(len(piece.pcm) / HEARING_RATE_HZ, 1))
        languages = self._script.pop(0)
        return EngineError("the model stumbled") if languages is None else Reading(languages=languages)


async def heard_of(
    model: ScriptedModel, lengths_s: Sequence[float], language: str | None = "en-GB"
) -> list[Heard]:
    """What is heard of stretches of speech of these lengths, two seconds apart."""
    noise = np.random.default_rng(1)
    parts = []
    for length_s in lengths_s:
        loud = noise.integers(-4000, 4000, int(length_s * HEARING_RATE_HZ)).astype(np.int16)
        parts += [loud, np.zeros(2 * HEARING_RATE_HZ, np.int16)]
    coming, heard = Channel(10_000), Channel(10_000)  # type: ignore[var-annotated]
    for frame in frames(np.concatenate(parts)):
        coming.put_nowait(frame)
    coming.close()
    recognizer = WhisperRecognizer(WhisperReader(model))
    options = HearingOptions("anna", language)
    async with asyncio.timeout(20):
        await hear(
            coming, heard,
            recognizer=recognizer, detector=LoudnessDetector(), options=options, settings=SETTINGS,
        )  # fmt: skip
    await recognizer.close()
    return [event async for event in heard]


def told(events: Sequence[Heard]) -> list[OtherLanguage]:
    return [event for event in events if isinstance(event, OtherLanguage)]


async def test_another_language_than_declared_is_told_once() -> None:
    """With the second stretch that contradicts, before that utterance ends; another language is told as well."""
    model = ScriptedModel([SPANISH, SPANISH, SPANISH, SPANISH, FRENCH, FRENCH])
    events = await heard_of(model, [2.5] * 11)

    assert told(events) == [OtherLanguage(2, "en-GB", "es"), OtherLanguage(11, "en-GB", "fr")]
    first = events.index(told(events)[0])
    assert isinstance(events[first + 1], UtteranceEnded)
    assert sum(isinstance(event, UtteranceEnded) for event in events) == 11


async def test_whoever_speaks_as_declared_is_asked_about_seldom() -> None:
    """Only that stretch of speech is looked at, and none that is too short to tell."""
    model = ScriptedModel([ENGLISH] * 4)
    events = await heard_of(model, [1.0, *[2.5] * 10])

    assert told(events) == []
    assert len(model.asked_s) == 4
    assert all(2.4 < length_s < 3.5 for length_s in model.asked_s)


async def test_a_look_that_fails_costs_no_word() -> None:
    """The words are there, and the next stretch is looked at."""
    model = ScriptedModel([SPANISH, None, SPANISH])
    events = await heard_of(model, [2.5] * 3)

    assert sum(isinstance(event, UtteranceEnded) for event in events) == 3
    assert told(events) == [OtherLanguage(3, "en-GB", "es")]


async def test_a_model_of_one_language_is_not_asked() -> None:
    """It cannot tell."""
    model = ScriptedModel([], multilingual=False)
    assert told(await heard_of(model, [2.5, 2.5])) == []
    assert model.asked_s == []
