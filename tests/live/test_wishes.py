"""What a listener wishes is what they hear, soon, and nothing else: enforced by the media server."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.live.conftest import OpenMeeting
from tests.live.guests import Guest, until

pytestmark = pytest.mark.live


async def test_each_hears_their_own_channel_only(meeting: OpenMeeting) -> None:
    """Clients that subscribe to everything get the channel of their language, and none of another one."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("carl", language="fr") as carl,
        room.guest("dora") as dora,
    ):
        await anna.open_microphone()
        await until(lambda: bea.hears() and carl.hears(), "both hear their channels")
        await until(lambda: len(bea.finals("es")) > 2 and len(carl.finals("fr")) > 2, "captions go on")

        assert bea.hears() == {"es"}
        assert carl.hears() == {"fr"}
        assert dora.hears() == anna.hears() == set()
        assert bea.channel_names() == {"translated-es"}
        assert carl.channel_names() == {"translated-fr"}
        assert anna.channel_names() == {"translated-en"}, "the others might speak their languages"
        assert dora.channel_names() == set()


async def test_a_change_of_wish_is_heard_at_once_back_and_forth(meeting: OpenMeeting) -> None:
    """Whoever goes from one language to another and back hears each time the new one soon, and no more of the old."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("carl", language="fr"),
        room.guest("dora", language="es"),
    ):
        await anna.open_microphone((2.0, 0.4))
        await until(bea.hears, "the first language")
        for language in ("fr", "es", "fr", "es"):
            await _switch(bea, language)


async def test_off_is_silence_and_can_be_taken_back(meeting: OpenMeeting) -> None:
    """With `translator.listen` off nothing is heard, though others hear it; with a language it is there again."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("dora", language="es") as dora,
    ):
        await anna.open_microphone((2.0, 0.4))
        await until(bea.hears, "Spanish")
        await bea.wish(translator_listen="off")
        settled = time.monotonic() + 0.5
        await until(lambda: dora.hears(settled), "the other one still hears")
        assert bea.hears(settled) == set()
        await bea.wish(translator_listen="ES-mx")
        since = time.monotonic()
        await until(lambda: bea.hears(since) == {"es"}, "a region is served by its language", 2.0)


async def test_who_speaks_the_language_is_not_interpreted_into_it(meeting: OpenMeeting) -> None:
    """A listener of Spanish hears the English speaker's translation, and none of the Spanish speaker's."""
    async with (
        meeting() as room,
        room.guest("anna", translator_speak="en") as anna,
        room.guest("eva", translator_speak="es", translator_captions="original") as eva,
        room.guest("bea", language="es", translator_events="on") as bea,
    ):
        await eva.open_microphone()
        await until(lambda: len(bea.finals("es")) >= 2, "Spanish originals are read")
        assert {(seen.sender, seen.attributes.get("translated")) for seen in bea.finals("es")} == {
            ("eva", None)
        }
        assert bea.hears() == set()
        await anna.open_microphone()
        await until(lambda: bea.hears() == {"es"}, "the English speaker in Spanish")
        assert {event["speaker"] for event in bea.events if event["type"] == "speech"} <= {"anna"}
        assert {request.source for request in room.translator.asked} == {"en"}


async def test_each_speaker_is_interpreted_as_the_listener_chose(meeting: OpenMeeting) -> None:
    """One stays in the original, others are spoken; a choice has a channel of its own, which says whose words."""
    async with (
        meeting() as room,
        room.guest("anna", translator_speak="en") as anna,
        room.guest("carl", translator_speak="fr") as carl,
        room.guest("eva", translator_speak="de") as eva,
        room.guest(
            "bea",
            translator_listen="es",
            translator_understands="de",
            translator_overrides='{"anna": "original"}',
            translator_events="on",
            can_publish=False,
        ) as bea,
    ):
        for speaker in (anna, carl, eva):
            await speaker.open_microphone((2.0, 0.4))
        await until(lambda: bea.hears() == {"es"}, "the one whose language bea does not understand", 20)
        await until(lambda: ("es", "carl") in bea.words, "whose words")
        assert {event["speaker"] for event in bea.events if event["type"] == "speech"} <= {"carl"}

        await bea.wish(translator_overrides='{"anna": "fr", "carl": "en"}')
        await until(
            lambda: {("fr", "anna"), ("en", "carl")} <= set(bea.words), "both in channels of their own", 20
        )
        since = time.monotonic()
        await until(lambda: bea.hears(since) == {"fr", "en"}, "both channels", 20)
        assert set(bea.words) == {("es", "carl"), ("fr", "anna"), ("en", "carl")}
        assert eva.identity not in {event["speaker"] for event in bea.events if event["type"] == "speech"}
        assert carl.words == anna.words == []


def _channel(guest: Guest) -> dict[str, Any]:
    """The Spanish one as the interpreter shows it, which it does about twice a second; empty while it shows none."""
    found: dict[str, Any] = (guest.says("translator.channels") or {}).get("es", {})
    return found


