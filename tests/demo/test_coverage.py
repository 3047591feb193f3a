"""What part of the words was heard, translated and spoken."""

from __future__ import annotations

from demo.coverage import Coverage, Said, coverage, heard_words
from demo.ledger import RenderedClause
from protocol.events import ClauseKey
from tests.demo.people import clause, said

TEXT = "Good morning everybody. Last year we opened four new stations. Thank you."


def test_every_word_spoken() -> None:
    one, two, three = clause(1), clause(2), clause(3)
    for each in (one, two, three):
        each.renderings["es"] = said(each)
    recognised = {
        ClauseKey("ann", 1, 1): "Good morning everybody.",
        ClauseKey("ann", 1, 2): "Last year we opened 4 new stations.",
        ClauseKey("ann", 1, 3): "Thank you.",
    }
    clauses = {ClauseKey("ann", 1, number): each for number, each in enumerate((one, two, three), 1)}

    found = coverage([Said("ann", "en", TEXT)], recognised, clauses, "es")

    assert found == Coverage(words=12, heard=12, right=12, translated=12, spoken=12)
    assert (found.heard_share, found.translated_share, found.spoken_share) == (1.0, 1.0, 1.0)


def test_what_is_lost_on_the_way_is_told_apart() -> None:
    """Three words wrong or missing at the ear, one clause translated and skipped, one not translated."""
    one, two, three = clause(1), clause(2), clause(3)
    one.renderings["es"] = said(one)
    two.renderings["es"] = RenderedClause(translated_s=0.2, problem="too late")
    three.renderings["es"] = RenderedClause(problem="not translated")
    recognised = {
        ClauseKey("ann", 1, 1): "Good evening everybody.",
        ClauseKey("ann", 1, 2): "Last year opened four stations.",
        ClauseKey("ann", 1, 3): "Thank you.",
    }
    clauses = {ClauseKey("ann", 1, number): each for number, each in enumerate((one, two, three), 1)}

    found = coverage([Said("ann", "en", TEXT)], recognised, clauses, "es")

    # "we" and "new" were not heard, "evening" was heard wrongly and stands in its place
    assert found == Coverage(words=12, heard=10, right=9, translated=8, spoken=3)
    assert found.heard_share == 10 / 12
    assert found.spoken_share == 0.25


def test_speech_that_no_clause_was_made_of_counts_as_not_heard() -> None:
    assert coverage([Said("ann", "en", TEXT)], {}, {}, "es") == Coverage(12, 0, 0, 0, 0)


def test_without_known_words_what_was_heard_is_counted() -> None:
    one, two = clause(1), clause(2)
    one.renderings["es"] = said(one)
    clauses = {ClauseKey("ann", 1, 1): one, ClauseKey("ann", 1, 2): two}
    recognised = {ClauseKey("ann", 1, 1): "Good morning.", ClauseKey("ann", 1, 2): "Thank you all."}

    found = coverage([Said("ann", "en", None)], recognised, clauses, "es")

    assert found == Coverage(words=5, heard=None, right=None, translated=2, spoken=2)
    assert found.heard_share is None
    assert found.spoken_share == 0.4


def test_a_clause_of_which_no_record_came_is_heard_and_not_translated() -> None:
    recognised = {ClauseKey("ann", 1, 1): "Good morning."}

    assert coverage([Said("ann", "en", "Good morning.")], recognised, {}, "es") == Coverage(2, 2, 2, 0, 0)
    assert coverage([Said("ann", "en", None)], recognised, {}, "es") == Coverage(2, None, None, 0, 0)


def test_speakers_add_up_and_do_not_mix() -> None:
    ann, bob = clause(1), clause(1, speaker="bob", language="fr")
    ann.renderings["es"] = said(ann)
    recognised = {ClauseKey("ann", 1, 1): "good morning", ClauseKey("bob", 1, 1): "bonjour à tous"}
    clauses = {ClauseKey("ann", 1, 1): ann, ClauseKey("bob", 1, 1): bob}
    both = [Said("ann", "en", "Good morning"), Said("bob", "fr", "Bonjour à tous")]

    assert coverage(both, recognised, clauses, "es") == Coverage(5, 5, 5, 2, 2)
    assert heard_words(both[1], recognised) == (["bonjour", "à", "tous"], [ClauseKey("bob", 1, 1)] * 3)


def test_nothing_said_is_nothing_spoken() -> None:
    assert coverage([], {}, {}, "es") == Coverage(0, 0, 0, 0, 0)
    assert coverage([], {}, {}, "es").spoken_share == 0.0


def test_who_says_nothing_does_not_make_the_words_of_others_unknown() -> None:
    """Six speak in turn, for a moment in which one of them had none."""
    key = ClauseKey("ann", 1, 1)
    said = [Said("ann", "en", "Good morning."), Said("eve", "en", "")]
    assert coverage(said, {key: "Good morning."}, {}, "es") == Coverage(2, 2, 2, 0, 0)
