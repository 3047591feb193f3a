"""What can be heard, translated and spoken: what the services say of themselves, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.engines.protocols import Synthesizer, Translator
from pipeline.text import languages
from voice_service.outside.offered import Offer


@dataclass(frozen=True, slots=True)
class LanguageOffer:
    """What can be done with a language."""

    code: str
    heard: bool
    spoken: bool
    translated_into: tuple[str, ...]
    """By the engines of the house."""
    translated_outside_into: tuple[str, ...]
    """By services outside the house."""


def joint(
    heard: Iterable[str], translator: Translator, synthesizer: Synthesizer, outside: Sequence[Offer]
) -> tuple[LanguageOffer, ...]:
    """One entry for each language that anything can be done with."""
    hears, reads, speaks = set(heard), set(translator.info.languages), set(synthesizer.info.languages)
    beyond = {code for offer in outside for code in offer.reads | offer.writes}
    return tuple(
        LanguageOffer(
            code,
            code in hears or languages.base(code) in hears,
            bool(synthesizer.voices(code)),
            tuple(sorted(to for to in reads if to != code and translator.route(code, to) is not None)),
            tuple(sorted(_outside(languages.base(code), outside))),
        )
        for code in sorted(hears | reads | speaks | beyond)
    )


def _outside(code: str, outside: Sequence[Offer]) -> set[str]:
    return {to for offer in outside if code in offer.reads for to in offer.writes if to != code}
