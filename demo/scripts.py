"""Who says what in the meeting: the built-in ones, and a recording of the operator's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from config.settings import Settings
from demo.speakers import DemoVoices
from demo.talk import (
    INTERRUPTION,
    INTERRUPTION_AT,
    RATE_HZ,
    TALK,
    SpokenLine,
    TalkError,
    default_talk,
    load_recording,
)
from pipeline.audio import Pcm, seconds
from pipeline.engines.choice import chosen
from pipeline.text.languages import same_language

SPEAKER, INTERRUPTER, SPANISH_SPEAKER, PRESIDENTS_NAME = "alan", "maya", "carmen", "john"

PRESIDENT = Path(__file__).parent / "data" / "jfk.flac"
"""John F. Kennedy, 11 s."""

_BETWEEN_S = 1.5
"""Between two people who speak one after the other."""


@dataclass(frozen=True, slots=True)
class ScriptPart:
    """What one person says without giving the floor away."""

    speaker: str
    language: str
    pcm: Pcm
    """At `RATE_HZ`."""
    text: str | None = None
    """What is said; None: that is not known, empty: nothing."""
    starts_s: float = 0.0
    """After the beginning of the meeting."""
    references: Mapping[str, str] = field(default_factory=dict)
    """Good translations, by language."""

    @property
    def ends_s(self) -> float:
        """After the beginning of the meeting."""
        return self.starts_s + seconds(len(self.pcm), RATE_HZ)


@dataclass(frozen=True, slots=True)
class Script:
    """A meeting."""

    parts: tuple[ScriptPart, ...]
    hear: tuple[str, ...]
    """Which languages are listened to where nothing else is wished."""

    @property
    def speakers(self) -> dict[str, str]:
        """Everybody who speaks, and their language."""
        return {part.speaker: part.language for part in self.parts}

    @property
    def length_s(self) -> float:
        """Until nobody speaks any more; 0 where nobody does."""
        return max((part.ends_s for part in self.parts), default=0.0)

    def heard_by(self, target: str) -> tuple[ScriptPart, ...]:
        """What a listener of `target` hears translated."""
        return tuple(part for part in self.parts if not same_language(part.language, target))

    def originals_for(self, target: str) -> tuple[ScriptPart, ...]:
        """What a listener of `target` hears as it is spoken."""
        return tuple(part for part in self.parts if same_language(part.language, target))


SPANISH_TALK = (
    SpokenLine("Buenos días a todos, y gracias por venir.", 0.7),
    SpokenLine("El año pasado abrimos cuatro estaciones nuevas en el norte del país.", 0.7),
    SpokenLine("Más de dos mil familias tienen ahora agua limpia.", 0.6),
    SpokenLine(
        "El trabajo fue difícil, porque el invierno fue muy frío y muchas carreteras estaban cerradas.", 0.8
    ),
    SpokenLine("Pero la gente de los pueblos nos ayudó todos los días.", 0.6),
    SpokenLine("Ahora queremos construir una escuela en cada pueblo.", 0.7),
    SpokenLine("Espero que ustedes puedan ayudarnos.", 0.5),
)
IN_ENGLISH = (
    "Good morning, everybody, and thank you for coming. Last year we opened four new stations in the north of the "
    "country. More than two thousand families now have clean water. The work was difficult, because the winter was "
    "very cold and many roads were closed. But the people of the villages helped us every day. Now we want to build a "
    "school in every village. I hope that you can help us."
)
ENGLISH_ANSWER = (
    SpokenLine("Thank you, Carmen. I have two questions.", 0.7),
    SpokenLine("How much money do we need for the schools, and who will pay for them?", 0.8),
    SpokenLine("I work with the people who are building the new water system.", 0.6),
    SpokenLine("We could give you some of our machines in the summer.", 0.7),
    SpokenLine("I think that this is the most important part of the plan.", 0.6),
    SpokenLine("We cannot do this work without your help.", 0.5),
)
PRESIDENT_SAYS = (
    "And so, my fellow Americans, ask not what your country can do for you, "
    "ask what you can do for your country."
)


async def built_in(settings: Settings) -> Script:
    """The default meeting: both ways where the recogniser knows Spanish, else the English talk that flite speaks.

    Raises:
        TalkError: a voice is missing or failed.
    """
    if not knows_more_than_english(settings):
        return _embedded()
    async with DemoVoices.load(settings) as speakers:
        spanish, english = speakers.best("es"), _english_voice(speakers)
        talks = (
            (SPANISH_SPEAKER, "es", await _said(speakers, SPANISH_TALK, "es", spanish), _text(SPANISH_TALK)),
            (SPEAKER, "en", await _said(speakers, ENGLISH_ANSWER, "en", english), _text(ENGLISH_ANSWER)),
            (PRESIDENTS_NAME, "en", load_recording(PRESIDENT), PRESIDENT_SAYS),
        )
    parts: list[ScriptPart] = []
    for speaker, language, pcm, text in talks:
        starts_s = parts[-1].ends_s + _BETWEEN_S if parts else 0.0
        references = {"en": IN_ENGLISH} if speaker == SPANISH_SPEAKER else {}
        parts.append(ScriptPart(speaker, language, pcm, text, starts_s, references))
    return Script(tuple(parts), ("en", "es", "fr"))


def of_recording(path: Path, language: str, text: str = "") -> Script:
    """A talk of the operator's, interrupted in English if it is in English. Raises TalkError."""
    talk = ScriptPart(SPEAKER, language, load_recording(path), text or None)
    parts = [talk]
    if same_language(language, "en"):
        _, interruption = default_talk()
        parts.append(_interruption(interruption, talk))
    return Script(tuple(parts), ("es", "fr"))


def _embedded() -> Script:
    sound, interruption = default_talk()
    talk = ScriptPart(SPEAKER, "en", sound, _text(TALK))
    return Script((talk, _interruption(interruption, talk)), ("es", "fr"))


def _interruption(pcm: Pcm, talk: ScriptPart) -> ScriptPart:
    return ScriptPart(INTERRUPTER, "en", pcm, INTERRUPTION.text, talk.ends_s * INTERRUPTION_AT)


def knows_more_than_english(settings: Settings) -> bool:
    """Whether a recogniser of many languages is here. Blocking, file look-ups."""
    recognition = chosen(settings).recognition
    return recognition.engines == ("whisper",) and not recognition.model.endswith(".en")


def _english_voice(speakers: DemoVoices) -> str:
    """A man's, as natural as there is."""
    natural = speakers.natural("en")
    men = [name for name in natural if name[1:3] == "m_"]
    return next(iter([*men, *natural]), "flite:rms")


async def _said(speakers: DemoVoices, lines: Sequence[SpokenLine], language: str, voice: str) -> Pcm:
    pieces = []
    for line in lines:
        pieces += [
            await speakers.say(line.text, language, voice),
            np.zeros(int(line.pause_s * RATE_HZ), np.int16),
        ]
    if not pieces:
        raise TalkError("a talk without a line")
    return np.concatenate(pieces)


def _text(lines: Sequence[SpokenLine]) -> str:
    return " ".join(line.text for line in lines)
