"""Who is heard in which language: a second language, and choices for single speakers."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.interpreter import Wishes
from worker.hearing_choices import MAX_OVERRIDES, MAX_UNDERSTOOD, ORIGINAL, read_overrides, read_understood
from worker.listeners import Person, make_plan, read_person

OFFERED = ("en", "es", "fr", "pt")


def voices(people: list[Person], **plan: object) -> Mapping[str, frozenset[str]]:
    """Into which languages each of them is spoken."""
    made = make_plan(people, limit=8, **plan)  # type: ignore[arg-type]
    return {who: wish.voices for who, wish in made.wishes.items() if wish.voices}


def channels(people: list[Person]) -> Mapping[str, frozenset[str]]:
    """Who receives which language."""
    return make_plan(people, limit=8).channels


ANA, BEA, CARL = Person("ana", "en"), Person("bea", "es"), Person("carl", "fr")


def test_who_understands_two_languages_hears_only_the_others_translated() -> None:
    """Speakers of the second one are heard in the original, and not interpreted for that listener."""
    lea = Person("lea", "de", "es", understands=frozenset({"fr"}))
    assert channels([ANA, CARL, lea]) == {"es": {"lea"}}
    assert voices([ANA, CARL, lea]) == {"ana": {"es"}}


def test_no_channel_for_who_understands_everybody() -> None:
    """Regions do not count."""
    lea = Person("lea", "de", "es", understands=frozenset({"fr", "en"}))
    assert make_plan([Person("ana", "en-GB"), CARL, lea], limit=8).channels == {}
    assert voices([Person("ana", "en-GB"), CARL, lea]) == {}


def test_a_second_language_is_nobody_elses() -> None:
    """Who does not understand it has its speakers interpreted all the same."""
    lea = Person("lea", "de", "es", understands=frozenset({"fr"}))
    max_ = Person("max", "de", "es")
    assert channels([ANA, CARL, lea, max_]) == {"es": {"lea", "max"}}
    assert voices([ANA, CARL, lea, max_]) == {
        "ana": {"es"},
        "carl": {"es"},
        "lea": {"es"},
        "max": {"es"},
    }


def test_somebody_whose_language_is_not_known_may_need_interpreting() -> None:
    """Their words tell; until then nobody can say that they are understood."""
    lea = Person("lea", "de", "es", understands=frozenset({"fr"}))
    assert voices([Person("carl", None), lea]) == {"carl": {"es"}}


@pytest.mark.parametrize(
    ("overrides", "received", "spoken"),
    [
        ({}, {"es": {"lea"}}, {"ana": {"es"}, "carl": {"es"}}),
        ({"ana": ORIGINAL}, {"es": {"lea"}}, {"carl": {"es"}}),
        ({"ana": ORIGINAL, "carl": ORIGINAL}, {}, {}),
        ({"carl": "en"}, {"es": {"lea"}, "en": {"lea"}}, {"ana": {"es"}, "carl": {"en"}}),
        ({"ana": "fr", "carl": "en"}, {"fr": {"lea"}, "en": {"lea"}}, {"ana": {"fr"}, "carl": {"en"}}),
        ({"carl": "fr"}, {"es": {"lea"}}, {"ana": {"es"}}),  # they speak it
        ({"nobody": "pt"}, {"es": {"lea"}}, {"ana": {"es"}, "carl": {"es"}}),
    ],
)
def test_a_choice_for_one_speaker_goes_before_the_general_one(
    overrides: dict[str, str], received: dict[str, set[str]], spoken: dict[str, set[str]]
) -> None:
    """A channel is opened for the choice alone, and speaks nobody for whom it was not chosen."""
    lea = Person("lea", "es", "es", may_speak=False, overrides=overrides)
    assert channels([ANA, CARL, lea]) == received
    assert voices([ANA, CARL, lea]) == spoken


def test_who_hears_originals_may_have_one_person_interpreted() -> None:
    """Only that one is."""
    lea = Person("lea", "es", overrides={"carl": "es"})
    assert channels([ANA, CARL, lea]) == {"es": {"lea"}}
    assert voices([ANA, CARL, lea]) == {"carl": {"es"}}


def test_a_choice_goes_before_a_second_language_too() -> None:
    """Who understands French may still want one person in Spanish."""
    lea = Person("lea", "de", "es", understands=frozenset({"fr"}), overrides={"carl": "es"})
    assert voices([CARL, lea]) == {"carl": {"es"}}


def test_who_chose_the_same_for_all_but_one_is_not_counted_for_that_one() -> None:
    """Two listeners alike but for one choice: what the other one wants still holds."""
    lea = Person("lea", "es", "es", may_speak=False, overrides={"ana": ORIGINAL})
    max_ = Person("max", "es", "es", may_speak=False)
    assert voices([ANA, lea, max_]) == {"ana": {"es"}}
    assert voices([ANA, lea]) == {}


def test_muted_languages_are_not_spoken_for_a_choice_either() -> None:
    """The organiser's word holds; captions go on."""
    lea = Person("lea", "es", overrides={"carl": "es"}, reads=frozenset({"es"}))
    plan = make_plan([CARL, lea], limit=8, muted={"es"})
    assert plan.wishes["carl"] == Wishes(frozenset(), frozenset({"es"}))


