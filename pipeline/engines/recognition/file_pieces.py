"""A recording cut into pieces that a recogniser takes: stretches of speech, cut at pauses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.engines.protocols import VoiceActivityDetector
from pipeline.engines.recognition.voice_activity import SpeechAudio, SpeechEnded, SpeechGate, SpeechStarted

Stretch: TypeAlias = tuple[int, int]
"""First and end sample."""

_LONGEST_SAMPLES: Final = 28 * HEARING_RATE_HZ
"""A recogniser's window is 30 s."""
_SEARCHED_SAMPLES: Final = 8 * HEARING_RATE_HZ
_QUIET_SAMPLES: Final = HEARING_RATE_HZ // 10
_FED_SAMPLES: Final = HEARING_RATE_HZ
_LONGEST_PAUSE_SAMPLES: Final = 3 * HEARING_RATE_HZ
"""Over a longer pause no two stretches are put into one piece: in silence things are made up."""


def speech_in(detector: VoiceActivityDetector, pcm: Pcm, *, threshold: float = 0.5) -> list[Stretch]:
    """Stretches of speech, none longer than 28 s. Blocking, 10 ms per second."""
    gate = SpeechGate(detector, threshold=threshold, min_speech_s=0.1, min_silence_s=0.5)
    stretches: list[Stretch] = []
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


def packed(stretches: Sequence[Stretch]) -> list[Stretch]:
    """As many stretches in a row as fit into one window, with the short pauses between them."""
    pieces: list[Stretch] = []
    for first, end in stretches:
        if pieces:
            begin, last = pieces[-1]
            if end - begin <= _LONGEST_SAMPLES and first - last <= _LONGEST_PAUSE_SAMPLES:
                pieces[-1] = (begin, end)
                continue
        pieces.append((first, end))
    return pieces


def _divided(pcm: Pcm, first: int, end: int) -> list[Stretch]:
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
