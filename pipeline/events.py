"""What travels between the stages: frozen values, several outcomes as several classes.

Positions are samples in the speaker's stream at `pipeline.audio.HEARING_RATE_HZ`: time is counted, never
read off a clock. Fields named `…_at_s` are readings of `time.monotonic()` and serve measurement only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import TypeAlias

from protocol.notes import Note
from protocol.reports import ReportCode

# --- hearing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word as it is shown, punctuation included."""

    text: str
    first_sample: int
    end_sample: int
    glued: bool | None = None
    """Whether it follows the word before it without a blank; None: the engine cannot tell, the language decides."""
    probability: float | None = None
    """How sure the engine is of it, 0…1; None: it cannot tell."""


@dataclass(frozen=True, slots=True)
class UtteranceStarted:
    """Somebody began to speak."""

    utterance: int
    """1, 2, 3… for each speaker."""
    first_sample: int
    trace: str = ""
    """The `traceparent` of its trace; empty where it is not traced."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of the current utterance after one more pass of the recogniser."""

    utterance: int
    language: str
    """BCP 47, e.g. "en"."""
    committed: tuple[Word, ...]
    """New since the last event; never taken back."""
    tentative: tuple[Word, ...]
    """The whole tail behind the committed words; replaces the tail of the last event."""
    heard_to: int
    """How far the recogniser had listened."""


@dataclass(frozen=True, slots=True)
class UtteranceEnded:
    """Silence, or the end of the track. All words of the utterance have been committed before it."""

    utterance: int
    end_sample: int


@dataclass(frozen=True, slots=True)
class NotHeard:
    """A stretch of sound that was not recognised, and why. What follows may still be."""

    first_sample: int
    end_sample: int
    reason: str


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """Somebody speaks another language than they have declared; told once for each such language."""

    utterance: int
    declared: str
    """BCP 47; their words are recognised in it all the same."""
    spoken: str
    """BCP 47, without region."""


class Floor(Enum):
    """What a speaker does with their turn."""

    TAKEN = auto()
    """They begin an utterance."""
    PAUSED = auto()
    """Their utterance has ended, and all its clauses have been told."""
    LEFT = auto()
    """Their sound stops: muted, released or gone."""


Heard: TypeAlias = UtteranceStarted | Words | UtteranceEnded | NotHeard | OtherLanguage

# --- clauses ---------------------------------------------------------------------------------------------


class ClauseEnd(StrEnum):
    """Why a clause was closed where it was."""

    PUNCTUATION = "punctuation"
    PAUSE = "pause"
    CONJUNCTION = "conjunction"
    PHRASE = "phrase"
    LENGTH = "length"
    AGE = "age"
    UTTERANCE = "utterance"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of committed words that is translated in one piece."""

    speaker: str
    """Identity of the participant."""
    number: int
    """1, 2, 3… for each speaker, without gaps; listeners keep order by it."""
    utterance: int
    first_sample: int
    end_sample: int
    language: str
    text: str
    end: ClauseEnd
    committed_at_s: float
    onset_at_s: float = 0.0
    """When its first sample was spoken; the segment stage fills it in."""
    offset_at_s: float = 0.0
    """When its last sample was spoken; the segment stage fills it in."""
    continues: bool = False
    """Whether its sentence began in an earlier clause."""
    confidence: float | None = None
    """Mean probability of its words, 0…1; None: the recogniser cannot tell."""
    take: int = 1
    """Which of the speaker's interpreters it comes from, as each counts from 1 again; the room fills it in."""
    trace: str = ""
    """The `traceparent` of its utterance's trace; empty where it is not traced."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The clause in the making: what would be translated if the speaker stopped now."""

    speaker: str
    number: int
    """The number that the clause will have."""
    utterance: int
    first_sample: int
    end_sample: int
    language: str
    committed: str
    tentative: str
    onset_at_s: float = 0.0
    """When its first sample was spoken; the segment stage fills it in."""
    offset_at_s: float = 0.0
    """When its last sample was spoken; the segment stage fills it in."""
    continues: bool = False
    """Whether its sentence began in an earlier clause."""

    @property
    def text(self) -> str:
        return self.committed + self.tentative


Segment: TypeAlias = Clause | Draft

# --- translations ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Translation:
    """A clause in another language."""

    clause: Clause
    language: str
    text: str
    engine: str
    route: tuple[str, ...]
    """Languages passed, source and target included, e.g. ("en", "es", "fr")."""
    translated_at_s: float
    doubt: str = ""
    """What may be wrong with it, in words that do not quote it; it is spoken all the same. Empty for nothing."""
    score: float | None = None
    """Mean log probability of a token, 0 or less; None where the engine has none."""


@dataclass(frozen=True, slots=True)
class NotTranslated:
    """A clause that has no translation, and why."""

    clause: Clause
    language: str
    reason: str
    """In English, for the log."""
    note: Note = Note.FAILED
    """For people."""


@dataclass(frozen=True, slots=True)
class DraftTranslation:
    """A translation of words that may still change: shown, never spoken."""

    draft: Draft
    language: str
    text: str


Translated: TypeAlias = Translation | NotTranslated | DraftTranslation

# --- what people see -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Caption:
    """One line of captions; a later one with the same `segment` and `language` replaces it."""

    speaker: str
    segment: str
    """The same for the original and all its translations: "<utterance>-<clause number>"."""
    language: str
    source_language: str
    committed: str
    tentative: str
    final: bool
    onset_at_s: float
    """When its first word was spoken, on the clock of `Monotonic`: speakers' samples have no beginning in common."""
    offset_at_s: float
    note: str = ""
    """Why a translation is missing, a `Note`; `committed` is then the source text."""
    heard_at_s: float = 0.0
    """When the sound that completes its newest word arrived; 0 where it shows no new word."""
    doubt: str = ""
    """What may be wrong with a translation, a `Doubt`; it is shown and spoken all the same."""
    confidence: float | None = None
    """How sure the recogniser is of the words that were said, 0…1; None: not known, or still a draft."""
    likeness: bool = False
    """Whether it is spoken in a computed voice that resembles the speaker's; the room fills it in."""

    @property
    def translated(self) -> bool:
        return self.language != self.source_language

    @property
    def text(self) -> str:
        return self.committed + self.tentative


# --- what is spoken --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spoken:
    """A translation was handed over to the listeners to its last frame."""

    translation: Translation
    voice: str
    speed: float
    waited_s: float
    """How long the finished translation waited for the channel to finish what it was saying."""
    synthesised_at_s: float
    """When its first frame existed."""
    first_audio_at_s: float
    """When its first frame was handed over."""
    onset_at_s: float
    """When the first frame was due at the listeners: handed over, plus what was queued before it."""
    end_at_s: float
    """When the last frame was due."""
    lag_s: float
    """End of the source clause to the end of its translation, as far as the worker can see it."""
    instead_of: str = ""
    """The voice that should have spoken and could not; empty where `voice` is the one that was meant."""


@dataclass(frozen=True, slots=True)
class NotSpoken:
    """A translation that listeners did not hear, and why. Captions still have it."""

    translation: Translation
    reason: str


Speech: TypeAlias = Spoken | NotSpoken


@dataclass(frozen=True, slots=True)
class Trouble:
    """A part failed; what the listeners are told."""

    speaker: str
    stage: str
    """"hear", "translate", "speak" or "room"."""
    language: str
    reason: str
    """In English, for the log's readers and for clients without words of their own."""
    code: ReportCode = ReportCode.FAULT
    other: str = ""
    """See `protocol/reports.py`, as for `count`."""
    count: int = 0
