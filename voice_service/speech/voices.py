"""All voices of the speech services, as people choose them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from foundation.http.problems import Problem, ProblemError
from pipeline.engines.protocols import Synthesizer, Voice
from pipeline.engines.synthesis.blends import engine_and_voice
from pipeline.engines.synthesis.voice_facts import VoiceFacts, facts
from pipeline.text.languages import base

DEFAULT = "af"
"""The voice of whoever names none, where it is there."""
DEFAULT_LANGUAGE = "en"
OWN = "own"
"""What a voice that resembles somebody's is called in answers."""


@dataclass(frozen=True, slots=True)
class KnownVoice:
    """A voice that can be asked for."""

    name: str
    """Short where it is the only one of that name, or the only one that people know by it, e.g. "af_bella"; else with
    its engine, "espeak:af"."""
    engine: str
    own: Voice
    """As the speech services call it."""
    facts: VoiceFacts

    @property
    def tier(self) -> Tier:
        """That of its engine."""
        return _TIERS.get(self.engine, Tier.PREMIUM)

    @property
    def display_name(self) -> str:
        """What people call it."""
        return self.facts.display_name or self.name


class Tier(StrEnum):
    """How natural a voice is, and how much it costs."""

    FAST = "fast"
    """By rules: at once, anywhere, and it sounds so."""
    STANDARD = "standard"
    PREMIUM = "premium"
    """The best that are here, and the slowest."""


_TIERS: Final = MappingProxyType({"espeak": Tier.FAST, "piper": Tier.STANDARD})
"""By engine; others are premium."""


def own_voice(voice: str, language: str) -> KnownVoice:
    """A mix that resembles somebody's voice; no list has it.

    Args:
        voice: what synthesisers are asked for.
    """
    return KnownVoice(OWN, "", Voice(voice, language), VoiceFacts())


class VoiceDirectory:
    """What the speech services say of their voices, with what else is known of them."""

    def __init__(self, synthesizer: Synthesizer) -> None:
        self._synthesizer = synthesizer

    def all(self, language: str = "") -> list[KnownVoice]:
        """Each language's default first; with `language` (BCP 47) its own only."""
        languages = self._synthesizer.info.languages
        found = [voice for code in languages for voice in self._synthesizer.voices(code)]
        known = _known(found, self._synthesizer.info.name)
        return [voice for voice in known if not language or base(voice.own.language) == base(language)]

    def named(self, name: str) -> KnownVoice:
        """By its short name, or that with its engine.

        The recipe of a blend is no name here: it may resemble somebody, and only a profile tells that its owner has
        agreed and who asks.

        Raises:
            ProblemError: 404 where there is no such voice, tells some that are there.
        """
        voices = self.all()
        for voice in voices:
            if name in (voice.name, voice.own.name):
                return voice
        raise ProblemError(unknown_voice(voice.name for voice in voices))

    def chosen(self, name: str | None, language: str | None) -> KnownVoice:
        """The voice for a text.

        Args:
            name: None for the default: that of the language, or `DEFAULT` where none is named.

        Raises:
            ProblemError: 404 for a voice that is not there, or a language without any; 400 for a voice of another
                language.
        """
        if name is None:
            return self._default(language)
        voice = self.named(name)
        if language is not None and base(language) != base(voice.own.language):
            detail = f"This voice speaks {voice.own.language}, and no other language."
            raise ProblemError(Problem(400, "other_language", detail))
        return voice

    def _default(self, language: str | None) -> KnownVoice:
        of_language = self.all(language or DEFAULT_LANGUAGE)
        wanted = [voice for voice in of_language if language is None and voice.name == DEFAULT]
        if not of_language:
            raise ProblemError(unknown_voice(voice.name for voice in self.all()))
        return (wanted or of_language)[0]


MOST_TOLD = 100


def unknown_voice(names: Iterable[str]) -> Problem:
    """With the names of those that are there."""
    there = list(dict.fromkeys(names))
    some = ", ".join(there[:12]) + (", …" if len(there) > 12 else "")
    detail = f"There is no such voice. There are: {some or 'none'}."
    return Problem(404, "unknown_voice", detail, {"known": there[:MOST_TOLD]})


def _known(voices: Sequence[Voice], only_engine: str) -> list[KnownVoice]:
    """With names that tell them apart: "af" is Kokoro's mix, although espeak-ng calls its Afrikaans so."""
    named = [(engine_and_voice(voice.name), voice) for voice in voices]
    told = [(engine or only_engine, name, voice) for (engine, name), voice in named]
    of_name = Counter(name for _, name, _ in told)
    by_name = Counter(name for engine, name, _ in told if facts(engine, name).display_name)

    def short(engine: str, name: str) -> bool:
        return of_name[name] == 1 or (by_name[name] == 1 and bool(facts(engine, name).display_name))

    return [
        KnownVoice(name if short(engine, name) else voice.name, engine, voice, facts(engine, name))
        for engine, name, voice in told
    ]
