"""The answers that the demo gives about a meeting."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from demo.coverage import Coverage
from demo.ledger import RenderedClause
from demo.meeting import PlayedPart
from demo.participants import Attendee, HeardTrack
from demo.quantiles import Trend
from demo.said_again import said_again
from demo.scripts import ScriptPart
from demo.seen_captions import committed_changes, final_texts, originals, steadiness
from demo.talk import RATE_HZ, resampled
from demo.verdict import (
    Compared,
    Finding,
    answered,
    compare,
    heard_originals,
    heard_their_language,
    lag_is_steady,
    nothing_lost,
    nothing_missing,
    spread_over,
    was_spoken,
)
from pipeline.audio import HEARING_RATE_HZ, Pcm
from protocol.events import ClauseKey
from tests.demo.people import caption, clause, minutes, said
from tests.fakes.engines import ToneSynthesizer
from tests.near import near

HERTZ = {"es": 300.0, "fr": 800.0}


def listener(*tracks: HeardTrack) -> Attendee:
    attendee = Attendee("listener-es", {})
    attendee.tracks = list(tracks)
    return attendee


def track(name: str, pcm: Pcm, *, publisher: str = "interpreter", began_s: float = 100.0) -> HeardTrack:
    """A track on which everything arrived without a hole."""
    pieces = [
        (began_s + (start + len(part)) / HEARING_RATE_HZ, part)
        for start in range(0, len(pcm), 800)
        if len(part := pcm[start : start + 800])
    ]
    return HeardTrack(name, publisher, began_s, pieces)


def babble(length_s: float, seed: int) -> Pcm:
    """Twelve tones that come and go as in no other seed, 0.15 s at a time."""
    random = np.random.default_rng(seed)
    length = int(length_s * HEARING_RATE_HZ)
    moments = np.arange(length) / HEARING_RATE_HZ
    whole = np.zeros(length)
    for hertz in random.uniform(150, 3000, 12):
        sounding = np.repeat(random.random(length // 2400 + 1) > 0.5, 2400)[:length]
        whole += np.sin(2 * np.pi * hertz * moments) * sounding
    return (1500 * whole).astype(np.int16)


# --- captions --------------------------------------------------------------------------------------------


def test_final_captions_are_found_by_clause() -> None:
    captions = [
        caption(1, "Hel", final=False),
        caption(1, "Hello."),
        caption(1, "Hola.", language="es"),
        caption(2, "Gracias.", speaker="bob", language="es", source="es"),
    ]

    assert final_texts(captions, "es") == {
        ClauseKey("ann", 1, 1): "Hola.",
        ClauseKey("bob", 1, 2): "Gracias.",
    }
    assert originals(captions) == {ClauseKey("ann", 1, 1): "Hello.", ClauseKey("bob", 1, 2): "Gracias."}


def test_a_committed_word_that_changes_is_counted() -> None:
    kept = [caption(1, "Good mo", committed=5, order=1), caption(1, "Good morning", committed=5, order=2)]
    changed = [*kept, caption(1, "God morning", order=3)]

    assert committed_changes(kept) == 0
    assert committed_changes(changed) == 1
    # in the order in which they were begun, not in which they were read to their end
    assert committed_changes([changed[2], changed[0], changed[1]]) == 1


def test_retraction_counts_the_words_shown() -> None:
    captions = [
        caption(1, "ask what", final=False, committed=0, order=1),
        caption(1, "ask not what", order=2),
    ]

    assert steadiness(captions).share == 0.0
    assert steadiness([*captions, caption(1, "ask not that", order=3)]).share == near(1 / 4)


# --- sound -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compared", "tracks", "finding"),
    [
        ([], [], Finding("q", False, "received the tracks none")),
        ([], ["translated-fr"], Finding("q", False, "received the tracks translated-fr")),
        ([], ["translated-es"], Finding("q", False, "heard 5.0 s of speech, 0 clauses to compare")),
        (
            [(0.9, 0.2), (0.7, 0.6), (0.95, 0.1), (0.9, 0.3), (0.8, 0.1)],
            ["translated-es"],
            Finding(
                "q", True,
                "5 s of speech; 4 of 5 clauses found by sound (similarity 0.90, in other languages 0.20)",
            ),
        ),
        (
            [(0.9, 0.2), (0.5, 0.1)],
            ["translated-es", "translated-es"],
            Finding(
                "q", False,
                "10 s of speech; 1 of 2 clauses found by sound (similarity 0.70, in other languages 0.15)",
            ),
        ),
    ],
)  # fmt: skip
def test_a_listener_heard_their_language(
    compared: Sequence[tuple[float, float]], tracks: Sequence[str], finding: Finding
) -> None:
    loud = np.tile(np.array([9000, -9000], np.int16), HEARING_RATE_HZ * 5 // 2)
    heard = listener(*(track(name, loud) for name in tracks))
    matches = [Compared("ann", number, own, other, 0.0) for number, (own, other) in enumerate(compared, 1)]

    found = heard_their_language("es", heard, matches)

    assert found.question == "the listener of es heard es and nothing else"
    assert (found.holds, found.detail) == (finding.holds, finding.detail)


async def test_a_clause_is_found_by_its_sound() -> None:
    """What was spoken 0.4 s late is found there, and fits better than the same clause in French."""
    one, two = clause(1, onset_s=101.0), clause(2, onset_s=106.0)
    voice = ToneSynthesizer(HERTZ, seconds_per_character=0.05)
    line = np.zeros(12 * HEARING_RATE_HZ, np.int16)
    for record, text in ((one, "Buenos días a todos"), (two, "Hemos abierto estaciones nuevas")):
        spoken = await said_again(voice, text, "es", "es-1", 1.0)
        record.renderings["es"] = said(record)
        record.renderings["es"].onset_at_s = onset = record.committed_at_s + 0.5
        record.renderings["es"].end_at_s = onset + len(spoken) / HEARING_RATE_HZ
        first = int((onset + 0.4 - 100.0) * HEARING_RATE_HZ)
        line[first : first + len(spoken)] = spoken
    spanish = [
        caption(1, "Buenos días a todos", language="es"),
        caption(2, "Hemos abierto estaciones nuevas", language="es"),
    ]
    french = [
        caption(1, "Bonjour à vous tous ici", language="fr"),
        caption(2, "Nous avons ouvert des gares", language="fr"),
    ]
    held = minutes(
        [one, two],
        listeners={"es": spanish, "fr": french},
        tracks={"es": [track("translated-es", line)], "fr": []},
    )

    found = await compare(held, "es", ("fr",), voice)

    assert [(each.speaker, each.number, each.shift_s) for each in found] == [
        ("ann", 1, near(0.4, within=0.02)),
        ("ann", 2, near(0.4, within=0.02)),
    ]
    assert all(each.similarity > 0.9 and each.other < each.similarity - 0.15 for each in found)


@pytest.mark.parametrize(
    ("onset_at_s", "end_at_s", "spanish", "compared"),
    [
        (108.0, 110.0, "Hola.", True),
        (108.0, 108.5, "Hola.", True),
        (108.0, 108.4, "Hola.", False),  # too short
        (100.0, 102.0, "Hola.", True),
        (99.9, 102.0, "Hola.", False),  # began before the track did
        (None, 110.0, "Hola.", False),
        (108.0, None, "Hola.", False),
        (108.0, 110.0, "", False),
        (108.0, 110.0, None, False),
    ],
)
async def test_only_what_was_spoken_long_enough_is_compared(
    onset_at_s: float | None, end_at_s: float | None, spanish: str | None, compared: bool
) -> None:
    rendering = RenderedClause(voice="es-1", onset_at_s=onset_at_s, end_at_s=end_at_s)
    held = minutes(
        [clause(1, renderings={"es": rendering}), clause(2)],
        listeners={"es": [] if spanish is None else [caption(1, spanish, language="es")]},
        tracks={"es": [track("translated-es", babble(12.0, 1))]},
    )

    found = await compare(held, "es", (), ToneSynthesizer(HERTZ))

    assert [(each.speaker, each.number) for each in found] == ([("ann", 1)] if compared else [])


@pytest.mark.parametrize(
    ("language", "there", "beside"),
    [
        ("fr", "Bonjour.", True),
        ("fr", "Buenos días.", False),  # the same words: nothing to tell apart
        ("fr", None, False),
        ("de", "Guten Morgen.", False),  # no voice for it
    ],
)
async def test_a_clause_is_laid_beside_other_languages_that_say_it_otherwise(
    language: str, there: str | None, beside: bool
) -> None:
    record = clause(1)
    record.renderings["es"], record.renderings[language] = said(record), said(record)
    record.renderings["es"].voice, record.renderings[language].voice = "es-2", f"{language}-3"
    record.renderings["es"].speed = 1.2
    voice = ToneSynthesizer(HERTZ)
    held = minutes(
        [record],
        listeners={
            "es": [caption(1, "Buenos días.", language="es")],
            language: [] if there is None else [caption(1, there, language=language)],
        },
        tracks={"es": [track("translated-es", babble(12.0, 1)), track("translated-es", babble(0.0, 1))]},
    )

    [found] = await compare(held, "es", (language,), voice)

    assert (found.other > -1.0) is beside
    asked = [(each.text, each.language, each.voice, each.speed) for each in voice.asked]
    other = [(there, language, f"{language}-3", 1.0)] if beside else []
    assert asked == [("Buenos días.", "es", "es-2", 1.2), *other]


def test_compared_clauses_are_spread_over_the_meeting() -> None:
    assert spread_over(range(3), 8) == [0, 1, 2]
    assert spread_over(range(15), 8) == [0, 2, 4, 6, 8, 10, 12, 14]


def test_originals_reach_who_speaks_the_same_language() -> None:
    """The microphone of somebody who speaks the listener's language came over whole; another's sound does not count."""
    spoken = PlayedPart(ScriptPart("carla", "es", resampled(babble(8.0, 1), HEARING_RATE_HZ, RATE_HZ)), 101.0)
    late = np.concatenate([np.zeros(int(1.3 * HEARING_RATE_HZ), np.int16), babble(8.0, 1)])
    other = np.concatenate([np.zeros(int(1.3 * HEARING_RATE_HZ), np.int16), babble(8.0, 2)])

    def found(pcm: Pcm, name: str = "microphone", publisher: str = "carla") -> Finding:
        return heard_originals("es", listener(track(name, pcm, publisher=publisher)), [spoken])

    question = "the listener of es heard originals in es"
    assert found(late) == Finding(question, True, "2 of 2 stretches of 4 s found by sound")
    assert found(other) == Finding(question, False, "0 of 2 stretches of 4 s found by sound")
    assert not found(late, publisher="ann").holds
    assert not found(late, name="translated-es").holds
    assert not heard_originals("es", listener(), [spoken]).holds


# --- words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("covered", "skipped", "finding"),
    [
        (
            Coverage(200, 198, 190, 197, 190),
            0,
            Finding("", True, "of 200 words: heard 99.0%, translated 98.5%, spoken 95.0%; 0 of 20 clauses not spoken"),
        ),
        (
            Coverage(200, 200, 200, 200, 189),
            1,
            Finding(
                "", False,
                "of 200 words: heard 100.0%, translated 100.0%, spoken 94.5%; 1 of 20 clauses not spoken",
            ),
        ),
        (
            Coverage(50, None, None, 50, 50),
            0,
            Finding(
                "", True,
                "of 50 words: the words of the talk are not known, counted are those heard, translated 100.0%, "
                "spoken 100.0%; 0 of 20 clauses not spoken",
            ),
        ),
        (
            Coverage(0, 0, 0, 0, 0),
            0,
            Finding("", False, "of 0 words: heard 0.0%, translated 0.0%, spoken 0.0%; 0 of 20 clauses not spoken"),
        ),
    ],
)  # fmt: skip
def test_ninety_five_of_a_hundred_words_must_be_spoken(
    covered: Coverage, skipped: int, finding: Finding
) -> None:
    found = was_spoken("es", covered, skipped, 20)

    assert found == Finding("at least 95% of the words were spoken in es", finding.holds, finding.detail)


@pytest.mark.parametrize(
    ("slope_a_minute", "at_least_a_minute", "length_s", "steady"),
    [
        (12.0, 8.0, 60.0, False),  # certain and large
        (6.0, -1.8, 60.0, True),  # chance explains it
        (0.2, 0.15, 60.0, True),  # certain, but a fifth of a second in all
        (0.2, 0.15, 3600.0, False),  # the same for an hour: twelve seconds
        (0.09, 0.08, 3600.0, True),
        (-3.0, -9.0, 60.0, True),
        (0.0, -math.inf, 60.0, None),  # too few to tell: no yes
    ],
)
def test_lag_may_not_grow(
    slope_a_minute: float, at_least_a_minute: float, length_s: float, steady: bool | None
) -> None:
    found = lag_is_steady("es", Trend(slope_a_minute / 60, at_least_a_minute / 60), length_s)

    assert found.question == "the lag of es did not grow"
    assert found.holds is steady
    assert found.detail.startswith(f"{slope_a_minute:+.2f} s a minute (")


def test_what_cannot_be_told_is_neither_a_yes_nor_a_failure() -> None:
    unknown = lag_is_steady("es", Trend(0.0, -math.inf), 60.0)

    assert not unknown.fails
    assert [answered(each) for each in (unknown.holds, True, False)] == ["?", "yes", "no"]


def test_every_clause_has_an_outcome() -> None:
    one, two = clause(1), clause(2)
    one.renderings["es"] = said(one)
    two.renderings["es"] = RenderedClause(problem="too late")
    question = "every committed clause was translated and spoken, or has a reason"

    assert nothing_missing(minutes([]), ("es",)) == Finding(question, False, "no clause was committed")
    assert nothing_missing(minutes([one, two]), ("es",)) == Finding(
        question, True, "2 clauses in 1 languages; with a reason: ann 2 es: too late"
    )
    assert nothing_missing(minutes([one, clause(3)]), ("es",)) == Finding(
        question, False, "1 without outcome: ann 3 es"
    )


def test_what_was_lost_is_found() -> None:
    one, two = clause(1), clause(2)
    read = [caption(1, "Hello."), caption(2, "Bye.")]
    held = minutes([one, two], read=read, listeners={"es": [caption(1, "Hola.", language="es")]})
    held.ledger.lost_sound_s = 1.25

    assert nothing_lost(held, ("es",)) == [
        Finding("no sound was lost", False, "1.2 s could not be heard in time"),
        Finding("every clause reached the reader of originals", True, "2 final captions for 2 clauses"),
        Finding("every clause reached the reader of es", False, "1 final captions for 2 clauses"),
        Finding("no committed word was changed", True, "0 changes"),
    ]
