"""Captions, how steady they are, and the files that are made of them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pipeline.events import Caption, Clause, ClauseEnd, Draft, DraftTranslation, NotTranslated, Translation
from pipeline.text.captions import MeetingTranscript, RetractionCounter, caption_of, translated_caption
from tests.pipeline.text.simulated import ms

CLAUSE = Clause(
    "ann", 3, 2, ms(1000), ms(2500), "en", "i think so", ClauseEnd.UTTERANCE, 3603.0, 3601.0, 3602.5
)
DRAFT = Draft(
    "ann",
    3,
    2,
    ms(1000),
    ms(2000),
    "en",
    committed="i think",
    tentative=" i do",
    onset_at_s=3601.0,
    offset_at_s=3602.0,
)


def caption(
    committed: str,
    tentative: str = "",
    *,
    segment: str = "1-1",
    final: bool = False,
    language: str = "en",
    note: str = "",
) -> Caption:
    return Caption("ann", segment, language, "en", committed, tentative, final, 0.0, 1.0, note)


def test_captions_of_what_was_said() -> None:
    """A clause is final and readable; a draft keeps its two parts."""
    assert caption_of(CLAUSE) == Caption("ann", "2-3", "en", "en", "I think so.", "", True, 3601.0, 3602.5)
    assert caption_of(DRAFT) == Caption("ann", "2-3", "en", "en", "I think", " I do", False, 3601.0, 3602.0)


def test_captions_of_translations() -> None:
    """The same segment in another language; without a translation the source text says why."""
    translation = Translation(CLAUSE, "es", "Creo que sí.", "opus", ("en", "es"), 2.0)
    assert translated_caption(translation) == Caption(
        "ann", "2-3", "es", "en", "Creo que sí.", "", True, 3601.0, 3602.5
    )
    assert translated_caption(NotTranslated(CLAUSE, "es", "no answer within 4 s")) == Caption(
        "ann", "2-3", "es", "en", "I think so.", "", True, 3601.0, 3602.5, "no answer within 4 s"
    )
    draft = DraftTranslation(DRAFT, "es", "Creo que lo hago")
    assert translated_caption(draft, stable="Creo") == Caption(
        "ann", "2-3", "es", "en", "Creo", " que lo hago", False, 3601.0, 3602.0
    )
    assert translated_caption(draft, stable="Pienso").committed == ""


def test_captions_say_how_sure_they_are() -> None:
    """How sure the recogniser is goes with the original and every translation, a doubt with its translation only."""
    clause = replace(CLAUSE, confidence=0.5)
    doubtful = Translation(clause, "es", "Creo que 35.", "opus", ("en", "es"), 2.0, doubt="numbers changed")
    shown = [
        caption_of(clause),
        translated_caption(doubtful),
        translated_caption(replace(doubtful, doubt="")),
        translated_caption(NotTranslated(clause, "es", "no route")),
        caption_of(DRAFT),
    ]
    assert [one.confidence for one in shown] == [0.5, 0.5, 0.5, 0.5, None]
    assert [one.doubt for one in shown] == ["", "numbers changed", "", "", ""]


def test_words_that_only_come_are_no_retraction() -> None:
    """A caption that grows, changes its spelling and becomes final has taken nothing back."""
    counter = RetractionCounter()
    for shown in (caption("", "good"), caption("good", " morning"), caption("good morning", final=True)):
        counter.feed(shown)

    assert (counter.shown, counter.changed, counter.committed_changed) == (2, 0, 0)


def test_changed_and_vanished_words_count_once_each() -> None:
    """Two of the four words ever shown were changed or taken away."""
    counter = RetractionCounter()
    for shown in (
        caption("", "good mourning all"),
        caption("good", " morning"),
        caption("good morning", final=True),
    ):
        counter.feed(shown)

    assert (counter.shown, counter.changed, counter.share) == (4, 2, 0.5)


def test_words_that_move_to_the_next_caption_are_not_changed() -> None:
    """A clause that closes before a conjunction hands its last words on."""
    counter = RetractionCounter()
    counter.feed(caption("we went home", " because it"))
    counter.feed(caption("we went home", final=True))
    counter.feed(caption("because it", " was", segment="1-2"))

    assert (counter.shown, counter.changed) == (6, 0)

    counter.feed(caption("because it was late", " and then", segment="1-2"))
    counter.feed(caption("because it was late", final=True, segment="1-2"))
    counter.feed(caption("and", segment="1-3", final=True))
    assert (counter.shown, counter.changed) == (9, 1)


def test_a_committed_word_that_changes_is_counted_exactly() -> None:
    """Committed text compares to the letter."""
    counter = RetractionCounter()
    counter.feed(caption("good morning"))
    counter.feed(caption("good Morning everyone", final=True))

    assert (counter.changed, counter.committed_changed) == (0, 1)


def test_languages_are_counted_apart() -> None:
    """The original and its translation do not compare with each other."""
    counter = RetractionCounter()
    counter.feed(caption("", "good"))
    counter.feed(caption("", "buenos", language="es"))
    assert (counter.shown, counter.changed) == (2, 0)


def transcript() -> MeetingTranscript:
    transcript = MeetingTranscript()
    transcript.add(caption_of(DRAFT))
    transcript.add(translated_caption(NotTranslated(CLAUSE, "es", "no route")))
    transcript.add(caption_of(CLAUSE))
    first = Caption("<bob> & co", "1-1", "en", "en", "1 < 2 & 3 --> 4\n\nnext", "", True, 0.0, 0.0)
    transcript.add(first)
    transcript.add(Caption("<bob> & co", "1-1", "es", "en", "1 < 2", "", True, 0.0, 0.0))
    return transcript


def test_webvtt_is_escaped_and_in_order() -> None:
    """Finals only, by time; markup in names and text is harmless; a cue lasts at least a moment."""
    assert transcript().webvtt("en-GB") == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:00.001\n<v &lt;bob&gt; &amp; co>1 &lt; 2 &amp; 3 --&gt; 4 next</v>\n\n"
        "01:00:01.000 --> 01:00:02.500\n<v ann>I think so.</v>\n"
    )


def test_srt_and_text() -> None:
    """The speaker stands before the text, and what was not translated says its language."""
    assert transcript().srt("es") == (
        "1\n00:00:00,000 --> 00:00:00,001\n‹bob› & co: 1 ‹ 2\n\n"
        "2\n01:00:01,000 --> 01:00:02,500\nann: [en] I think so.\n"
    )
    assert transcript().text("es") == "<bob> & co: 1 < 2\nann: [en] I think so.\n"
    assert transcript().webvtt("fr") == "WEBVTT\n"


def test_json_holds_the_languages_side_by_side() -> None:
    """One object for each clause, with its translations and what is missing."""
    first, second = json.loads(json.dumps(transcript().as_json()))

    assert first["texts"] == {"en": "1 < 2 & 3 --> 4\n\nnext", "es": "1 < 2"}
    assert second == {
        "speaker": "ann", "segment": "2-3", "start_ms": 3_601_000, "end_ms": 3_602_500, "source_language": "en",
        "confidence": None, "texts": {"en": "I think so."}, "missing": {"es": "no route"}, "doubts": {},
    }  # fmt: skip


def test_json_holds_what_is_doubtful() -> None:
    """The doubt stands under the language of its translation, how sure the words are with the clause."""
    clause = replace(CLAUSE, confidence=0.5)
    doubtful = MeetingTranscript()
    doubtful.add(caption_of(clause))
    doubtful.add(
        translated_caption(
            Translation(clause, "es", "Creo que 35.", "opus", ("en", "es"), 2.0, doubt="numbers changed")
        )
    )
    [entry] = doubtful.as_json()
    assert entry["texts"] == {"en": "I think so.", "es": "Creo que 35."}
    assert (entry["doubts"], entry["confidence"]) == ({"es": "numbers changed"}, 0.5)


def test_words_that_have_no_translation_are_kept_where_the_original_is_unknown() -> None:
    """A reader of one language got the original's text alone: it stands under the language that it is in."""
    alone = MeetingTranscript()
    alone.add(translated_caption(NotTranslated(CLAUSE, "es", "no route")))
    [entry] = alone.as_json()
    assert (entry["texts"], entry["missing"]) == ({"en": "I think so."}, {"es": "no route"})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ana\nMaria\r\n\r\nPérez", "Ana Maria Pérez"),
        ("Ana\u2028Maria\x85\x00Pérez", "Ana Maria Pérez"),
        ("\ufeffAna\ufeff", "Ana"),
        ("\u202eAna\u2067", "Ana"),
        (" \u202e ", "?"),
    ],
)
def test_a_name_never_breaks_the_line_of_a_cue(name: str, shown: str) -> None:
    """Line breaks, control characters and marks that turn the direction of writing are left out."""
    odd = MeetingTranscript()
    odd.add(Caption(name, "1-1", "en", "en", "Hello.", "", True, 0.0, 1.0))
    odd.add(Caption(name, "1-2", "en", "en", "\ufeff \n", "", True, 2.0, 3.0))
    assert odd.text("en") == f"{shown}: Hello.\n"
    assert odd.srt("en") == f"1\n00:00:00,000 --> 00:00:01,000\n{shown}: Hello.\n"
    assert odd.webvtt("en") == f"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n<v {shown}>Hello.</v>\n"


def test_a_transcript_is_bounded() -> None:
    """The oldest captions make room, and are counted."""
    short = MeetingTranscript(capacity=2)
    for number in range(3):
        short.add(caption(f"line {number}", segment=f"1-{number}", final=True))
    assert short.text("en") == "ann: line 1\nann: line 2\n"
    assert short.dropped == 1
