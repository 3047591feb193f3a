"""Captions reach those who read them, as any LiveKit client understands them."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from livekit import rtc

from tests.live.conftest import OpenMeeting
from tests.live.guests import Guest, Seen, until

pytestmark = pytest.mark.live

PAUSE_S = 5.0


async def test_captions_are_addressed_and_attributed(meeting: OpenMeeting) -> None:
    """Each reads only what they asked for, in the speaker's name, with the attributes of the protocol.

    What is committed never changes, and older clients get the spoken language in LiveKit's legacy packets.
    """
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", translator_captions="es,original") as bea,
        room.guest("carl", translator_captions="fr") as carl,
        room.guest("dora") as dora,
    ):
        await anna.open_microphone()
        await until(lambda: len(bea.finals("es")) >= 4 and len(carl.finals("fr")) >= 2, "finals")
        await until(lambda: [text for _, text, final in dora.legacy if final], "a final packet")

        assert {seen.attributes["language"] for seen in bea.captions} == {"en", "es"}
        assert {seen.attributes["language"] for seen in carl.captions} == {"fr"}
        assert dora.captions == []
        assert {seen.sender for seen in (*bea.captions, *carl.captions)} == {"anna"}
        _has_the_attributes_of_the_protocol(bea, bea.finals("es")[0])
        _only_what_is_not_committed_changes(bea)
        _only_the_original_goes_out_as_packets(dora)


def _has_the_attributes_of_the_protocol(reader: Guest, final: Seen) -> None:
    """A translation, with those that it shares with its original."""
    original = _of_segment(reader.finals("en"), final.attributes["translator.segment"])
    assert final.attributes == {
        "lk.segment_id": f"{final.attributes['translator.segment']}/es",
        "lk.transcription_final": "true",
        "lk.transcribed_track_id": _microphone(reader, "anna"),
        "language": "es",
        "translated": "true",
        "translator.segment": original.attributes["translator.segment"],
        "translator.source_language": "en",
        "translator.committed": str(len(final.text)),
        "translator.start_ms": original.attributes["translator.start_ms"],
        "translator.end_ms": original.attributes["translator.end_ms"],
        "translator.signature": final.attributes["translator.signature"],
    }
    assert {seen.attributes["translator.signature"].partition(".")[0] for seen in reader.captions} == {
        reader.says("translator.key")
    }
    assert "translated" not in original.attributes
    assert final.text.casefold().rstrip(".") == f"es {original.text}".casefold().rstrip(".")


def _only_what_is_not_committed_changes(reader: Guest) -> None:
    """Revisions of a segment come in order: the committed beginning only grows, and the final comes last and once."""
    done = {seen.attributes["lk.segment_id"] for seen in (*reader.finals("es"), *reader.finals("en"))}
    interim = 0
    for segment in done:
        revisions = [
            seen
            for seen in reader.captions
            if seen.attributes["lk.segment_id"] == segment and "translator.history" not in seen.attributes
        ]
        assert [seen.final for seen in revisions] == [False] * (len(revisions) - 1) + [True]
        interim += len(revisions) - 1
        for one, other in itertools.pairwise(revisions):
            committed = one.text[: int(one.attributes["translator.committed"])]
            assert other.text.startswith(committed)
    assert interim > 0


def _only_the_original_goes_out_as_packets(somebody: Guest) -> None:
    """Interim and final; they go to everybody in the room, so translations do not."""
    assert {speaker for speaker, _, _ in somebody.legacy} == {"anna"}
    assert not [text for _, text, _ in somebody.legacy if text.casefold().startswith(("es ", "fr "))]
    assert [text for _, text, final in somebody.legacy if not final]


async def test_all_speakers_are_on_one_time_line(meeting: OpenMeeting) -> None:
    """When something was said is counted from one moment for all, also after a pause and for who comes later."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("ben", language="en") as ben,
        room.guest("bea", translator_captions="es") as bea,
    ):
        await anna.open_microphone()
        await until(lambda: bea.finals("es"), "anna's first words")
        anna.mute(True)
        await asyncio.sleep(PAUSE_S)
        await ben.open_microphone()
        anna.mute(False)
        said: dict[str, list[Seen]] = {}

        def both_spoke() -> bool:
            said.update(
                {who: [seen for seen in bea.finals("es") if seen.sender == who] for who in ("anna", "ben")}
            )
            return len(said["ben"]) >= 2 and len(said["anna"]) >= 4

        await until(both_spoke, "words of both after the pause")
        behind_s = [
            seen.at_s - int(seen.attributes["translator.end_ms"]) / 1000
            for seen in itertools.chain(*said.values())
        ]
        assert max(behind_s) - min(behind_s) < PAUSE_S / 2


