"""Rooms as they are: under way, with people who mute, leave and come back, and with an end."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import pytest
from livekit import api
from structlog.testing import capture_logs

from config.settings import LiveKit
from pipeline.capacity import Capacity
from protocol.control import Configure
from protocol.sealing import seal
from tests.live.conftest import SETTINGS, Meeting, OpenMeeting
from tests.live.guests import Guest, numbers, until
from worker.room import LeaveReason

pytestmark = pytest.mark.live

LEAVE_AFTER_S = 4.0
"""Longer than the server takes to tell of somebody who publishes nothing."""


async def test_a_room_under_way_is_interpreted(meeting: OpenMeeting, livekit: LiveKit, room: str) -> None:
    """People who were there before the interpreter, tracks included, are interpreted as others are."""
    async with (
        Guest("anna", room, livekit, language="en") as anna,
        Guest("bea", room, livekit, language="es") as bea,
    ):
        await anna.open_microphone()
        async with meeting(guests_stay=True):
            await until(lambda: bea.hears() == {"es"}, "Spanish")
            await until(lambda: bea.finals("es"), "captions")


async def test_another_interpreter_is_not_interpreted(meeting: OpenMeeting) -> None:
    """What agents publish is never listened to, and agents get no channel."""
    async with (
        meeting() as room,
        Guest("robot", room.room, room.livekit, kind="agent", language="fr") as robot,
        room.guest("bea", language="es") as bea,
    ):
        await robot.open_microphone()
        await until(lambda: bea.says("translator.languages"), "the interpreter is ready")
        async with room.guest("anna", language="en") as anna:
            await anna.open_microphone()
            await until(lambda: bea.hears() == {"es"}, "the human is heard")
        assert set(room.hear.heard_s) == {"anna"}
        assert robot.channel_names() == set()


async def test_muting_ends_the_sentence_and_unmuting_goes_on(meeting: OpenMeeting) -> None:
    """A mute in the middle of a sentence commits what was said; after it the same interpreter goes on."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
    ):
        await anna.open_microphone((30.0, 0.5))
        await until(lambda: bea.finals("es"), "the first words")
        anna.mute(True)
        await asyncio.sleep(1.0)
        heard_s = room.hear.heard_s["anna"]
        finals = len(bea.finals("es"))
        await asyncio.sleep(0.5)
        assert room.hear.heard_s["anna"] == heard_s
        anna.mute(False)
        await until(lambda: len(bea.finals("es")) > finals, "the next words")
        assert len(room.hear.options) == 1
        utterances = {
            seen.attributes["translator.segment"].rpartition(".")[2].split("-")[0]
            for seen in bea.finals("es")
        }
        assert utterances == {"1", "2"}


async def test_leaving_and_coming_back(meeting: OpenMeeting) -> None:
    """A speaker who returns within the grace time goes on with the same interpreter, a later one gets a new one."""
    async with (
        meeting() as room,
        room.guest("bea", language="es") as bea,
    ):
        for away_s, interpreters in ((0.3, 1), (SETTINGS.rooms.speaker_grace_s + 0.7, 1), (0.0, 2)):
            async with room.guest("anna", language="en") as anna:
                await anna.open_microphone()
                since = time.monotonic()
                await until(lambda at=since: bea.finals("es", at), "she is read")  # type: ignore[misc]
                assert len(room.hear.options) == interpreters
            await asyncio.sleep(away_s)
        ids = [seen.attributes["lk.segment_id"] for seen in bea.finals("es")]
        assert len(ids) == len(set(ids))


async def test_the_last_words_of_somebody_who_left_are_spoken(meeting: OpenMeeting) -> None:
    """Who leaves in the middle of a sentence is translated, shown and spoken to the end of what was heard."""
    async with meeting() as room, room.guest("bea", language="es", translator_events="on") as bea:
        async with room.guest("anna", language="en") as anna:
            await anna.open_microphone((30.0, 0.5))
            await until(lambda: bea.hears() == {"es"}, "Spanish")
        await until(lambda: any(_state(event) == ("anna", "gone") for event in bea.events), "she is let go")
        await until(
            lambda: numbers(bea, "speech") | numbers(bea, "skipped") >= numbers(bea, "clause"), "spoken"
        )
        assert len(bea.finals("es")) == len(numbers(bea, "clause"))