async def test_a_channel_goes_when_nobody_listens_any_more(meeting: OpenMeeting) -> None:
    """It lingers for a while, then its track is unpublished; with the next wish it is there again."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
    ):
        await anna.open_microphone()
        await until(lambda: bea.hears() == {"es"}, "Spanish")
        await bea.wish(translator_listen="off", translator_captions="off")
        await until(lambda: _channel(anna).get("state") == "lingering", "lingering")
        await until(lambda: "es" not in anna.says("translator.channels"), "gone")
        await until(lambda: "translated-es" not in _published(bea), "its track is gone too")
        heard_s = room.hear.heard_s["anna"]
        await until(lambda: not room.work.done(), "still there")
        await bea.wish(translator_listen="es")
        since = time.monotonic()
        await until(lambda: bea.hears(since) == {"es"}, "Spanish again")
        assert room.hear.heard_s["anna"] > heard_s


async def test_nobody_is_recognised_whom_nobody_wants(meeting: OpenMeeting) -> None:
    """Who is neither heard by somebody else nor read by anybody is not listened to at all."""
    async with (
        meeting() as room,
        room.guest("anna", language="en", translator_captions="off") as anna,
        room.guest("dora", translator_listen="off", translator_captions="off") as dora,
    ):
        await anna.open_microphone()
        await until(lambda: anna.says("translator.languages"), "the interpreter is ready")
        await until(lambda: dora.room.remote_participants, "others are seen")
        assert room.hear.heard_s == {}
        await dora.wish(translator_captions="original")
        await until(lambda: dora.finals("en"), "now somebody reads her")
        assert room.hear.heard_s["anna"] > 0


async def test_who_is_alone_reads_what_they_say_if_it_can_be_recognised(meeting: OpenMeeting) -> None:
    """In their own language, or translated; who speaks another one than those that are recognised is told so."""
    async with (
        meeting(recognised=("en",)) as room,
        room.guest("anna", translator_speak="en", translator_captions="en") as anna,
    ):
        await anna.open_microphone()
        await until(lambda: anna.finals("en"), "what she says")
        assert anna.says("translator.abilities")["recognised"] == ["en"]
        await anna.wish(translator_captions="es")
        await until(lambda: anna.finals("es"), "what she says, in Spanish")
        assert anna.says("translator.channels") == {}
        assert not anna.says("translator.reports")
        await anna.wish(translator_speak="fr")
        report = {"code": "unrecognised", "speaker": "anna", "language": "fr"}
        await until(lambda: anna.says("translator.reports") == [report], "she is not understood")
        await anna.wish(translator_speak="en")
        await until(lambda: anna.says("translator.reports") in (None, ""), "she is understood")


async def test_chat_serves_those_without_a_picker(meeting: OpenMeeting) -> None:
    """A command in the chat changes what is heard, is answered to its writer alone, and yields to attributes; all else
    that is written reaches them in what they hear, in the writer's name."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("dora") as dora,
    ):
        await anna.open_microphone()
        await until(dora.interpreter, "the interpreter is there")
        await until(lambda: dora.says("translator.languages"), "it is ready")
        await dora.say_in_chat("/translate es")
        await until(lambda: dora.hears() == {"es"}, "Spanish")
        agent = dora.interpreter()
        assert agent is not None
        assert dora.chat == [(agent.identity, "You hear and read es.")]
        assert [text for sender, text in anna.chat if sender == agent.identity] == []
        await dora.wish(translator_listen="fr")
        since = time.monotonic()
        await until(lambda: "fr" in dora.hears(since), "the attribute counts")
        await dora.say_in_chat("/translate xx")
        await until(lambda: len(dora.chat) == 2, "an answer")
        await anna.say_in_chat("good morning")
        translated = ("anna", "fr good morning")
        await until(lambda: translated in dora.chat, "what anna wrote, in what dora hears")
        assert translated not in anna.chat
        assert dora.chat[1][1] == "xx is not available. Available: de, en, es, fr"


async def test_what_is_not_on_offer_is_said(meeting: OpenMeeting) -> None:
    """A wish that cannot be served is named in the interpreter's attribute, and harms nobody."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("carl", translator_listen="xx") as carl,
    ):
        await anna.open_microphone()
        await until(lambda: bea.hears() == {"es"}, "Spanish")
        reason = "xx: this language is not available here"
        await until(lambda: carl.says("translator.trouble") == reason, "it is said")


async def _switch(guest: Guest, language: str) -> None:
    """Goes to another language, and makes sure that it is heard, and soon alone."""
    await guest.wish(translator_listen=language)
    took_s = await until(lambda: language in guest.hears(guest.wish_set_s), f"sound of {language}")
    print(f"wish {language}: heard after {took_s:.2f} s")
    settled = time.monotonic() + 0.3
    await until(lambda: guest.hears(settled), f"{language} goes on")
    assert guest.hears(settled) == {language}


def _published(guest: Guest) -> list[str]:
    agent = guest.interpreter()
    assert agent is not None
    return [publication.name for publication in agent.track_publications.values()]
