"""A whole recording to words, with any recogniser: cut at pauses, recognised piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from foundation.failures import most_telling
from pipeline.audio import HEARING_RATE_HZ, AudioError, AudioFrame, Pcm
from pipeline.engines.protocols import EngineError, HearingOptions, Recognizer, VoiceActivityDetector
from pipeline.engines.recognition.voice_activity import SpeechAudio, SpeechEnded, SpeechGate, SpeechStarted
from pipeline.events import Word

_LONGEST_SAMPLES: Final = 28 * HEARING_RATE_HZ
"""A recogniser's window is 30 s."""
_SEARCHED_SAMPLES: Final = 8 * HEARING_RATE_HZ
_QUIET_SAMPLES: Final = HEARING_RATE_HZ // 10
_FED_SAMPLES: Final = HEARING_RATE_HZ


@dataclass(frozen=True, slots=True)
class SpokenSegment:
    """One stretch of speech."""

    first_sample: int
    end_sample: int
    language: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Transcription:
    """What a recording says."""

    words: tuple[Word, ...]
    language: str
    """That of most of the speech; empty when there is none."""
    segments: tuple[SpokenSegment, ...]


async def transcribe(
    recognizer: Recognizer,
    detector: VoiceActivityDetector,
    pcm: Pcm,
    options: HearingOptions,
    *,
    threshold: float = 0.5,
    at_once: int = 2,
) -> Transcription:
    """Recognises a recording of any length.

    Args:
        detector: its own for this call.
        pcm: at `HEARING_RATE_HZ`.
        at_once: how many pieces are with the recogniser at the same time.

    Raises:
        AudioError: not 16-bit mono.
        UnknownLanguage, EngineOverloaded, EngineError: from the recogniser.
    """
    if pcm.ndim != 1 or pcm.dtype != np.int16:
        raise AudioError(f"expected 16-bit mono sound, got {pcm.dtype} {pcm.shape}")
    stretches = await asyncio.to_thread(speech_in, detector, pcm, threshold=threshold)
    segments: list[SpokenSegment] = []
    if stretches:  # the first one alone: it settles the language for the others
        segments.append(await _recognise(recognizer, pcm, stretches[0], options))
        if options.language is None:
            options = replace(options, language=segments[0].language or None)
    places = asyncio.Semaphore(at_once)

    async def one(stretch: tuple[int, int]) -> SpokenSegment:
        async with places:
            return await _recognise(recognizer, pcm, stretch, options)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(stretch)) for stretch in stretches[1:]]
    except ExceptionGroup as failures:
        raise most_telling(failures, EngineError) from None
    segments += [task.result() for task in tasks]
    words = tuple(word for segment in segments for word in segment.words)
    return Transcription(words, _language(segments), tuple(segments))


def speech_in(detector: VoiceActivityDetector, pcm: Pcm, *, threshold: float = 0.5) -> list[tuple[int, int]]:
    """Stretches of speech, first and end sample, none longer than 28 s. Blocking, 10 ms per second."""
    gate = SpeechGate(detector, threshold=threshold, min_speech_s=0.1, min_silence_s=0.5)
    stretches: list[tuple[int, int]] = []
    first = end = 0
    for at in range(0, len(pcm), _FED_SAMPLES):
        for event in gate.feed(AudioFrame(at, pcm[at : at + _FED_SAMPLES])):
            match event:
                case SpeechStarted(first, sound):
                    end = first + len(sound)
                case SpeechAudio(more_from, sound):
                    end = more_from + len(sound)
                case SpeechEnded():
                    stretches += _divided(pcm, first, end)
    for _ in gate.finish():
        stretches += _divided(pcm, first, end)
    return stretches


def _divided(pcm: Pcm, first: int, end: int) -> list[tuple[int, int]]:
    """Cuts what is too long at its quietest place."""
    parts = []
    while end - first > _LONGEST_SAMPLES:
        search_from = first + _LONGEST_SAMPLES - _SEARCHED_SAMPLES
        searched = pcm[search_from : first + _LONGEST_SAMPLES].astype(np.float64)
        blocks = searched[: len(searched) // _QUIET_SAMPLES * _QUIET_SAMPLES].reshape(-1, _QUIET_SAMPLES)
        quietest = int(np.argmin(np.square(blocks).mean(axis=1)))
        cut = search_from + quietest * _QUIET_SAMPLES + _QUIET_SAMPLES // 2
        parts.append((first, cut))
        first = cut
    return [*parts, (first, end)]


async def _recognise(
    recognizer: Recognizer, pcm: Pcm, stretch: tuple[int, int], options: HearingOptions
) -> SpokenSegment:
    first, end = stretch
    stream = await recognizer.open(options, first_sample=first)
    try:
        await stream.accept(pcm[first:end])
        hypothesis = await stream.hypothesis(final=True)
    finally:
        await stream.close()
    return SpokenSegment(first, end, hypothesis.language, hypothesis.words)


def _language(segments: Sequence[SpokenSegment]) -> str:
    lengths: dict[str, int] = {}
    for segment in segments:
        length = segment.end_sample - segment.first_sample
        lengths[segment.language] = lengths.get(segment.language, 0) + length
    return max(lengths, key=lambda language: lengths[language], default="")
