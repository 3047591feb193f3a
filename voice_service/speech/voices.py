"""All voices of the speech services, as people choose them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from foundation.http.problems import Problem, ProblemError
from pipeline.engines.protocols import Synthesizer, UnknownVoice, Voice
from pipeline.engines.synthesis.blends import check_voice, engine_and_voice, is_blend, read
from pipeline.engines.synthesis.voice_facts import NOTHING, VoiceFacts, facts
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
    def display_name(self) -> str:
        """What people call it."""
        return self.facts.display_name or self.name


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

    def named(self, name: str, language: str | None = None) -> KnownVoice:
        """By its short name, or that with its engine; or a blend of such voices, which holds its own recipe.

        Args:
            language: of a blend, which can speak several; None: that of the voice that has the largest part in it.

        Raises:
            ProblemError: 404 where there is no such voice, tells some that are there; 400 for a blend that cannot be
                made, says why.
        """
        if is_blend(name):
            return self._blend(name, language)
        voices = self.all()
        for voice in voices:
            if name in (voice.name, voice.own.name):
                return voice
        raise ProblemError(unknown_voice(voice.name for voice in voices))

    def _blend(self, name: str, language: str | None) -> KnownVoice:
        try:
            blend = read(name)
            main = next((voice for voice in self.all() if _may_be_part(voice, name, blend.main)), None)
            if main is None:
                raise UnknownVoice(f"there is no voice {blend.main} that could be a part of a blend")
            engine = engine_and_voice(main.own.name)[0]
            full = f"{engine}:{blend.name}" if engine else blend.name
            own = replace(main.own, name=full, language=language or main.own.language, blends=False)
            check_voice(self._synthesizer, full, own.language)
        except UnknownVoice as error:
            detail = f"{str(error).capitalize()}."
            raise ProblemError(Problem(400, "unknown_voice", detail)) from error
        return KnownVoice(blend.name, main.engine, own, NOTHING)

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
        voice = self.named(name, language)
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


def _may_be_part(voice: KnownVoice, of: str, part: str) -> bool:
    engine = engine_and_voice(of)[0]
    return voice.own.blends and engine_and_voice(voice.own.name)[1] == part and engine in ("", voice.engine)


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
