"""Chat commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.commands import CommandReply, answer

OFFERED = ("en", "es", "pt")
LISTEN, CAPTIONS, SPEAK = "translator.listen", "translator.captions", "translator.speak"


@pytest.mark.parametrize(
    ("message", "attributes"),
    [
        ("/translate es", {LISTEN: "es", CAPTIONS: "es"}),
        ("  /Translate  PT-br ", {LISTEN: "pt", CAPTIONS: "pt"}),
        ("/translate es captions", {LISTEN: "off", CAPTIONS: "es"}),
        ("/translate off", {LISTEN: "off", CAPTIONS: "off"}),
        ("/speak fr", {SPEAK: "fr"}),
        ("/speak auto", {SPEAK: "auto"}),
        ("/translate xx", {}),
        ("/translate help", {}),
        ("/translate", {}),
        ("/speak", {}),
    ],
)
def test_commands_stand_for_attributes(message: str, attributes: dict[str, str]) -> None:
    """Each command changes what the protocol says, and is answered."""
    found = answer(message, OFFERED)
    assert found is not None
    assert found.attributes == attributes
    assert found.text


def test_an_unknown_language_is_answered_with_the_known_ones() -> None:
    """Whoever asks for a language that there is not learns what there is."""
    assert answer("/translate xx", OFFERED) == CommandReply("xx is not available. Available: en, es, pt")


@pytest.mark.parametrize("message", ["", "hello", "translate es", "/other es", "/translate " + "x" * 300])
def test_other_messages_are_left_alone(message: str) -> None:
    """What is no command gets no answer."""
    assert answer(message, OFFERED) is None


@given(st.text(max_size=80))
def test_any_message_is_survived(text: str) -> None:
    """No argument, however strange, does harm or sets anything but a code."""
    found = answer(f"/translate {text}", OFFERED)
    assert found is None or set(found.attributes.values()) <= {*OFFERED, "off"}
