"""What clients and services say to each other on their WebSockets, and how it is written down.

Text messages are JSON objects with a `type`; sound travels in binary messages with a short header:

    /ws/stt         client → service: 8 bytes, position of the first sample; then PCM
    /ws/synthesize  service → client: 4 bytes, id of the request; then PCM

All numbers are little-endian, PCM is 16 bit mono: 16 kHz towards recognition, 24 kHz from synthesis.
A field that one side does not know is ignored, so that the two need not be updated together.
"""

from __future__ import annotations

import base64
import struct
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

import numpy as np
from pydantic import Field

from pipeline.audio import AudioError, AudioFrame, Pcm
from pipeline.events import Heard, NotHeard, OtherLanguage, UtteranceEnded, UtteranceStarted, Words
from protocol.codec import Codec as Codec
from protocol.codec import WireError as WireError
from protocol.fields import LanguageCode

MAX_MESSAGE_BYTES = 1024 * 1024
"""Nobody sends or takes longer ones."""

MAX_POSITION = 2**53
"""Positions beyond it do not survive JSON in every language."""


Code = LanguageCode
Short = Annotated[str, Field(max_length=200)]
StreamId = Annotated[int, Field(ge=0, lt=2**32)]

# --- both ways -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alive:
    """Nothing to say, but still there; keeps a quiet connection from being cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A request failed, or with no `id` the whole connection."""

    id: int | None = None
    code: str
    message: str
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cancel:
    """The answer is not wanted any more."""

    id: StreamId


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Nothing more will come for this request."""

    id: int


# --- recognition -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The first message on /ws/stt: who speaks."""

    speaker: Annotated[str, Field(min_length=1, max_length=256)]
    language: Code | None = None
    """None: to be detected among `allowed_languages`."""
    allowed_languages: Annotated[tuple[Code, ...], Field(max_length=100)] = ()
    hints: Annotated[tuple[Short, ...], Field(max_length=500)] = ()
    first_sample: Annotated[int, Field(ge=0, lt=MAX_POSITION)] = 0
    """Sound before it is of no interest."""
    traceparent: Short = ""
    """The W3C trace context that the first utterance is part of; empty where it is not traced."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace context that the next utterance is part of. Only for services whose `Ready` says that they take it."""

    traceparent: Short


@dataclass(frozen=True, slots=True)
class Sparing:
    """From now on words are to be looked at no more often than committing them needs; or as often as usual again.

    Only for services whose `Ready` says that they take it.
    """

    on: bool


@dataclass(frozen=True, slots=True)
class End:
    """No more sound will come; what was heard is finished."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The start was accepted."""

    takes_sparing: bool = False
    """Whether the service knows `Sparing`: it would end the connection over a message that it does not know."""
    takes_trace: bool = False
    """Whether it knows `Trace`."""


@dataclass(frozen=True, slots=True)
class Listened:
    """Nobody was speaking up to here, so sound before it need not be kept."""

    to: int


@dataclass(frozen=True, slots=True)
class Done:
    """Everything that was heard has been sent."""


ToRecognition: TypeAlias = Start | Sparing | Trace | End | Alive
FromRecognition: TypeAlias = Heard | Ready | Listened | Done | Failed

# --- translation -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateBody:
    """A piece of text to translate, as in `TranslationRequest`."""

    text: str
    source: Code
    target: Code
    context: Annotated[tuple[tuple[str, str], ...], Field(max_length=10)] = ()
    """Previous (source, translation) pairs, oldest first."""
    draft: bool = False
    unhurried: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Translate(TranslateBody):
    """A request on /ws/translate; answers come in any order."""

    id: StreamId
    sound: Annotated[str, Field(max_length=MAX_MESSAGE_BYTES)] = ""
    """How it was said: 16 kHz PCM in Base64, for engines that listen; empty where there is none."""
    glossary: dict[str, Any] = field(default_factory=dict)
    """The terms in the text, as `Glossary.data` writes them."""
    second_opinion: bool = False
    """Whether there is room to have the sound translated as well where a translation of the text is in doubt."""
    traceparent: Short = ""
    """The W3C trace context that the work is part of; empty where it is not traced."""


@dataclass(frozen=True, slots=True)
class Translated:
    """The answer to `Translate`."""

    id: int
    text: str
    engine: str
    route: tuple[str, ...]
    doubt: str = ""
    score: float | None = None
    from_sound: bool = False


ToTranslation: TypeAlias = Translate | Cancel | Alive
FromTranslation: TypeAlias = Translated | Failed | Cancelled

