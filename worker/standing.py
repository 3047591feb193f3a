"""What people cannot have for as long as things are as they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from pipeline.events import Trouble
from protocol.reports import ReportCode
from worker.listeners import Person


def not_understood(people: Iterable[Person], microphones: Collection[str]) -> tuple[Trouble, ...]:
    """Those who have something to speak into, and speak what is not recognised here."""
    return tuple(
        Trouble(
            person.identity,
            "hear",
            person.speaks or "",
            "they are not understood: what they speak is not recognised here",
            ReportCode.UNRECOGNISED,
        )
        for person in people
        if not person.recognised and person.interpreting is None and person.identity in microphones
    )


class StandingTroubles:
    """Tells each trouble once when it is new.

    Args:
        trouble: receives it.
    """

    def __init__(self, trouble: Callable[[Trouble], None]) -> None:
        self._trouble = trouble
        self._told: tuple[Trouble, ...] = ()

    def look(self, troubles: tuple[Trouble, ...]) -> None:
        """Compares what is missing now with what was told."""
        before, self._told = self._told, troubles
        for trouble in troubles:
            if trouble not in before:
                self._trouble(trouble)
