"""What a listener heard, written down by the recogniser and laid beside what was to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from demo.meeting import Minutes
from demo.participants import TRANSLATED
from demo.seen_captions import final_texts
from demo.verdict import Finding
from demo.wer import words_of
from pipeline.audio import Pcm
from pipeline.engines.protocols import Recognizer, VoiceActivityDetector
from pipeline.engines.recognition.files import FileOptions, reader_of, transcribe
from pipeline.text.languages import same_language

UNDERSTOOD_SHARE = 0.35
"""So many of the spoken words must be found again, in order: two texts of different content share about a tenth."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a recogniser made of what a listener heard."""

    language: str
    """In which it took it to be spoken."""
    expected: int
    """Words of the clauses that were spoken."""
    found: int
    """Of these, words that it wrote down again, in their order."""


def spoken_texts(minutes: Minutes, target: str) -> list[str]:
    """The translations that were spoken into a language, in the order in which they were heard."""
    texts = final_texts(minutes.listener(target).captions, target)
    spoken = [
        (rendering.onset_at_s, texts[record.key])
        for record in minutes.ledger.clauses.values()
        if (rendering := record.renderings.get(target)) is not None
        and rendering.onset_at_s is not None
        and record.key in texts
    ]
    return [text for _, text in sorted(spoken)]


def plainly_spoken(minutes: Minutes, target: str) -> bool:
    """Whether espeak-ng alone spoke: it says a text the same way each time, and recognisers understand it badly."""
    voices = [
        rendering.voice
        for record in minutes.ledger.clauses.values()
        if (rendering := record.renderings.get(target)) is not None and rendering.voice
    ]
    return bool(voices) and all(voice.startswith("espeak:") for voice in voices)


async def understand(
    recognizer: Recognizer,
    detector: VoiceActivityDetector,
    pcm: Pcm,
    texts: Sequence[str],
    target: str,
    languages: tuple[str, ...],
) -> Understood:
    """Has the sound of a translated track recognised.

    Args:
        pcm: at `HEARING_RATE_HZ`.
        languages: between which the recogniser is left to decide. Raises EngineError.
    """
    heard = await transcribe(reader_of(recognizer), detector, pcm, FileOptions(None, languages))
    expected = words_of(" ".join(texts), target)
    got = words_of(" ".join(word.text for word in heard.words), target)
    blocks = SequenceMatcher(None, expected, got, autojunk=False).get_matching_blocks()
    return Understood(heard.language, len(expected), sum(block.size for block in blocks))


def sound_of(minutes: Minutes, target: str) -> Pcm:
    """Everything that the listener of a language heard on translated tracks."""
    tracks = [track.sound() for track in minutes.listener(target).translated_tracks if track.pieces]
    return np.concatenate(tracks) if tracks else np.zeros(0, np.int16)


def was_understood(target: str, tracks: Sequence[str], understood: Understood) -> Finding:
    """Whether the listener heard the translations, in their language and on no other track.

    Args:
        tracks: names of the translated tracks that they received.
    """
    question = f"the listener of {target} heard the translations into {target} and nothing else"
    if set(tracks) != {f"{TRANSLATED}{target}"}:
        return Finding(question, False, f"received the tracks {', '.join(sorted(tracks)) or 'none'}")
    detail = (
        f"the recogniser takes it for {understood.language or 'nothing'} and finds "
        f"{understood.found} of the {understood.expected} spoken words again"
    )
    holds = (
        same_language(understood.language, target)
        and understood.expected > 0
        and understood.found >= UNDERSTOOD_SHARE * understood.expected
    )
    return Finding(question, holds, detail)
