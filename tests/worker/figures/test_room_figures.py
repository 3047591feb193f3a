"""What a room counts, and how it reaches Prometheus: through the real socket, as the text that it reads."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import numpy as np
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import Caption, Clause, ClauseEnd, NotSpoken, Spoken, Translation, Trouble
from pipeline.timing import CaptionShown, ClauseCommitted, ClauseTranslated, SoundLost, WordSettled
from worker.figures.channel import FiguresChannel, sender
from worker.figures.gathering import MOST_LANGUAGES, Gathering
from worker.figures.room_figures import RoomFigures, levels_of
from worker.figures.tally import Levels
from worker.published_channel import ChannelState, ChannelView

CLAUSE = Clause(
    "anna", 7, 1, 0, 100, "en", "secret words", ClauseEnd.PAUSE, committed_at_s=3.0, onset_at_s=1.0
)
TRANSLATION = Translation(CLAUSE, "pt-BR", "palavras secretas", "fake", ("en", "pt"), 3.5)


class Meter:
    """A worker's side: what Prometheus would read."""

    def __init__(self) -> None:
        self.gathering = Gathering()
        self.channel = FiguresChannel(self.gathering.take)
        self._registry = CollectorRegistry()
        self._registry.register(self.gathering)

    def text(self) -> str:
        self.channel.read()
        return generate_latest(self._registry).decode()

    def samples(self) -> dict[tuple[str, ...], float]:
        """By name and the values of the labels, without zeros and buckets."""
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(self.text())
            for sample in family.samples
            if sample.value and not sample.name.endswith("_bucket")
        }


@pytest.fixture
def meter() -> Iterator[Meter]:
    meter = Meter()
    yield meter
    meter.channel.close()


def caption(text: str, *, final: bool = False) -> Caption:
    return Caption("anna", "1-7", "en", "en", text if final else "", "" if final else text, final, 1.0, 2.0)


def view(language: str, listeners: int, lag_s: float) -> ChannelView:
    return ChannelView(language, "track", "sid", listeners, lag_s, ChannelState.OPEN, False, "")


def nothing() -> Levels:
    return {}


