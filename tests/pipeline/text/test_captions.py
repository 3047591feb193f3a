"""Captions of what was said and of its translations."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.events import Caption, Clause, ClauseEnd, Draft, DraftTranslation, NotTranslated, Translation
from pipeline.text.captions import caption_of, translated_caption
from protocol.notes import Note
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
    assert translated_caption(NotTranslated(CLAUSE, "es", "no answer within 4 s", Note.LATE)) == Caption(
        "ann", "2-3", "es", "en", "I think so.", "", True, 3601.0, 3602.5, "late"
    )
    draft = DraftTranslation(DRAFT, "es", "Creo que lo hago")
    assert translated_caption(draft, stable="Creo") == Caption(
        "ann", "2-3", "es", "en", "Creo", " que lo hago", False, 3601.0, 3602.0
    )
    assert translated_caption(draft, stable="Pienso").committed == ""


def test_captions_say_how_sure_they_are() -> None:
    """How sure the recogniser is goes with the original and every translation, a doubt with its translation only."""
    clause = replace(CLAUSE, confidence=0.5)
    doubtful = Translation(clause, "es", "Creo que 35.", "opus", ("en", "es"), 2.0, doubt="numbers_changed")
    shown = [
        caption_of(clause),
        translated_caption(doubtful),
        translated_caption(replace(doubtful, doubt="")),
        translated_caption(NotTranslated(clause, "es", "no route")),
        caption_of(DRAFT),
    ]
    assert [one.confidence for one in shown] == [0.5, 0.5, 0.5, 0.5, None]
    assert [one.doubt for one in shown] == ["", "numbers_changed", "", "", ""]


@pytest.mark.parametrize(
    ("continues", "said", "language", "translation", "shown"),
    [
        (True, "and many students", "es", "Y muchos alumnos.", "y muchos alumnos."),
        (True, "because we can", "de", "Weil wir können.", "weil wir können."),
        (True, "in the house", "pt-BR", "Na casa.", "na casa."),
        (True, "and many students", "es", "y muchos alumnos.", "y muchos alumnos."),
        (True, "students we are", "es", "Ana viene.", "Ana viene."),
        (True, "students we are", "de", "Studenten sind wir.", "Studenten sind wir."),
        (True, "he told you", "de", "Sie kommen.", "Sie kommen."),
        (True, "Para is a city", "en", "Through is a city.", "Through is a city."),
        (True, "and so", "es", "Y", "y"),
        (True, "and so", "es", "IN EN", "IN EN"),
        (True, "and so", "es", "“Y muchos”", "“Y muchos”"),
        (True, "and so", "zh", "和", "和"),
        (True, "and so", "es", "", ""),
        (False, "good morning", "es", "buenos días.", "Buenos días."),
        (False, "good morning", "es", "Buenos días.", "Buenos días."),
        (False, "iPhones are good", "es", "iPhones son buenos.", "iPhones son buenos."),
        (False, "three people", "es", "3 personas", "3 personas"),
        (False, "good morning", "ja", "おはよう", "おはよう"),
        (False, "and it rains", "es", "Y llueve.", "Y llueve."),
    ],
)
def test_a_translation_is_written_as_its_place_in_the_sentence_asks(
    continues: bool, said: str, language: str, translation: str, shown: str
) -> None:
    """A capital where a sentence begins, none where it goes on and the word can be no name; drafts the same."""
    clause = replace(CLAUSE, text=said, continues=continues)
    draft = replace(DRAFT, committed=said, tentative="", continues=continues)
    final = translated_caption(Translation(clause, language, translation, "opus", ("en", language), 2.0))
    interim = translated_caption(DraftTranslation(draft, language, translation), stable=translation[:3])
    assert (final.committed, interim.committed + interim.tentative) == (shown, shown)
    assert len(interim.committed) == len(translation[:3])


@pytest.mark.parametrize(
    ("end", "said", "language", "translation", "shown"),
    [
        (ClauseEnd.PHRASE, "cuatro estaciones nuevas", "en", "four new stations.", "four new stations"),
        (ClauseEnd.PAUSE, "und dann", "zh", "然后。", "然后"),
        (ClauseEnd.LENGTH, "et puis", "hi", "और फिर।", "और फिर"),
        (ClauseEnd.CONJUNCTION, "vinieron a las cinco", "en", "they came at 5 p.m.", "they came at 5 p.m."),
        (ClauseEnd.AGE, "con el doctor", "de", "mit Dr.", "mit Dr."),
        (ClauseEnd.AGE, "el tercero", "de", "am 3.", "am 3."),
        (ClauseEnd.PHRASE, "y entonces", "en", "and then...", "and then..."),
        (ClauseEnd.PHRASE, "por qué no", "en", "why not?", "why not?"),
        (ClauseEnd.PUNCTUATION, "ayer,", "en", "yesterday.", "yesterday"),
        (ClauseEnd.PUNCTUATION, "Llegaron ayer.", "en", "They came yesterday.", "They came yesterday."),
        (ClauseEnd.PAUSE, "Dijo “sí.”", "en", "He said yes.", "He said yes."),
        (ClauseEnd.UTTERANCE, "llegaron ayer", "en", "They came yesterday.", "They came yesterday."),
        (ClauseEnd.LANGUAGE, "llegaron ayer", "en", "They came yesterday.", "They came yesterday."),
        (ClauseEnd.PHRASE, "y", "en", ".", "."),
        (ClauseEnd.PHRASE, "y", "en", "", ""),
    ],
)
def test_a_translation_ends_its_sentence_where_the_speaker_does(
    end: ClauseEnd, said: str, language: str, translation: str, shown: str
) -> None:
    """Engines end every text they are given; a clause within a sentence is shown without that full stop."""
    clause = replace(CLAUSE, text=said, language="es", end=end, continues=True)
    caption = translated_caption(Translation(clause, language, translation, "opus", ("es", language), 2.0))
    assert caption.committed == shown
