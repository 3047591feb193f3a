"""Talks in simulated time: clauses as they are spoken, a voice that takes its time, a sink that plays in real time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from config.settings import SpeechSettings
from demo.quantiles import trend
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import SynthesisRequest, Voice
from pipeline.events import Clause, ClauseEnd, NotSpoken, Speech, Spoken, Translation, Trouble
from pipeline.load import Load
from pipeline.stages.speak import LanguageChannel
from tests.fakes.engines import info

LETTER_S = 0.072
"""How long the voice takes for a letter: the channel begins with another guess."""

COMMITTED_AFTER_S = 0.8
"""From the end of a clause until its translation is there."""


class WorkingVoice:
    """Makes each text's sound in one go, after as much work as `cost` says of the moment (seconds for each second)."""

    def __init__(self, cost: Callable[[float], float]) -> None:
        self.info = info("working", "es")
        self.asked: list[SynthesisRequest] = []
        self._cost = cost

    def voices(self, language: str) -> tuple[Voice, ...]:
        return (Voice("es-1", language), Voice("es-2", language))

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        self.asked.append(request)
        sound_s = len(request.text) * LETTER_S / request.speed
        await asyncio.sleep(self._cost(asyncio.get_running_loop().time()) * sound_s)
        yield np.full(round(sound_s * SPEAKING_RATE_HZ), 5000, np.int16)

    async def close(self) -> None:
        return None


class RealTimeSink:
    """Plays in the loop's time, takes sound up to `ROOM_S` ahead, and counts where it ran dry."""

    ROOM_S = 0.6

    def __init__(self) -> None:
        self.gaps: list[tuple[float, float]] = []
        """(when, how long) there was nothing to play."""
        self._until_s = 0.0

    async def write(self, pcm: Pcm) -> None:
        now_s = asyncio.get_running_loop().time()
        if now_s > self._until_s + 1e-6:
            self.gaps.append((self._until_s, now_s - self._until_s))
        self._until_s = max(self._until_s, now_s) + len(pcm) / SPEAKING_RATE_HZ
        await asyncio.sleep(max(0.0, self.queued_s() - self.ROOM_S))

    def queued_s(self) -> float:
        return max(0.0, self._until_s - asyncio.get_running_loop().time())

    def clear(self) -> None:
        self._until_s = asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class Said:
    """One clause of a talk."""

    onset_s: float
    length_s: float
    speaker: str
    text: str
    """Its translation."""

    @property
    def end_s(self) -> float:
        return self.onset_s + self.length_s


def talk(
    seed: int, *, minutes: float, clause_s: float, density: float, expansion: float, speaker: str = "anna"
) -> list[Said]:
    """Clauses of about `clause_s`, spoken for `density` of the time; translations last `expansion` times as long."""
    chance = random.Random(seed)
    clauses: list[Said] = []
    at_s = 0.0
    while at_s < 60 * minutes:
        length_s = clause_s * chance.uniform(0.5, 1.5)
        clauses.append(Said(at_s, length_s, speaker, _words(chance, length_s * expansion / LETTER_S)))
        at_s += length_s + 2 * chance.random() * clause_s * (1 - density) / density
    return clauses


def _words(chance: random.Random, letters: float) -> str:
    text = ""
    while len(text) < letters - 1:
        text += "x" * chance.randint(2, 9) + chance.choice((" ", " ", " ", ", "))
    return text[: max(1, round(letters))].strip(" ,") + "."


@dataclass
class Heard:
    """What became of a talk."""

    reports: list[Speech | Trouble] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)
    asked: list[SynthesisRequest] = field(default_factory=list)

    @property
    def spoken(self) -> list[Spoken]:
        return [report for report in self.reports if isinstance(report, Spoken)]

    @property
    def left_out(self) -> list[NotSpoken]:
        return [report for report in self.reports if isinstance(report, NotSpoken)]

    def spans(self, after_s: float = 0.0) -> list[tuple[float, float]]:
        """(minute, ear-voice span at the onset in seconds) of each clause that was spoken."""
        return [
            (spoken.onset_at_s / 60, spoken.onset_at_s - spoken.translation.clause.onset_at_s)
            for spoken in self.spoken
            if spoken.onset_at_s >= after_s
        ]

    def slope(self, after_s: float) -> float:
        """By how many seconds the span grows each minute."""
        return trend([self.spans(after_s)]).slope


async def hear(
    clauses: Sequence[Said],
    cost: float | Callable[[float], float],
    *,
    settings: SpeechSettings | None = None,
    load: Load | None = None,
    drafts: bool = False,
    usual_speed: float = 1.0,
) -> Heard:
    """Speaks a talk's translations in the loop's time; with `drafts` each is known some time before it is committed."""
    heard, sink = Heard(), RealTimeSink()
    voice = WorkingVoice(cost if callable(cost) else lambda _: cost)
    channel = LanguageChannel(
        "es",
        synthesizer=voice,
        sink=sink,
        settings=settings or SpeechSettings(),
        report=heard.reports.append,
        load=load,
        usual_speed=lambda: usual_speed,
    )
    running = asyncio.create_task(channel.run())
    for number, said in enumerate(sorted(clauses, key=lambda said: said.end_s), 1):
        if drafts:
            await _until(said.end_s)
            channel.prepare(said.text, said.speaker)
        await _until(said.end_s + COMMITTED_AFTER_S)
        channel.say(translation(number, said))
    channel.close()
    await running
    heard.gaps, heard.asked = sink.gaps, voice.asked
    return heard


def translation(number: int, said: Said) -> Translation:
    """What a channel is given to say."""
    now_s = asyncio.get_running_loop().time()
    clause = Clause(
        said.speaker, number, 1, 0, 0, "en", said.text, ClauseEnd.PAUSE, now_s, said.onset_s, said.end_s
    )
    return Translation(clause, "es", said.text, "scripted", ("en", "es"), now_s)


async def _until(at_s: float) -> None:
    await asyncio.sleep(max(0.0, at_s - asyncio.get_running_loop().time()))
