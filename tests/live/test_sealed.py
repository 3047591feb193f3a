"""Rooms that are encrypted end to end, and an interpreter that is handed the key: with LiveKit's own clients."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from auth_service.livekit_server import LiveKitServer
from protocol.attributes import ACCESS
from protocol.control import Configure
from protocol.room_key import key_check, sealed_for
from protocol.statements import base64url
from tests.live.conftest import Meeting, OpenMeeting
from tests.live.guests import SPEAKER_HZ, TONES_HZ, Guest, until
from worker.encryption import MEETING_ENCRYPTED, MEETING_OTHER_KEY
from worker.room import LeaveReason

pytestmark = pytest.mark.live

ENCRYPTED = Configure(encrypted=True)
SLOWLY_S = 60.0


def new_key() -> str:
    """As a page makes one."""
    return base64url(secrets.token_bytes(32))


def heard_s(guest: Guest, speaker: str) -> float:
    """How much of a speaker's own voice a guest has heard."""
    return sum(sound.heard_s(SPEAKER_HZ) for sound in guest.sounds.values() if sound.publisher == speaker)


def loud_s(guest: Guest, publisher: str) -> float:
    """How much of what a guest receives of somebody is not silence."""
    heard = [sound for sound in guest.sounds.values() if sound.publisher == publisher]
    return sum(0.05 * sum(level > 300 for _, level, _ in sound.frames) for sound in heard)


def tone_share(guest: Guest, publisher: str, tone: float) -> float:
    """In how much of what a guest receives of somebody that is not silence a tone stands out, 0…1."""
    heard = [sound for sound in guest.sounds.values() if sound.publisher == publisher]
    return sum(sound.heard_s(tone) for sound in heard) / max(0.05, loud_s(guest, publisher))


async def tell(room: Meeting, guest: Guest, message: dict[str, Any]) -> None:
    """As the token service does it for an organiser."""
    agent = guest.interpreter()
    assert agent is not None
    secret = room.livekit.api_secret.get_secret_value()
    async with LiveKitServer(room.livekit.url, room.livekit.api_key, secret, "interpreter") as server:
        await server.send(room.room, agent.identity, message)


async def hand_over(room: Meeting, guest: Guest, key: str) -> None:
    """Seals a key for the interpreter as a page does it, and waits until the interpreter says that it has it."""
    await until(lambda: guest.says(ACCESS), "the interpreter says for which key to seal", SLOWLY_S)
    agent = guest.interpreter()
    assert agent is not None
    sealed = sealed_for(guest.says(ACCESS)["sealing"], key, room=room.room, identity=agent.identity)
    await tell(room, guest, {"type": "key", "sealed": sealed})
    check = key_check(key, room=room.room)
    await until(lambda: guest.says(ACCESS)["check"] == check, "the interpreter says that it has the key")


async def test_the_interpreter_hears_once_it_has_the_key_and_nobody_without_it(meeting: OpenMeeting) -> None:
    """Before: nothing. After: people with the key hear and read translations; who has none, as the server, gets nothing
    that can be heard or read, though it receives all tracks."""
    key = new_key()
    async with (
        meeting(configure=ENCRYPTED) as room,
        room.guest("eve", language="es", eavesdrops=True, translator_captions="es,original") as eve,
        room.guest("bea", language="es", key=key) as bea,
        room.guest("anna", language="en", key=key) as anna,
    ):
        await anna.open_microphone()
        await until(lambda: heard_s(bea, "anna") > 2, "those with the key hear each other", SLOWLY_S)
        await until(lambda: bea.says("translator.encrypted"), "it is said that nothing is heard")
        assert bea.says(ACCESS)["check"] == ""
        assert bea.says("translator.trouble") == MEETING_ENCRYPTED
        assert (room.hear.options, room.hear.heard_s, bea.captions) == ([], {}, [])

        await hand_over(room, bea, key)
        await until(lambda: bea.finals("es") and "es" in bea.hears(), "bea reads and hears Spanish", SLOWLY_S)
        assert set(room.hear.heard_s) == {"anna"}
        assert not bea.says("translator.encrypted")
        assert {seen.attributes["translator.segment"].split("/")[0] for seen in bea.captions} == {"anna"}
        await anna.say_in_chat("good morning")
        await until(lambda: bea.chat, "the chat is read by those with the key")

        agent = bea.interpreter()
        assert agent is not None
        await until(
            lambda: loud_s(bea, agent.identity) > 2 and loud_s(eve, agent.identity) > 2, "both receive", 60
        )
        received = {sound.publisher for sound in eve.sounds.values() if sound.frames}
        assert received == {"anna", agent.identity}
        for publisher, tone in (("anna", SPEAKER_HZ), (agent.identity, TONES_HZ["es"])):
            with_key, without = tone_share(bea, publisher, tone), tone_share(eve, publisher, tone)
            print(f"{publisher}: {with_key:.2f} of it is the tone with the key, {without:.2f} without")
            assert with_key > 0.8
            assert without < 0.2
        assert (eve.captions, eve.legacy, eve.chat, eve.events) == ([], [], [], [])
        assert (bea.legacy, anna.legacy) == ([], [])