async def test_a_track_that_comes_and_goes_harms_nobody(meeting: OpenMeeting) -> None:
    """A microphone published and unpublished every 100 ms leaves nothing behind and does not disturb others."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("eva", language="en") as eva,
        room.guest("bea", language="es") as bea,
    ):
        await anna.open_microphone()
        await until(lambda: bea.hears() == {"es"}, "Spanish")
        for _ in range(15):
            await eva.open_microphone()
            await asyncio.sleep(0.1)
            await eva.stop_microphone()
        since = time.monotonic()
        await until(lambda: len(bea.finals("es", since)) >= 2, "the other one is still interpreted")
        assert not [seen for seen in bea.finals("es", since) if seen.sender != "anna"]
        tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith("sound of")]
        assert {task.get_name() for task in tasks} == {"sound of anna"}
        assert len([options for options in room.hear.options if options.speaker == "eva"]) <= 1
        await eva.open_microphone()
        await until(
            lambda: [seen for seen in bea.finals("es") if seen.sender == "eva"], "at last she is heard"
        )


async def test_the_organiser_configures_and_dismisses(meeting: OpenMeeting) -> None:
    """Packets of the server change languages and mutes of a running interpreter and end it; others' are ignored."""
    async with (
        meeting(configure=Configure(languages=("es",))) as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
    ):
        service = api.LiveKitAPI(
            room.livekit.url, room.livekit.api_key, room.livekit.api_secret.get_secret_value()
        )
        try:
            await anna.open_microphone()
            await until(lambda: bea.hears() == {"es"}, "Spanish")
            assert bea.says("translator.languages") == ["en", "es"]
            await anna.room.local_participant.publish_data(
                json.dumps({"type": "dismiss"}), topic="translator.control"
            )
            await _tell(service, room, {"type": "configure", "languages": None, "muted": ["es"]})
            await until(
                lambda: bea.says("translator.languages") == ["de", "en", "es", "fr"], "more languages"
            )
            await until(lambda: bea.says("translator.channels")["es"]["state"] == "muted", "muted")
            settled = time.monotonic() + 1.0
            await until(lambda: len(bea.finals("es", settled)) >= 2, "captions go on")
            assert bea.hears(settled) == set()
            assert not room.work.done()
            await _tell(service, room, {"type": "dismiss"})
            await until(room.work.done, "it goes")
            assert room.work.result() is LeaveReason.DISMISSED
            await until(lambda: bea.interpreter() is None, "it is gone")
        finally:
            await service.aclose()


async def test_the_organiser_chooses_a_voice(meeting: OpenMeeting) -> None:
    """It speaks from the next clause on while speech and captions go on; what there is not is told, once."""
    async with (
        meeting(configure=Configure(languages=("es", "fr"), voices={"es": "es-2"})) as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es", translator_events="on") as bea,
    ):
        service = api.LiveKitAPI(
            room.livekit.url, room.livekit.api_key, room.livekit.api_secret.get_secret_value()
        )
        try:
            await anna.open_microphone()
            await until(lambda: {event["voice"] for event in _all(bea, "speech")} == {"es-2"}, "as begun")
            assert bea.says("translator.voices") == {
                code: [f"{code}-{number}" for number in (1, 2, 3)] for code in ("en", "es", "fr")
            }
            voices = {"es": "es-3", "fr": "gone", "xx": "x-1"}
            wish: dict[str, object] = {"type": "configure", "languages": ["es", "fr"], "voices": voices}
            since, before = time.monotonic(), len(_all(bea, "channel"))
            await _tell(service, room, wish)
            await until(lambda: "es-3" in [event["voice"] for event in _all(bea, "speech")], "the new voice")
            later = len(_all(bea, "speech"))
            await _tell(service, room, wish)
            await until(lambda: len(_all(bea, "speech")) >= later + 2, "speech goes on")
            assert {event["voice"] for event in _all(bea, "speech")[later:]} == {"es-3"}
            await _tell(service, room, wish | {"version": 1, "voices": voices | {"es": "low"}})
            await until(lambda: "es-1" in [event["voice"] for event in _all(bea, "speech")], "a low voice")
            assert len(bea.finals("es", since)) >= 2
            assert len(_all(bea, "channel")) == before
            assert sorted((event["language"], event["reason"]) for event in _all(bea, "trouble")) == [
                ("fr", "there is no voice gone for this language: the usual ones speak"),
                ("xx", "a voice was chosen for this language, which is not available here"),
            ]
        finally:
            await service.aclose()


