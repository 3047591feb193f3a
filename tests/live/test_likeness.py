"""Speakers who are heard in a voice that resembles theirs, in real rooms; what finds the voices is scripted."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from protocol.control import Configure
from tests.fakes.likeness import ScriptedLikeness
from tests.live.conftest import SETTINGS, Meeting, OpenMeeting
from tests.live.guests import Guest, until

pytestmark = pytest.mark.live

TOLD = "translator.likenesses"
FOUND = {"state": "found", "voices": {"es": {"before": 0.61, "after": 0.74}}}
GATHERED_WITHIN_S = 40.0
"""Twelve seconds of speech, with pauses."""


PATIENT = replace(SETTINGS, rooms=replace(SETTINGS.rooms, speaker_grace_s=30.0))
"""Whoever comes back comes back in time, however busy the machine is."""


def voices(room: Meeting, language: str = "es") -> list[str]:
    return [request.voice for request in room.synthesizer.asked if request.language == language]


async def spoken_next(room: Meeting) -> str:
    """The voice of the next clause in Spanish that begins from now on."""
    count = len(voices(room)) + 1  # one may be prepared already
    await until(lambda: len(voices(room)) > count, "another clause is spoken")
    return voices(room)[-1]


async def test_a_speaker_who_wishes_it_is_heard_so_and_everybody_knows(meeting: OpenMeeting) -> None:
    """From their own sound; others' claims change nothing; it survives a return and ends when it is taken back."""
    engine = ScriptedLikeness()
    async with (
        meeting(likeness=engine, settings=PATIENT) as room,
        room.guest("anna", language="en", translator_likeness="on") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("eve", language="en", translator_likeness="yes, and for bea too") as eve,
    ):
        await eve.wish(translator_likenesses='{"eve": {"state": "found"}}', translator_likeness="true")
        await anna.open_microphone()
        await until(
            lambda: bea.says(TOLD) and bea.says(TOLD)["anna"].get("speech_s", 0) > 1, "it is gathered"
        )
        assert await spoken_next(room) == "es-1"
        assert "translator.likeness" not in bea.finals("es")[-1].attributes
        await until(lambda: bea.says(TOLD) == {"anna": FOUND}, "everybody is told", GATHERED_WITHIN_S)
        assert eve.says(TOLD) == {"anna": FOUND}
        assert await spoken_next(room) == "like:es"
        await until(
            lambda: bea.finals("es")[-1].attributes.get("translator.likeness") == "true", "captions say so"
        )
        await until(bea.hears, "it sounds")
        assert [12 <= measured_s <= 20 for measured_s in engine.measured_s] == [True]

        await anna.leave()
        await until(lambda: bea.says(TOLD) == {}, "who is away is not spoken so")
        async with room.guest("anna", language="en") as again:
            await again.open_microphone()
            await again.wish(translator_likeness="on")
            await until(lambda: bea.says(TOLD) == {"anna": FOUND}, "it is there again at once")
            assert await spoken_next(room) == "like:es"
            await again.wish(translator_likeness="")
            await until(lambda: bea.says(TOLD) == {}, "taken back")
            assert await spoken_next(room) == "es-1"
            assert len(engine.measured_s) == 1
        assert engine.searched == ["es"]


async def test_where_the_organiser_forbids_it_nobody_is_measured(meeting: OpenMeeting) -> None:
    """Whoever wishes it is told, and goes on being interpreted."""
    engine = ScriptedLikeness()
    async with (
        meeting(likeness=engine, configure=Configure(forbids_likeness=True)) as room,
        room.guest("anna", language="en", translator_likeness="on") as anna,
        room.guest("bea", language="es") as bea,
    ):
        await anna.open_microphone()
        told = {"code": "likeness_forbidden", "speaker": "anna"}
        await until(lambda: told in (anna.says("translator.reports") or []), "the speaker is told")
        await until(lambda: len(bea.finals("es")) > 3, "interpreting goes on")
        assert not bea.says(TOLD)
        assert engine.measured_s == []


async def test_a_search_ends_with_the_wish_and_with_the_room(meeting: OpenMeeting) -> None:
    """It is not waited for."""
    engine = ScriptedLikeness(gate=asyncio.Event())
    async with (
        meeting(likeness=engine) as room,
        room.guest("anna", language="en", translator_likeness="on") as anna,
        room.guest("bea", language="es") as bea,
    ):
        await anna.open_microphone((3.0, 0.3))
        await until(lambda: engine.searched == ["es"], "it is looked for", GATHERED_WITHIN_S)
        await until(lambda: bea.says(TOLD)["anna"] == {"state": "searching"}, "everybody is told")
        await _off_and_on(anna, bea)
        assert engine.cancelled == ["es"]
        await until(lambda: len(engine.searched) == 2, "it is looked for anew", GATHERED_WITHIN_S)
    assert engine.cancelled == ["es", "es"]


async def _off_and_on(anna: Guest, bea: Guest) -> None:
    await anna.wish(translator_likeness="")
    await until(lambda: bea.says(TOLD) == {}, "taken back")
    await anna.wish(translator_likeness="on")
    await until(lambda: bea.says(TOLD) != {}, "wished again")
