"""A voice of somebody's own, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pipeline.engines.protocols import SpeakerEmbedding
from pipeline.recordings.register import HIGH_HZ, LOW_HZ

RESEMBLING: Final = "resembling"
"""How a voice was made: a mix of voices of the house that lies near to it."""
CLONED: Final = "cloned"
"""By an engine that was given its owner's own speech."""


class ProfileLevel(StrEnum):
    """How well a voice is known."""

    NONE = "none"
    """Nothing was heard yet."""
    SHORT = "short"
    BASIC = "basic"
    REFINED = "refined"
    EXPERT = "expert"


_FROM_S: Final = (
    (180.0, ProfileLevel.EXPERT),
    (50.0, ProfileLevel.REFINED),
    (10.0, ProfileLevel.BASIC),
    (0.0, ProfileLevel.SHORT),
)


def level_of(speech_s: float) -> ProfileLevel:
    """By how much speech was heard."""
    return next(
        (level for from_s, level in _FROM_S if speech_s > 0 and speech_s >= from_s), ProfileLevel.NONE
    )


class VoiceType(StrEnum):
    """How high a voice is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def voice_type_of(pitch_hz: float | None) -> VoiceType | None:
    """None where nobody can tell."""
    if not pitch_hz:
        return None
    if pitch_hz < LOW_HZ:
        return VoiceType.LOW
    return VoiceType.HIGH if pitch_hz > HIGH_HZ else VoiceType.MEDIUM


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose profiles they are."""

    tenant: str
    person: str | None
    """None: of the tenant itself, for whoever asks with a key of its own."""


@dataclass(frozen=True, slots=True)
class Voiceprint:
    """What was measured of a voice, over all that was heard of it."""

    embedding: SpeakerEmbedding = field(repr=False, compare=False)
    encoder: str
    """Engine of the embedding; those of two engines cannot be compared."""
    speech_s: float
    """How much speech it rests on."""
    pitch_hz: float
    """0 where nothing was voiced."""
    brightness_hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """Somebody has agreed, in their own voice."""

    id: str
    at: float
    """Unix time, s."""
    by_key: str
    """Id of the key that it was asked for with."""
    language: str
    wording: str
    """What was read aloud."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked:
    """A sentence that is to be read aloud."""

    id: str
    profile: str
    language: str
    wording: str
    code: tuple[str, ...]
    """Words of the sentence that nobody could know before."""
    asked_at: float
    """Unix time, s."""
    valid_until: float
    tries: int
    """How often it was read wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVoice:
    """A voice of the house that resembles somebody's."""

    language: str
    voice: str
    """What synthesisers are asked for."""
    similarity_before: float
    """Of the nearest voice that has a name."""
    similarity_after: float
    level: ProfileLevel
    """How well the profile was known when it was found."""
    found_at: float
    """Unix time, s."""


@dataclass(frozen=True, slots=True)
class CloneVoice:
    """A voice that may be cloned, as its owner has agreed."""

    engine: str
    """What clones it."""
    consent: str
    """Id of the consent."""


class NotCloned(StrEnum):
    """Why a voice is not cloned."""

    NO_ENGINE = "no_engine"
    """The speech services have none, as is usual."""
    LANGUAGE = "language"
    """The engine does not speak it."""
    CONSENT = "consent"
    """Its owner has not agreed to that."""
    FAILED = "failed"
    """The engine could not speak this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceProfile:
    """A voice of somebody's own."""

    id: str
    owner: Owner
    name: str
    is_default: bool
    keep_days: int
    print: Voiceprint | None
    """None: nothing was heard yet."""
    samples: int
    consent: ConsentGiven | None
    """The last one; None: nobody has agreed, and nothing may be done with it."""
    voices: tuple[FoundVoice, ...]
    revision: int
    created_at: float
    """Unix time, s."""
    updated_at: float
    expires_at: float

    @property
    def speech_s(self) -> float:
        """How much speech was heard."""
        return 0.0 if self.print is None else self.print.speech_s

    @property
    def level(self) -> ProfileLevel:
        """How well the voice is known."""
        return level_of(self.speech_s)

    def voice_in(self, language: str) -> FoundVoice | None:
        """The voice that was found for a language."""
        return next((found for found in self.voices if found.language == language), None)


@dataclass(frozen=True, slots=True)
class NewSample:
    """Sound that goes into a profile."""

    object: str
    """Name of the object that it is kept in."""
    speech_s: float
    similarity: float | None
    """To what was known before; None: nothing was."""
