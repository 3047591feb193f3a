"""A person interprets in the machine's place, and turns are kept apart: with the media server between all."""

from __future__ import annotations

import time
from functools import partial

import pytest

from protocol.control import Configure
from tests.live.conftest import OpenMeeting
from tests.live.guests import Guest, until

pytestmark = pytest.mark.live

INES = Configure(interprets={"ines": ("fr",)})


def state(guest: Guest, language: str) -> str | None:
    """Of a language's channel, as everybody is told."""
    channel = (guest.says("translator.channels") or {}).get(language)
    return None if channel is None else str(channel["state"])


def more_than(guest: Guest, lines: int) -> bool:
    """Whether more French captions have come to their end."""
    return len(guest.finals("fr")) > lines


def hears_french(guest: Guest, since_s: float) -> bool:
    """Whether French, and nothing else, was heard since then."""
    return guest.hears(since_s) == {"fr"}


async def test_a_person_with_the_right_takes_a_language_over_and_gives_it_back(meeting: OpenMeeting) -> None:
    """The machine is silent in that language alone, captions go on, and it is back when they give back or leave."""
    async with (
        meeting(configure=INES) as room,
        room.guest("anna", translator_speak="en") as anna,
        room.guest("bea", language="fr") as bea,
        room.guest("carl", language="es") as carl,
        room.guest("ines", translator_speak="fr") as ines,
        room.guest("mallory", translator_speak="fr") as mallory,
    ):
        await anna.open_microphone((2.0, 0.4))
        await until(lambda: bea.hears() == {"fr"} and carl.hears() == {"es"}, "the machine speaks")
        assert bea.says("translator.interpreters") == {"may": {"ines": ["fr"]}, "now": {}}

        await mallory.wish(translator_interpret="fr")
        await mallory.open_microphone((0.2, 3.0))
        since = time.monotonic() + 2.0
        await until(lambda: bea.hears(since), "a claim without the right changes nothing")
        assert state(bea, "fr") == "open"

        await ines.open_microphone((1.0, 0.5))
        for leave in (False, True):
            await ines.wish(translator_interpret="fr")
            await until(lambda: state(bea, "fr") == "human", "everybody is told")
            assert bea.says("translator.interpreters")["now"] == {"fr": "ines"}
            settled = time.monotonic() + 1.0
            shown = len(bea.finals("fr"))
            await until(partial(carl.hears, settled), "Spanish is spoken by the machine")
            await until(partial(more_than, bea, shown + 1), "captions go on")
            assert bea.hears(settled) == set(), "no machine beside the person"
            assert not [line for line in bea.finals("fr", settled) if line.sender == "ines"]
            if leave:
                await ines.leave()
            else:
                await ines.wish(translator_interpret="")
            back = time.monotonic()
            await until(partial(hears_french, bea, back), "the machine is back")
            await until(lambda: state(bea, "fr") == "open", "everybody is told")


async def test_turns_are_spoken_after_their_end_and_the_speaker_is_told(meeting: OpenMeeting) -> None:
    """Captions go on live; the voice begins when the key is released, and says the whole turn."""
    async with (
        meeting(configure=Configure(consecutive=True)) as room,
        room.guest("anna", translator_speak="en") as anna,
        room.guest("bea", language="es", translator_events="on") as bea,
    ):
        await anna.open_microphone((6.0, 30.0))
        await until(lambda: len(bea.finals("es")) > 2, "captions go on live")
        assert bea.says("translator.turn") == {"speaker": "anna", "interpreting": ""}
        assert bea.hears() == set(), "she has not finished"
        await anna.wish(translator_push="off")
        released = time.monotonic()
        await until(lambda: bea.hears(released) == {"es"}, "her turn is spoken")
        await until(
            lambda: bea.says("translator.turn") == {"speaker": "", "interpreting": "anna"},
            "she is told that she is interpreted",
        )
        await until(lambda: bea.says("translator.turn")["interpreting"] == "", "it is at its end", 30.0)
        told = [event for event in bea.events if event["type"] in ("speech", "skipped")]
        assert [(event["type"], event["number"]) for event in told] == [
            ("speech", number) for number in range(1, len(told) + 1)
        ]
        assert len(told) >= len(bea.finals("es")) > 3
