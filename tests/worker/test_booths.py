"""Who interprets in the machine's place: a right that is given, never one that is claimed."""

from __future__ import annotations

import json

import pytest

from worker.booths import Booths
from worker.listeners import Person, make_plan, read_person

OFFERED = ("en", "es", "fr", "pt")
MICROPHONES = frozenset({"anna", "ines", "jo"})


def person(identity: str, interpret: str = "", *, may_speak: bool = True, encrypted: bool = False) -> Person:
    return read_person(
        identity,
        {"translator.interpret": interpret, "translator.listen": "off"},
        offered=OFFERED,
        room_language="en",
        may_speak=may_speak,
        encrypted=encrypted,
    )


def room(*people: Person) -> dict[str, Person]:
    return {someone.identity: someone for someone in people}


def at_work(booths: Booths, *people: Person) -> dict[str, str]:
    booths.look(room(*people), MICROPHONES, OFFERED)
    return dict(booths.at_work)


def test_who_has_the_right_takes_over_and_gives_back() -> None:
    booths = Booths()
    booths.allow({"ines": ("fr", "es")})
    assert at_work(booths, person("anna"), person("ines")) == {}
    assert at_work(booths, person("anna"), person("ines", "fr")) == {"fr": "ines"}
    assert json.loads(booths.attribute()) == {"may": {"ines": ["fr", "es"]}, "now": {"fr": "ines"}}
    assert at_work(booths, person("anna"), person("ines", "ES")) == {"es": "ines"}
    assert at_work(booths, person("anna"), person("ines")) == {}
    assert json.loads(booths.attribute())["now"] == {}


def test_who_interprets_is_no_speaker_and_the_others_are() -> None:
    booths = Booths()
    booths.allow({"ines": ("fr",)})
    anna = Person("anna", "en", "fr", frozenset({"fr"}))
    people = booths.look(room(anna, person("ines", "fr")), MICROPHONES, OFFERED)
    assert people["anna"] == anna
    assert people["ines"].interpreting == "fr"
    plan = make_plan(list(people.values()), limit=4)
    assert dict(plan.wishes).keys() == {"anna"}
    assert plan.channels == {}, "nobody else may say something that has to be interpreted for Anna"


@pytest.mark.parametrize(
    ("claim", "right"),
    [
        ("fr", {}),
        ("fr", {"jo": ("fr",)}),
        ("fr", {"ines": ("es",)}),
        ("fr", {"ines": ()}),
        ("de", {"ines": ("de",)}),  # not offered: nobody could ask for it
        ("fr,es", {"ines": ("fr",)}),
        ("*", {"ines": ("fr",)}),
        ("ines", {"ines": ("fr",)}),
        ('{"fr": "ines"}', {"ines": ("fr",)}),
        ("f" * 5000, {"ines": ("fr",)}),
    ],
)
def test_a_claim_without_the_right_changes_nothing(claim: str, right: dict[str, tuple[str, ...]]) -> None:
    booths = Booths()
    booths.allow(right)
    before = room(person("anna"), person("ines", claim))
    assert booths.look(before, MICROPHONES, OFFERED) == before
    assert booths.at_work == {}


def test_an_identity_that_looks_alike_has_no_right() -> None:
    booths = Booths()
    booths.allow({"ines": ("fr",)})
    assert at_work(booths, person("Ines", "fr"), person("ines ", "fr")) == {}


def test_who_cannot_be_heard_does_not_silence_the_machine() -> None:
    booths = Booths()
    booths.allow({"bea": ("fr",), "ines": ("fr",)})
    assert at_work(booths, person("bea", "fr")) == {}, "no microphone"
    assert at_work(booths, person("ines", "fr", may_speak=False)) == {}
    assert at_work(booths, person("bea", "fr", encrypted=True)) == {"fr": "bea"}, "listeners have the key"


def test_of_two_who_want_one_language_the_first_keeps_it() -> None:
    booths = Booths()
    booths.allow({"ines": ("fr",), "jo": ("fr",)})
    assert at_work(booths, person("jo", "fr")) == {"fr": "jo"}
    assert at_work(booths, person("ines", "fr"), person("jo", "fr")) == {"fr": "jo"}
    assert at_work(booths, person("ines", "fr")) == {"fr": "ines"}, "jo has left"


def test_a_right_that_is_taken_back_ends_at_once() -> None:
    booths = Booths()
    booths.allow({"ines": ("fr",)})
    assert at_work(booths, person("ines", "fr")) == {"fr": "ines"}
    booths.allow({})
    assert at_work(booths, person("ines", "fr")) == {}
    assert booths.attribute() == ""
