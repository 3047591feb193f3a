"""When a word that stays the same is committed: the policies alone, and at work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.events import Word
from pipeline.text.agreement import Agreement, Update
from pipeline.text.commitment import CommitPolicy, DistantAgreement, EvidentAgreement
from tests.pipeline.text.simulated import ms, said

DISTANT = DistantAgreement(ms(500), ms(600))
EVIDENT = EvidentAgreement(ms(500), ms(600))


def settled(policy: CommitPolicy, stood_ms: int, behind_ms: int, probability: float | None = None) -> bool:
    word = Word("budget", 0, ms(400), probability=probability)
    return policy.settled(word, stood_samples=ms(stood_ms), behind_samples=ms(behind_ms))


@pytest.mark.parametrize(
    ("stood_ms", "behind_ms", "expected"),
    [(500, 600, True), (499, 600, False), (500, 599, False), (0, 5000, False), (5000, 0, False)],
)
def test_distance_and_sound_behind_are_both_needed(stood_ms: int, behind_ms: int, expected: bool) -> None:
    """Whatever the recogniser thinks of the word."""
    for probability in (None, 0.0, 0.99):
        assert settled(DISTANT, stood_ms, behind_ms, probability) is expected


@pytest.mark.parametrize(
    ("probability", "stood_ms", "behind_ms"),
    [
        (None, 500, 600),
        (0.89, 500, 600),
        (0.5, 500, 600),
        (0.9, 350, 420),
        (1.0, 350, 420),
        (0.49, 750, 900),
        (0.0, 750, 900),
    ],
)
def test_evidence_makes_it_sooner_or_later(probability: float | None, stood_ms: int, behind_ms: int) -> None:
    """A sure word needs 0.7 of the distance and of the sound behind it, a doubtful one half as much again."""
    assert settled(EVIDENT, stood_ms, behind_ms, probability)
    assert not settled(EVIDENT, stood_ms - 1, behind_ms, probability)
    assert not settled(EVIDENT, stood_ms, behind_ms - 1, probability)


@pytest.mark.parametrize(
    ("text", "language", "over"),
    [
        ("we meet on Monday.", "en", True),
        ("is that so?", "en", True),
        ("¡Muchas gracias!", "es", True),
        ("以上です。", "ja", True),
        ("we meet on Monday", "en", False),
        ("we meet on Monday,", "en", False),
        ("we meet Dr.", "en", False),
        ("it costs 5.", "en", False),
        ("", "en", False),
    ],
)
def test_a_sign_that_the_recogniser_is_sure_of_ends_a_sentence(text: str, language: str, over: bool) -> None:
    """With a little silence behind it; never an abbreviation's dot, and never by agreement alone."""
    words = [Word(part, 0, ms(100), probability=0.95) for part in text.split()]
    unsure = [*words[:-1], *(replace(word, probability=0.6) for word in words[-1:])]
    unknown = [replace(word, probability=None) for word in words]

    def complete(policy: CommitPolicy, said: list[Word], silent_ms: int = 150) -> bool:
        return policy.complete(said, language=language, silent_samples=ms(silent_ms))

    assert complete(EVIDENT, words) is over
    assert not complete(EVIDENT, words, 149)
    assert not complete(EVIDENT, unsure)
    assert not complete(EVIDENT, unknown)
    assert not complete(DISTANT, words, 5000)


def agreement(policy: CommitPolicy = DISTANT, *, age_ms: int = 60_000) -> Agreement:
    return Agreement(commit_age_samples=ms(age_ms), max_buffer_samples=ms(20_000), policy=policy)


def committed(over: Agreement, words: tuple[Word, ...], *heard_to_ms: int) -> list[list[str]]:
    """What each of the looks commits that all find the same."""
    found = []
    for heard_to in heard_to_ms:
        known = tuple(word for word in words if word.end_sample <= ms(heard_to))
        found.append([word.text for word in over.feed(known, heard_to=ms(heard_to)).committed])
    return found


def test_looks_fifty_milliseconds_apart_do_not_agree() -> None:
    """Ten of them are one opinion; with the look half a second behind the first there are two."""
    over = agreement(DistantAgreement(ms(500), 0))
    looks = committed(over, said(("good", 0, 300)), *range(300, 900, 50))

    assert looks == [[]] * 10 + [["good"], []]


def test_a_word_that_changes_begins_to_stand_anew() -> None:
    """And with it all behind it; what stands before it is not affected."""
    over = agreement(DistantAgreement(ms(500), 0))
    first = said(("we", 0, 200), ("meat", 200, 400), ("today", 400, 700))
    then = said(("we", 0, 200), ("meet", 200, 400), ("today", 400, 700))
    over.feed(first, heard_to=ms(700))
    over.feed(first, heard_to=ms(1100))

    assert over.feed(then, heard_to=ms(1250)) == Update(then[:1], then[1:])
    assert over.feed(then, heard_to=ms(1700)) == Update((), then[1:])
    assert over.feed(then, heard_to=ms(1750)) == Update(then[1:], ())


