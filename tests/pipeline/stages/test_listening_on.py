"""Hearing with a recogniser whose streams go on after a pause, that changes its mind, or does not believe itself."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.engines.protocols import Hypothesis
from pipeline.events import Heard, NotHeard, UtteranceEnded, UtteranceStarted, Word, Words
from tests.fakes.engines import ScriptedRecognizer
from tests.pipeline.stages.test_hear import SENTENCE, SETTINGS, committed, heard_of, sound, word

THANKS = [word("thanks", 3.7, 4.0), word("a", 4.05, 4.1), word("lot", 4.15, 4.4)]
TWO = [*SENTENCE, *THANKS]
SHORT_PAUSE = ((1.0, False), (1.7, True), (0.9, False), (0.9, True), (1.0, False))
"""SENTENCE, a pause that ends an utterance, THANKS."""


def starts(events: Sequence[Heard]) -> list[tuple[int, int]]:
    return [(event.utterance, event.first_sample) for event in events if isinstance(event, UtteranceStarted)]


def by_utterance(events: Sequence[Heard]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for event in events:
        if isinstance(event, Words):
            found.setdefault(event.utterance, []).extend(each.text for each in event.committed)
    return found


# --- the memory ------------------------------------------------------------------------------------------


async def test_a_short_pause_ends_the_utterance_and_not_the_stream() -> None:
    """One stream hears both; it is told where each begins, and every word comes once and in its utterance."""
    recognizer = ScriptedRecognizer(TWO, listens_on=True)
    events = await heard_of(sound(*SHORT_PAUSE), recognizer)

    assert by_utterance(events) == {
        1: ["good", "morning", "everybody"],
        2: ["thanks", "a", "lot"],
    }
    assert [context for _, context in recognizer.opened] == [""]
    assert [first for _, first in starts(events)] == recognizer.began
    assert [number for number, _ in starts(events)] == [1, 2]
    ended = [event.utterance for event in events if isinstance(event, UtteranceEnded)]
    assert (ended, recognizer.open_streams) == ([1, 2], 0)


async def test_the_sound_of_a_stream_has_no_gap() -> None:
    """The second utterance begins where the silence that was passed on ends, so that positions stay right."""
    recognizer = ScriptedRecognizer(TWO, listens_on=True)
    events = await heard_of(sound(*SHORT_PAUSE), recognizer, replace(SETTINGS, max_buffer_s=8.0))

    (_, first), (_, second) = starts(events)
    assert recognizer.opened == [(first, "")]
    assert 3.5 * 16_000 <= second <= 3.7 * 16_000
    assert 88_000 - 2 * 512 <= first + recognizer.longest_samples <= 88_000, "all of the sound, once"


@pytest.mark.parametrize(("pause_s", "streams"), [(1.5, 1), (2.5, 1), (3.5, 2), (6.0, 2)])
async def test_after_a_long_pause_the_sound_is_forgotten(pause_s: float, streams: int) -> None:
    """Within `memory_s` behind the end of an utterance the stream goes on; later its words are only context."""
    settings = replace(SETTINGS, memory_s=2.5)
    at_s = 2.7 + pause_s
    later = [word("thanks", at_s + 0.1, at_s + 0.4)]
    recognizer = ScriptedRecognizer([*SENTENCE, *later], listens_on=True)
    events = await heard_of(
        sound((1.0, False), (1.7, True), (pause_s, False), (0.8, True), (1.0, False)), recognizer, settings
    )

    assert committed(events) == ["good", "morning", "everybody", "thanks"]
    assert [context for _, context in recognizer.opened] == ["", "good morning everybody"][:streams]
    assert len(recognizer.began) == 2


async def test_what_a_stream_remembers_is_bounded() -> None:
    """Somebody who makes a short pause after each sentence is heard in one stream that never holds more than it may."""
    words: list[Word] = []
    stretches: list[tuple[float, bool]] = [(1.0, False)]
    for number in range(30):
        at_s = 1.0 + number * 2.0
        words += [word(f"w{number}", at_s + 0.1, at_s + 0.5), word(f"x{number}", at_s + 0.6, at_s + 1.1)]
        stretches += [(1.2, True), (0.8, False)]
    recognizer = ScriptedRecognizer(words, listens_on=True)
    events = await heard_of(sound(*stretches, (1.0, False)), recognizer, replace(SETTINGS, max_buffer_s=8.0))

    assert committed(events) == [each.text for each in words]
    assert len(recognizer.opened) == 1
    assert recognizer.longest_samples <= 9.5 * 16_000


async def test_words_said_again_after_a_pause_are_said_again() -> None:
    """ "Yes." and, after a pause, "Yes." again: both are there, although the stream holds both."""
    yes = [word("yes", 1.1, 1.4), word("yes", 2.9, 3.2)]
    recognizer = ScriptedRecognizer(yes, listens_on=True)
    events = await heard_of(
        sound((1.0, False), (0.5, True), (1.3, False), (0.5, True), (1.0, False)), recognizer
    )

    assert by_utterance(events) == {1: ["yes"], 2: ["yes"]}
    assert len(recognizer.opened) == 1


async def test_a_second_look_at_the_first_utterance_changes_nothing() -> None:
    """With what follows in its ears the recogniser hears the first sentence otherwise: it was committed already."""

    def otherwise(hypothesis: Hypothesis, final: bool) -> Hypothesis:
        if hypothesis.heard_to < 3.8 * 16_000:
            return hypothesis
        words = [
            replace(each, text="birthday") if each.text == "everybody" else each for each in hypothesis.words
        ]
        return replace(hypothesis, words=tuple(words))

    recognizer = ScriptedRecognizer(TWO, listens_on=True, judged=otherwise)
    events = await heard_of(sound(*SHORT_PAUSE), recognizer)

    assert committed(events) == ["good", "morning", "everybody", "thanks", "a", "lot"]


# --- another language ------------------------------------------------------------------------------------

SPANISH = [
    word("buenos", 1.1, 1.45),
    word("días", 1.5, 1.9),
    word("a", 2.0, 2.1),
    word("todos", 2.15, 2.6),
]


@pytest.mark.parametrize("listens_on", [False, True])
@pytest.mark.parametrize("from_s", [1.5, 2.0, 2.4, 2.55, 2.65])
async def test_a_change_of_language_says_nothing_twice(from_s: float, listens_on: bool) -> None:
    """Whenever it is noticed, no stretch of sound is written in both languages, and what is open takes the new one."""

    def spanish(hypothesis: Hypothesis, final: bool) -> Hypothesis:
        if hypothesis.heard_to < from_s * 16_000 and not final:
            return hypothesis
        words = tuple(each for each in SPANISH if each.end_sample <= hypothesis.heard_to)
        return replace(hypothesis, language="es", words=words)

    recognizer = ScriptedRecognizer(SENTENCE, listens_on=listens_on, judged=spanish)
    events = await heard_of(
        sound((1.0, False), (1.7, True), (1.0, False)), recognizer, replace(SETTINGS, settle_s=0.2), None
    )

    found = [
        (event.language, each) for event in events if isinstance(event, Words) for each in event.committed
    ]
    assert found[-1][1].text == "todos"
    languages = [language for language, _ in found]
    assert languages == sorted(languages), "English, then Spanish"
    assert {each.text for language, each in found if language == "es"} <= {each.text for each in SPANISH}
    for (_, before), (_, after) in itertools.pairwise(found):
        assert after.first_sample >= before.first_sample
        middle = (after.first_sample + after.end_sample) // 2
        assert middle > before.end_sample
    if from_s == 1.5:
        assert [each.text for _, each in found] == ["buenos", "días", "a", "todos"]


async def test_the_last_look_alone_changes_the_language() -> None:
    """What was committed in English stays, its Spanish reading is not said on top of it."""

    def at_last(hypothesis: Hypothesis, final: bool) -> Hypothesis:
        return replace(hypothesis, language="es", words=tuple(SPANISH)) if final else hypothesis

    settings = replace(SETTINGS, settle_s=0.1, distance_s=0.05)
    recognizer = ScriptedRecognizer(SENTENCE, judged=at_last)
    events = await heard_of(sound((1.0, False), (1.7, True), (1.0, False)), recognizer, settings, None)

    assert committed(events) == ["good", "morning", "everybody"]


async def test_another_language_after_a_pause_is_written_in_it() -> None:
    """In the same stream; the English sentence before it is neither said again nor translated."""

    def spanish(hypothesis: Hypothesis, final: bool) -> Hypothesis:
        if hypothesis.heard_to < 4.0 * 16_000:
            return hypothesis
        words = (word("muchas", 3.7, 4.0), word("gracias", 4.05, 4.4))
        heard = tuple(each for each in words if each.end_sample <= hypothesis.heard_to)
        return replace(hypothesis, language="es", words=heard)

    recognizer = ScriptedRecognizer(TWO, listens_on=True, judged=spanish)
    events = await heard_of(sound(*SHORT_PAUSE), recognizer, SETTINGS, None)

    found = [
        (event.utterance, event.language, each.text)
        for event in events
        if isinstance(event, Words)
        for each in event.committed
    ]
    assert found == [
        (1, "en", "good"),
        (1, "en", "morning"),
        (1, "en", "everybody"),
        (2, "es", "muchas"),
        (2, "es", "gracias"),
    ]


# --- looks that are not believed -------------------------------------------------------------------------


async def test_a_doubtful_look_counts_for_nothing() -> None:
    """It is neither shown nor agreed with, and the next look is made after as much new sound as ever."""
    noise = (word("thank", 1.0, 1.2), word("you", 1.2, 1.4))
    looks: list[int] = []

    def doubted(hypothesis: Hypothesis, final: bool) -> Hypothesis:
        looks.append(hypothesis.heard_to)
        if 1.5 * 16_000 < hypothesis.heard_to < 2.3 * 16_000:
            return replace(hypothesis, words=noise, doubtful=True)
        return hypothesis

    recognizer = ScriptedRecognizer(SENTENCE, judged=doubted)
    events = await heard_of(sound((1.0, False), (1.7, True), (1.0, False)), recognizer)

    shown = {each.text for event in events if isinstance(event, Words) for each in event.tentative}
    assert shown == {"good", "morning", "everybody"}
    assert committed(events) == ["good", "morning", "everybody"]
    quick = looks[:-1]
    assert min(later - earlier for earlier, later in itertools.pairwise(quick)) >= 800


async def test_after_a_doubtful_last_look_what_was_shown_stays() -> None:
    """The open words are committed as they stood."""

    def doubted(hypothesis: Hypothesis, final: bool) -> Hypothesis:
        return replace(hypothesis, words=(), doubtful=True) if final else hypothesis

    recognizer = ScriptedRecognizer(SENTENCE, judged=doubted)
    events = await heard_of(sound((1.0, False), (1.7, True), (1.0, False)), recognizer)

    assert committed(events) == ["good", "morning", "everybody"]
    assert not [event for event in events if isinstance(event, NotHeard)]


async def test_what_the_recogniser_leaves_out_is_told() -> None:
    """Behind the utterance, with its place and the reason; the next utterance is heard as ever."""

    def left_out(hypothesis: Hypothesis, final: bool) -> Hypothesis:
        if hypothesis.heard_to > 3.6 * 16_000:
            return hypothesis
        return replace(hypothesis, words=(), dropped="it was too unclear to be written down" if final else "")

    recognizer = ScriptedRecognizer(TWO, listens_on=True, judged=left_out)
    events = await heard_of(sound(*SHORT_PAUSE), recognizer)

    (told,) = [event for event in events if isinstance(event, NotHeard)]
    (_, first), _ = starts(events)
    ended = next(event for event in events if isinstance(event, UtteranceEnded))
    assert told == NotHeard(first, ended.end_sample, "it was too unclear to be written down")
    assert events.index(told) == events.index(ended) + 1
    assert by_utterance(events)[2] == ["thanks", "a", "lot"]


# --- failures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("listens_on", [False, True])
@pytest.mark.parametrize("position", range(17_000, 90_000, 3_500))
async def test_nothing_after_a_failure_is_lost_untold(position: int, listens_on: bool) -> None:
    """Wherever the recogniser stumbles, every word is committed once, or lies in a stretch that is told as missing."""
    recognizer = ScriptedRecognizer(TWO, listens_on=listens_on, failing=[position])
    events = await heard_of(sound(*SHORT_PAUSE), recognizer)

    heard_words = committed(events)
    assert heard_words == [each.text for each in TWO if each.text in heard_words]
    missed = [event for event in events if isinstance(event, NotHeard)]
    for each in TWO:
        if each.text not in heard_words:
            assert any(
                told.first_sample <= each.end_sample and each.first_sample <= told.end_sample
                for told in missed
            ), each
    assert {told.reason for told in missed} <= {"the model stumbled"}
    assert recognizer.open_streams == 0


async def test_a_short_answer_while_nothing_is_opened_is_told() -> None:
    """An utterance that begins and ends while the stage waits after a failure is not passed over in silence."""
    recognizer = ScriptedRecognizer(SENTENCE, failing=[20_000])
    events = await heard_of(
        sound((1.0, False), (0.4, True), (0.5, False), (0.2, True), (1.0, False)), recognizer
    )

    missed = [event for event in events if isinstance(event, NotHeard)]
    assert [told.reason for told in missed] == ["the model stumbled"] * len(missed)
    assert missed[0].first_sample <= 1.1 * 16_000
    assert missed[-1].end_sample >= 2.0 * 16_000
