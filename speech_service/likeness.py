"""Measured voices and found ones, as `/speakers` and `/voices/resembling` tell them and their client reads them.

A search is told as it goes on, as NDJSON: lines of `Searching`, then one `VoiceFound` or `NoVoiceFound`, and no more.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, Field, TypeAdapter

from pipeline.engines.protocols import EngineInfo, Resemblance, SpeakerTraits
from protocol.fields import LanguageCode

EMBEDDING_SIZE: Final = 256
NDJSON: Final = "application/x-ndjson"
MOST_LINE_BYTES: Final = 64 * 1024
QUIET_S: Final = 5.0
"""The service writes a line at least so often, so that a search that goes on is told from one that is lost."""

_Number = Annotated[float, Field(allow_inf_nan=False, ge=-1.0, le=1.0)]
_Hertz = Annotated[float, Field(allow_inf_nan=False, ge=0, le=8000)]


class Traits(BaseModel):
    """What was measured of a voice, see `SpeakerTraits`."""

    embedding: Annotated[list[_Number], Field(min_length=EMBEDDING_SIZE, max_length=EMBEDDING_SIZE)]
    """Of length 1; the cosine similarity of two is the sum of their products."""
    speech_s: Annotated[float, Field(allow_inf_nan=False, ge=0, le=86400)]
    """How much of the sound was speech."""
    pitch_hz: _Hertz
    """Median fundamental frequency; 0 where nothing was voiced."""
    brightness_hz: _Hertz
    """Mean spectral centroid of the voiced frames."""

    @classmethod
    def of(cls, traits: SpeakerTraits) -> Traits:
        """As they are written down."""
        return cls(
            embedding=[float(number) for number in traits.embedding],
            speech_s=traits.speech_s,
            pitch_hz=traits.pitch_hz,
            brightness_hz=traits.brightness_hz,
        )

    def traits(self) -> SpeakerTraits:
        """The other way round, the embedding of length 1. Raises ValueError where it has none."""
        embedding = np.asarray(self.embedding, np.float32)
        length = float(np.linalg.norm(embedding))
        if length < 0.5:
            raise ValueError("the embedding is not of length 1")
        return SpeakerTraits(embedding / length, self.speech_s, self.pitch_hz, self.brightness_hz)


class ResemblingRequest(Traits):
    """For whose voice one is to be found that resembles it, and in which language."""

    language: LanguageCode


class SpeakersOffer(BaseModel):
    """What the service can do with voices."""

    engine: EngineInfo | None
    """What measures them; null: it is not there, `missing` says how to get it."""
    languages: list[str]
    """In which voices can be found that resemble somebody's."""
    missing: str
    """What is not there and what to do; empty: nothing is missing."""
    cloning: EngineInfo | None = None
    """What clones voices at `/clone`; null: nothing does, as is usual."""


class Searching(BaseModel):
    """The search goes on."""

    type: Literal["progress"] = "progress"
    done: Annotated[float, Field(ge=0, le=1)]


class VoiceFound(BaseModel):
    """The end of a search, see `Resemblance`."""

    type: Literal["result"] = "result"
    voice: str
    language: str
    before: float
    after: float
    nearest: str

    def resemblance(self) -> Resemblance:
        """As the pipeline has it."""
        return Resemblance(self.voice, self.language, self.before, self.after, self.nearest)


class NoVoiceFound(BaseModel):
    """The search failed; `code`, `message` and `more` as in a problem."""

    type: Literal["error"] = "error"
    code: str
    message: str
    more: dict[str, Any] = {}


SearchLine = Annotated[Searching | VoiceFound | NoVoiceFound, Field(discriminator="type")]
SEARCH_LINE: TypeAdapter[Searching | VoiceFound | NoVoiceFound] = TypeAdapter(SearchLine)
