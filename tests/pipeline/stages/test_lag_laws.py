"""The law of lag over whole talks: the real channel, in virtual time, with voices of any cost."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.settings import SpeechSettings
from pipeline.events import Spoken, Trouble
from pipeline.load import RAISE_AFTER_S, Load, Sacrifice
from pipeline.stages.speak import NO_VOICE
from protocol.control import FASTEST, SLOWEST
from tests.fakes.virtual_time import in_virtual_time
from tests.pipeline.stages.talks import COMMITTED_AFTER_S, Heard, Said, hear, talk

MAX_LAG_S = 8.0


def lag_without_waiting(heard: Heard) -> float:
    """The longest span that comes of the clauses themselves: their length, until they are translated, and said."""
    return max(
        spoken.translation.clause.offset_at_s - spoken.translation.clause.onset_at_s + COMMITTED_AFTER_S
        for spoken in heard.spoken
    )


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    clause_s=st.floats(1.0, 4.0),
    density=st.floats(0.3, 1.0),
    expansion=st.floats(0.6, 1.3),
    cost=st.floats(0.005, 0.9),
)
@example(seed=1, clause_s=3.0, density=1.0, expansion=1.3, cost=0.9)
@example(seed=2, clause_s=1.5, density=1.0, expansion=1.3, cost=0.02)
def test_who_can_be_kept_up_with_is_heard_to_the_last_word(
    seed: int, clause_s: float, density: float, expansion: float, cost: float
) -> None:
    """Translations up to 1.3 times as long, without a pause, with any voice quicker than sound: nothing is left out.

    The span from ear to voice is bounded all the time, and it does not grow.
    """
    clauses = talk(seed, minutes=15, clause_s=clause_s, density=density, expansion=expansion)
    heard = in_virtual_time(hear(clauses, cost))

    assert heard.left_out == []
    assert len(heard.spoken) == len(clauses)
    spans = [span_s for _, span_s in heard.spans()]
    assert max(spans) < lag_without_waiting(heard) + max(4.0, 2 * clause_s)
    assert abs(heard.slope(after_s=120)) <= 0.1


@pytest.mark.parametrize(
    ("usual", "density", "expansion"), [(SLOWEST, 1.0, 1.3), (SLOWEST, 0.5, 1.0), (FASTEST, 0.9, 1.1)]
)
def test_a_room_that_wishes_for_slow_or_fast_voices_is_kept_up_with_as_well(
    usual: float, density: float, expansion: float
) -> None:
    """The wish holds where nothing is late; the bound on the span is the same, and nothing is left out."""
    clauses = talk(1, minutes=15, clause_s=2.5, density=density, expansion=expansion)
    heard = in_virtual_time(hear(clauses, 0.1, usual_speed=usual))

    assert heard.left_out == []
    assert max(span_s for _, span_s in heard.spans()) < lag_without_waiting(heard) + 5.0
    assert abs(heard.slope(after_s=120)) <= 0.1
    assert min(spoken.speed for spoken in heard.spoken) == usual
    assert max(spoken.speed for spoken in heard.spoken) <= 1.4


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    clause_s=st.floats(1.0, 4.0),
    density=st.floats(0.6, 1.0),
    expansion=st.floats(0.8, 1.3),
    cost=st.floats(1.0, 6.0),
)
def test_a_voice_slower_than_sound_is_given_up_rather_than_heard_late(
    seed: int, clause_s: float, density: float, expansion: float, cost: float
) -> None:
    """What is spoken is spoken within bounds; what is not is left out by name, and the listeners are told."""
    clauses = talk(seed, minutes=8, clause_s=clause_s, density=density, expansion=expansion)
    heard = in_virtual_time(hear(clauses, cost))

    assert all(span_s < 2 * MAX_LAG_S for _, span_s in heard.spans())
    assert len(heard.spoken) + len(heard.left_out) == len(clauses)
    silent = [outcome for outcome in heard.left_out if outcome.reason == NO_VOICE]
    told = [report for report in heard.reports if isinstance(report, Trouble) and report.reason == NO_VOICE]
    assert bool(silent) == bool(told)
    if cost * density * expansion > 2:
        assert len(silent) > len(heard.left_out) / 2


@pytest.mark.parametrize("seed", range(3))
def test_two_who_talk_at_once_are_skipped_through(seed: int) -> None:
    """More speech than any voice could say: the lag stays bounded, the newest is spoken, and no voice is given up."""
    both = [
        *talk(seed, minutes=6, clause_s=3.0, density=0.95, expansion=1.1, speaker="anna"),
        *talk(seed + 100, minutes=6, clause_s=2.0, density=0.95, expansion=1.1, speaker="ben"),
    ]
    heard = in_virtual_time(hear(both, 0.2))

    reasons = Counter(outcome.reason[:7] for outcome in heard.left_out)
    assert set(reasons) == {"skipped"}
    assert 0.5 < len(heard.spoken) / len(both) < 0.9
    assert max(span_s for _, span_s in heard.spans()) < MAX_LAG_S + 10
    assert abs(heard.slope(after_s=60)) < 0.5


def test_a_voice_comes_back_when_the_machine_has_room_again() -> None:
    """Silent while it would be late, tried now and then, back for good soon after; meanwhile it is told again."""
    clauses = talk(1, minutes=8, clause_s=2.5, density=0.85, expansion=1.1)
    heard = in_virtual_time(hear(clauses, lambda at_s: 2.5 if 60 < at_s < 240 else 0.3))

    silent = [
        outcome.translation.clause.offset_at_s for outcome in heard.left_out if outcome.reason == NO_VOICE
    ]
    troubles = sum(isinstance(report, Trouble) for report in heard.reports)
    assert 60 < min(silent) < 90
    assert max(silent) < 240 + 80
    assert 3 <= troubles <= 10
    late = [outcome for outcome in heard.left_out if outcome.translation.clause.offset_at_s > 325]
    assert late == []


def test_a_cheap_voice_is_never_given_up() -> None:
    """Whatever the load: nothing would be gained by its silence."""
    clauses = talk(2, minutes=2, clause_s=2.5, density=0.9, expansion=1.0)

    async def overloaded(cost: float) -> Heard:
        load = Load(asyncio.get_running_loop().time)

        async def press() -> None:
            while True:
                load.report("hear anna", 2.0)
                await asyncio.sleep(RAISE_AFTER_S)

        pressing = asyncio.create_task(press())
        heard = await hear(clauses, cost, load=load)
        assert load.level is Sacrifice.VOICE
        pressing.cancel()
        await asyncio.wait([pressing])
        return heard

    assert in_virtual_time(overloaded(0.03)).left_out == []
    assert len(in_virtual_time(overloaded(0.4)).left_out) > 0.8 * len(clauses)


def test_a_stall_is_caught_up_with() -> None:
    """Half a minute in which the voice is slow leaves a lag that is gone a minute later, without a word lost."""
    clauses = talk(3, minutes=4, clause_s=2.5, density=0.8, expansion=1.0)
    heard = in_virtual_time(hear(clauses, lambda at_s: 1.1 if 60 < at_s < 90 else 0.1))

    assert heard.left_out == []
    before = [span_s for minute, span_s in heard.spans() if 0.5 < minute < 1]
    after = [span_s for minute, span_s in heard.spans() if minute > 2.5]
    assert max(after) < max(before) + 0.5


def test_the_first_sound_of_a_slow_voice_does_not_wait_for_the_whole_clause() -> None:
    """With pieces the sound begins after the first of them; there is no hole between them."""
    clauses = talk(4, minutes=4, clause_s=5.0, density=0.5, expansion=1.0)
    heard = in_virtual_time(hear(clauses, 0.6))

    waits = [
        spoken.first_audio_at_s - spoken.translation.translated_at_s - spoken.waited_s
        for spoken in heard.spoken[3:]
    ]
    assert max(waits) < 1.3  # the whole would take 1.5 to 4.5 s
    holes = [
        length_s
        for at_s, length_s in heard.gaps
        if any(spoken.onset_at_s < at_s < spoken.end_at_s - 0.1 for spoken in heard.spoken[3:])
    ]
    assert holes == []


def test_a_quick_voice_is_given_whole_clauses() -> None:
    """Dividing would hurt its melody for nothing."""
    clauses = talk(5, minutes=2, clause_s=4.0, density=0.8, expansion=1.0)
    heard = in_virtual_time(hear(clauses, 0.04))

    assert [request.text for request in heard.asked[1:]][-len(clauses) + 1 :] == [
        said.text for said in clauses[1:]
    ]


@pytest.mark.parametrize("cost", [0.3, 0.6, 0.9])
def test_the_next_clause_is_rendered_while_one_is_spoken(cost: float) -> None:
    """Clauses that come all at once are heard without a hole, though each takes most of its time to render."""
    texts = [said.text for said in talk(6, minutes=0.3, clause_s=3.0, density=1.0, expansion=1.0)]
    burst = [Said(2.0, 3.0, "anna", text) for text in texts]
    heard = in_virtual_time(hear(burst, cost, settings=SpeechSettings(max_lag_s=60)))

    onset_s, end_s = heard.spoken[0].onset_at_s, heard.spoken[-1].end_at_s
    assert len(heard.spoken) == len(texts) > 4
    assert [length_s for at_s, length_s in heard.gaps if onset_s < at_s < end_s and length_s > 0.05] == []


def test_a_draft_that_is_said_was_rendered_already() -> None:
    """With a quick voice and an idle channel the first sound is there when the clause is committed."""
    clauses = talk(7, minutes=3, clause_s=2.0, density=0.3, expansion=1.0)
    without = in_virtual_time(hear(clauses, 0.3))
    ahead = in_virtual_time(hear(clauses, 0.3, drafts=True))

    def first_s(spoken: Spoken) -> float:
        return spoken.first_audio_at_s - spoken.translation.translated_at_s - spoken.waited_s

    assert len(ahead.asked) == len(without.asked)
    assert min(first_s(spoken) for spoken in without.spoken[1:]) > 0.2
    at_once = [spoken for spoken in ahead.spoken[1:] if first_s(spoken) < 0.01]
    assert len(at_once) > 0.8 * len(clauses)
    assert all(spoken.synthesised_at_s < spoken.translation.translated_at_s for spoken in at_once)
