"""How large a load is, and what is said in one of its rooms: real readings with pauses between them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from bench import readings
from demo.scripts import PRESIDENT_SAYS, Script, ScriptPart
from demo.talk import RATE_HZ, resampled
from pipeline.audio import HEARING_RATE_HZ, Pcm

SPEAKS: Final = "en"
"""What the readings are in."""
PAUSES_S: Final = (1.2, 0.7, 1.6, 0.9, 2.1)
"""Between two readings."""
APART_S: Final = 0.7
"""So much after each other speakers begin, so that their pauses do not fall together."""
MOST_CLIENTS: Final = 160
"""In all rooms together: all of them are clients of one process."""


@dataclass(frozen=True, slots=True)
class LoadShape:
    """A load."""

    rooms: int = 1
    speakers: int = 1
    """In each room, microphones open all the time."""
    languages: tuple[str, ...] = ("es",)
    """Of the listeners in each room, one each."""
    at_once: int = 0
    """How many of a room's speakers speak at the same time, the others waiting for their turn; 0: all."""
    seconds: int = 60
    """How long they speak."""

    def __post_init__(self) -> None:
        if min(self.rooms, self.speakers, self.seconds) < 1 or not self.languages or self.at_once < 0:
            raise ValueError("a load needs rooms, speakers, languages and seconds")
        if self.clients > MOST_CLIENTS:
            raise ValueError(f"{self.clients} clients are more than the {MOST_CLIENTS} that run here")

    @property
    def clients(self) -> int:
        """Speakers, listeners, and in each room a reader of originals and an organiser."""
        return self.rooms * (self.speakers + len(self.languages) + 2)

    @property
    def floors(self) -> int:
        """How many speak at once in a room."""
        return min(self.at_once or self.speakers, self.speakers)

    @property
    def name(self) -> str:
        """For people, e.g. "2 rooms, 4 speakers, 2 languages"."""
        counts = (self.rooms, "room"), (self.speakers, "speaker"), (len(self.languages), "language")
        words = ", ".join(f"{count} {what}{'s' if count > 1 else ''}" for count, what in counts)
        return words if self.floors == self.speakers else f"{words}, {self.floors} at once"

    def as_json(self) -> dict[str, Any]:
        """For results."""
        return asdict(self) | {"languages": list(self.languages)}


@dataclass(frozen=True, slots=True)
class SpokenReading:
    """One reading as it is said: where it lies in its speaker's sound."""

    text: str
    starts_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class Speech:
    """All that one speaker says."""

    speaker: str
    pcm: Pcm
    """At `RATE_HZ`, silences included."""
    utterances: tuple[SpokenReading, ...]


def speeches(shape: LoadShape, room: int) -> list[Speech]:
    """What is said in a room, by each speaker. In every room and by everybody the readings come in another order."""
    return [_speech(shape, room, number) for number in range(shape.speakers)]


def script(said: list[Speech], shape: LoadShape) -> Script:
    """The same for a meeting."""
    parts = [
        ScriptPart(each.speaker, SPEAKS, each.pcm, " ".join(one.text for one in each.utterances))
        for each in said
    ]
    return Script(tuple(parts), shape.languages)


def _speech(shape: LoadShape, room: int, number: int) -> Speech:
    floor, place = number % shape.floors, number // shape.floors
    on_floor = len(range(floor, shape.speakers, shape.floors))
    line = np.zeros(round(shape.seconds * RATE_HZ), np.int16)
    said = []
    readings_of_floor = _readings(room + floor)
    at = round((0.3 + floor * APART_S) * RATE_HZ)
    for turn in itertools.count():
        text, pcm = next(readings_of_floor)
        if at + len(pcm) > len(line):
            break
        if turn % on_floor == place:
            line[at : at + len(pcm)] = pcm
            said.append(SpokenReading(text, at / RATE_HZ, (at + len(pcm)) / RATE_HZ))
        at += len(pcm) + round(PAUSES_S[(turn + floor) % len(PAUSES_S)] * RATE_HZ)
    return Speech(f"speaker-{number + 1}", line, tuple(said))


def _readings(first: int) -> Iterator[tuple[str, Pcm]]:
    known = _all_readings()
    return itertools.cycle(known[first % len(known) :] + known[: first % len(known)])


@cache
def _all_readings() -> tuple[tuple[str, Pcm], ...]:
    """Text and sound at `RATE_HZ`."""
    read = [(text, readings.sound(name)) for name, text in readings.AUSTEN.items()]
    read.append((PRESIDENT_SAYS, readings.kennedy()))
    return tuple((text, resampled(pcm, HEARING_RATE_HZ, RATE_HZ)) for text, pcm in read)
