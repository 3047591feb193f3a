"""What happens in a room, as numbers."""

from __future__ import annotations

import asyncio
import json

from pipeline.events import Clause, ClauseEnd, NotSpoken, Spoken, Translation, Trouble
from pipeline.timing import (
    CaptionShown,
    ClauseCommitted,
    ClauseTranslated,
    Measurement,
    SoundLost,
    WordSettled,
)
from tests.fakes.clock import HandClock
from tests.fakes.livekit_room import FakePost
from worker.tasks import Tasks
from worker.telemetry import Telemetry, measurement_fields, speech_fields, trouble_fields

CLAUSE = Clause("anna", 7, 1, 0, 100, "en", "secret words", ClauseEnd.PAUSE, committed_at_s=3.0)
TRANSLATION = Translation(CLAUSE, "es", "palabras secretas", "fake", ("en", "es"), 3.5)


def test_every_measurement_has_its_type_and_all_its_fields() -> None:
    """The report of a meeting needs them all."""
    assert measurement_fields(ClauseCommitted("anna", 7, "en", 1.0, 2.0, 3.0, 2, "pause", 0.75)) == {
        "type": "clause",
        "speaker": "anna",
        "number": 7,
        "language": "en",
        "onset_at_s": 1.0,
        "offset_at_s": 2.0,
        "committed_at_s": 3.0,
        "words": 2,
        "end": "pause",
        "confidence": 0.75,
    }
    doubtful = ClauseTranslated("anna", 7, "es", 0.1, True, False, "numbers changed", -0.5)
    assert measurement_fields(doubtful).items() >= {("doubt", "numbers changed"), ("score", -0.5)}
    kinds: list[Measurement] = [
        WordSettled("anna", 0.1, 0.2),
        CaptionShown("anna", "es", 0.2),
        ClauseTranslated("anna", 7, "es", 0.1, True, False),
        SoundLost("anna", 1.0),
    ]
    assert [measurement_fields(kind)["type"] for kind in kinds] == [
        "word",
        "caption",
        "translation",
        "sound_lost",
    ]
    assert trouble_fields(Trouble("anna", "hear", "", "x"))["type"] == "trouble"


def test_speech_and_what_was_skipped() -> None:
    """With all readings, and without a word of what was said."""
    spoken = Spoken(TRANSLATION, "es-1", 1.1, 0.5, 4.0, 4.1, 4.2, 6.0, 4.0)
    assert speech_fields(spoken) == {
        "type": "speech",
        "speaker": "anna",
        "number": 7,
        "language": "es",
        "source_language": "en",
        "voice": "es-1",
        "speed": 1.1,
        "waited_s": 0.5,
        "translated_at_s": 3.5,
        "synthesised_at_s": 4.0,
        "first_audio_at_s": 4.1,
        "onset_at_s": 4.2,
        "end_at_s": 6.0,
        "lag_s": 4.0,
    }
    assert speech_fields(NotSpoken(TRANSLATION, "late")) == {
        "type": "skipped",
        "speaker": "anna",
        "number": 7,
        "language": "es",
        "reason": "late",
    }


async def test_events_go_to_those_who_asked(tasks: Tasks) -> None:
    """One object a stream, with the time; where nobody asked, nothing is kept."""
    post = FakePost()
    telemetry = Telemetry(post, now=HandClock(5.0))
    tasks.start(telemetry.run(), name="telemetry")
    telemetry.tell({"type": "clause"})
    assert telemetry.send_to(frozenset({"bea"}))
    assert not telemetry.send_to(frozenset({"bea"}))
    telemetry.tell({"type": "clause", "number": 1})
    await asyncio.sleep(0.02)
    assert [(json.loads(text), to) for text, to in post.texts] == [
        ({"type": "clause", "number": 1, "at_s": 5.0}, frozenset({"bea"}))
    ]
