"""What is asked of a voice message, and what comes of it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pipeline.recordings.finishing import AudioFormat
from voice_service.messages.tuning import MessageTuning
from voice_service.profiles.records import CloneVoice, FoundVoice, NotCloned, Voiceprint


class MessageQuality(StrEnum):
    """How much care is taken; the more, the longer it takes."""

    FAST = "fast"
    BALANCED = "balanced"
    HIGH = "high"


class Stage(StrEnum):
    """The steps of a message, as the answer's `timestamps` name them."""

    PREPROCESSING = "preprocessing_ms"
    TRANSCRIPTION = "transcription_ms"
    TRANSLATION = "translation_ms"
    SPEAKING = "voice_cloning_ms"
    POSTPROCESSING = "postprocessing_ms"


Timings = MutableMapping[Stage, float]
"""How long each step took, ms."""


@dataclass(frozen=True, slots=True)
class MessageWarning:
    """Something that whoever asked has to know, although there is an answer."""

    code: str
    """Fixed, and meant for programs."""
    message: str
    """English, for people; never quotes what was said."""


EMOTION_NOT_KEPT: Final = MessageWarning(
    "emotion_not_preserved", "No voice that is here can keep the speaker's emotion: the option has no effect."
)


CLONE_FAILED: Final = MessageWarning(
    "clone_failed",
    "Your voice could not be cloned for this; another voice speaks, the one that resembles it if known.",
)
OWN_VOICE_FAILED: Final = MessageWarning(
    "own_voice_failed", "The voice that resembles yours could not speak this; one of the house does."
)
SIMILARITY_UNKNOWN: Final = MessageWarning(
    "similarity_unknown", "How near the voice comes to yours could not be measured; it may be too short."
)


@dataclass(frozen=True, slots=True)
class OwnVoice:
    """A voice of somebody's own that a message is to be spoken with."""

    profile: str
    """Its id."""
    print: Voiceprint
    found: FoundVoice | None
    """None: none is known for the language yet, and one of the house speaks."""
    missing: MessageWarning | None = None
    """Why there is none."""
    clone: CloneVoice | NotCloned = NotCloned.NO_ENGINE
    """How it is cloned, which goes before `found`, or why it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWish:
    """What somebody asks of one recording."""

    sound: bytes = field(repr=False)
    """The file as it was sent."""
    source_language: str | None
    """None: to be detected."""
    target_language: str
    quality: MessageQuality = MessageQuality.BALANCED
    preserve_emotion: bool = False
    return_audio_url: bool = True
    return_base64: bool = True
    format: AudioFormat = AudioFormat.WAV
    own_voice: OwnVoice | None = None
    """Who shall speak; None: a voice of the house."""
    tuning: MessageTuning = field(default_factory=MessageTuning)
    """What nobody asks for: as it is for all, or a trial has it."""

    @property
    def effort(self) -> MessageQuality:
        """How hard recognition tries: as was asked for, where that is more or less than balanced."""
        if self.quality is not MessageQuality.BALANCED:
            return self.quality
        return MessageQuality(self.tuning.recogniser.value)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech in a recording."""

    start: float
    """Seconds from its beginning."""
    end: float
    text: str = field(repr=False)
    confidence: float | None
    """0…1; None where the recogniser cannot tell."""


@dataclass(frozen=True, slots=True)
class MessageScores:
    """How good a message is likely to be; what nobody measured is None."""

    transcript_confidence: float | None = None
    """0…1, as the recogniser is sure of its words."""
    translation_score: float | None = None
    """0…1: the mean probability that the model gives its own words, half of it where a check has doubts."""
    signal_to_noise_db: float | None = None
    """How far speech stands out from what is behind it."""
    clipped_share: float | None = None
    """0…1, of the samples that are cut off at full scale."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said in a recording."""

    text: str = field(repr=False)
    language: str
    """Empty where nothing was said."""
    confidence: float | None
    segments: tuple[Segment, ...]
    duration_s: float
    """Of the recording."""
    warnings: tuple[MessageWarning, ...] = ()
    register: str = ""
    """"low" or "high", as the speaker's voice is; empty where it is neither, or cannot be told."""
    signal_to_noise_db: float | None = None
    clipped_share: float | None = None


@dataclass(frozen=True, slots=True)
class TranslatedText:
    """A text in another language."""

    text: str = field(repr=False)
    by: tuple[str, ...]
    """Who translated it: names of engines, or of services outside the house."""
    warnings: tuple[MessageWarning, ...] = ()
    score: float | None = None
    """See `MessageScores.translation_score`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreted:
    """All that comes of a message, before anything is kept of it."""

    original_text: str = field(repr=False)
    translated_text: str = field(repr=False)
    source_language: str
    target_language: str
    translated_by: tuple[str, ...]
    duration_s: float
    """Of the recording that was sent."""
    audio: bytes | None = field(repr=False)
    """The translation as a file; None where nothing could be spoken."""
    audio_s: float
    """How long that is."""
    warnings: tuple[MessageWarning, ...]
    timings: Timings
    voice_similarity: float | None = None
    """Cosine similarity of what is spoken with the voice of one's own; None: a voice of the house, or not measured."""
    profile: str | None = None
    """Whose voice speaks; None: one of the house."""
    scores: MessageScores = MessageScores()
