"""Captions: who gets them, what they carry, and what happens when sending fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from livekit import rtc

from foundation.tasks import Tasks
from pipeline.events import Caption
from pipeline.timing import CaptionShown
from tests.fakes.clock import HandClock
from tests.fakes.livekit_room import FakePost
from worker import captions as module
from worker.captions import Captions, Epoch, Line, legacy_packet, stream_attributes
from worker.hearing_choices import ORIGINAL
from worker.signing import CaptionKey

pytestmark = pytest.mark.virtual_time

ORIGINAL_LINE = Line(Caption("anna", "1-2", "en", "en", "good ", "morn", False, 101.0, 101.5), 1)
EPOCH = Epoch(100.0, "3f9a")
SPANISH = Line(Caption("anna", "1-2", "es", "en", "buenos días", "", True, 101.0, 101.5), 1)


def new_captions(post: FakePost, tasks: Tasks, shown: list[CaptionShown] | None = None) -> Captions:
    """Captions whose speaker has the track TR_anna."""
    told = shown if shown is not None else []
    return Captions(
        post,
        key=CaptionKey(),
        tasks=tasks,
        track_sid=lambda who: f"TR_{who}",
        shown=told.append,
        now=HandClock(100.0),
    )


def test_the_attributes_of_the_protocol() -> None:
    """Originals, translations, later takes, history and missing translations carry what clients need."""
    assert stream_attributes(ORIGINAL_LINE, "TR_anna", EPOCH) == {
        "lk.segment_id": "anna/3f9a.1.1-2/en",
        "lk.transcription_final": "false",
        "lk.transcribed_track_id": "TR_anna",
        "language": "en",
        "translator.segment": "anna/3f9a.1.1-2",
        "translator.source_language": "en",
        "translator.committed": "5",
        "translator.start_ms": "1000",
        "translator.end_ms": "1500",
    }
    failed = Line(replace(SPANISH.caption, note="no route"), 3)
    assert stream_attributes(failed, "", EPOCH, history=True) == {
        "lk.segment_id": "anna/3f9a.3.1-2/es",
        "lk.transcription_final": "true",
        "lk.transcribed_track_id": "",
        "language": "es",
        "translated": "true",
        "translator.segment": "anna/3f9a.3.1-2",
        "translator.source_language": "en",
        "translator.committed": "11",
        "translator.start_ms": "1000",
        "translator.end_ms": "1500",
        "translator.note": "no route",
        "translator.history": "true",
    }


def test_doubt_and_confidence_travel_with_the_caption() -> None:
    """A doubtful number and an unsure recogniser are told; where nothing is known there is no attribute."""
    doubtful = Line(replace(SPANISH.caption, doubt="numbers_changed", confidence=0.9173), 1)
    assert stream_attributes(doubtful, "", EPOCH).items() >= {
        ("translator.doubt", "numbers_changed"),
        ("translator.confidence", "0.92"),
    }
    unsure = Line(replace(ORIGINAL_LINE.caption, confidence=0.0), 1)
    assert stream_attributes(unsure, "", EPOCH)["translator.confidence"] == "0.00"
    assert not {"translator.doubt", "translator.confidence"} & stream_attributes(SPANISH, "", EPOCH).keys()


async def test_each_caption_goes_to_its_readers(tasks: Tasks) -> None:
    """Translations to readers of the language, originals to readers of what is spoken; nothing to nobody."""
    post = FakePost()
    captions = new_captions(post, tasks)
    captions.read_by({"es": frozenset({"bea"}), ORIGINAL: frozenset({"carl"})}, frozenset())
    captions.show(ORIGINAL_LINE)
    captions.show(SPANISH)
    captions.show(Line(replace(SPANISH.caption, language="fr"), 1))
    await asyncio.sleep(0.05)
    assert [(text, to, sender) for text, to, _, sender in post.streams] == [
        ("good morn", frozenset({"carl"}), "anna"),
        ("buenos días", frozenset({"bea"}), "anna"),
    ]
    packet = legacy_packet(ORIGINAL_LINE, "TR_anna", EPOCH)
    assert packet.segments == [
        rtc.TranscriptionSegment("anna/3f9a.1.1-2/en", "good morn", 1000, 1500, "en", False)
    ]
    [sent] = post.packets
    id_of_the_stream = post.streams[0][2]["lk.segment_id"]
    assert sent == replace(packet, segments=[replace(packet.segments[0], id=id_of_the_stream)])


async def test_a_client_that_merges_by_segment_loses_no_line_when_the_interpreter_is_replaced(
    tasks: Tasks,
) -> None:
    """Restarts, dismissal and invitation: numbers begin anew, the identifiers of segments do not."""
    post = FakePost()
    for take in (1, 2):  # the second time the speaker's interpreter alone was begun anew
        captions = new_captions(post, tasks)
        captions.read_by({"es": frozenset({"bea"}), "en": frozenset({"bea"})}, frozenset())
        captions.show(Line(replace(ORIGINAL_LINE.caption, final=True), 1))
        captions.show(SPANISH)
        captions.show(Line(SPANISH.caption, take))
    await asyncio.sleep(0.05)
    shown = {attributes["lk.segment_id"]: text for text, _, attributes, _ in post.streams}
    assert sorted(shown.values()) == ["buenos días"] * 3 + ["good morn"] * 2
    segments = {attributes["translator.segment"] for _, _, attributes, _ in post.streams}
    assert len(segments) == 3
    assert {packet.segments[0].id for packet in post.packets} <= shown.keys()


async def test_no_packet_goes_to_a_room_where_somebody_has_captions_off(tasks: Tasks) -> None:
    """Packets cannot be addressed: they go while nobody has refused captions. Streams go to readers all the same."""
    post = FakePost()
    captions = new_captions(post, tasks)
    readers = {"en": frozenset({"bea"})}
    for number, packets in enumerate((True, False, True)):
        captions.read_by(readers, frozenset(), packets=packets)
        captions.show(Line(replace(ORIGINAL_LINE.caption, segment=f"1-{number}", final=True), 1))
        async with asyncio.timeout(5):
            while len(post.streams) <= number:
                await asyncio.sleep(0)
            await asyncio.sleep(0)
    assert [packet.segments[0].id.rpartition(".")[2] for packet in post.packets] == ["1-0/en", "1-2/en"]


async def test_the_latency_of_interims_is_measured(tasks: Tasks) -> None:
    """From the sound of the newest word until the caption was sent."""
    shown: list[CaptionShown] = []
    captions = new_captions(FakePost(), tasks, shown)
    captions.read_by({"en": frozenset({"bea"})}, frozenset())
    captions.show(Line(replace(ORIGINAL_LINE.caption, heard_at_s=99.75), 1))
    await asyncio.sleep(0.02)
    assert shown == [CaptionShown("anna", "en", 0.25)]


async def test_a_final_is_sent_again_until_it_arrives(tasks: Tasks) -> None:
    """Finals survive a room that is away for a moment; interims do not need to."""
    post = FakePost(failures=1)
    captions = new_captions(post, tasks)
    captions.read_by({"es": frozenset({"bea"}), "en": frozenset({"bea"})}, frozenset())
    captions.show(SPANISH)
    await asyncio.sleep(module.RETRY_S + 0.1)
    assert [text for text, _, _, _ in post.streams] == ["buenos días"]


async def test_history_for_those_who_come_late(tasks: Tasks) -> None:
    """Once ready, a reader gets the last finals of each language that is new to them, once."""
    post = FakePost()
    captions = new_captions(post, tasks)
    for number in range(module.HISTORY + 5):
        captions.show(Line(replace(SPANISH.caption, segment=f"1-{number}"), 1))
    await asyncio.sleep(0.05)
    readers = {"es": frozenset({"bea"})}
    captions.read_by(readers, frozenset())
    await asyncio.sleep(0.02)
    assert post.streams == []
    captions.read_by(readers, frozenset({"bea"}))
    captions.read_by(readers, frozenset({"bea"}))
    await asyncio.sleep(0.05)
    assert [attributes["translator.segment"].rpartition(".")[2] for _, _, attributes, _ in post.streams] == [
        f"1-{number}" for number in range(5, module.HISTORY + 5)
    ]
    assert {(to, attributes["translator.history"]) for _, to, attributes, _ in post.streams} == {
        (frozenset({"bea"}), "true")
    }
    captions.read_by({"fr": frozenset({"bea"})}, frozenset({"bea"}))
    await asyncio.sleep(0.02)
    assert len(post.streams) == module.HISTORY
