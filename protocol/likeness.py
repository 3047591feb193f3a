"""Who is spoken in a computed voice that resembles their own, as the interpreter tells everybody in the room."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from protocol.codec import WireError
from protocol.fields import LanguageCode

WISHED: Final = "on"
"""Of `protocol.attributes.LIKENESS`; anything else is no wish."""

MOST_SPEAKERS: Final = 50
"""So many people of a room may be spoken so: everybody is told of each of them."""

MOST_LANGUAGES: Final = 20
"""In so many languages each."""


class LikenessState(StrEnum):
    """How far it is with somebody's voice."""

    GATHERING = "gathering"
    """What they say is gathered, to be measured."""
    SEARCHING = "searching"
    """Their voice is measured, and dropped; one that resembles it is looked for."""
    FOUND = "found"
    """They are spoken so, in the languages that are named."""
    FAILED = "failed"
    """There is none; the usual voice speaks."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """How near a voice lies to somebody's own, as cosine similarities, -1…1."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    before: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
    """Of the nearest voice that the machine has by name."""
    after: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
    """Of the one that was computed."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How one speaker is spoken, or will be."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    state: LikenessState
    speech_s: Annotated[int, Field(ge=0, le=3600)] = 0
    """So many seconds of speech are gathered."""
    voices: Annotated[Mapping[LanguageCode, Similarity], Field(max_length=MOST_LANGUAGES)] = field(
        default_factory=dict
    )
    """For each language in which they are spoken so."""


Likenesses = Mapping[str, Likeness]
"""By identity."""

_LIKENESSES: TypeAdapter[dict[str, Likeness]] = TypeAdapter(
    Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=256)], Likeness],
        Field(max_length=MOST_SPEAKERS),
    ]
)


def likenesses_attribute(likenesses: Likenesses | None) -> str:
    """As JSON; empty where nobody can be spoken so, or nobody may."""
    if likenesses is None:
        return ""
    written = {
        who: {"state": likeness.state.value}
        | ({"speech_s": likeness.speech_s} if likeness.speech_s else {})
        | ({"voices": _rounded(likeness.voices)} if likeness.voices else {})
        for who, likeness in list(likenesses.items())[:MOST_SPEAKERS]
    }
    return json.dumps(written)


def read_likenesses(text: str) -> dict[str, Likeness] | None:
    """Reads what `likenesses_attribute` wrote. Raises WireError for anything else."""
    if not text:
        return None
    try:
        return _LIKENESSES.validate_json(text)
    except ValidationError as error:
        raise WireError("who is spoken in which voice cannot be read") from error


def _rounded(voices: Mapping[str, Similarity]) -> dict[str, dict[str, float]]:
    """Hundredths say all that there is to say."""
    return {
        code: {"before": round(found.before, 2), "after": round(found.after, 2)}
        for code, found in list(voices.items())[:MOST_LANGUAGES]
    }
