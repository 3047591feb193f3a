"""Who of a room needs a chat message translated, and into what. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from protocol.language import same_language
from worker.hearing_choices import ORIGINAL
from worker.listeners import Person


def language_of(person: Person) -> str | None:
    """In which language somebody is written to: what they read, else what they hear; None: as it was written."""
    read = next((code for code in person.order if code != ORIGINAL), None)
    return read or person.hears


def translations(
    people: Iterable[Person], *, writer: str, source: str, most_languages: int
) -> dict[str, frozenset[str]]:
    """For each language that a message has to be translated into: who gets it, what most need first.

    Who reads or hears the language of the message needs none; nor does its writer.
    """
    readers: dict[str, set[str]] = {}
    for person in people:
        language = None if person.identity == writer else language_of(person)
        if language is not None and not _understands(person, source):
            readers.setdefault(language, set()).add(person.identity)
    most_first = sorted(readers, key=lambda language: -len(readers[language]))
    return {language: frozenset(readers[language]) for language in most_first[:most_languages]}


def declared_language(person: Person) -> str | None:
    """The language that somebody has said they speak; a listener's is only what the room speaks."""
    return person.speaks if person.may_speak else None


def _understands(person: Person, language: str) -> bool:
    codes = [*(code for code in person.reads if code != ORIGINAL), *([person.hears] if person.hears else [])]
    return any(same_language(code, language) for code in codes)
