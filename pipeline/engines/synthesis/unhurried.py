"""The order of a language's voices where nobody listens live: the best engine first, however long it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from config.engines import names
from pipeline.engines.protocols import Voice
from pipeline.text.languages import base


def engine_of(voice: Voice) -> str:
    """Where several engines speak as one; else "", as its name does not tell."""
    engine, colon, _ = voice.name.partition(":")
    return engine if colon else ""


def best_engines_first(
    voices: Iterable[Voice], language: str, wishes: Mapping[str, str]
) -> tuple[Voice, ...]:
    """A chain puts first what keeps up with live talk; here quality alone decides, and before it the operator.

    Args:
        voices: of the language.
        wishes: for languages "ENGINE" or "ENGINE:VOICE", as the settings have them.
    """
    order = {name: place for place, name in enumerate(names("speech"))}
    wish = wishes.get(language) or wishes.get(base(language), "")

    def place(voice: Voice) -> tuple[bool, bool, int]:
        engine = engine_of(voice)
        return voice.name != wish, engine != wish.partition(":")[0], order.get(engine, 0)

    return tuple(sorted(voices, key=place))
