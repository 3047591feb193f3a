"""What the log says of a meeting when it is over."""

from __future__ import annotations

import json

import pytest

from pipeline.events import Clause, ClauseEnd, NotSpoken, Spoken, Translation, Trouble
from pipeline.timing import CaptionShown, ClauseCommitted, ClauseTranslated, SoundLost, WordSettled
from worker.summary import Summary

CLAUSE = Clause("anna", 7, 1, 0, 100, "en", "secret words", ClauseEnd.PAUSE, committed_at_s=3.0)
TRANSLATION = Translation(CLAUSE, "es", "palabras secretas", "fake", ("en", "es"), 3.5)


def test_a_meeting_in_numbers() -> None:
    """Counts, quantiles and troubles by stage; the wait for the channel is no part of first audio."""
    summary = Summary()
    summary.measured(ClauseCommitted("anna", 7, "en", 1.0, 2.0, 3.0, 2, "pause"))
    summary.measured(ClauseTranslated("anna", 7, "es", 0.1, True, False))
    summary.measured(ClauseTranslated("anna", 7, "fr", 0.1, True, True))
    summary.measured(ClauseTranslated("anna", 7, "de", 0.1, True, False, "numbers_changed", -0.5))
    summary.measured(CaptionShown("anna", "en", 0.2))
    summary.measured(SoundLost("anna", 1.25))
    summary.measured(WordSettled("anna", 0.1, 0.2))
    summary.spoken(Spoken(TRANSLATION, "es-1", 1.1, 0.5, 4.0, 4.1, 4.2, 6.0, 4.0))
    summary.spoken(NotSpoken(TRANSLATION, "late"))
    summary.trouble(Trouble("anna", "hear", "", "words that somebody said"))

    fields = summary.fields()
    assert fields.pop("caption") == {
        "p50_s": pytest.approx(0.2, rel=0.02),
        "p95_s": pytest.approx(0.2, rel=0.02),
        "max_s": 0.2,
    }
    assert fields.pop("first_audio")["p95_s"] == pytest.approx(0.6, rel=0.02)
    assert fields.pop("lag") == {
        "es": {"p50_s": pytest.approx(4.0, rel=0.02), "p95_s": pytest.approx(4.0, rel=0.02), "max_s": 4.0}
    }
    assert fields == {
        "clauses": 1,
        "translated": 2,
        "not_translated": 1,
        "doubtful": 1,
        "spoken": 1,
        "skipped": 1,
        "sound_lost_s": 1.2,
        "troubles": {"hear": 1},
    }


def test_it_tells_no_names_and_no_words() -> None:
    """What people say, and who they are, is not in it."""
    summary = Summary()
    summary.spoken(NotSpoken(TRANSLATION, "secret reason"))
    summary.trouble(Trouble("anna", "hear", "", "secret"))
    told = json.dumps(summary.fields())
    assert "secret" not in told
    assert "anna" not in told
