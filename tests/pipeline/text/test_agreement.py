"""LocalAgreement-2 by example: what is committed, when, and where the buffer is cut."""

from __future__ import annotations

import pytest

from pipeline.events import Word
from pipeline.text.agreement import Agreement, Update
from pipeline.text.commitment import DistantAgreement
from tests.pipeline.text.simulated import ms, said


def fresh(
    *, age_ms: int = 2000, buffer_ms: int = 15_000, settle_ms: int = 0, language: str = ""
) -> Agreement:
    return Agreement(
        commit_age_samples=ms(age_ms),
        max_buffer_samples=ms(buffer_ms),
        policy=DistantAgreement(0, ms(settle_ms)),
        language=language,
    )


def test_two_passes_that_agree_commit() -> None:
    """The common beginning of two hypotheses is committed, the rest stays open."""
    agreement = fresh()
    first = said(("good", 0, 300), ("mourning", 300, 700))
    second = said(("good", 0, 310), ("morning", 310, 760), ("every", 760, 900))

    assert agreement.feed(first, heard_to=ms(700)) == Update((), first)
    assert agreement.feed(second, heard_to=ms(900)) == Update(second[:1], second[1:])
    assert agreement.committed_text == "good"
    assert agreement.last_committed_end == ms(310)


def test_case_and_punctuation_do_not_matter_and_the_newest_spelling_counts() -> None:
    """A comma or a capital letter that comes late does not block a commit."""
    agreement = fresh()
    agreement.feed(said(("hello", 0, 300), ("ｗorld", 300, 600)), heard_to=ms(600))

    update = agreement.feed(said(("Hello,", 0, 300), ("World.", 300, 600)), heard_to=ms(700))

    assert [word.text for word in update.committed] == ["Hello,", "World."]


@pytest.mark.parametrize(("before", "now"), [("3.5", "35"), ("ten", "then"), ("-5", "5"), ("5%", "5")])
def test_what_means_something_else_does_not_agree(before: str, now: str) -> None:
    """Signs inside numbers are no punctuation, and a beginning of a word is not the word."""
    agreement = fresh()
    agreement.feed(said((before, 0, 300)), heard_to=ms(300))

    assert agreement.feed(said((now, 0, 300)), heard_to=ms(400)).committed == ()


def test_a_pass_over_nothing_new_agrees_with_nothing() -> None:
    """The same sound recognised twice is not a second opinion."""
    agreement = fresh()
    words = said(("good", 0, 300))
    agreement.feed(words, heard_to=ms(400))

    assert agreement.feed(words, heard_to=ms(400)) == Update((), words)
    assert agreement.feed(words, heard_to=ms(500)) == Update(words, ())


def test_an_agreed_word_can_be_made_to_settle() -> None:
    """Half a word at the end of the sound, recognised alike twice, waits for more sound."""
    agreement = fresh(settle_ms=200)
    agreement.feed(said(("trans", 0, 400)), heard_to=ms(400))

    assert agreement.feed(said(("trans", 0, 400)), heard_to=ms(500)).committed == ()
    translation = said(("translation", 0, 700))
    assert agreement.feed(translation, heard_to=ms(800)).committed == ()
    assert agreement.feed(translation, heard_to=ms(900)).committed == translation


def test_a_tail_that_never_agrees_is_committed_by_age() -> None:
    """A word that changes with every pass is committed as it stands once it is older than the limit."""
    agreement = fresh(age_ms=1000)
    for number, heard_to in enumerate((500, 900, 1300)):
        assert agreement.feed(said((f"guess{number}", 0, 300)), heard_to=ms(heard_to)).committed == ()
    words = said(("guess3", 0, 300), ("more", 900, 1200))

    assert agreement.feed(words, heard_to=ms(1301)) == Update(words[:1], words[1:], forced=1)


def test_immediate_repetitions_are_kept() -> None:
    """What was really said twice or three times in a row is committed as often, one word at a time or after a cut."""
    agreement = fresh()
    words = said(("no", 0, 200), ("no", 200, 400), ("no", 400, 600), ("never", 600, 900))
    committed: list[Word] = []
    for count, heard_to in ((1, 250), (1, 300), (2, 450), (2, 500), (3, 650), (3, 700)):
        committed += agreement.feed(words[:count], heard_to=ms(heard_to)).committed
    assert committed == list(words[:3])

    again = said(("no", 620, 800), ("never", 800, 1000))
    agreement.feed(again, heard_to=ms(1000), buffer_start=ms(600))
    assert agreement.feed(again, heard_to=ms(1100), buffer_start=ms(600)).committed == again


def test_words_in_the_buffer_are_not_committed_again_when_timestamps_move() -> None:
    """Committed words that come back with other positions are known by their spelling."""
    agreement = fresh()
    first = said(("we", 0, 200), ("start", 200, 500), ("today", 500, 800))
    agreement.feed(first, heard_to=ms(800))
    agreement.feed(first, heard_to=ms(900))
    moved = said(("we", 150, 380), ("start", 380, 700), ("today", 700, 1040), ("with", 1040, 1200))

    assert agreement.feed(moved, heard_to=ms(1200)) == Update((), moved[3:])
    assert agreement.feed(moved, heard_to=ms(1300)) == Update(moved[3:], ())


def test_a_stretched_word_does_not_swallow_the_next_one() -> None:
    """Once a pass shows that the last word was shorter than thought, words said meanwhile are new, also after a cut."""
    agreement = fresh()
    stretched = said(("hello", 0, 2000))
    agreement.feed(stretched, heard_to=ms(1900))
    agreement.feed(stretched, heard_to=ms(2000))
    assert agreement.last_committed_end == ms(2000)
    seen = said(("hello", 0, 500), ("world", 1500, 1900))

    assert agreement.feed(seen, heard_to=ms(2100)) == Update((), seen[1:])
    later = agreement.feed(seen[1:], heard_to=ms(2200), buffer_start=ms(1000))
    assert later == Update((Word("world", ms(1500), ms(2000)),), ())


