"""Meetings that are encrypted end to end: the interpreter has no key, hears nothing of them and says so."""

from __future__ import annotations

import pytest

from tests.live.conftest import OpenMeeting
from tests.live.guests import SPEAKER_HZ, Guest, until
from worker.encryption import MEETING_ENCRYPTED, SPEAKER_ENCRYPTED

pytestmark = pytest.mark.live

KEY = "only those who were told it"


def heard_s(guest: Guest, speaker: str) -> float:
    """How much of a speaker's own voice a guest with the key has heard."""
    return sum(sound.heard_s(SPEAKER_HZ) for sound in guest.sounds.values() if sound.publisher == speaker)


def troubles(guest: Guest) -> list[tuple[str, str]]:
    return [(event["speaker"], event["reason"]) for event in guest.events if event["type"] == "trouble"]


async def test_an_encrypted_meeting_is_not_listened_to(meeting: OpenMeeting) -> None:
    """Those with the key hear each other; the interpreter hears nothing, makes nothing up, and says why."""
    async with (
        meeting() as room,
        room.guest("bea", language="es", key=KEY) as bea,
        room.guest("carl", translator_captions="es,original", translator_events="on") as carl,
        room.guest("anna", language="en", key=KEY) as anna,
    ):
        await until(lambda: carl.events, "carl is told of the channels")
        await anna.open_microphone()
        await until(lambda: carl.says("translator.encrypted"), "it is said that she is encrypted")
        assert carl.says("translator.encrypted") == {"everybody": True, "speakers": ["anna"]}
        assert carl.says("translator.trouble") == MEETING_ENCRYPTED
        await until(lambda: heard_s(bea, "anna") > 1, "those with the key hear her", 60)

        assert bea.says("translator.encrypted") == {"everybody": True, "speakers": ["anna"]}
        assert (room.hear.options, room.hear.heard_s) == ([], {})
        assert (bea.captions, carl.captions, carl.legacy) == ([], [], [])
        assert bea.hears() == set()
        assert troubles(carl) == [("", MEETING_ENCRYPTED)]
        await anna.stop_microphone()
        await until(lambda: not carl.says("translator.encrypted"), "nothing is encrypted any more")


async def test_in_a_mixed_meeting_those_in_the_clear_are_interpreted(meeting: OpenMeeting) -> None:
    """Everybody is told whose words the interpreter cannot hear; the others' are heard, read and spoken."""
    async with (
        meeting() as room,
        room.guest("anna", language="en", key=KEY) as anna,
        room.guest("bea", key=KEY) as bea,
        room.guest("dora", language="en") as dora,
        room.guest("carl", language="es", translator_events="on") as carl,
    ):
        await until(lambda: carl.events, "carl is told of the channels")
        await anna.open_microphone()
        await dora.open_microphone()
        await until(lambda: carl.finals("es") and "es" in carl.hears(), "dora is interpreted", 60)
        await until(lambda: heard_s(bea, "anna") > 1, "those with the key hear anna", 60)

        assert carl.says("translator.encrypted") == {"everybody": False, "speakers": ["anna"]}
        assert carl.says("translator.trouble") == f"anna: {SPEAKER_ENCRYPTED}"
        assert set(room.hear.heard_s) == {"dora"}
        assert {seen.sender for seen in carl.captions} == {"dora"}
        assert troubles(carl)[-1] == ("anna", SPEAKER_ENCRYPTED)
        assert {speaker for speaker, _ in troubles(carl)} <= {"", "anna"}
