"""What interpreters can do: read from others, limited to a room, put together."""

from __future__ import annotations

from typing import Any

import pytest

from protocol.abilities import MOST_LANGUAGES, Abilities, parse_abilities, read_abilities, together

ALL = Abilities(("en",), ("en", "es", "fr", "pt"), ("en", "es"), ("en", "es", "fr", "pt"))


def test_what_is_said_is_read_again() -> None:
    """Null stands for what is not known."""
    for able in (ALL, Abilities(), Abilities(recognised=())):
        assert read_abilities(able.message()) == able


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (None, None),
        ([], None),
        ({"read": "es"}, None),
        ({"read": [7, "es", "<b>", "off", "es"]}, ("es",)),
        ({"read": ["es"] * MOST_LANGUAGES + ["fr"]}, ("es",)),
    ],
)
def test_what_is_not_as_it_should_be_is_left_out(said: Any, read: tuple[str, ...] | None) -> None:
    """It comes from another process."""
    assert read_abilities(said).read == read


@pytest.mark.parametrize("text", ["", "{", "null", "[" * 100_000])
def test_an_attribute_that_cannot_be_read_says_nothing(text: str) -> None:
    """Nor does it harm."""
    assert parse_abilities(text) == Abilities()


@pytest.mark.parametrize(
    ("wanted", "read", "heard"),
    [
        (None, ("en", "es", "fr", "pt"), ("en", "es")),
        (("fr",), ("en", "fr"), ("en",)),
        (("pt-BR", "de"), ("en", "pt"), ("en",)),
        ((), ("en",), ("en",)),
    ],
)
def test_a_room_offers_what_was_chosen_of_what_there_is(
    wanted: tuple[str, ...] | None, read: tuple[str, ...], heard: tuple[str, ...]
) -> None:
    """And what is spoken, for captions in it."""
    offer = ALL.within(wanted, "en")
    assert (offer.recognised, offer.read, offer.heard) == (("en",), read, heard)


def test_the_operators_choice_holds_where_no_organiser_has_one() -> None:
    """An organiser may choose beyond it."""
    able = Abilities(None, ("en", "es", "fr"), None, ("en", "es"))
    assert able.within(None, "en").read == ("en", "es")
    assert able.within(("fr",), "en").read == ("en", "fr")


def test_where_nothing_is_known_the_choice_is_believed() -> None:
    """It is all that there is to go by."""
    assert Abilities().within(("fr", "es"), "en") == Abilities(None, ("es", "fr"), None, ("es", "fr"))
    assert Abilities().within(None, "en") == Abilities()


def test_several_workers_can_do_together_what_one_of_them_can() -> None:
    """A worker that does not know yet takes nothing away."""
    assert together([Abilities(("en",), ("en", "es")), Abilities(None, ("fr",)), Abilities()]) == Abilities(
        ("en",), ("en", "es", "fr")
    )
    assert together([]) == Abilities()