def test_hypotheses_may_leave_out_what_was_cut() -> None:
    """After a cut the hypothesis begins later; nothing is lost or doubled."""
    agreement = fresh()
    words = said(("one", 0, 300), ("two", 300, 600), ("three", 600, 900), ("four", 900, 1200))
    agreement.feed(words[:3], heard_to=ms(950))
    agreement.feed(words[:3], heard_to=ms(1000))
    agreement.feed(words[2:], heard_to=ms(1200), buffer_start=ms(600))

    assert agreement.feed(words[3:], heard_to=ms(1300), buffer_start=ms(600)).committed == words[3:]
    assert agreement.committed_text == "one two three four"


def test_scripts_without_spaces_agree_sign_by_sign() -> None:
    """It does not matter how a recogniser groups Chinese characters."""
    agreement = fresh(language="zh")
    agreement.feed(said(("我们", 0, 300), ("今天讨", 300, 700)), heard_to=ms(700))

    update = agreement.feed(said(("我", 0, 150), ("们今天", 150, 600), ("讨论", 600, 900)), heard_to=ms(900))

    assert [word.text for word in update.committed] == ["我", "们今天"]
    assert agreement.committed_text == "我们今天"
    again = agreement.feed(said(("我们今", 0, 450), ("天讨论。", 450, 900)), heard_to=ms(1000))
    assert [word.text for word in again.committed] == ["讨", "论。"]


def test_finish_commits_what_is_open() -> None:
    """The last look decides; words that the last hypothesis agrees on are not counted as forced."""
    agreement = fresh()
    words = said(("thank", 0, 300), ("you", 300, 500))
    agreement.feed(words[:1], heard_to=ms(400))

    assert agreement.finish(words, heard_to=ms(600)) == Update(words, (), forced=1)


def test_finish_without_a_last_look_commits_the_open_words() -> None:
    """If the engine failed, what was shown last is kept."""
    agreement = fresh()
    words = said(("thank", 0, 300), ("you", 300, 500))
    agreement.feed(words, heard_to=ms(500))

    assert agreement.finish(None, heard_to=ms(600)) == Update(words, (), forced=2)


def test_finish_does_not_repeat_the_utterance() -> None:
    """A last pass over the whole utterance adds only what is new."""
    agreement = fresh()
    words = said(("thank", 0, 300), ("you", 300, 500))
    agreement.feed(words, heard_to=ms(600))
    agreement.feed(words, heard_to=ms(700))

    assert agreement.finish(words, heard_to=ms(800)) == Update((), ())


def talked_until(agreement: Agreement, words: tuple[Word, ...], heard_to_ms: int) -> None:
    agreement.feed(words, heard_to=ms(heard_to_ms - 1), buffer_start=0)
    agreement.feed(words, heard_to=ms(heard_to_ms), buffer_start=0)


def test_the_cut_prefers_a_pause() -> None:
    """A full buffer is cut in the longest pause between committed words, and some seconds stay."""
    agreement = fresh(buffer_ms=8000)
    words = said(("a", 0, 900), ("b", 900, 2000), ("c", 2600, 3500), ("d", 3500, 4500), ("e", 4550, 6000))
    talked_until(agreement, words, 6500)

    assert agreement.cut_at(buffer_start=0, heard_to=ms(6500)) == ms(2300)
    assert agreement.cut_at(buffer_start=ms(2300), heard_to=ms(6600)) is None


def test_without_a_pause_the_cut_comes_later() -> None:
    """Between words that follow each other closely it is cut only when room becomes short."""
    agreement = fresh(buffer_ms=8000)
    words = said(*((f"w{n}", n * 500, n * 500 + 500) for n in range(13)))
    talked_until(agreement, words[:11], 5600)
    assert agreement.cut_at(buffer_start=0, heard_to=ms(5600)) is None
    talked_until(agreement, words, 6700)

    assert agreement.cut_at(buffer_start=0, heard_to=ms(6700)) == ms(4500)


def test_a_buffer_without_words_is_cut_as_well() -> None:
    """Half a minute of noise in which nothing is recognised does not fill the buffer."""
    agreement = fresh(buffer_ms=8000)
    agreement.feed((), heard_to=ms(8001), buffer_start=0)

    assert agreement.cut_at(buffer_start=0, heard_to=ms(8001)) == ms(6001)


def test_a_cut_through_open_words_commits_them() -> None:
    """Words that the cut takes out of the buffer are committed with the next update, not lost."""
    agreement = fresh(age_ms=60_000, buffer_ms=8000)
    words = said(("long", 0, 4000), ("tail", 4000, 5000), ("goes", 7500, 7900))
    agreement.feed(words, heard_to=ms(8001))

    assert agreement.cut_at(buffer_start=0, heard_to=ms(8001)) == ms(6001)
    assert agreement.committed_text == "long tail"
    assert agreement.feed(words[2:], heard_to=ms(8100)) == Update(words, (), forced=2)


def test_a_full_buffer_forces_commits_first() -> None:
    """Told where the buffer begins, the update itself commits what is about to be cut off."""
    agreement = fresh(age_ms=60_000, buffer_ms=8000)
    words = said(("long", 0, 4000), ("tail", 4000, 5000), ("goes", 7500, 7900))

    assert agreement.feed(words, heard_to=ms(8001), buffer_start=0) == Update(words[:2], words[2:], forced=2)
    assert agreement.cut_at(buffer_start=0, heard_to=ms(8001)) == ms(4000)
