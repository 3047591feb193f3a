"""What happens in a room, as numbers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from demo.ledger import Ledger
from foundation.tasks import Tasks
from pipeline.events import Clause, ClauseEnd, NotSpoken, Spoken, Translation, Trouble
from pipeline.timing import (
    CaptionShown,
    ClauseCommitted,
    ClauseTranslated,
    Measurement,
    SoundLost,
    WordSettled,
)
from protocol.events import (
    EVENTS,
    CaptionSent,
    ClauseClosed,
    ClauseKey,
    Event,
    SoundDropped,
    SpeechDone,
    SpeechSkipped,
    TranslationDone,
    TroubleTold,
    WordShown,
)
from protocol.reports import ReportCode
from tests.fakes.clock import HandClock
from tests.fakes.livekit_room import FakePost
from worker.telemetry import Telemetry, measurement_event, speech_event, trouble_event

pytestmark = pytest.mark.virtual_time

CLAUSE = Clause("anna", 7, 1, 0, 100, "en", "secret words", ClauseEnd.PAUSE, committed_at_s=3.0, take=2)
TRANSLATION = Translation(CLAUSE, "es", "palabras secretas", "fake", ("en", "es"), 3.5)


@pytest.mark.parametrize(
    ("measurement", "event"),
    [
        (
            ClauseCommitted("anna", 7, "en", 1.0, 2.0, 3.0, 2, "pause", 0.75),
            ClauseClosed(
                speaker="anna", take=2, number=7, language="en", onset_at_s=1.0, offset_at_s=2.0,
                committed_at_s=3.0, words=2, end="pause", confidence=0.75,
            ),
        ),
        (
            ClauseTranslated("anna", 7, "es", 0.1, True, False, "numbers_changed", -0.5),
            TranslationDone(
                speaker="anna", take=2, number=7, language="es", took_s=0.1, drafted=True, failed=False,
                doubt="numbers_changed", score=-0.5,
            ),
        ),
        (WordSettled("anna", 0.1, 0.2), WordShown(speaker="anna", shown_s=0.1, committed_s=0.2)),
        (CaptionShown("anna", "es", 0.2), CaptionSent(speaker="anna", language="es", latency_s=0.2)),
        (SoundLost("anna", 1.0), SoundDropped(speaker="anna", lost_s=1.0)),
    ],
)  # fmt: skip
def test_every_measurement_has_its_event(measurement: Measurement, event: Event) -> None:
    """With all that the report of a meeting needs, and whose take it is about."""
    assert measurement_event(measurement, take=2) == event


def test_speech_and_what_was_skipped() -> None:
    """With all readings, and without a word of what was said."""
    spoken = Spoken(TRANSLATION, "es-1", 1.1, 0.5, 4.0, 4.1, 4.2, 6.0, 4.0)
    assert speech_event(spoken) == SpeechDone(
        speaker="anna",
        take=2,
        number=7,
        language="es",
        source_language="en",
        voice="es-1",
        speed=1.1,
        waited_s=0.5,
        translated_at_s=3.5,
        synthesised_at_s=4.0,
        first_audio_at_s=4.1,
        onset_at_s=4.2,
        end_at_s=6.0,
        lag_s=4.0,
    )
    own = speech_event(replace(spoken, voice="kokoro:blend~ef_dora.60~em_alex.40"))
    assert isinstance(own, SpeechDone)
    assert own.voice == "likeness", "nobody learns the recipe"
    assert speech_event(NotSpoken(TRANSLATION, "late")) == SpeechSkipped(
        speaker="anna", take=2, number=7, language="es", reason="late"
    )
    assert "secret" not in EVENTS.encode(speech_event(spoken))


def test_a_trouble() -> None:
    """Whom and what it is about."""
    trouble = trouble_event(Trouble("anna", "hear", "", "x", ReportCode.TOO_LOUD))
    assert trouble == TroubleTold(speaker="anna", stage="hear", language="", reason="x", code="too_loud")


async def test_events_go_to_those_who_asked(tasks: Tasks) -> None:
    """One object a stream, with the time; where nobody asked, nothing is kept."""
    post = FakePost()
    telemetry = Telemetry(post, now=HandClock(5.0))
    tasks.start(telemetry.run(), name="telemetry")
    telemetry.tell(SoundDropped(speaker="anna", lost_s=1.0))
    assert telemetry.send_to(frozenset({"bea"}))
    assert not telemetry.send_to(frozenset({"bea"}))
    telemetry.tell(SoundDropped(speaker="anna", lost_s=2.0))
    await asyncio.sleep(0.02)
    assert [(EVENTS.decode(text), to) for text, to in post.texts] == [
        (SoundDropped(speaker="anna", lost_s=2.0, at_s=5.0), frozenset({"bea"}))
    ]


def test_what_the_worker_tells_the_report_reads() -> None:
    """Two takes of one speaker are told apart from the interpreter to the ledger of a meeting."""
    ledger = Ledger()
    committed = ClauseCommitted("anna", 7, "en", 1.0, 2.0, 3.0, 2, "pause")
    for take in (1, 2):
        ledger.take(EVENTS.encode(measurement_event(committed, take)))
    ledger.take(EVENTS.encode(speech_event(Spoken(TRANSLATION, "es-1", 1.1, 0.5, 4.0, 4.1, 4.2, 6.0, 4.0))))

    assert set(ledger.clauses) == {ClauseKey("anna", 1, 7), ClauseKey("anna", 2, 7)}
    assert ledger.unsettled(("es",)) == [(ClauseKey("anna", 1, 7), "es")]
