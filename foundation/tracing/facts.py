"""What a span may be called and may carry: a fixed list, of which nothing is what people say, write or are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias, TypedDict

Value: TypeAlias = str | bool | int | float


class SpanName(StrEnum):
    """The parts of the way from the page to the voice."""

    INTERACTION = "user_interaction"
    STT = "stt_processing"
    STT_PREPROCESSING = "stt_processing.preprocessing"
    STT_INFERENCE = "stt_processing.inference"
    STT_POSTPROCESSING = "stt_processing.postprocessing"
    TRANSLATION = "translation"
    TRANSLATION_CONTEXT = "translation.context"
    TRANSLATION_INFERENCE = "translation.inference"
    TRANSLATION_QUALITY = "translation.quality"
    SYNTHESIS = "synthesis"
    SYNTHESIS_TEXT = "synthesis.text"
    SYNTHESIS_AUDIO = "synthesis.audio"
    SYNTHESIS_DELIVERY = "synthesis.delivery"


class Facts(TypedDict, total=False):
    """All that a span may carry; each becomes an attribute `hive.NAME`."""

    interaction: str
    """What somebody did: "speak", "listen", "invite", "job"."""
    language: str
    """BCP 47: spoken by whom the span is about, or translated into."""
    source: str
    """BCP 47: translated from."""
    engine: str
    """By its name in the table of engines; several with "+"."""
    outcome: str
    """What became of it: "done", "failed", "late", "skipped"."""
    drafted: bool
    """Whether the work was done before it was asked for."""
    doubtful: bool
    """Whether a check has doubts."""
    final: bool
    """Whether it is the last look at an utterance."""
    words: int
    """How many were committed or translated."""
    looks: int
    """How often the recogniser looked."""
    pieces: int
    """Into how many a text was divided."""
    sound_s: float
    """How much sound it is about."""
    lag_s: float
    """How much later it is heard than it was said."""


PREFIX: Final = "hive."
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9+_.,-]{0,39}")
"""A language, an engine, an outcome: no blank, and short. What is anything else is left out."""


def attributes(facts: Mapping[str, object]) -> dict[str, Value]:
    """Facts as a span carries them: those on the list alone, and no text that is not a short code."""
    return {
        PREFIX + name: value
        for name, value in facts.items()
        if name in Facts.__annotations__
        and isinstance(value, str | bool | int | float)
        and _may_be_told(value)
    }


def _may_be_told(value: Value) -> bool:
    return not isinstance(value, str) or _CODE.fullmatch(value) is not None