def test_a_word_waits_for_sound_behind_it() -> None:
    """It has stood long enough when it is complete, but nothing was heard behind it yet."""
    over = agreement()
    looks = committed(over, said(("good", 0, 300), ("morning", 300, 900)), 900, 1400, 1450, 1500)

    assert looks == [[], ["good"], [], ["morning"]]


def test_words_are_committed_in_order() -> None:
    """A doubtful word holds back the sure one behind it."""
    over = agreement(EVIDENT)
    doubtful, sure = said(("perhaps", 0, 400), ("today", 400, 800))
    words = (replace(doubtful, probability=0.3), replace(sure, probability=0.99))
    looks = committed(over, words, 800, 1300, 1500, 1550)

    assert looks == [[], [], [], ["perhaps", "today"]]


def test_the_recognisers_own_judgement_counts_instead() -> None:
    """Two looks are enough up to where it says that its words are settled, and none are behind it."""
    over = agreement()
    words = said(("good", 0, 300), ("morning", 300, 900))
    over.feed(words, heard_to=ms(900), settled_to=ms(300))

    assert over.feed(words, heard_to=ms(950), settled_to=ms(400)) == Update(words[:1], words[1:])


def test_age_needs_no_agreement() -> None:
    """What never agrees is committed as it stands, and counted as forced."""
    over = agreement(age_ms=1000)
    over.feed(said(("guess", 0, 300)), heard_to=ms(1300))
    words = said(("guest", 0, 300))

    assert over.feed(words, heard_to=ms(1301)) == Update(words, (), forced=1)


# --- pauses ----------------------------------------------------------------------------------------------


def test_what_was_said_before_a_pause_is_not_new_behind_it() -> None:
    """However the recogniser reads the first utterance now."""
    over = agreement()
    first = said(("good", 0, 300), ("morning", 300, 800))
    assert over.finish(first, heard_to=ms(1300)) == Update(first, (), forced=2)
    over.pause(ms(900))
    again = said(("goods", 0, 300), ("mourning", 300, 850), ("thanks", 1500, 1900))

    assert over.feed(again, heard_to=ms(2000)) == Update((), again[2:])
    assert over.finish(again, heard_to=ms(2600)) == Update(again[2:], (), forced=0)
    assert over.committed_text == "good morning thanks"


def test_an_utterance_without_words_stays_without() -> None:
    """What was left out, and told so, does not come back with the next utterance."""
    over = agreement()
    assert over.finish((), heard_to=ms(1300)) == Update((), ())
    over.pause(ms(900))
    again = said(("good", 0, 300), ("morning", 300, 800), ("thanks", 1500, 1900))

    assert over.finish(again, heard_to=ms(2600)) == Update(again[2:], (), forced=1)


def test_the_same_word_behind_a_pause_is_a_new_one() -> None:
    """ "Yes." … "Yes." """
    over = agreement()
    yes = said(("yes", 0, 300), ("yes", 1500, 1800))
    over.finish(yes[:1], heard_to=ms(900))
    over.pause(ms(350))

    assert over.finish(yes, heard_to=ms(2200)) == Update(yes[1:], (), forced=1)


def test_to_start_anew_forgets_only_what_is_open() -> None:
    """Open words of the language before agree with nothing; what is committed is known and not said again."""
    over = agreement(DistantAgreement(ms(500), 0))
    english = said(("good", 0, 300), ("morning", 300, 800), ("every", 800, 1000))
    over.feed(english[:1], heard_to=ms(500))
    assert over.feed(english, heard_to=ms(1000)) == Update(english[:1], english[1:])

    over.start_anew()
    assert over.tentative == ()
    spanish = said(("buenos", 0, 300), ("días", 300, 800), ("a", 800, 900))
    assert over.feed(spanish, heard_to=ms(1100)) == Update((), spanish[1:])
    assert over.feed(spanish, heard_to=ms(1550)) == Update((), spanish[1:])
    assert over.feed(spanish, heard_to=ms(1600)) == Update(spanish[1:], ())
    assert over.committed_text == "good días a"


def test_to_start_anew_before_the_last_look_commits_that_look() -> None:
    """Nothing of the open words before is kept."""
    over = agreement()
    over.feed(said(("good", 0, 300), ("day", 300, 800)), heard_to=ms(900))
    over.start_anew()
    spanish = said(("buen", 0, 300), ("día", 300, 800))

    assert over.finish(spanish, heard_to=ms(1300)) == Update(spanish, (), forced=2)
