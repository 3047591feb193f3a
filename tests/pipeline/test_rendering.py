"""One order from text to sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import numpy as np
import pytest

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, SynthesisRequest, Voice
from pipeline.rendering import Order, Rendering, pause_behind
from pipeline.speech_rates import RenderCosts, SpeakingRate
from tests.fakes.clock import HandClock
from tests.fakes.engines import info

TEXT = "Last year we opened four new stations in the north of the country, and everybody helped us."
IN_PIECES = [
    "Last year we opened four,",
    "new stations in the north,",
    "of the country,",
    "and everybody helped us.",
]


class Padded:
    """A voice that puts silence around each piece of 0.1 s of sound, and takes its time by the clock.

    Args:
        fails: how the next calls fail: at once, or after their sound.
    """

    def __init__(self, clock: HandClock, *, work_s: float = 0.1, fails: Sequence[str] = ()) -> None:
        self.info = info("padded", "en")
        self.asked: list[SynthesisRequest] = []
        self._clock, self._work_s, self._fails = clock, work_s, list(fails)

    def voices(self, language: str) -> tuple[Voice, ...]:
        return (Voice("en-1", language),)

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        self.asked.append(request)
        fails = self._fails.pop(0) if self._fails else ""
        if fails == "hangs":
            await asyncio.Event().wait()
        if fails == "at once":
            raise EngineError("the voice broke")
        quiet = np.zeros(round(0.3 * SPEAKING_RATE_HZ), np.int16)
        self._clock.move(self._work_s)
        yield np.concatenate((quiet, np.full(round(0.1 * SPEAKING_RATE_HZ), 5000, np.int16), quiet))
        if fails == "later":
            raise EngineError("the voice broke")

    async def close(self) -> None:
        return None


class Bench:
    """An order, its voice and what is learnt."""

    def __init__(
        self,
        *,
        cost: float,
        fails: Sequence[str] = (),
        text: str = TEXT,
        pause_s: float = 0.2,
        instead: str = "",
    ) -> None:
        self.clock = HandClock(1000.0)
        self.voice = Padded(self.clock, fails=fails)
        self.costs = RenderCosts(assumed=cost)
        self.rendering = Rendering(
            Order(text, "en", "en-1", 1.0, pause_s, {"HIVE": "hyve"}, instead),
            synthesizer=self.voice,
            costs=self.costs,
            rate=SpeakingRate(),
            timeout_s=0.05,
            now=self.clock,
        )

    async def sound(self) -> Pcm:
        """Everything that it hands over."""
        running = asyncio.create_task(self.rendering.run())
        pieces = []
        while (pcm := await self.rendering.next()) is not None:
            pieces.append(pcm)
        await running
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)

    @property
    def texts(self) -> list[str]:
        return [request.text for request in self.voice.asked]


async def test_a_quick_voice_says_it_in_one_go() -> None:
    """The text as it is, with the pronunciations."""
    bench = Bench(cost=0.02)
    await bench.sound()

    assert bench.texts == [TEXT]
    assert bench.voice.asked[0].extra == {"HIVE": "hyve"}


async def test_a_slow_voice_says_it_in_pieces_that_join() -> None:
    """Silence of the engine is gone; between pieces a voice rests as the signs there ask for."""
    bench = Bench(cost=0.7)
    sound = await bench.sound()

    assert bench.texts == IN_PIECES
    loud = sound > 0
    edges = np.flatnonzero(np.diff(loud.astype(int)))
    silences = np.diff(edges)[1::2] / SPEAKING_RATE_HZ
    assert silences == pytest.approx([0.016, 0.016, 0.116], abs=0.001)
    assert np.count_nonzero(loud) == round(0.4 * SPEAKING_RATE_HZ)
    assert bench.rendering.sounded_s == len(sound) / SPEAKING_RATE_HZ == bench.rendering.expected_s()


async def test_what_a_voice_costs_is_learnt_from_each_piece() -> None:
    """Work by sound without the silence around it."""
    bench = Bench(cost=0.7)
    await bench.sound()

    assert bench.costs.of("en-1") == pytest.approx(0.1 / 0.116)


async def test_when_the_first_sound_existed_is_kept() -> None:
    """By the clock, also if nobody took it until later."""
    bench = Bench(cost=0.7)
    await bench.rendering.run()

    assert bench.rendering.first_sound_at_s == pytest.approx(1000.1)
    assert bench.clock() == pytest.approx(1000.4)


async def test_a_piece_that_fails_at_once_is_tried_again() -> None:
    """Wherever it stands; nothing is missing then."""
    bench = Bench(cost=0.7, fails=["", "at once"])
    await bench.sound()

    assert bench.rendering.failure == ""
    assert bench.texts == [IN_PIECES[0], IN_PIECES[1], *IN_PIECES[1:]]


@pytest.mark.parametrize(
    ("fails", "asked", "reason"),
    [
        (["at once", "at once"], 2, "the voice broke"),
        (["later"], 1, "the voice broke"),
        (["", "at once", "at once"], 3, "the voice broke"),
        (["hangs"], 1, "no sound within 0.05 s"),
    ],
)
async def test_what_fails_for_good_ends_it(fails: list[str], asked: int, reason: str) -> None:
    """What was already heard is not said again, and the rest is not said without it."""
    bench = Bench(cost=0.7, fails=fails)
    await bench.sound()

    assert (len(bench.texts), bench.rendering.failure) == (asked, reason)


async def test_a_voice_that_does_not_answer_in_time_has_its_price() -> None:
    """So that it is taken for a slow one."""
    bench = Bench(cost=0.3, fails=["hangs"], text="Yes, it is.")
    await bench.sound()

    assert bench.costs.of("en-1") == pytest.approx(0.05 / (11 * 0.065))


@pytest.mark.parametrize(
    ("text", "expected"), [("Yes.", 0.4), ("well,", 0.2), ("and then", 0.0), ("好。", 0.4), ("", 0.0)]
)
def test_a_voice_rests_as_signs_ask_for(text: str, expected: float) -> None:
    """All of the pause behind a sentence, half behind a comma, none between words."""
    assert pause_behind(text, 0.4) == expected


@pytest.mark.parametrize("fails", ["at once", "hangs"])
async def test_another_voice_speaks_where_the_one_that_was_meant_cannot(fails: str) -> None:
    """Also where that one takes too long; the rest of the text stays with the other, and what it costs is its own."""
    bench = Bench(cost=0.7, fails=[fails], instead="en-2")
    await bench.sound()

    assert [request.voice for request in bench.voice.asked] == ["en-1", *["en-2"] * len(IN_PIECES)]
    assert bench.texts == [IN_PIECES[0], *IN_PIECES]
    assert (bench.rendering.voice, bench.rendering.failure) == ("en-2", "")
    assert bench.costs.known("en-2")


async def test_nothing_is_said_twice_by_another_voice() -> None:
    """What broke off after its first sound is told, whichever voice might go on."""
    bench = Bench(cost=0.02, fails=["later"], instead="en-2")
    await bench.sound()

    assert ([request.voice for request in bench.voice.asked], bench.rendering.failure) == (
        ["en-1"],
        "the voice broke",
    )