async def test_a_wrong_key_is_told_and_the_right_one_heals_it(meeting: OpenMeeting) -> None:
    """Nothing is made up out of what cannot be deciphered."""
    key = new_key()
    async with (
        meeting(configure=ENCRYPTED) as room,
        room.guest("bea", language="es", key=key) as bea,
        room.guest("anna", language="en", key=key) as anna,
    ):
        await anna.open_microphone()
        await hand_over(room, bea, new_key())
        told = {"everybody": True, "speakers": ["anna"], "other_key": True}
        await until(
            lambda: bea.says("translator.encrypted") == told, "it is said that the key is wrong", SLOWLY_S
        )
        assert bea.says("translator.trouble") == MEETING_OTHER_KEY
        assert bea.captions == []

        await hand_over(room, bea, key)
        await until(
            lambda: bea.finals("es") and "es" in bea.hears(), "she is interpreted after all", SLOWLY_S
        )
        assert not bea.says("translator.encrypted")


async def test_another_key_in_mid_meeting(meeting: OpenMeeting) -> None:
    """Everybody who has it goes on; who keeps the old one hears and reads nothing any more."""
    first, second = new_key(), new_key()
    async with (
        meeting(configure=ENCRYPTED) as room,
        room.guest("bea", language="es", key=first) as bea,
        room.guest("old", language="es", key=first) as old,
        room.guest("anna", language="en", key=first) as anna,
    ):
        await anna.open_microphone()
        await hand_over(room, bea, first)
        await until(lambda: bea.finals("es") and old.finals("es"), "both read Spanish", SLOWLY_S)
        for guest in (anna, bea):
            guest.change_key(second)
        await hand_over(room, bea, second)
        changed_s = max(seen.at_s for seen in bea.captions)
        await until(lambda: bea.finals("es", changed_s + 0.1), "bea goes on reading", SLOWLY_S)
        await until(lambda: "es" in bea.hears(changed_s + 1), "bea goes on hearing", SLOWLY_S)
        since_s = max(seen.at_s for seen in bea.captions)
        await until(lambda: len(bea.finals("es", since_s + 0.1)) >= 2, "and reading", SLOWLY_S)
        assert old.finals("es", since_s) == []
        assert old.hears(since_s) == set()


async def test_a_key_that_is_withdrawn_ends_the_interpreter(meeting: OpenMeeting) -> None:
    """At once, without last words; the others see it go and hear each other on."""
    key = new_key()
    async with (
        meeting(configure=ENCRYPTED) as room,
        room.guest("bea", language="es", key=key) as bea,
        room.guest("anna", language="en", key=key) as anna,
    ):
        await anna.open_microphone()
        await hand_over(room, bea, key)
        await until(lambda: bea.finals("es"), "bea reads Spanish", SLOWLY_S)
        await tell(room, bea, {"type": "withdraw"})
        await until(room.work.done, "the interpreter ends")
        assert room.work.result() is LeaveReason.WITHDRAWN
        await until(lambda: bea.interpreter() is None, "bea sees it go")
        read = len(bea.captions)
        before = heard_s(bea, "anna")
        await until(lambda: heard_s(bea, "anna") > before + 1, "bea hears anna all the same", SLOWLY_S)
        assert len(bea.captions) == read