# --- synthesis -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakBody:
    """A piece of text to speak, as in `SynthesisRequest`."""

    text: str
    language: Code
    voice: Short = ""
    """A name from /voices, a blend of such, or empty for the engine's default."""
    speed: Annotated[float, Field(ge=0.5, le=2.0, allow_inf_nan=False)] = 1.0
    pronunciations: Annotated[dict[Short, Short], Field(max_length=500)] = field(default_factory=dict)
    """Written form to spoken form."""
    unhurried: bool = False
    """No other voice speaks where the one that is asked for is slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak(SpeakBody):
    """A request on /ws/synthesize; its sound comes between that of others."""

    id: StreamId
    window: Annotated[int, Field(ge=0, lt=MAX_POSITION)] = 0
    """How many samples may be sent before the client says `More`; 0 for any number."""
    traceparent: Short = ""
    """As of `Translate`."""


@dataclass(frozen=True, slots=True)
class More:
    """So many samples of the request have been used: as many more may be sent."""

    id: StreamId
    samples: Annotated[int, Field(ge=0, lt=MAX_POSITION)]


@dataclass(frozen=True, slots=True)
class Started:
    """The first sound of a request exists."""

    id: int
    rate_hz: int


@dataclass(frozen=True, slots=True)
class Ended:
    """All sound of a request was sent."""

    id: int
    samples: int


ToSynthesis: TypeAlias = Speak | Cancel | More | Alive
FromSynthesis: TypeAlias = Started | Ended | Failed | Cancelled

# --- writing it down -------------------------------------------------------------------------------------


_HEARD = {
    "utterance_started": UtteranceStarted,
    "words": Words,
    "utterance_ended": UtteranceEnded,
    "not_heard": NotHeard,
    "other_language": OtherLanguage,
}

TO_RECOGNITION: Codec[ToRecognition] = Codec(
    {"start": Start, "sparing": Sparing, "trace": Trace, "end": End, "alive": Alive}
)
FROM_RECOGNITION: Codec[FromRecognition] = Codec(
    {**_HEARD, "ready": Ready, "listened": Listened, "done": Done, "error": Failed}
)
TO_TRANSLATION: Codec[ToTranslation] = Codec({"translate": Translate, "cancel": Cancel, "alive": Alive})
FROM_TRANSLATION: Codec[FromTranslation] = Codec(
    {"translation": Translated, "error": Failed, "cancelled": Cancelled}
)
TO_SYNTHESIS: Codec[ToSynthesis] = Codec({"speak": Speak, "cancel": Cancel, "more": More, "alive": Alive})
FROM_SYNTHESIS: Codec[FromSynthesis] = Codec(
    {"started": Started, "end": Ended, "error": Failed, "cancelled": Cancelled}
)

# --- sound -----------------------------------------------------------------------------------------------

_POSITION = struct.Struct("<Q")
_STREAM = struct.Struct("<I")


def encode_frame(frame: AudioFrame) -> bytes:
    """A piece of a speaker's sound for /ws/stt."""
    return _POSITION.pack(frame.first_sample) + frame.pcm.astype("<i2", copy=False).tobytes()


def decode_frame(data: bytes, *, max_samples: int) -> AudioFrame:
    """The other way round.

    Raises:
        AudioError: no header, half a sample, too many samples, or a position out of range.
    """
    if len(data) < _POSITION.size:
        raise AudioError("a piece of sound begins with 8 bytes that tell its position")
    (first,) = _POSITION.unpack_from(data)
    pcm = _samples(data[_POSITION.size :])
    if len(pcm) > max_samples:
        raise AudioError(f"a piece of sound holds at most {max_samples} samples, this one {len(pcm)}")
    if first >= MAX_POSITION:
        raise AudioError("position out of range")
    return AudioFrame(first, pcm)


def sound_to_text(pcm: Pcm | None) -> str:
    """A clause's sound as `Translate.sound` holds it."""
    return "" if pcm is None else base64.b64encode(pcm.astype("<i2", copy=False).tobytes()).decode("ascii")


def sound_from_text(text: str) -> Pcm | None:
    """The other way round. Raises AudioError for what is not Base64 or half a sample."""
    if not text:
        return None
    try:
        return _samples(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise AudioError("sound must be 16-bit PCM in Base64") from error


def encode_sound(stream: int, pcm: Pcm) -> bytes:
    """A piece of synthesised speech for /ws/synthesize."""
    return _STREAM.pack(stream) + pcm.astype("<i2", copy=False).tobytes()


def decode_sound(data: bytes) -> tuple[int, Pcm]:
    """The other way round. Raises AudioError for a missing header or half a sample."""
    if len(data) < _STREAM.size:
        raise AudioError("a piece of speech begins with 4 bytes that tell its request")
    return int(_STREAM.unpack_from(data)[0]), _samples(data[_STREAM.size :])


def _samples(data: bytes) -> Pcm:
    if len(data) % 2:
        raise AudioError("16-bit sound has an even number of bytes")
    return np.frombuffer(data, "<i2").astype(np.int16)
