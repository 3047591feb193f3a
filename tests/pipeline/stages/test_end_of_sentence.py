"""The last look is made ahead of the pause, and is believed at once where the words say that it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from config.settings import Recognition
from pipeline.engines.protocols import Hypothesis
from pipeline.events import Heard, UtteranceEnded, Word, Words
from tests.fakes.engines import ScriptedRecognizer
from tests.pipeline.stages.test_hear import committed, heard_of, sound, word

SETTINGS = Recognition(min_speech_s=0.1, min_silence_s=0.6, pre_roll_s=0.1, agreement="agreement+evidence")
SPEECH = (1.0, False), (1.7, True)
RATE = 16_000


class Looks:
    """Notes each look, and makes the recogniser sure of its words."""

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.made: list[tuple[int, bool]] = []

    def __call__(self, hypothesis: Hypothesis, final: bool) -> Hypothesis:
        self.made.append((hypothesis.heard_to, final))
        words = tuple(replace(word, probability=self.probability) for word in hypothesis.words)
        return replace(hypothesis, words=words)

    @property
    def last_ones(self) -> list[int]:
        return [heard_to for heard_to, final in self.made if final]


def sentence(end: str) -> list[Word]:
    return [word("good", 1.1, 1.4), word("morning", 1.45, 1.9), word(f"everybody{end}", 2.0, 2.69)]


async def heard_with(looks: Looks, words: Sequence[Word], *pauses: tuple[float, bool]) -> list[Heard]:
    recognizer = ScriptedRecognizer(words, listens_on=True, judged=looks)
    return await heard_of(sound(*SPEECH, *pauses), recognizer, SETTINGS)


def committed_at(events: Sequence[Heard], text: str) -> int:
    """How far the sound had been heard when a word was committed."""
    return next(
        event.heard_to
        for event in events
        if isinstance(event, Words) and text in [each.text for each in event.committed]
    )


async def test_a_sentence_that_is_over_is_committed_before_the_pause() -> None:
    """After a short silence one look is the last; the pause that comes then needs no other."""
    looks = Looks(0.95)
    events = await heard_with(looks, sentence("."), (1.5, False))

    assert committed(events) == ["good", "morning", "everybody."]
    assert committed_at(events, "everybody.") < 2.7 * RATE + 0.35 * RATE
    assert len(looks.last_ones) == 1
    assert looks.made[-1] == (looks.last_ones[0], True), "no look after it"
    assert [event for event in events if isinstance(event, UtteranceEnded)]


async def test_what_may_go_on_waits_for_the_pause() -> None:
    """Without a sign at the end, or without being sure; the look that was made is not made again."""
    for looks, end in ((Looks(0.95), ""), (Looks(0.7), ".")):
        events = await heard_with(looks, sentence(end), (1.5, False))

        assert committed(events) == ["good", "morning", f"everybody{end}"]
        ended = events.index(next(event for event in events if isinstance(event, UtteranceEnded)))
        last = events[ended - 1]
        assert isinstance(last, Words)
        assert [each.text for each in last.committed][-1:] == [f"everybody{end}"]
        assert len(looks.last_ones) == 1


async def test_who_goes_on_after_a_breath_loses_nothing() -> None:
    """A silence too short for a pause: the look ahead of it counts as any other, and another one ends the utterance."""
    for end in ("", "."):
        looks = Looks(0.95)
        words = [*sentence(end), word("thanks", 3.2, 3.6)]
        events = await heard_with(looks, words, (0.4, False), (0.6, True), (1.5, False))

        assert committed(events) == ["good", "morning", f"everybody{end}", "thanks"]
        assert [event.utterance for event in events if isinstance(event, UtteranceEnded)] == [1]
        assert len(looks.last_ones) == 2


async def test_each_look_hears_the_whole_stretch_of_speech() -> None:
    """None ends before the last spoken sample; a recogniser that forgets at pauses is not asked ahead of them."""
    looks = Looks(0.95)
    await heard_with(looks, sentence("."), (1.5, False))
    assert looks.last_ones[0] >= 2.7 * RATE

    once = Looks(0.95)
    recognizer = ScriptedRecognizer(sentence("."), judged=once)
    events = await heard_of(sound(*SPEECH, (1.5, False)), recognizer, SETTINGS)
    assert committed(events) == ["good", "morning", "everybody."]
    assert len(once.last_ones) == 1
    assert once.last_ones[0] >= 2.7 * RATE + 0.6 * RATE