async def test_somebody_who_comes_late_gets_the_last_finals(meeting: OpenMeeting) -> None:
    """Late joiners, and those who change language, are sent what was said before, marked as history."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", translator_captions="es") as bea,
    ):
        await anna.open_microphone()
        await until(lambda: len(bea.finals("es")) >= 2, "finals")
        async with room.guest("carl", translator_captions="es") as carl:
            await until(lambda: _history(carl), "history")
            said = {seen.attributes["lk.segment_id"]: seen.text for seen in bea.finals("es")}
            told = {seen.attributes["lk.segment_id"]: seen.text for seen in _history(carl)}
            assert told.items() <= said.items()
            assert {seen.attributes["language"] for seen in carl.captions} == {"es"}
            await carl.wish(translator_captions="original")
            await until(
                lambda: [seen for seen in _history(carl) if seen.attributes["language"] == "en"], "originals"
            )


async def test_who_has_captions_off_is_sent_no_words_in_any_form(meeting: OpenMeeting) -> None:
    """Packets go to everybody in a room, so none is sent while somebody is known there who has turned captions off."""
    joined: list[rtc.Room] = []
    async with (
        meeting(rooms=joined) as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("carl", translator_captions="off") as carl,
    ):
        # The server tells of those who publish nothing up to three seconds late.
        await until(lambda: "carl" in joined[0].remote_participants, "the interpreter knows of him")
        await anna.open_microphone()
        await until(lambda: len(bea.finals("es")) >= 3, "the translation came as a stream")
        assert carl.legacy == []
        assert carl.captions == []
        await carl.leave()
        await until(lambda: [text for _, text, final in bea.legacy if final], "packets go out again")


async def test_a_translation_that_fails_says_why(meeting: OpenMeeting) -> None:
    """The reader gets the original with the reason, the other language goes on."""
    async with (
        meeting(broken=frozenset({"fr"})) as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es") as bea,
        room.guest("carl", translator_captions="fr", translator_listen="off") as carl,
    ):
        await anna.open_microphone()
        await until(lambda: carl.finals("fr") and bea.finals("es"), "both get finals")
        assert {seen.attributes["translator.note"] for seen in carl.finals("fr")} == {"failed"}
        assert "translator.note" not in bea.finals("es")[0].attributes
        await until(
            lambda: carl.says("translator.trouble") == "anna, fr: this language is broken", "it is said"
        )


async def test_events_tell_everything_but_the_words(meeting: OpenMeeting) -> None:
    """Who asks for events gets the numbers of every step, none of them with text."""
    async with (
        meeting() as room,
        room.guest("anna", language="en") as anna,
        room.guest("bea", language="es", translator_events="on") as bea,
    ):
        await anna.open_microphone()
        wanted = {"clause", "caption", "translation", "speech", "channel", "speaker", "word"}
        await until(lambda: not wanted - {event["type"] for event in bea.events}, "all kinds of events")
        speech = next(event for event in bea.events if event["type"] == "speech")
        clause = next(
            event for event in bea.events if event["type"] == "clause" and event["number"] == speech["number"]
        )
        assert clause["speaker"] == speech["speaker"] == "anna"
        assert (
            clause["committed_at_s"]
            <= speech["first_audio_at_s"]
            <= speech["onset_at_s"]
            < speech["end_at_s"]
        )
        assert not [event for event in bea.events if "text" in event]
        assert anna.events == []


def _of_segment(captions: list[Seen], segment: str) -> Seen:
    return next(seen for seen in captions if seen.attributes["translator.segment"] == segment)


def _history(guest: Guest) -> list[Seen]:
    return [seen for seen in guest.captions if seen.attributes.get("translator.history") == "true"]


def _microphone(guest: Guest, speaker: str) -> str:
    publications = guest.room.remote_participants[speaker].track_publications.values()
    return next(found.sid for found in publications if found.source == rtc.TrackSource.SOURCE_MICROPHONE)