async def test_a_room_says_what_its_machine_keeps_up_with(meeting: OpenMeeting) -> None:
    """A second speaker and a second language are taken where one fits; what is given up is told once."""
    async with (
        meeting(capacity=Capacity(1, 0.5, (1,), {})) as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es", translator_events="on") as bea,
    ):
        await anna.open_microphone()
        await until(lambda: bea.hears() == {"es"}, "Spanish")
        assert bea.says("translator.capacity") == {"speakers": 1, "languages": [1], "given_up": []}
        async with room.guest("carl", language="fr") as carl:
            await carl.open_microphone()
            await until(lambda: carl.hears() == {"fr"}, "French all the same")
            await until(lambda: len(bea.says("translator.capacity")["given_up"]) == 2, "given up")
            told = {event["reason"] for event in _all(bea, "trouble")}
            assert told == set(bea.says("translator.capacity")["given_up"])
            await until(
                lambda: any(seen.sender == "carl" for seen in bea.finals("es")), "Carl is interpreted"
            )
        await until(lambda: bea.says("translator.capacity")["given_up"] == [], "it fits again", 20)
        assert len(_all(bea, "trouble")) == 2


async def test_a_meeting_is_summed_up_in_the_log(meeting: OpenMeeting) -> None:
    """When it is over the log has its figures, and nobody's name or words."""
    with capture_logs() as logs:
        async with (
            meeting() as room,
            room.guest("anna", language="en") as anna,
            room.guest("bea", language="es", translator_events="on") as bea,
        ):
            await anna.open_microphone()
            await until(lambda: len(numbers(bea, "speech")) >= 2, "two clauses were spoken")
    summary = next(entry for entry in logs if entry["event"] == "room was interpreted")
    assert summary["clauses"] >= summary["translated"] >= summary["spoken"] >= 2
    assert summary["caption"]["p95_s"] > 0
    assert summary["lag"].keys() == {"es"}
    assert summary["first_audio"]["p50_s"] < summary["lag"]["es"]["p95_s"]
    assert "anna" not in str(summary)


async def test_a_deserted_room_is_left(meeting: OpenMeeting) -> None:
    """The interpreter leaves some time after the last person did, and not before."""
    settings = replace(SETTINGS, rooms=replace(SETTINGS.rooms, leave_after_s=LEAVE_AFTER_S))
    async with meeting(settings=settings) as room:
        async with room.guest("bea", language="es") as bea:
            await until(lambda: bea.says("translator.languages"), "the interpreter is ready")
            # the server tells the interpreter of people without a track up to 3 s late, of others at once
            await bea.open_microphone()
            await asyncio.sleep(1.0)
        left_s = time.monotonic()
        await until(room.work.done, "it leaves")
        assert room.work.result() is LeaveReason.DESERTED
        assert time.monotonic() - left_s >= LEAVE_AFTER_S - 0.5


def _state(event: dict[str, object]) -> tuple[object, object]:
    return event.get("speaker"), event.get("state")


def _all(guest: Guest, kind: str) -> list[dict[str, Any]]:
    return [event for event in guest.events if event["type"] == kind]


async def _tell(service: api.LiveKitAPI, room: Meeting, message: dict[str, object]) -> None:
    livekit = room.livekit
    secret = livekit.api_secret.get_secret_value()
    listed = await service.room.list_participants(api.ListParticipantsRequest(room=room.room))
    (agent,) = [one.identity for one in listed.participants if one.kind == api.ParticipantInfo.Kind.AGENT]
    data = seal(json.dumps(message), room=room.room, to=agent, api_key=livekit.api_key, api_secret=secret)
    await service.room.send_data(api.SendDataRequest(room=room.room, data=data, topic="translator.control"))
