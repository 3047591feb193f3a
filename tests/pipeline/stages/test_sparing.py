"""Interim recognition given up under overload: looks as far apart as committing needs, and back again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from config.settings import Recognition
from pipeline.audio import HEARING_RATE_HZ, AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions, Hypothesis
from pipeline.events import Heard, Word, Words
from pipeline.load import LOWER_AFTER_S, RAISE_AFTER_S, Load, Sacrifice
from pipeline.stages.hear import hear
from tests.fakes.clock import HandClock
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.fakes.speech import frames, sentence, sound

TEXTS = [f"word{number}" for number in range(30)]
WORDS = sentence(8000, *TEXTS)
SPEECH = sound(WORDS, 10.5)
DISTANCE = HEARING_RATE_HZ // 2


class Hearing:
    """Plays ten seconds of speech without a pause, and notes where the recogniser looked."""

    def __init__(self, settings: Recognition, sparing: Callable[[int], bool]) -> None:
        """`sparing` is asked with the position that the sound has reached."""
        self._settings, self._sparing = settings, sparing
        self._position = 0
        self.looks: list[int] = []
        self.events: list[Heard] = []

    async def play(self) -> Hearing:
        coming: Channel[AudioFrame] = Channel(4)
        heard: Channel[Heard] = Channel(10_000)
        options = HearingOptions("anna", "en", sparing=lambda: self._sparing(self._position))

        async def feed() -> None:
            for frame in frames(SPEECH):
                self._position = frame.end_sample
                await coming.put(frame)
                for _ in range(20):  # the stage takes it in before the next one comes
                    await asyncio.sleep(0)
            coming.close()

        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(feed())
            group.create_task(
                hear(
                    coming,
                    heard,
                    recognizer=ScriptedRecognizer(WORDS, judged=self._note),
                    detector=LoudnessDetector(),
                    options=options,
                    settings=self._settings,
                )
            )
        self.events = [event async for event in heard]
        return self

    def _note(self, hypothesis: Hypothesis, final: bool) -> Hypothesis:
        if not final:
            self.looks.append(hypothesis.heard_to)
        return hypothesis

    @property
    def distances(self) -> list[int]:
        return [later - earlier for earlier, later in zip(self.looks, self.looks[1:], strict=False)]

    @property
    def committed(self) -> list[Word]:
        return [word for event in self.events if isinstance(event, Words) for word in event.committed]

    def committed_at(self, text: str) -> int:
        """How far had been listened when a word was committed."""
        return next(
            event.heard_to
            for event in self.events
            if isinstance(event, Words) and text in [word.text for word in event.committed]
        )


USUAL = Recognition(pass_interval_s=0.1, min_silence_s=0.3, min_speech_s=0.06)


async def test_looks_come_only_as_often_as_committing_needs() -> None:
    """Half a second apart instead of a tenth; interim words come with the looks; every word is still committed."""
    usual = await Hearing(USUAL, lambda position: False).play()
    sparing = await Hearing(USUAL, lambda position: True).play()

    assert set(usual.distances) == {HEARING_RATE_HZ // 10}
    assert set(sparing.distances) == {DISTANCE}
    assert usual.committed == sparing.committed == WORDS
    shown = [sum(isinstance(event, Words) for event in each.events) for each in (usual, sparing)]
    assert shown[1] < shown[0] / 3


async def test_committing_waits_no_longer_than_for_the_next_look() -> None:
    """Looks at the distance that agreement asks for all count: no word is committed half a second later."""
    usual = await Hearing(USUAL, lambda position: False).play()
    sparing = await Hearing(USUAL, lambda position: True).play()

    waits = [sparing.committed_at(text) - usual.committed_at(text) for text in TEXTS[:-2]]
    assert max(waits) <= DISTANCE


async def test_it_begins_and_ends_in_mid_sentence() -> None:
    """The wish is looked up before each look: what was given up comes back without a new utterance."""
    begins, ends = 3 * HEARING_RATE_HZ, 6 * HEARING_RATE_HZ
    heard = await Hearing(USUAL, lambda position: begins < position <= ends).play()

    apart = dict(zip(heard.looks[1:], heard.distances, strict=True))
    tenth = HEARING_RATE_HZ // 10
    assert {by for at, by in apart.items() if at <= begins} == {tenth}
    assert {by for at, by in apart.items() if begins < at <= ends} == {DISTANCE}
    assert {by for at, by in apart.items() if at > ends + DISTANCE} == {tenth}
    assert heard.committed == WORDS


@pytest.mark.parametrize(("interval_s", "distance_s", "apart_s"), [(0.35, 0.8, 0.8), (1.0, 0.5, 1.0)])
async def test_looks_never_come_more_often_than_usual(
    interval_s: float, distance_s: float, apart_s: float
) -> None:
    """The distance is that of the settings; a recogniser that looks still less often goes on as it does."""
    settings = replace(USUAL, pass_interval_s=interval_s, distance_s=distance_s)
    heard = await Hearing(settings, lambda position: True).play()

    assert set(heard.distances) == {int(apart_s * HEARING_RATE_HZ)}


async def test_a_room_under_pressure_is_heard_with_fewer_looks_until_it_has_room() -> None:
    """With the room's own load: it is given up as the second thing, and comes back by itself."""
    clock = HandClock(0.0)
    load = Load(clock)
    levels: list[Sacrifice] = []

    def sparing(position: int) -> bool:
        clock.at_s = 4 * position / HEARING_RATE_HZ  # a second of sound stands for four
        pressed = clock.at_s < 2 * RAISE_AFTER_S + 1
        load.report("speak es", 1.5 if pressed else 0.5)
        levels.append(load.level)
        return load.gives_up(Sacrifice.INTERIM_RECOGNITION)

    heard = await Hearing(USUAL, sparing).play()

    calm_again = int((2 * RAISE_AFTER_S + 1 + LOWER_AFTER_S + 1) / 4 * HEARING_RATE_HZ)
    apart = dict(zip(heard.looks[1:], heard.distances, strict=True))
    assert max(levels) is Sacrifice.INTERIM_RECOGNITION
    assert DISTANCE in apart.values()
    assert {by for at, by in apart.items() if at > calm_again + DISTANCE} == {HEARING_RATE_HZ // 10}
    assert heard.committed == WORDS
