"""Wishes: from attributes to plans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.interpreter import Wishes
from pipeline.text.languages import same_language
from worker.listeners import ORIGINAL, Person, Plan, make_plan, read_person, readers_of

OFFERED = ("en", "es", "fr", "pt", "zh-TW")


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
        ({"language": "es", "translator_captions": "off"}, Person("bea", "es", "es")),
        ({"language": "es", "translator_speak": "auto"}, Person("bea", None, "es", frozenset({"es"}))),
        ({"translator_captions": " fr, original "}, Person("bea", "en", None, frozenset({"fr", ORIGINAL}))),
        ({"translator_listen": "fr", "translator_speak": "de"}, Person("bea", "de", "fr")),
        ({"translator_events": "on"}, Person("bea", "en", events=True)),
        ({"translator_push": "off"}, Person("bea", "en", interpreted=False)),
        ({"translator_push": "on"}, Person("bea", "en")),
        ({"translator_listen": "xx"}, Person("bea", "en", unserved=("xx",))),
        ({"translator_listen": "<script>"}, Person("bea", "en", unserved=("<script>",))),
        ({"translator_speak": "not a code"}, Person("bea", "en")),
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
    assert make_plan(people, limit=8) == Plan(
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
    """Somebody alone, and people who all speak what they hear, need no channel; nor is anyone recognised alone."""
    alone = [Person("anna", "en", "es", frozenset({"es"}))]
    alike = [Person("anna", "en", "en"), Person("bea", "en-GB", "en")]
    assert make_plan(alone, limit=8) == Plan(readers={"es": frozenset({"anna"})})
    assert make_plan(alike, limit=8) == Plan()


def test_who_only_reads_the_spoken_language_has_the_speaker_recognised() -> None:
    """Captions in the original count as a wish, without any language to translate into."""
    people = [Person("anna", "en"), Person("bea", "en", None, frozenset({"en"}))]
    assert make_plan(people, limit=8).wishes == {"anna": Wishes()}


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
        assert all(plan.readers[code] - {identity} for code in wishes.captions)


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=60), max_size=8), st.text(max_size=20))
def test_any_attributes_are_survived(anything: dict[str, str], value: str) -> None:
    """No attribute, however strange, does harm; what is heard and read is on offer."""
    named = dict.fromkeys(["language", "translator.speak", "translator.listen", "translator.captions"], value)
    found = read_person("x", anything | named, offered=OFFERED, room_language="en")
    assert found.hears is None or found.hears in OFFERED
    assert found.reads <= {*OFFERED, ORIGINAL}
