"""In which languages the people of a room hear each other: what needs a channel, and who is spoken into it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.listeners import Person

_Kind = tuple[str, frozenset[str]]
"""What somebody hears and understands."""


class Hearing:
    """Who hears whom in which language.

    Listeners who wish the same are looked at as one, so that a large room costs no more than its speakers times the
    kinds of listeners in it.
    """

    def __init__(self, people: Sequence[Person]) -> None:
        self._speakers = {person.identity: person for person in people if person.may_be_understood}
        self._kinds: Counter[_Kind] = Counter()
        self._apart: dict[str, list[Person]] = {}
        """For a speaker those who have chosen something of their own for them."""
        for person in people:
            self._kinds.update(_kinds_of(person))
            for identity in person.overrides:
                self._apart.setdefault(identity, []).append(person)

    def languages(self, listener: Person) -> tuple[str, ...]:
        """Those of which a listener needs the channel, the general one first."""
        found = [listener.hears] if self._needs_general(listener) else []
        chosen = [self._speakers[who] for who in listener.overrides if who in self._speakers]
        found += [listener.heard_in(speaker) for speaker in chosen]
        return tuple(dict.fromkeys(code for code in found if code is not None))

    def _needs_general(self, listener: Person) -> bool:
        """Whether somebody else is to be heard translated for whom they have chosen nothing in particular."""
        apart = {listener.identity, *listener.overrides}
        others = (speaker for who, speaker in self._speakers.items() if who not in apart)
        return any(listener.heard_in(speaker) for speaker in others)

    def voices(self, speaker: Person) -> frozenset[str]:
        """The languages in which somebody else hears a speaker."""
        if speaker.identity not in self._speakers:
            return frozenset()
        apart = self._apart.get(speaker.identity, [])
        kinds = Counter(self._kinds)
        for person in (speaker, *apart):
            kinds.subtract(_kinds_of(person))
        found = {person.heard_in(speaker) for person in apart}
        found |= {_heard(speaker, kind) for kind, listeners in kinds.items() if listeners > 0}
        return frozenset(code for code in found if code is not None)


def _kinds_of(person: Person) -> list[_Kind]:
    return [] if person.hears is None else [(person.hears, person.understands)]


def _heard(speaker: Person, kind: _Kind) -> str | None:
    hears, understands = kind
    foreign = all(speaker.may_say_other_than(code) for code in (hears, *understands))
    return hears if foreign else None
