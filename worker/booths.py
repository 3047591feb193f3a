"""Which languages people interpret themselves, in the machine's place.

Whoever wants to says so in an attribute, which proves nothing: it counts only for who has the right to, and the
organiser alone gives that, with a wish that nobody in the room can forge. Pure: no LiveKit, no clock.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace

from protocol.language import served_by
from worker.listeners import Person


class Booths:
    """Who is at work for which language; whoever was first keeps it until they give it back or leave."""

    def __init__(self) -> None:
        self._may: Mapping[str, tuple[str, ...]] = {}
        self._at_work: dict[str, str] = {}

    @property
    def at_work(self) -> Mapping[str, str]:
        """For each language that a person interprets into: their identity."""
        return self._at_work

    def allow(self, may: Mapping[str, tuple[str, ...]]) -> None:
        """Sets who may interpret into what; a right that is taken back ends with the next look."""
        self._may = may

    def look(
        self, people: Mapping[str, Person], microphones: Collection[str], offered: Collection[str]
    ) -> dict[str, Person]:
        """Sees who is at work now; returns the people, those marked.

        Args:
            people: in the order in which they came.
            microphones: those who have something to speak into.
            offered: what may be asked for in the room.
        """
        claims = {
            who: language
            for who, person in people.items()
            if who in microphones or person.encrypted
            if (language := self._claim(person, offered)) is not None
        }
        kept = {language: who for language, who in self._at_work.items() if claims.get(who) == language}
        for who, language in claims.items():
            kept.setdefault(language, who)
        self._at_work = kept
        return {
            who: replace(person, interpreting=claims[who]) if kept.get(claims.get(who, "")) == who else person
            for who, person in people.items()
        }

    def attribute(self) -> str:
        """What everybody is told: who may interpret into what, and who does. Empty where nobody may."""
        if not self._may:
            return ""
        return json.dumps({"may": self._may, "now": self._at_work})

    def _claim(self, person: Person, offered: Collection[str]) -> str | None:
        """The offered language that they say they interpret into and may."""
        if not person.claims or not person.may_speak:
            return None
        allowed = served_by(person.claims, self._may.get(person.identity, ()))
        return None if allowed is None else served_by(allowed, tuple(offered))
