"""What lasts is told once, and is over when it is."""

from __future__ import annotations

from pipeline.events import Trouble
from protocol.reports import ReportCode
from worker.listeners import Person
from worker.standing import StandingTroubles, not_understood

OMAR = Person("omar", "ar", recognised=False)


def test_only_who_has_something_to_speak_into_is_not_understood() -> None:
    """A listener of another language misses nothing by it."""
    people = [Person("anna", "en"), OMAR, Person("lin", "zh", recognised=False)]
    assert [
        (trouble.speaker, trouble.language, trouble.code)
        for trouble in not_understood(people, {"anna", "omar"})
    ] == [("omar", "ar", ReportCode.UNRECOGNISED)]


def test_each_is_told_when_it_is_new() -> None:
    """Again only after it was over in between."""
    told: list[Trouble] = []
    standing = StandingTroubles(told.append)
    troubles = not_understood([OMAR], {"omar"})
    for now in (troubles, troubles, (), troubles):
        standing.look(now)
    assert told == [*troubles, *troubles]