def test_choices_take_places_after_everybodys_first_language() -> None:
    """One person's choices do not push others out of the room."""
    lea = Person("lea", "de", "es", may_speak=False, overrides={"ana": "pt", "carl": "en"})
    max_ = Person("max", "de", "fr", may_speak=False)
    plan = make_plan([ANA, CARL, Person("dan", "it"), lea, max_], limit=2)
    assert plan.channels == {"es": {"lea"}, "fr": {"max"}}
    assert set(plan.refused) == {"pt", "en"}


def lea_with(**attributes: str) -> Person:
    """Reads attributes."""
    named = {f"translator.{name}": value for name, value in attributes.items()}
    return read_person("lea", named, offered=OFFERED, room_language="en")


def test_choices_are_read_from_attributes_and_served_as_the_room_offers() -> None:
    """Codes are served; what is not on offer is told, and the general choice holds; nobody chooses for themselves."""
    chosen = {"ana": "original", "carl": "pt-BR", "bea": "xx", "lea": "fr", "dan": "ORIGINAL"}
    read = lea_with(listen="es", understands=" fr , pt_BR, <b>", overrides=json.dumps(chosen), voice="Low")
    assert read.overrides == {"ana": ORIGINAL, "carl": "pt", "dan": ORIGINAL}
    assert read.understands == {"fr", "pt-BR"}
    assert read.unserved == ("xx",)
    assert read.voice == "low"


BROKEN = [
    *("", "{", "[]", "null", '"es"', "5", "[" * 3000, '{"": "es"}'),
    *('{"ana": 3}', '{"ana": null}', '{"ana": "not a code"}', '{"ana": "off"}'),
    *(json.dumps({"a" * 300: "es"}), json.dumps({"ana": "es" + " " * 5000})),
]


@pytest.mark.parametrize("value", BROKEN)
def test_what_is_no_choice_changes_nothing(value: str) -> None:
    """Attributes may hold anything."""
    assert read_overrides(value) == ()


def test_choices_are_bounded() -> None:
    """Whoever lists a thousand people or languages is read as far as the bound."""
    many = json.dumps({f"p{number}": "es" for number in range(100)})
    assert len(read_overrides(many)) == MAX_OVERRIDES
    assert len(read_understood("en,es,fr,pt,de,it,nl")) == MAX_UNDERSTOOD
    assert lea_with(voice="<script>").voice == ""


@given(st.text(max_size=300))
def test_any_text_is_read(value: str) -> None:
    """Nothing a participant sets raises anything."""
    read_overrides(value)
    read_understood(value)


LANGUAGES = st.sampled_from([None, "en", "es", "fr"])
CHOICES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["en", "es", "fr", ORIGINAL]), max_size=3)
UNDERSTOOD = st.frozensets(st.sampled_from(["en", "es", "fr"]), max_size=2)


@given(st.lists(st.tuples(LANGUAGES, LANGUAGES, UNDERSTOOD, CHOICES), min_size=1, max_size=4))
def test_what_is_spoken_and_received_is_what_each_hears_of_each(
    wishes: list[tuple[str | None, str | None, frozenset[str], dict[str, str]]],
) -> None:
    """Grouping listeners changes nothing: as if every pair were looked at."""
    people = [
        Person(
            name,
            speaks,
            hears,
            understands=understood,
            overrides={w: c for w, c in chosen.items() if w != name},
        )
        for name, (speaks, hears, understood, chosen) in zip("abcd", wishes, strict=False)
    ]
    pairs = [
        (listener, speaker, listener.heard_in(speaker))
        for listener in people
        for speaker in people
        if listener is not speaker
    ]
    spoken: dict[str, set[str]] = {}
    received: dict[str, set[str]] = {}
    for listener, speaker, language in pairs:
        if language is not None:
            spoken.setdefault(speaker.identity, set()).add(language)
            received.setdefault(language, set()).add(listener.identity)
    plan = make_plan(people, limit=8)
    assert plan.channels == received
    assert {who: wish.voices for who, wish in plan.wishes.items()} == spoken
