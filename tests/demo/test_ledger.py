"""What becomes of the interpreter's events."""

from __future__ import annotations

import json

from demo.ledger import ClauseRecord, Ledger, RenderedClause
from protocol.events import EVENTS, ClauseKey

CLAUSE = {
    "type": "clause", "speaker": "ann", "take": 1, "number": 1, "language": "en", "onset_at_s": 10.0,
    "offset_at_s": 12.0, "committed_at_s": 12.5, "words": 4, "end": "pause",
}  # fmt: skip
TRANSLATION = {
    "type": "translation", "speaker": "ann", "take": 1, "number": 1, "language": "es", "took_s": 0.2, "drafted": True,
    "failed": False,
}  # fmt: skip
SPEECH = {
    "type": "speech", "speaker": "ann", "take": 1, "number": 1, "language": "es", "source_language": "en", "voice": "v",
    "speed": 1.1, "waited_s": 0.3, "translated_at_s": 12.7, "synthesised_at_s": 12.9, "first_audio_at_s": 13.0,
    "onset_at_s": 13.1, "end_at_s": 15.0, "lag_s": 3.0,
}  # fmt: skip
SKIPPED = {
    "type": "skipped", "speaker": "ann", "take": 1, "number": 1, "language": "fr", "reason": "too late",
}  # fmt: skip
FIRST = ClauseKey("ann", 1, 1)
SECOND = ClauseKey("ann", 1, 2)


def ledger_of(*events: dict[str, object]) -> Ledger:
    ledger = Ledger()
    for event in events:
        assert ledger.take(json.dumps(event)) == EVENTS.decode(json.dumps(event))
    return ledger


def whole() -> ClauseRecord:
    return ClauseRecord(
        "ann", 1, 1, "en", 10.0, 12.0, 12.5, 4,
        {
            "es": RenderedClause(0.2, True, "", "v", 1.1, 0.3, 13.0, 13.1, 15.0),
            "fr": RenderedClause(problem="too late"),
        },
    )  # fmt: skip


def test_a_clause_collects_what_happens_to_it() -> None:
    ledger = ledger_of(CLAUSE, TRANSLATION, SPEECH, SKIPPED)

    assert ledger.clauses == {FIRST: whole()}
    assert ledger.unsettled(("es", "fr", "en")) == []
    assert ledger.lag_s("es") == [[(12.0, 3.0)]]
    assert ledger.lag_s("fr") == []


def test_events_may_overtake_the_clause_that_they_are_about() -> None:
    assert ledger_of(SKIPPED, SPEECH, TRANSLATION, CLAUSE).clauses == {FIRST: whole()}


def test_clauses_of_another_take_are_other_clauses() -> None:
    """Whose interpreter was begun anew counts from 1 again; nothing of the first is lost."""
    again = [event | {"take": 2} for event in (CLAUSE, TRANSLATION)]

    ledger = ledger_of(CLAUSE, *again, SPEECH, TRANSLATION)

    assert set(ledger.clauses) == {FIRST, ClauseKey("ann", 2, 1)}
    assert ledger.unsettled(("es",)) == [(ClauseKey("ann", 2, 1), "es")]


def test_events_that_are_not_known_are_passed_over() -> None:
    """A newer interpreter may tell more than this reads."""
    ledger = Ledger()

    for text in ('{"type": "weather"}', "{}", "rain", '{"type": "clause", "speaker": "ann"}'):
        assert ledger.take(text) is None
    assert ledger.clauses == {}


def test_a_failed_translation_is_a_reason() -> None:
    failed = TRANSLATION | {"failed": True}

    assert ledger_of(CLAUSE, failed).clauses[FIRST].renderings == {
        "es": RenderedClause(problem="not translated")
    }
    # what is known already is not overwritten
    named = ledger_of(CLAUSE, SKIPPED | {"language": "es", "reason": "muted"}, failed)
    assert named.clauses[FIRST].renderings["es"].problem == "muted"


def test_what_has_no_outcome_is_named() -> None:
    ledger = ledger_of(CLAUSE, CLAUSE | {"number": 2}, SPEECH, TRANSLATION | {"number": 2})

    assert ledger.unsettled(("es", "fr", "en")) == [(FIRST, "fr"), (SECOND, "es"), (SECOND, "fr")]


def test_lag_is_in_the_order_of_the_clauses() -> None:
    second = CLAUSE | {"number": 2, "offset_at_s": 5.0}
    ledger = ledger_of(CLAUSE, SPEECH, second, SPEECH | {"number": 2, "end_at_s": 9.5})

    assert ledger.lag_s("es") == [[(5.0, 4.5), (12.0, 3.0)]]


def test_words_captions_losses_and_troubles_are_counted() -> None:
    ledger = ledger_of(
        {"type": "word", "speaker": "ann", "shown_s": 0.1, "committed_s": 0.6},
        {"type": "word", "speaker": "bob", "shown_s": 0.2, "committed_s": 0.7},
        {"type": "caption", "speaker": "ann", "language": "en", "latency_s": 0.1},
        {"type": "caption", "speaker": "ann", "language": "es", "latency_s": 0.4},
        {"type": "sound_lost", "speaker": "ann", "lost_s": 1.5},
        {"type": "sound_lost", "speaker": "ann", "lost_s": 0.5},
        {"type": "trouble", "speaker": "ann", "stage": "hear", "language": "", "reason": "overloaded"},
        {"type": "trouble", "speaker": "ann", "stage": "speak", "language": "es", "reason": "no voice"},
        {
            "type": "channel",
            "language": "es",
            "state": "open",
            "listeners": 1,
            "track": "t",
            "sid": "s",
            "lag_s": 0.0,
        },
    )

    assert ledger.shown_s == [0.1, 0.2]
    assert ledger.word_commit_s == [0.6, 0.7]
    assert ledger.interim_s == {"en": [0.1], "es": [0.4]}
    assert ledger.lost_sound_s == 2.0
    assert ledger.not_heard == ["overloaded"]
    assert ledger.troubles == ["hear : overloaded", "speak es: no voice"]
    assert ledger.clauses == {}
