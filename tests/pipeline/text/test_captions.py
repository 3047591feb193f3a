"""Captions of what was said and of its translations."""

from __future__ import annotations

from dataclasses import replace

from pipeline.events import Caption, Clause, ClauseEnd, Draft, DraftTranslation, NotTranslated, Translation
from pipeline.text.captions import caption_of, translated_caption
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
