"""What happens in a room, in numbers and states, for those who asked for it: the text stream `translator.events`.

One JSON object a stream, never a word of what was said: an event's fields, and `type`. Readings named `…_at_s` are
`time.monotonic()` of the room's process. Streams may overtake each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from protocol.codec import Codec


class ClauseKey(NamedTuple):
    """Which clause something is about, as captions name it too."""

    speaker: str
    """Identity."""
    take: int
    """1, 2, 3…: which of the speaker's interpreters; clauses count from 1 again with each."""
    number: int
    """1, 2, 3… within the take."""

    @classmethod
    def of_segment(cls, segment: str) -> ClauseKey:
        """From a caption's `translator.segment`: `<speaker>/<epoch>.<take>.<utterance>-<number>`.

        Raises:
            ValueError: it is not so written.
        """
        speaker, _, place = segment.rpartition("/")
        _, take, clause = place.split(".")
        return cls(speaker, int(take), int(clause.rpartition("-")[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    at_s: float = 0.0
    """When it was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfClause(_Event):
    """About a clause, as a whole or in one language."""

    speaker: str
    take: int
    number: int
    language: str

    @property
    def clause(self) -> ClauseKey:
        return ClauseKey(self.speaker, self.take, self.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseClosed(_OfClause):
    """A clause was committed, in the language that it was said in."""

    onset_at_s: float
    offset_at_s: float
    committed_at_s: float
    words: int
    end: str
    """Why it was closed there, e.g. "pause"."""
    confidence: float | None = None
    """Mean probability of its words, 0…1; None: the recogniser cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordShown(_Event):
    """A word settled: so long after it was said it was shown as it stayed, and committed."""

    speaker: str
    shown_s: float
    committed_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionSent(_Event):
    """An interim caption with a new word was sent so long after its sound had come."""

    speaker: str
    language: str
    latency_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationDone(_OfClause):
    """A clause has its translation, or none."""

    took_s: float
    drafted: bool
    failed: bool
    doubt: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechDone(_OfClause):
    """A translation was spoken to its end."""

    source_language: str
    voice: str
    """Its name; "likeness" for one that resembles its speaker."""
    speed: float
    waited_s: float
    translated_at_s: float
    synthesised_at_s: float
    first_audio_at_s: float
    onset_at_s: float
    end_at_s: float
    lag_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSkipped(_OfClause):
    """A translation was not spoken."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDropped(_Event):
    """Sound that could not be looked at in time."""

    speaker: str
    lost_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleTold(_Event):
    """Something is missing."""

    speaker: str
    stage: str
    language: str
    reason: str
    code: str = ""
    """One of `protocol/reports.py`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelChanged(_Event):
    """How a language's channel is now."""

    language: str
    state: str
    listeners: int
    track: str
    sid: str
    lag_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerChanged(_Event):
    """Somebody is interpreted from now on, by the interpreter of that take, or no longer."""

    speaker: str
    state: str
    """"interpreted" or "gone"."""
    language: str
    take: int


Event: TypeAlias = (
    ClauseClosed
    | WordShown
    | CaptionSent
    | TranslationDone
    | SpeechDone
    | SpeechSkipped
    | SoundDropped
    | TroubleTold
    | ChannelChanged
    | SpeakerChanged
)

EVENTS: Codec[Event] = Codec(
    {
        "clause": ClauseClosed,
        "word": WordShown,
        "caption": CaptionSent,
        "translation": TranslationDone,
        "speech": SpeechDone,
        "skipped": SpeechSkipped,
        "sound_lost": SoundDropped,
        "trouble": TroubleTold,
        "channel": ChannelChanged,
        "speaker": SpeakerChanged,
    }
)
