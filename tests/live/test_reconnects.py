"""Connections break, servers die; the meeting goes on."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import pytest
from livekit import rtc

from tests.live.conftest import OpenMeeting
from tests.live.guests import Guest, until
from tests.live.server import Server

pytestmark = pytest.mark.live


async def test_a_listener_reconnects(meeting: OpenMeeting) -> None:
    """After a signal reconnect and after a full one the listener hears and reads on, their language alone."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("carl", language="fr"),
    ):
        await anna.open_microphone((2.0, 0.4))
        await until(lambda: bea.hears() == {"es"}, "Spanish")
        for scenario in (
            rtc.SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT,
            rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT,
        ):
            await bea.room.simulate_scenario(scenario)
            await _goes_on(bea)


async def test_a_speaker_reconnects(meeting: OpenMeeting) -> None:
    """A speaker's full reconnect brings a new track; the same interpreter goes on with it."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
    ):
        await anna.open_microphone((1.0, 0.4))
        await until(lambda: bea.hears() == {"es"}, "Spanish")
        await anna.room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
        await _goes_on(bea)
        assert [options.speaker for options in room.hear.options] == ["anna"]
        sids = [seen.attributes["lk.transcribed_track_id"] for seen in bea.finals("es")]
        await until(
            lambda: bea.finals("es")[-1].attributes["lk.transcribed_track_id"] != sids[0], "the new SID"
        )


async def test_the_interpreter_reconnects(meeting: OpenMeeting) -> None:
    """The interpreter's own reconnects, with new SIDs of its tracks, cost a moment, and permissions hold after them."""
    rooms: list[rtc.Room] = []
    async with (
        meeting(rooms=rooms) as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("carl", language="fr") as carl,
    ):
        await anna.open_microphone((1.0, 0.4))
        await until(lambda: bea.hears() == {"es"} and carl.hears() == {"fr"}, "both")
        for scenario in (
            rtc.SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT,
            rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT,
        ):
            await rooms[0].simulate_scenario(scenario)
            await _goes_on(bea)
            await until(partial(_hears_alone, carl, "fr", time.monotonic()), "French as well")
            assert not room.work.done()
            await until(partial(_names_a_track_that_is_there, bea), "the attribute names the new track")


def _hears_alone(guest: Guest, language: str, since_s: float) -> bool:
    return guest.hears(since_s) == {language}


def _names_a_track_that_is_there(guest: Guest) -> bool:
    agent = guest.interpreter()
    return agent is not None and guest.says("translator.channels")["es"]["sid"] in agent.track_publications


async def test_the_media_server_dies_and_comes_back(meeting: OpenMeeting, own_server: Server) -> None:
    """After a crash and a restart of the server everybody is interpreted again, with the permissions as before."""
    async with (
        meeting(server=own_server.settings) as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("carl", language="fr"),
    ):
        await anna.open_microphone((1.0, 0.4))
        await until(lambda: bea.hears() == {"es"}, "Spanish")
        own_server.kill()
        await asyncio.sleep(2.0)
        await asyncio.to_thread(own_server.start)
        await _goes_on(bea, 25.0)
        assert not room.work.done()
        since = time.monotonic()
        await bea.wish(translator_listen="fr")
        await until(lambda: "fr" in bea.hears(since), "a change of wish after it", 5.0)
        agent = bea.interpreter()
        assert agent is not None
        names = [publication.name for publication in agent.track_publications.values()]
        assert len(names) == len(set(names)), "no track came back that nobody speaks into"


async def _goes_on(guest: Guest, limit_s: float = 10.0) -> None:
    """Sound and captions come again, and the sound is Spanish alone."""
    since = time.monotonic() + 0.5
    took_s = await until(lambda: guest.hears(since) and guest.finals("es", since), "it goes on", limit_s)
    assert guest.hears(since) == {"es"}
    print(f"goes on after {took_s:.1f} s")
