"""The laws of LocalAgreement-2, held against a simulated recogniser."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.events import Word
from pipeline.text.agreement import Agreement
from pipeline.text.commitment import DistantAgreement
from pipeline.text.languages import join
from pipeline.text.matching import spelling
from tests.pipeline.text.simulated import Faults, Pass, SimulatedRecogniser, interpret, ms, talk

MAX_BUFFER = ms(6000)
COMMIT_AGE = ms(2000)

VOCABULARY = ("no", "very", "the", "a", "we", "said", "meeting", "go", "and", "translation", "on")

lengths = st.lists(st.integers(160, 600), min_size=1, max_size=7)
pauses = st.lists(st.sampled_from([0, 0, 0, 0, 20, 60, 200, 500, 1500]), min_size=1, max_size=7)
steps = st.lists(st.sampled_from([60, 100, 100, 100, 250, 500, 1300]), min_size=1, max_size=5)
repetitive = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=40)
seeds = st.integers(0, 2**32)


def run(
    words: Sequence[Word], faults: Faults, seed: int, steps_ms: Sequence[int], settle_ms: int = 0
) -> tuple[Agreement, list[Pass], list[Word]]:
    agreement = Agreement(
        commit_age_samples=COMMIT_AGE,
        max_buffer_samples=MAX_BUFFER,
        policy=DistantAgreement(0, ms(settle_ms)),
    )
    recogniser = SimulatedRecogniser(words, faults, random.Random(seed))
    passes, last = interpret(recogniser, agreement, end=words[-1].end_sample + ms(300), steps_ms=steps_ms)
    committed = [word for one in passes for word in one.update.committed] + list(last.committed)
    assert last.tentative == ()
    return agreement, passes, committed


@given(repetitive, lengths, pauses, steps, seeds)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_what_is_heard_well_is_committed_once_and_whole(
    texts: list[str], lengths_ms: list[int], pauses_ms: list[int], steps_ms: list[int], seed: int
) -> None:
    """With timestamps that jitter, half words at the end, empty passes and cuts, every word comes out exactly once,
    repeated words included."""
    words = talk(texts, lengths_ms, pauses_ms)
    faults = Faults(jitter_ms=35, empty=0.1)

    agreement, _, committed = run(words, faults, seed, steps_ms)

    assert [word.text for word in committed] == texts
    assert agreement.committed_text == " ".join(texts)


@given(repetitive, lengths, pauses, steps, seeds)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_recogniser_that_cannot_forget_is_no_harm(
    texts: list[str], lengths_ms: list[int], pauses_ms: list[int], steps_ms: list[int], seed: int
) -> None:
    """Words from before the cut may be repeated in every hypothesis; none is committed twice."""
    words = talk(texts, lengths_ms, pauses_ms)

    _, _, committed = run(words, Faults(jitter_ms=25, overlap_ms=600_000), seed, steps_ms)

    assert [word.text for word in committed] == texts


@given(st.integers(1, 40), lengths, pauses, steps, seeds)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_last_word_stretched_over_silence_swallows_nothing(
    count: int, lengths_ms: list[int], pauses_ms: list[int], steps_ms: list[int], seed: int
) -> None:
    """Recognisers let the last word last until now; words said meanwhile still come out."""
    texts = [f"word{number}" for number in range(count)]
    words = talk(texts, lengths_ms, pauses_ms)

    _, _, committed = run(words, Faults(jitter_ms=10, stretched=True), seed, steps_ms)

    assert [word.text for word in committed] == texts


faults = st.builds(
    Faults,
    jitter_ms=st.sampled_from([0, 25, 40]),
    unsettled_ms=st.sampled_from([0, 200, 600]),
    wrong=st.sampled_from([0.0, 0.1, 0.4]),
    missing=st.sampled_from([0.0, 0.1, 0.3]),
    invented=st.sampled_from([0.0, 0.1]),
    empty=st.sampled_from([0.0, 0.2, 0.6]),
    overlap_ms=st.sampled_from([0, 0, 300, 600_000]),
)


@given(st.integers(1, 50), lengths, pauses, steps, faults, st.sampled_from([0, 200]), seeds)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_laws_hold_whatever_is_misheard(
    count: int,
    lengths_ms: list[int],
    pauses_ms: list[int],
    steps_ms: list[int],
    heard_with: Faults,
    settle_ms: int,
    seed: int,
) -> None:
    """Nothing twice, nothing out of order; each commit agreed by two passes or forced for a reason; the open tail is
    bounded by age and the buffer by its limit."""
    words = talk([f"word{number}" for number in range(count)], lengths_ms, pauses_ms)

    agreement, passes, committed = run(words, heard_with, seed, steps_ms, settle_ms)

    right = [int(word.text.removeprefix("word")) for word in committed if word.text.startswith("word")]
    assert right == sorted(set(right))
    assert [word.end_sample for word in committed] == sorted(word.end_sample for word in committed)
    assert [word.first_sample for word in committed] == sorted(word.first_sample for word in committed)
    assert agreement.committed_text.split() == [word.text for word in committed]
    check_passes(passes)


def check_passes(passes: Sequence[Pass]) -> None:
    before: set[str] = set()
    length_before = 0
    for index, one in enumerate(passes):
        step = one.heard_to - (passes[index - 1].heard_to if index else 0)
        committed, forced = one.update.committed, one.update.forced
        now = {spelling(word.text) for word in one.hypothesis}
        agreed = committed[: len(committed) - forced]
        assert all(spelling(word.text) in now & before for word in agreed)
        if forced:
            last = spelling(committed[-1].text)
            too_old = any(
                word.end_sample < one.heard_to - COMMIT_AGE and spelling(word.text) == last
                for word in one.hypothesis
            )
            assert too_old or length_before + step > MAX_BUFFER
        assert all(word.end_sample >= one.heard_to - COMMIT_AGE for word in one.update.tentative)
        assert one.buffer_samples <= MAX_BUFFER
        before, length_before = now, one.buffer_samples


anything = st.lists(
    st.builds(
        Word,
        text=st.sampled_from(["", " ", ".", "no", "No,", "very", "我们", "今天", "—", "3.5", "\u0301", "İ"]),
        first_sample=st.integers(-ms(1000), ms(30_000)),
        end_sample=st.integers(-ms(1000), ms(30_000)),
    ),
    max_size=8,
)


@given(st.lists(st.tuples(anything, st.integers(0, ms(40_000)), st.booleans()), max_size=12), anything)
@settings(max_examples=120, deadline=None, derandomize=True)
def test_nonsense_is_survived(looks: list[tuple[list[Word], int, bool]], last: list[Word]) -> None:
    """Words in any order and anywhere, time that runs back: what is committed stays in order, a buffer that is too long
    is always cut, and the end leaves nothing open."""
    agreement = Agreement(commit_age_samples=COMMIT_AGE, max_buffer_samples=MAX_BUFFER)
    committed: list[Word] = []
    buffer_start = 0
    for words, heard_to, told in looks:
        update = agreement.feed(words, heard_to=heard_to, buffer_start=buffer_start if told else None)
        committed += update.committed
        assert 0 <= update.forced <= len(update.committed)
        cut = agreement.cut_at(buffer_start=buffer_start, heard_to=heard_to)
        if heard_to - buffer_start > MAX_BUFFER:
            assert cut is not None
        if cut is not None:
            assert buffer_start < cut <= heard_to
            assert heard_to - cut <= MAX_BUFFER
            buffer_start = cut
    end = agreement.finish(last, heard_to=ms(40_000))
    committed += end.committed
    assert end.tentative == ()
    assert [word.end_sample for word in committed] == sorted(word.end_sample for word in committed)
    assert agreement.committed_text == join((word.text for word in committed), "")
