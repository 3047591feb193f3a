"""Wishes: from attributes to plans."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.interpreter import Wishes
from pipeline.text.languages import same_language
from worker.hearing_choices import ORIGINAL
from worker.listeners import (
    MAX_LANGUAGES_EACH,
    InterpretingPlan,
    Person,
    make_plan,
    read_person,
    readers_of,
)

OFFERED = ("en", "es", "fr", "pt", "zh-TW")
MANY = ("es", "fr", "de", "it", "pt", "nl", "pl", "ru", "sv", "ar", "ja", "uk")


def person(identity: str = "bea", **attributes: str) -> Person:
    """Reads attributes; dots are written as underscores."""
    named = {name.replace("_", "."): value for name, value in attributes.items()}
    return read_person(identity, named, offered=OFFERED, room_language="en")


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, Person("bea", "en")),
        ({"language": "es"}, Person("bea", "es", "es", frozenset({"es"}))),
        ({"language": "ES"}, Person("bea", "es", "es", frozenset({"es"}))),
        ({"language": "pt-BR"}, Person("bea", "pt", "pt", frozenset({"pt"}))),
        ({"language": "zh"}, Person("bea", "zh-TW", "zh-TW", frozenset({"zh-TW"}))),
        ({"language": "pt_BR"}, Person("bea", "pt", "pt", frozenset({"pt"}))),
        ({"language": "es", "translator_listen": "off"}, Person("bea", "es", None, frozenset({"es"}))),
        ({"language": "es", "translator_listen": ""}, Person("bea", "es", "es", frozenset({"es"}))),
        ({"language": "es", "translator_captions": "off"}, Person("bea", "es", "es", captions_off=True)),
        ({"language": "es", "translator_speak": "auto"}, Person("bea", None, "es", frozenset({"es"}))),
        ({"translator_captions": " fr, original "}, Person("bea", "en", None, frozenset({"fr", ORIGINAL}))),
        ({"translator_listen": "fr", "translator_speak": "de"}, Person("bea", "de", "fr")),
        ({"translator_events": "on"}, Person("bea", "en", events=True)),
        ({"translator_push": "off"}, Person("bea", "en", interpreted=False)),
        ({"translator_push": "on"}, Person("bea", "en")),
        ({"translator_listen": "xx"}, Person("bea", "en", unserved=("xx",))),
        ({"translator_listen": "<script>"}, Person("bea", "en", unserved=("<script>",))),
        ({"translator_speak": "not a code"}, Person("bea", "en")),
        ({"translator_captions": "xx"}, Person("bea", "en", None, frozenset({ORIGINAL}), unserved=("xx",))),
        (
            {"translator_captions": "xx,es,original"},
            Person("bea", "en", None, frozenset({"es", ORIGINAL}), unserved=("xx",)),
        ),
        ({"translator_captions": "<script>"}, Person("bea", "en", unserved=("<script>",))),
        ({"language": "xx"}, Person("bea", "xx", None, frozenset({ORIGINAL}), unserved=("xx",))),
    ],
)
def test_attributes_are_read_as_the_protocol_says(attributes: dict[str, str], expected: Person) -> None:
    """Every attribute has its meaning, its default, and an empty value counts as absent."""
    assert person(**attributes) == expected


def test_a_room_that_detects_languages() -> None:
    """Where the room's language is "auto", those who say nothing are detected."""
    assert read_person("a", {}, offered=OFFERED, room_language="auto").speaks is None


