"""The plain LocalAgreement-2 loop on scripted looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from bench.pacing import Pacing
from bench.plain_loop import Look, PlainLoop, TimedWord, run
from bench.recording import LabelledRecording
from pipeline.audio import HEARING_RATE_HZ, Pcm
from tests.near import near

Timed = tuple[str, float, float]


def second(count: float = 1.0) -> Pcm:
    return np.zeros(int(count * HEARING_RATE_HZ), np.int16)


class Script:
    """Answers each look with the next list of words, and notes how long the buffer was and what was prompted."""

    def __init__(self, looks: Sequence[Sequence[Timed]], ends_s: Sequence[Sequence[float]] = ()) -> None:
        self._looks, self._ends_s = list(looks), list(ends_s)
        self.asked: list[tuple[float, str]] = []

    def __call__(self, pcm: Pcm, prompt: str) -> Look:
        words = self._looks[len(self.asked)]
        ends_s = self._ends_s[len(self.asked)] if self._ends_s else ()
        self.asked.append((len(pcm) / HEARING_RATE_HZ, prompt))
        return Look(tuple(TimedWord(start, end, text) for text, start, end in words), tuple(ends_s))


def committed_of(script: Script, count: int, chunk_s: float = 1.0) -> list[str]:
    loop = PlainLoop(script)
    found = []
    for _ in range(count):
        loop.feed(second(chunk_s))
        found.append("".join(word.text for word in loop.look()))
    return found


GOOD: Timed = (" Good", 0.0, 0.4)
MORNING: Timed = (" morning.", 0.4, 0.9)
ALL: Timed = (" All", 1.0, 1.3)


def test_the_common_beginning_of_two_looks_is_committed() -> None:
    looks = [[GOOD], [GOOD, (" mourning", 0.4, 0.9)], [GOOD, MORNING, ALL], [GOOD, MORNING, ALL]]

    assert committed_of(Script(looks), 4) == ["", " Good", "", " morning. All"]


def test_a_comma_keeps_a_word_back() -> None:
    """Words are compared as they are written: that is what the plain loop is."""
    looks = [[GOOD, (" morning", 0.4, 0.9)], [GOOD, (" morning,", 0.4, 0.9)], [GOOD, (" morning,", 0.4, 0.9)]]

    assert committed_of(Script(looks), 3) == ["", " Good", " morning,"]


def test_words_heard_again_behind_the_commit_are_left_out() -> None:
    """The last committed word is repeated a little later, as Whisper does at a cut."""
    again: Timed = (" morning.", 0.95, 1.2)
    looks = [[GOOD, MORNING], [GOOD, MORNING], [again, ALL], [again, ALL]]

    assert committed_of(Script(looks), 4) == ["", " Good morning.", "", " All"]


def test_the_rest_comes_at_the_end() -> None:
    loop = PlainLoop(Script([[GOOD], [GOOD, MORNING]]))
    for _ in range(2):
        loop.feed(second())
        loop.look()

    assert [word.text for word in loop.finish()] == [" morning."]
    assert loop.finish() == []


def test_a_long_buffer_is_cut_at_a_segment_in_committed_text() -> None:
    """Past 15 s at the last segment but one that is committed; the words before the cut become the prompt."""
    words: list[Timed] = [(f" w{number}", float(number), number + 0.9) for number in range(16)]
    ends = [4.9, 9.9, 15.9]
    after: list[Timed] = [(f" w{number}", number - 9.9, number - 9.0) for number in range(10, 17)]
    script = Script([words, words, after], [ends, ends, [6.0]])

    assert committed_of(script, 3, chunk_s=8.0) == ["", "".join(word[0] for word in words), ""]
    assert script.asked == [
        (8.0, ""),
        (16.0, ""),
        (near(24.0 - 9.9, within=0.001), "".join(word[0] for word in words[:10])),
    ]


def test_without_a_committed_segment_nothing_is_cut() -> None:
    one: list[list[Timed]] = [[(" a", 0.0, 1.0)], [(" b", 0.0, 1.0)], [(" c", 0.0, 1.0)]]
    script = Script(one, [[10.0, 16.0]] * 3)

    committed_of(script, 3, chunk_s=8.0)

    assert [length_s for length_s, _ in script.asked] == [8.0, 16.0, 24.0]


@pytest.mark.parametrize("pace", [Pacing.SOUND])
async def test_delays_run_from_the_end_of_the_word_to_its_commit(pace: Pacing) -> None:
    """Two seconds of sound and the silence behind: a look for each second, the last one shorter."""

    def transcribe(pcm: Pcm, prompt: str) -> Look:
        words = [(" one", 0.0, 0.5), (" two", 1.0, 1.5)]
        heard = [
            TimedWord(start, end, text) for text, start, end in words if end <= len(pcm) / HEARING_RATE_HZ
        ]
        return Look(tuple(heard), ())

    look: Callable[[Pcm, str], Look] = transcribe
    found = await run(LabelledRecording("r", second(2.0), "en", "one two"), look, pace=pace)

    assert found.text == "one two"
    assert found.committed_s == [near(1.5), near(1.5)]
    assert len(found.looks_s) == 4
    assert found.behind_s == 0.0