def test_a_meeting_in_figures(meter: Meter) -> None:
    """Counts and times by language; the wait for the channel is no part of the first sound."""
    room = RoomFigures(
        sender(meter.channel.rooms_end), lambda: levels_of(["en-GB", "en", ""], [view("es", 3, 2.5)])
    )
    room.heard(np.zeros(HEARING_RATE_HZ // 2, np.int16))
    room.measured(ClauseCommitted("anna", 7, "en-GB", 1.0, 2.0, 3.0, 2, "pause"))
    room.measured(ClauseTranslated("anna", 7, "es", 0.1, True, False))
    room.measured(ClauseTranslated("anna", 7, "fr", 0.1, True, True))
    room.measured(ClauseTranslated("anna", 7, "de", 0.1, True, False, "numbers_changed", -0.5))
    room.measured(CaptionShown("anna", "en", 0.25))
    room.measured(SoundLost("anna", 1.25))
    room.measured(WordSettled("anna", 0.1, 0.2))
    room.spoken(Spoken(TRANSLATION, "pt-1", 1.1, 0.5, 4.0, 4.1, 4.25, 6.0, 4.0))
    room.spoken(NotSpoken(TRANSLATION, "late"))
    room.trouble(Trouble("anna", "hear", "", "words that somebody said"))
    for shown in (caption("ask not"), caption("ask what"), caption("ask what now", final=True)):
        room.sent(shown)
    assert room.tell()
    assert meter.samples() == {
        ("hive_sound_seconds_total",): 0.5,
        ("hive_sound_lost_seconds_total",): 1.25,
        ("hive_clauses_total", "en"): 1,
        ("hive_clauses_translated_total", "es", "done"): 1,
        ("hive_clauses_translated_total", "fr", "failed"): 1,
        ("hive_clauses_translated_total", "de", "doubtful"): 1,
        ("hive_clauses_voiced_total", "pt", "spoken"): 1,
        ("hive_clauses_voiced_total", "pt", "skipped"): 1,
        ("hive_words_shown_total", "en"): 4,
        ("hive_words_changed_total", "en"): 1,
        ("hive_room_troubles_total", "hear"): 1,
        ("hive_translation_ttft_seconds_count", "pt"): 1,
        ("hive_translation_ttft_seconds_sum", "pt"): pytest.approx(0.6),
        ("hive_caption_latency_seconds_count", "en"): 1,
        ("hive_caption_latency_seconds_sum", "en"): 0.25,
        ("hive_ear_voice_span_seconds_count", "pt"): 1,
        ("hive_ear_voice_span_seconds_sum", "pt"): 3.25,
        ("hive_lag_seconds_count", "pt"): 1,
        ("hive_lag_seconds_sum", "pt"): 4.0,
        ("hive_speakers", "en"): 2,
        ("hive_speakers", "unknown"): 1,
        ("hive_listeners", "es"): 3,
        ("hive_channel_lag_seconds", "es"): 2.5,
    }


def test_a_time_at_a_threshold_counts_below_it(meter: Meter) -> None:
    """The bounds hold the objectives' thresholds: what takes 250 ms keeps 250 ms."""
    room = RoomFigures(sender(meter.channel.rooms_end), nothing)
    for latency_s in (0.25, 0.2501):
        room.measured(CaptionShown("anna", "en", latency_s))
    room.tell()
    text = meter.text()
    assert 'hive_caption_latency_seconds_bucket{language="en",le="0.25"} 1.0' in text
    assert 'hive_caption_latency_seconds_bucket{language="en",le="0.3"} 2.0' in text
    for name, bounds in {"translation_ttft": (0.45, 0.5, 0.6), "caption_latency": (0.25, 0.3, 0.4)}.items():
        room.spoken(Spoken(TRANSLATION, "pt-1", 1.1, 0.5, 4.0, 4.1, 4.25, 6.0, 4.0))
        room.tell()
        text = meter.text()
        for bound in bounds:
            assert f'le="{bound}"' in text, name


def test_it_tells_no_names_and_no_words(meter: Meter) -> None:
    """What people say, and who they are, is not in it."""
    room = RoomFigures(sender(meter.channel.rooms_end), nothing)
    room.spoken(NotSpoken(TRANSLATION, "secret reason"))
    room.trouble(Trouble("anna", "hear", "", "secret"))
    room.sent(caption("secret", final=True))
    room.tell()
    assert "secret" not in meter.text()
    assert "anna" not in meter.text()


async def test_what_holds_goes_with_the_room_and_what_was_counted_stays(meter: Meter) -> None:
    """Whether the room says so at its end or its process is killed."""
    room = RoomFigures(sender(meter.channel.rooms_end), lambda: levels_of(["en"], []))
    room.measured(ClauseCommitted("anna", 7, "en", 1.0, 2.0, 3.0, 2, "pause"))
    room.tell()
    assert meter.samples() == {("hive_speakers", "en"): 1, ("hive_clauses_total", "en"): 1}
    meter.gathering.ended(os.getpid() + 1)
    assert ("hive_speakers", "en") in meter.samples()
    meter.gathering.ended(os.getpid())
    assert meter.samples() == {("hive_clauses_total", "en"): 1}
    room.tell()
    room.measured(ClauseCommitted("anna", 8, "en", 1.0, 2.0, 3.0, 2, "pause"))
    await room.close()
    assert meter.samples() == {("hive_clauses_total", "en"): 2}


def test_what_cannot_be_handed_over_is_told_the_next_time(meter: Meter) -> None:
    """The kernel's queue is bounded; nothing is lost, and nobody waits."""
    room = RoomFigures(sender(meter.channel.rooms_end), nothing)
    told = 0
    while room.tell():
        told += 1
        assert told < 100_000
    room.measured(ClauseCommitted("anna", 7, "en", 1.0, 2.0, 3.0, 2, "pause"))
    assert not room.tell()
    while ("hive_clauses_total", "en") not in meter.samples():
        room.tell()
    assert meter.samples() == {("hive_clauses_total", "en"): 1}


async def test_a_worker_that_is_gone_holds_nobody_up() -> None:
    """A room may outlive the reader for a moment."""
    meter = Meter()
    end = meter.channel.rooms_end.dup()
    meter.channel.close()
    room = RoomFigures(sender(end), nothing)
    assert room.tell()
    await room.close()
    end.close()


async def test_it_listens_in_the_loop_until_it_is_closed(meter: Meter) -> None:
    """Reports are read as they come."""
    meter.channel.listen()
    RoomFigures(sender(meter.channel.rooms_end), lambda: levels_of(["fr"], [])).tell()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert b"hive_speakers" in generate_latest(meter._registry)
    assert next(iter(meter.gathering._levels.values())) == {("hive_speakers", ("fr",)): 1.0}


def test_rooms_add_up_and_the_furthest_behind_is_told() -> None:
    """Of levels the sum, of the lag the greatest; more languages than there is room for are one."""
    gathering = Gathering()
    for process, lag_s in ((1, 2.0), (2, 5.0)):
        levels = ",".join(
            f'["{name}",["es"],{value}]'
            for name, value in (("hive_listeners", 2), ("hive_channel_lag_seconds", lag_s))
        )
        gathering.take(f'{{"process":{process},"counts":[],"spreads":[],"levels":[{levels}]}}'.encode())
    registry = CollectorRegistry()
    registry.register(gathering)
    assert registry.get_sample_value("hive_listeners", {"language": "es"}) == 4
    assert registry.get_sample_value("hive_channel_lag_seconds", {"language": "es"}) == 5.0
    for number in range(2 * MOST_LANGUAGES):
        count = f'["hive_clauses",["l{number}"],1]'
        gathering.take(f'{{"process":1,"counts":[{count}],"spreads":[],"levels":[]}}'.encode())
    lines = generate_latest(registry).decode().splitlines()
    clauses = [line for line in lines if line.startswith("hive_clauses_total{")]
    assert len(clauses) == MOST_LANGUAGES
    assert f'hive_clauses_total{{language="other"}} {2 * MOST_LANGUAGES - len(clauses) + 1}.0' in clauses


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 10_000,
        b'{"process":1,"counts":[["hive_invented",["es"],1]],"spreads":[],"levels":[]}',
        b'{"process":1,"counts":[["hive_clauses",["es"],-1]],"spreads":[],"levels":[]}',
        b'{"process":1,"counts":[["hive_clauses",["es"],Infinity]],"spreads":[],"levels":[]}',
        b'{"process":1,"counts":[["hive_clauses",["a name, \\n"],1]],"spreads":[],"levels":[]}',
        b'{"process":1,"counts":[["hive_clauses",[],1]],"spreads":[],"levels":[]}',
        b'{"process":1,"counts":[],"spreads":[["hive_lag_seconds",["es"],[1],1]],"levels":[]}',
        b'{"process":"1","counts":[],"spreads":[],"levels":[]}',
    ],
)
def test_what_is_no_report_is_refused_and_counted(data: bytes, meter: Meter) -> None:
    """A room's process reads what strangers send; it cannot make up series."""
    meter.gathering.take(data)
    assert meter.samples() == {("hive_reports_refused_total",): 1}