def test_a_plan_for_a_small_meeting() -> None:
    """Each speaker is interpreted into what others hear and read, never into their own language."""
    people = [
        Person("anna", "en", "en", frozenset({"en"})),
        Person("bea", "es", "es", frozenset({"es", ORIGINAL})),
        Person("carl", "fr", None, frozenset({"fr"}), may_speak=False),
    ]
    assert make_plan(people, limit=8) == InterpretingPlan(
        wishes={
            "anna": Wishes(frozenset({"es"}), frozenset({"es", "fr"})),
            "bea": Wishes(frozenset({"en"}), frozenset({"en", "fr"})),
        },
        channels={"en": frozenset({"anna"}), "es": frozenset({"bea"})},
        readers={
            "en": frozenset({"anna"}),
            "es": frozenset({"bea"}),
            "fr": frozenset({"carl"}),
            ORIGINAL: frozenset({"bea"}),
        },
    )


def test_nobody_is_interpreted_for_themselves() -> None:
    """Somebody alone, and people who all speak what they hear, need no channel; who does not read causes no work."""
    alone = [Person("anna", "en", "es")]
    alike = [Person("anna", "en", "en"), Person("bea", "en-GB", "en")]
    assert make_plan(alone, limit=8) == InterpretingPlan()
    assert make_plan(alike, limit=8) == InterpretingPlan()
    assert make_plan([Person("anna", "en")], limit=8) == InterpretingPlan()


@pytest.mark.parametrize(
    ("speaks", "reads", "into"),
    [
        ("en", {"en"}, set()),
        ("en", {ORIGINAL}, set()),
        ("en", {"es"}, {"es"}),
        ("en", {"es", ORIGINAL}, {"es"}),
        ("en-GB", {"en"}, set()),
        (None, {"en"}, {"en"}),
    ],
)
def test_who_is_alone_reads_what_they_say(speaks: str | None, reads: set[str], into: set[str]) -> None:
    """In their own language, or translated; nothing of it is spoken to them."""
    alone = Person("anna", speaks, "es", frozenset(reads))
    plan = make_plan([alone], limit=8)
    assert plan.wishes == {"anna": Wishes(frozenset(), frozenset(into))}
    assert plan.channels == {}
    for silent in (replace(alone, may_speak=False), replace(alone, interpreted=False)):
        assert make_plan([silent], limit=8).wishes == {}


@pytest.mark.parametrize(
    ("speaks", "known", "recognised"),
    [
        ("ar", ("en",), False),
        ("en-GB", ("en",), True),
        ("pt", ("pt-BR", "en"), True),
        ("ar", (), True),
        ("auto", ("en",), True),
    ],
)
def test_whose_language_is_not_recognised(speaks: str, known: tuple[str, ...], recognised: bool) -> None:
    """They need no interpreter, and nobody needs a channel for them; where nothing is known all are tried."""
    omar = read_person(
        "omar", {"translator.speak": speaks}, offered=OFFERED, room_language="en", recognised=known
    )
    assert omar.recognised is recognised
    plan = make_plan([omar, Person("bea", "es", "es", frozenset({"es"}))], limit=8)
    assert ("omar" in plan.wishes, "es" in plan.channels) == (recognised, recognised)


def test_who_only_reads_the_spoken_language_has_the_speaker_recognised() -> None:
    """Captions in the original count as a wish, without any language to translate into."""
    people = [Person("anna", "en"), Person("bea", "en", None, frozenset({"en"}), may_speak=False)]
    assert make_plan(people, limit=8).wishes == {"anna": Wishes()}


def test_who_is_encrypted_is_not_interpreted() -> None:
    """They need no interpreter, and nobody needs a channel for what only they say; others are heard as ever."""
    anna = Person("anna", "en", encrypted=True)
    bea = Person("bea", "es", "es", frozenset({"es"}), may_speak=False)
    alone = make_plan([anna, bea], limit=8)
    assert (dict(alone.wishes), dict(alone.channels)) == ({}, {})
    mixed = make_plan([anna, bea, Person("carl", "en")], limit=8)
    assert mixed.wishes == {"carl": Wishes(frozenset({"es"}), frozenset({"es"}))}
    assert mixed.channels == {"es": {"bea"}}


