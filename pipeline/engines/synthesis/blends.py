"""Names of voices that hold their own recipe: parts of other voices, and how much higher or lower.

    blend~af_bella.40~am_adam.60            two parts, in hundredths
    blend~bf_emma.100~down1.5               one voice, 1.5 semitones lower
    kokoro:blend~af_bella.40~am_adam.60     as several engines as one have it

Nothing is kept for such a voice, and nothing in its name needs escaping in a URL.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol

from pipeline.engines.protocols import EngineInfo, UnknownVoice, Voice

MOST_PARTS: Final = 4
MOST_SEMITONES: Final = 3.0
MOST_CHARACTERS: Final = 100
"""Of a name, its engine included."""
WHOLE: Final = 100

_MARK: Final = "blend~"
_PART: Final = re.compile(r"([a-z][a-z0-9_]{0,30})\.([1-9][0-9]{0,2})")
_PITCH: Final = re.compile(r"(up|down)([0-9](?:\.[0-9])?)")
_SHAPE: Final = f"{_MARK}VOICE.SHARE~VOICE.SHARE, then ~upN or ~downN for semitones"


@dataclass(frozen=True, slots=True)
class Blend:
    """A recipe."""

    parts: tuple[tuple[str, int], ...]
    """The engine's own names of voices and how many hundredths of each, `WHOLE` in all; none twice."""
    semitones: float = 0.0
    """How much higher, in tenths; negative for lower."""

    @property
    def name(self) -> str:
        """As `SynthesisRequest.voice` takes it, without an engine."""
        parts = "~".join(f"{voice}.{share}" for voice, share in self.parts)
        if not self.semitones:
            return f"{_MARK}{parts}"
        return f"{_MARK}{parts}~{'up' if self.semitones > 0 else 'down'}{abs(self.semitones):g}"

    @property
    def main(self) -> str:
        """The voice that has the largest part."""
        return max(self.parts, key=lambda part: part[1])[0]


def is_blend(name: str) -> bool:
    """Whether a name, with or without its engine, is meant as a recipe."""
    return engine_and_voice(name)[1].startswith(_MARK)


def engine_and_voice(name: str) -> tuple[str, str]:
    """The engine, empty where the name has none, and its own name of the voice."""
    engine, colon, voice = name.partition(":")
    return (engine, voice) if colon else ("", name)


def read(name: str) -> Blend:
    """The recipe in a name that `is_blend`.

    Raises:
        UnknownVoice: it does not hold one; says what is wrong.
    """
    voice = engine_and_voice(name)[1]
    if len(name) > MOST_CHARACTERS:
        raise _bad(f"it is longer than {MOST_CHARACTERS} characters")
    told = voice.removeprefix(_MARK).split("~")
    semitones = _semitones(told[-1])
    if semitones is not None:
        told.pop()
    found = [match for part in told if (match := _PART.fullmatch(part)) is not None]
    if len(found) != len(told) or not found:
        raise _bad(f"it should be {_SHAPE}")
    parts = tuple((match[1], int(match[2])) for match in found)
    _check(parts, semitones or 0.0)
    return Blend(parts, semitones or 0.0)


def _semitones(part: str) -> float | None:
    """How much higher the voice is, where a part of the name says so."""
    pitch = _PITCH.fullmatch(part)
    if pitch is None:
        return None
    return float(pitch[2]) * (1 if pitch[1] == "up" else -1)


def _check(parts: tuple[tuple[str, int], ...], semitones: float) -> None:
    if len(parts) > MOST_PARTS:
        raise _bad(f"it has more than {MOST_PARTS} parts")
    if len({voice for voice, _ in parts}) < len(parts):
        raise _bad("a voice is in it twice")
    if (whole := sum(share for _, share in parts)) != WHOLE:
        raise _bad(f"its shares come to {whole} and should come to {WHOLE}")
    if abs(semitones) > MOST_SEMITONES:
        raise _bad(f"a voice can be {MOST_SEMITONES:g} semitones higher or lower, no more")


class HasVoices(Protocol):
    """What a synthesiser says of itself."""

    @property
    def info(self) -> EngineInfo:
        """What it is."""
        ...

    def voices(self, language: str) -> tuple[Voice, ...]:
        """Those of a language."""
        ...


def check_voice(synthesizer: HasVoices, name: str, language: str) -> None:
    """Whether a synthesiser can speak a language with the voice of this name.

    Raises:
        UnknownVoice: it cannot; says why.
    """
    voices = synthesizer.voices(language)
    if any(voice.name == name for voice in voices):
        return
    if not is_blend(name):
        raise UnknownVoice("there is no such voice in this language")
    blend, engine = read(name), engine_and_voice(name)[0]
    if not any(_blends(voice, engine) for voice in voices):
        raise UnknownVoice(f"voices of {language} cannot be blended here")
    _check_parts(blend, parts_of(synthesizer, engine))


def _check_parts(blend: Blend, known: Collection[str]) -> None:
    if absent := [voice for voice, _ in blend.parts if voice not in known]:
        raise _bad(f"there is no voice {' or '.join(absent)}")


def parts_of(synthesizer: HasVoices, engine: str = "") -> dict[str, Voice]:
    """The voices that may be parts, by the engine's own names; `engine`: as their names are told here."""
    every = (voice for code in synthesizer.info.languages for voice in synthesizer.voices(code))
    return {engine_and_voice(voice.name)[1]: voice for voice in every if _blends(voice, engine)}


def _blends(voice: Voice, engine: str) -> bool:
    return voice.blends and engine_and_voice(voice.name)[0] == engine


def _bad(why: str) -> UnknownVoice:
    return UnknownVoice(f"the blend of voices cannot be made: {why}")
