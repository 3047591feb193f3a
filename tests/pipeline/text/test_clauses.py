"""Where clauses end, by example and by language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from config.settings import Clauses
from pipeline.events import (
    Clause,
    ClauseEnd,
    Draft,
    Heard,
    NotHeard,
    OtherLanguage,
    Segment,
    UtteranceEnded,
    UtteranceStarted,
    Word,
    Words,
)
from pipeline.text.captions import caption_of
from pipeline.text.clauses import ClauseCutter
from tests.pipeline.text.sentences import SENTENCES
from tests.pipeline.text.simulated import ms, talk


def spoken(text: str, *, language: str = "en", length_ms: int = 150) -> tuple[Word, ...]:
    """Words without pauses; in Chinese and Japanese bars divide them."""
    parts = text.split("|") if "|" in text else text.split()
    return talk(parts, [length_ms], [0])


def heard(
    words: Sequence[Word], tentative: Sequence[Word] = (), *, language: str = "en", utterance: int = 1
) -> Words:
    return Words(utterance, language, tuple(words), tuple(tentative), (*words, *tentative)[-1].end_sample)


def clauses(text: str, *, language: str = "en", limits: Clauses | None = None) -> list[tuple[str, ClauseEnd]]:
    """The clauses of an utterance whose words are committed one by one."""
    cutter = ClauseCutter("ann", limits or Clauses())
    segments: list[Segment] = list(cutter.feed(UtteranceStarted(1, 0), 0.0))
    words = spoken(text, language=language)
    for index, word in enumerate(words):
        segments += cutter.feed(heard([word], words[index + 1 : index + 3], language=language), 0.0)
    segments += cutter.feed(UtteranceEnded(1, words[-1].end_sample), 0.0)
    return [(segment.text, segment.end) for segment in segments if isinstance(segment, Clause)]


MARK, END, JOIN = ClauseEnd.PUNCTUATION, ClauseEnd.UTTERANCE, ClauseEnd.CONJUNCTION


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Good morning. Today, we talk about money, and about time", [
            ("Good morning.", MARK), ("Today, we talk about money,", MARK), ("and about time", END)]),
        ("en", "Dr. Smith paid 3.5 million, e.g. for J. R. Brown in the U.S. office.", [
            ("Dr. Smith paid 3.5 million,", MARK), ("e.g. for J. R. Brown in the U.S. office.", MARK)]),
        ("en", "We have 10, 000 of them in 2024. No. That is No. 5 of all.", [
            ("We have 10, 000 of them in 2024.", MARK), ("No.", MARK), ("That is No. 5 of all.", MARK)]),
        ("en", "There were 3. We took two.", [("There were 3.", MARK), ("We took two.", MARK)]),
        ("en", "we went home because it was already late and we were all very tired", [
            ("we went home", JOIN), ("because it was already late", JOIN),
            ("and we were all very tired", END)]),
        ("en", "bread and butter and cheese", [("bread and butter and cheese", END)]),
        ("en", "He said: “Stop!” Then he left", [("He said: “Stop!”", MARK), ("Then he left", END)]),
        ("es", "¿Qué hora es? La Sra. García llega a las 10:30, creo yo.", [
            ("¿Qué hora es?", MARK), ("La Sra. García llega a las 10:30,", MARK), ("creo yo.", MARK)]),
        ("es", "hoy vamos a hablar pero no tenemos mucho tiempo", [
            ("hoy vamos a hablar", JOIN), ("pero no tenemos mucho tiempo", END)]),
        ("de", "Am 3. Mai war z.B. Herr Prof. Braun da. Gut.", [
            ("Am 3. Mai war z.B. Herr Prof. Braun da.", MARK), ("Gut.", MARK)]),
        ("zh", "我们|今天|讨论|预算|，|从|3|.|5|亿|开始|。|谢谢|大家", [
            ("我们今天讨论预算，", MARK), ("从3.5亿开始。", MARK), ("谢谢大家", END)]),
        ("ja", "今日は|予算に|ついて|話します。|次は|AI|の|話です", [
            ("今日は予算について話します。", MARK), ("次はAIの話です", END)]),
        ("ar", "مرحبا بكم جميعا، نبدأ الآن. هل أنتم مستعدون؟", [
            ("مرحبا بكم جميعا،", MARK), ("نبدأ الآن.", MARK), ("هل أنتم مستعدون؟", MARK)]),
        ("hi", "डॉ. शर्मा यहाँ हैं। आज हम बजट पर बात करेंगे", [
            ("डॉ. शर्मा यहाँ हैं।", MARK), ("आज हम बजट पर बात करेंगे", END)]),
    ],
)  # fmt: skip
def test_clauses_by_language(language: str, text: str, expected: list[tuple[str, ClauseEnd]]) -> None:
    """Signs end clauses, but not inside numbers, abbreviations and initials; else conjunctions do."""
    assert clauses(text, language=language) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [(language, text) for language, text in SENTENCES if language not in {"zh", "ja"}],
)
def test_a_dot_does_not_end_every_clause(language: str, text: str) -> None:
    """Word by word the same sentences are found as in the whole text."""
    limits = Clauses(min_words=99, max_characters=400, aim_s=0.0, max_age_s=60.0)

    found = clauses(text.replace("|", " "), language=language, limits=limits)

    assert [clause for clause, _ in found] == text.split("|")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We meet on Jan. 5 at the office"),
        ("en", "Gov. Smith and Sen. Jones met Rep. Lee"),
        ("es", "Nos vemos a las 5 p. m. en la oficina"),
        ("es", "Vive en EE. UU. desde hace diez años"),
        ("de", "Das ist z. B. sehr wichtig"),
        ("en", "The call is at 10 a.m. tomorrow in the U.S. with our team"),
    ],
)
def test_abbreviations_do_not_divide_a_clause(language: str, text: str) -> None:
    """With the limits of a meeting, and in batches of any size."""
    assert clauses(text, language=language) == [(text, END)]
    for size in (1, 2, 3, 20):
        cutter = ClauseCutter("ann", Clauses())
        words = spoken(text, language=language)
        segments: list[Segment] = []
        for at in range(0, len(words), size):
            segments += cutter.feed(heard(words[at : at + size], language=language), 0.0)
        segments += cutter.feed(UtteranceEnded(1, words[-1].end_sample), 0.0)
        assert [segment.text for segment in segments if isinstance(segment, Clause)] == [text]


def test_a_sentence_in_quotes_is_followed_by_another() -> None:
    """Not by the rest of the same: its full stop stands before the closing quote of the language."""
    cutter = ClauseCutter("ann", Clauses())
    cutter.feed(heard(spoken("Er sagte: „Wir gehen jetzt nach Hause.“"), language="de"), 0.0)

    (draft,) = cutter.feed(heard(spoken("Dann ging"), language="de"), 0.0)

    assert isinstance(draft, Draft)
    assert (draft.text, draft.continues) == ("Dann ging", False)


def test_a_pause_ends_a_clause_of_enough_words() -> None:
    """A quarter of a second of silence between committed words is an end, unless the clause is still short."""
    cutter = ClauseCutter("ann", Clauses())
    words = talk(["one", "two", "three", "four", "five"], [200], [300, 0, 0, 300, 300])

    segments = cutter.feed(heard(words), 7.5)

    assert segments == [
        Clause(
            "ann",
            1,
            1,
            words[0].first_sample,
            words[2].end_sample,
            "en",
            "one two three",
            ClauseEnd.PAUSE,
            7.5,
        ),
        Draft("ann", 2, 1, words[3].first_sample, words[4].end_sample, "en", "four five", "", continues=True),
    ]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Last year we opened four new stations in the north of the country", [
            "Last year we opened four new stations", "in the north of the country"]),
        ("en", "the committee has decided that nobody needs a permit for the bridge any more", [
            "the committee has decided that nobody needs a permit", "for the bridge any more"]),
        ("en", "We counted eleven thousand visitors in May.", ["We counted eleven thousand visitors in May."]),
        ("en", "Everybody should come tomorrow morning to Dr. Smith's office for the test", [
            "Everybody should come tomorrow morning to Dr. Smith's office", "for the test"]),
        ("es", "Los vecinos pueden consultar los planes en la biblioteca municipal", [
            "Los vecinos pueden consultar los planes", "en la biblioteca municipal"]),
        ("fr", "Les habitants peuvent consulter les plans à la bibliothèque municipale", [
            "Les habitants peuvent consulter les plans", "à la bibliothèque municipale"]),
        ("de", "Wir haben im letzten Jahr in der Stadt vier neue Stationen eröffnet", [
            "Wir haben im letzten Jahr in der Stadt vier neue Stationen eröffnet"]),
        ("de", "Wir haben den ganzen Abend gewartet weil niemand den Schlüssel hatte", [
            "Wir haben den ganzen Abend gewartet", "weil niemand den Schlüssel hatte"]),
        ("zh", "我们|今天|讨论|预算|和|明年|的|计划", ["我们今天讨论预算和明年的计划"]),
    ],
)  # fmt: skip
def test_a_long_clause_ends_with_a_phrase(language: str, text: str, expected: list[str]) -> None:
    """Behind its aim, before a short word that begins the next phrase; not where a sign will end it soon."""
    words = spoken(text, language=language, length_ms=350)
    cutter = ClauseCutter("ann", Clauses(aim_s=1.6, max_age_s=9.0))
    segments: list[Segment] = []
    for index, word in enumerate(words):
        segments += cutter.feed(heard([word], words[index + 1 : index + 4], language=language), 0.0)
    segments += cutter.feed(UtteranceEnded(1, words[-1].end_sample), 0.0)
    assert [segment.text for segment in segments if isinstance(segment, Clause)] == expected


def test_words_behind_a_phrase_are_promised_once_it_is_known_where_they_belong() -> None:
    """Until enough of the next phrase is there, or a sign shows that the clause ends with it."""
    cutter = ClauseCutter("ann", Clauses(aim_s=1.0, max_age_s=9.0))
    words = spoken("They bought several houses in May.", length_ms=350)

    (draft,) = cutter.feed(heard(words[:5]), 0.0)
    assert isinstance(draft, Draft)
    assert (draft.committed, draft.tentative) == ("They bought several houses", " in")
    (closed,) = cutter.feed(heard(words[5:]), 0.0)
    assert isinstance(closed, Clause)
    assert (closed.text, closed.end) == ("They bought several houses in May.", ClauseEnd.PUNCTUATION)


def test_age_closes_what_is_committed() -> None:
    """Someone who never pauses is cut after the maximum age, measured in the sound."""
    cutter = ClauseCutter("ann", Clauses(max_age_s=2.0))
    words = spoken("we go on and on", length_ms=300)
    assert [type(part) for part in cutter.feed(Words(1, "en", words[:3], words[3:], ms(1999)), 0.0)] == [
        Draft
    ]

    closed, draft = cutter.feed(Words(1, "en", (), words[3:], ms(2000)), 0.0)

    assert isinstance(closed, Clause)
    assert (closed.text, closed.end) == ("we go on", ClauseEnd.AGE)
    assert draft.text == "and on"


def test_age_does_not_divide_a_name() -> None:
    """What belongs to the next word waits for it, and is not promised before."""
    cutter = ClauseCutter("ann", Clauses(max_age_s=2.0))
    (before,) = cutter.feed(heard(spoken("We thank Dr.", length_ms=300)), 0.0)
    assert isinstance(before, Draft)
    assert (before.committed, before.tentative) == ("We thank", " Dr.")

    closed, draft = cutter.feed(Words(1, "en", (), (), ms(2000)), 0.0)

    assert (closed.text, draft.text) == ("We thank", "Dr.")


def test_length_closes_before_the_word_that_does_not_fit() -> None:
    """No clause is longer than allowed."""
    limits = Clauses(max_characters=12, min_words=9)
    assert clauses("one two three four", limits=limits) == [
        ("one two", ClauseEnd.LENGTH),
        ("three four", END),
    ]


def test_another_language_begins_a_clause() -> None:
    """A clause has one language."""
    cutter = ClauseCutter("ann", Clauses())
    cutter.feed(heard(spoken("hello everyone")), 0.0)

    closed, draft = cutter.feed(heard(spoken("buenos días"), language="es"), 0.0)

    assert isinstance(closed, Clause)
    assert (closed.text, closed.language, closed.end) == ("hello everyone", "en", ClauseEnd.LANGUAGE)
    assert (draft.text, draft.language, draft.number) == ("buenos días", "es", 2)


def test_sound_that_was_not_recognised_ends_a_clause() -> None:
    """Nothing is joined across a gap."""
    cutter = ClauseCutter("ann", Clauses())
    cutter.feed(heard(spoken("so we")), 0.0)

    (closed,) = cutter.feed(NotHeard(ms(300), ms(900), "engine is away"), 0.0)

    assert isinstance(closed, Clause)
    assert (closed.text, closed.end) == ("so we", ClauseEnd.PAUSE)


def test_news_about_the_language_change_no_clause() -> None:
    """Whoever speaks another language than declared is noted in the middle of an utterance; the draft stays."""
    cutter = ClauseCutter("ann", Clauses())
    words = spoken("we begin the meeting")
    cutter.feed(UtteranceStarted(1, 0), 0.0)
    cutter.feed(heard(words[:2], words[2:]), 0.0)
    assert cutter.feed(OtherLanguage(1, "en", "es"), 0.0) == []
    [clause] = cutter.feed(UtteranceEnded(1, words[-1].end_sample), 0.0)
    assert clause.text == "we begin"


def test_drafts_tell_committed_and_tentative_apart() -> None:
    """A draft comes only when the open text has changed, and carries the number of the clause to come."""
    cutter = ClauseCutter("ann", Clauses())
    words = spoken("good morning everyone")

    assert cutter.feed(heard(words[:1], words[1:2]), 0.0) == [
        Draft("ann", 1, 1, 0, words[1].end_sample, "en", committed="good", tentative=" morning")
    ]
    assert cutter.feed(heard((), words[1:2]), 0.0) == []
    assert cutter.feed(heard(words[1:2], words[2:]), 0.0) == [
        Draft("ann", 1, 1, 0, words[2].end_sample, "en", committed="good morning", tentative=" everyone")
    ]


def test_words_that_may_move_on_are_shown_as_tentative() -> None:
    """Until it is known whether a clause ends before "because", a draft promises only what stands before it."""
    cutter = ClauseCutter("ann", Clauses())

    (draft,) = cutter.feed(heard(spoken("we went home because")), 0.0)

    assert isinstance(draft, Draft)
    assert (draft.committed, draft.tentative) == ("we went home", " because")


def test_a_draft_that_comes_to_nothing_is_withdrawn() -> None:
    """Tentative words that were never committed leave the screens."""
    cutter = ClauseCutter("ann", Clauses())
    words = spoken("um")
    (shown,) = cutter.feed(heard((), words), 0.0)

    (withdrawn,) = cutter.feed(UtteranceEnded(1, ms(500)), 0.0)

    assert isinstance(withdrawn, Draft)
    assert (shown.text, withdrawn.text, withdrawn.number) == ("um", "", 1)
    assert cutter.feed(UtteranceEnded(1, ms(500)), 0.0) == []


def test_a_clause_knows_whether_its_sentence_began_before_it() -> None:
    """After a pause or a comma the sentence goes on; after a full stop and in a new utterance another begins."""
    cutter = ClauseCutter("ann", Clauses(min_words=2))
    events: list[Heard] = []
    for utterance, texts in enumerate((("we", "came,", "saw", "it."), ("and", "won")), 1):
        first = utterance * 100_000
        words = tuple(
            Word(text, first + at * 4000, first + at * 4000 + 3500) for at, text in enumerate(texts)
        )
        events += [
            UtteranceStarted(utterance, first),
            Words(utterance, "en", words, (), first + 16_000),
            UtteranceEnded(utterance, first + 16_000),
        ]
    clauses = [part for event in events for part in cutter.feed(event, 0.0) if isinstance(part, Clause)]

    assert [(clause.text, clause.continues) for clause in clauses] == [
        ("we came,", False),
        ("saw it.", True),
        ("and won", False),
    ]
    assert caption_of(clauses[1]).text == "saw it."
    assert caption_of(clauses[2]).text == "And won."


def test_a_clause_is_as_sure_as_its_words() -> None:
    """The mean of the words that it holds and that the engine could judge; nothing of the next clause."""
    first, second, third, fourth = spoken("We begin. And later")
    words = [
        replace(first, probability=0.5),
        replace(second, probability=1.0),
        replace(third, probability=0.25),
        fourth,
    ]
    cutter = ClauseCutter("ann", Clauses())
    segments = cutter.feed(heard(words), 0.0) + cutter.feed(UtteranceEnded(1, fourth.end_sample), 0.0)
    assert [(part.text, part.confidence) for part in segments if isinstance(part, Clause)] == [
        ("We begin.", 0.75),
        ("And later", 0.25),
    ]

    segments = cutter.feed(heard(spoken("No idea."), utterance=2), 0.0)
    assert [part.confidence for part in segments if isinstance(part, Clause)] == [None]