def test_push_to_translate_and_muted_languages() -> None:
    """Who holds the key up is not interpreted; a muted language is read but not spoken, its channel stays."""
    bea = Person("bea", "es", "es", frozenset({"es"}))
    assert "anna" not in make_plan([Person("anna", "en", interpreted=False), bea], limit=8).wishes
    plan = make_plan([Person("anna", "en"), bea], limit=8, muted=("es",))
    assert plan.wishes["anna"] == Wishes(frozenset(), frozenset({"es"}))
    assert plan.channels == {"es": frozenset({"bea"})}


def test_more_languages_than_the_room_may_have() -> None:
    """Channels that exist are kept first, then the most wanted; the rest is named."""
    people = [
        Person("anna", "en"),
        Person("b", "es", "es"),
        Person("c", "fr", "fr"),
        Person("d", "fr", "fr"),
        Person("e", "pt", "pt"),
    ]
    plan = make_plan(people, limit=2, existing={"pt"})
    assert set(plan.channels) == {"pt", "fr"}
    assert plan.refused == ("es",)


def guest(identity: str, *languages: str) -> Person:
    """Somebody who listens, reads these languages in this order, and hears the first of them."""
    return read_person(
        identity,
        {"translator.listen": languages[0], "translator.captions": ",".join(languages)},
        offered=MANY,
        room_language="en",
        may_speak=False,
    )


ANNA = Person("anna", "en")


def granted(people: list[Person], limit: int = 8, existing: Collection[str] = ()) -> frozenset[str]:
    """The languages that have a place."""
    return make_plan([ANNA, *people], limit=limit, existing=existing).languages


def test_guests_who_ask_for_many_languages_leave_everybody_a_first() -> None:
    """Three ask for eight each; the one who came last still hears theirs, and so does everybody who asked for one."""
    greedy = [guest(f"guest{number}", *MANY[number : number + 8]) for number in range(3)]
    plan = make_plan([ANNA, *greedy, guest("olena", "uk")], limit=8)

    assert plan.channels["uk"] == {"olena"}
    assert {"es", "fr", "de", "uk"} <= plan.languages
    assert len(plan.languages) == 8


def test_a_first_takes_the_place_of_a_second_that_was_there_before() -> None:
    """Eight languages of one reader were all in use; whoever comes gets a first all the same, the last second goes."""
    greedy = guest("greedy", *MANY[:8])
    before = granted([greedy])
    assert before == set(MANY[:8])

    after = make_plan([ANNA, greedy, guest("olena", "uk")], limit=8, existing=before)

    assert after.languages == {*MANY[:7], "uk"}
    assert after.refused == (MANY[7],)


def test_who_had_a_place_keeps_it_and_who_came_first_gets_it() -> None:
    """Among equals; neither the code nor who is counted later decides."""
    first, second, third = guest("zoe", "uk"), guest("yan", "sv"), guest("ana", "ar")
    assert granted([first, second, third], limit=2) == {"uk", "sv"}
    assert granted([third, second, first], limit=2) == {"ar", "sv"}
    assert granted([first, second, third], limit=2, existing={"ar"}) == {"ar", "uk"}
    more = [guest(f"guest{number}", "pt") for number in range(5)]
    assert granted([first, second, *more], limit=2, existing={"uk", "sv"}) == {"uk", "sv"}


def test_the_second_language_is_the_second_that_was_named() -> None:
    """Not the first in the alphabet."""
    assert granted([guest("bea", "uk", "sv", "ar")], limit=2) == {"uk", "sv"}


def test_nobody_has_more_than_their_share_even_alone() -> None:
    """Of one person at most so many languages count, though a room may have more."""
    bea = Person("bea", "en", "uk", frozenset(MANY[:11]), may_speak=False, order=MANY[:11])
    assert granted([bea], limit=20) == {"uk", *MANY[: MAX_LANGUAGES_EACH - 1]}
    assert make_plan([ANNA, bea], limit=20).refused == MANY[MAX_LANGUAGES_EACH - 1 : 11]


def test_who_reads_a_caption() -> None:
    """A translation goes to its language; an original to those who read originals or that language."""
    readers = {"en": frozenset({"anna"}), "es": frozenset({"bea"}), ORIGINAL: frozenset({"carl"})}
    assert readers_of("es", "en", readers) == {"bea"}
    assert readers_of("en-US", "en-US", readers) == {"anna", "carl"}
    assert readers_of("fr", "en", readers) == frozenset()


codes = st.sampled_from(
    ["en", "es", "fr", "pt", "pt-BR", "EN", "xx", "off", "auto", "", "original", "es,fr", "!"]
)
attributes = st.dictionaries(
    st.sampled_from(
        ["language", "translator.speak", "translator.listen", "translator.captions", "translator.push"]
    ),
    codes,
)
rooms = st.lists(attributes, max_size=6).map(
    lambda all_of_them: [
        read_person(f"p{number}", some, offered=OFFERED, room_language="en")
        for number, some in enumerate(all_of_them)
    ]
)


@given(rooms, st.integers(1, 4))
def test_laws_of_plans(people: list[Person], limit: int) -> None:
    """Whatever people wish: one channel each at most, theirs; nobody into their own language; within the limit."""
    plan = make_plan(people, limit=limit)
    by_name = {person.identity: person for person in people}
    hearing = [identity for who in plan.channels.values() for identity in who]
    assert len(hearing) == len(set(hearing))
    for language, who in plan.channels.items():
        assert who
        assert all(by_name[identity].hears == language for identity in who)
    assert len(set(plan.channels) | set(plan.readers) - {ORIGINAL}) <= limit
    for identity, wishes in plan.wishes.items():
        spoken = by_name[identity].speaks
        assert spoken is None or not any(same_language(spoken, code) for code in wishes.languages)
        assert wishes.voices <= set(plan.channels)
        assert all(plan.channels[code] - {identity} for code in wishes.voices)
        assert all(plan.readers[code] for code in wishes.captions)


guests = st.lists(
    st.lists(st.sampled_from(MANY), min_size=1, max_size=10, unique=True), min_size=1, max_size=8
).map(lambda lists: [guest(f"guest{number}", *languages) for number, languages in enumerate(lists)])


@given(guests, st.integers(1, 10), st.sets(st.sampled_from(MANY)))
def test_laws_of_shares(people: list[Person], limit: int, existing: set[str]) -> None:
    """A second only when everybody has a first, and so on; who asks for more takes no first; once granted, kept."""
    places = granted(people, limit, existing)
    assert len(places) == min(limit, len({code for person in people for code in person.order[:8]}))
    for share in range(1, MAX_LANGUAGES_EACH):
        earlier = {code for person in people for code in person.order[:share]}
        assert earlier <= places or places <= earlier

    modest = [guest(person.identity, person.order[0]) for person in people]
    firsts = {person.order[0] for person in people}
    assert granted(modest, limit, existing) == places & firsts

    assert granted(people, limit, places) == places
    newcomer = guest("newcomer", *MANY[::-1])
    assert places & firsts <= granted([*people, newcomer], limit, places)


@given(st.permutations(MANY), st.integers(1, 10))
def test_joining_order_breaks_ties(languages: list[str], limit: int) -> None:
    """Where each wants another language, those who came first have theirs."""
    assert granted([guest(code, code) for code in languages], limit) == set(languages[:limit])


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=60), max_size=8), st.text(max_size=20))
def test_any_attributes_are_survived(anything: dict[str, str], value: str) -> None:
    """No attribute, however strange, does harm; what is heard and read is on offer."""
    named = dict.fromkeys(["language", "translator.speak", "translator.listen", "translator.captions"], value)
    found = read_person("x", anything | named, offered=OFFERED, room_language="en")
    assert found.hears is None or found.hears in OFFERED
    assert found.reads <= {*OFFERED, ORIGINAL}
