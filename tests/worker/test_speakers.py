"""Who is interpreted, whatever becomes of their tracks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from config.settings import Recognition, Rooms, Settings
from foundation.tasks import Tasks
from pipeline.audio import Pcm
from pipeline.events import Trouble
from pipeline.interpreter import Wishes
from protocol.reports import ReportCode
from tests.fakes.clock import HandClock
from tests.fakes.livekit_room import FakeMicrophone, FakeTracks
from worker import speakers as module
from worker.listeners import Person
from worker.speakers import Speakers, choose

pytestmark = pytest.mark.virtual_time

SPANISH = Wishes(frozenset({"es"}))


class NotingInterpreter:
    """Notes what it is told; runs until closed."""

    def __init__(self, person: Person, take: int) -> None:
        self.speaker, self.take, self.language = person.identity, take, person.speaks
        self.samples = 0
        self.gaps = 0
        self.wishes = Wishes()
        self.closed = asyncio.Event()

    def listen(self, pcm: Pcm) -> None:
        self.samples += len(pcm)

    def gap(self) -> None:
        self.gaps += 1

    def wish(self, wishes: Wishes) -> None:
        self.wishes = wishes

    def close(self) -> None:
        self.closed.set()

    async def run(self) -> None:
        await self.closed.wait()


@dataclass
class Bench:
    """Speakers with interpreters that note everything."""

    tasks: Tasks
    grace_s: float = 0.05
    limit: int = 10
    made: list[NotingInterpreter] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    tracks: FakeTracks = field(default_factory=FakeTracks)
    clock: HandClock = field(default_factory=HandClock)

    def __post_init__(self) -> None:
        settings = Settings(
            recognition=Recognition(max_speakers=self.limit), rooms=Rooms(speaker_grace_s=self.grace_s)
        )
        self.speakers = Speakers(
            new_interpreter=self._make,  # type: ignore[arg-type]  # stands in for an Interpreter
            tasks=self.tasks,
            settings=settings,
            tell=lambda fields: None,
            trouble=self.troubles.append,
            open_track=self.tracks,
            now=self.clock,
        )

    def _make(self, person: Person, take: int) -> NotingInterpreter:
        self.made.append(NotingInterpreter(person, take))
        return self.made[-1]

    def update(self, *microphones: FakeMicrophone, wanted: bool = True, language: str = "en") -> None:
        """Sets who is there: each speaker is called like the SID of their track, without its number."""
        found = {microphone.sid.rstrip("0123456789"): microphone for microphone in microphones}
        people = {who: Person(who, language) for who in found}
        self.speakers.update(people, found, dict.fromkeys(found, SPANISH) if wanted else {})


@pytest.fixture
async def bench(tasks: Tasks) -> AsyncIterator[Bench]:
    """Speakers of a room; everything that was opened is closed in the end."""
    bench = Bench(tasks)
    yield bench
    bench.speakers.close()
    await asyncio.sleep(0.02)
    assert bench.tracks.opened == bench.tracks.closed
    assert all(interpreter.closed.is_set() for interpreter in bench.made)


async def pause(seconds: float = 0.02) -> None:
    """Lets tasks run."""
    await asyncio.sleep(seconds)


async def test_who_is_wanted_is_heard(bench: Bench) -> None:
    """Only then is the track subscribed and an interpreter made; no longer wanted, it is unsubscribed after a grace."""
    anna = FakeMicrophone("anna1")
    bench.update(anna, wanted=False)
    assert (anna.asked, bench.made) == ([], [])
    bench.update(anna)
    await pause()
    assert (anna.asked, bench.made[0].samples, bench.made[0].wishes) == ([True], 800, SPANISH)
    bench.update(anna, wanted=False)
    assert bench.speakers.heard == frozenset()
    await pause(0.1)
    assert (anna.asked, bench.speakers.interpreted) == ([True, False], frozenset())


async def test_a_mute_closes_the_stream_and_keeps_the_interpreter(bench: Bench) -> None:
    """While muted nothing is read, not even silence; the interpreter is told of the gap."""
    anna = FakeMicrophone("anna1")
    bench.update(anna)
    await pause()
    anna.muted = True
    bench.update(anna)
    await pause(0.1)
    assert (bench.tracks.opened, bench.tracks.closed, bench.made[0].gaps) == (1, 1, 1)
    anna.muted = False
    bench.update(anna)
    await pause()
    assert (bench.tracks.opened, len(bench.made)) == (2, 1)


async def test_a_new_track_of_the_same_speaker_goes_on_with_the_same_interpreter(bench: Bench) -> None:
    """Vanishing and returning within the grace time, or another device, changes the track alone."""
    bench.update(FakeMicrophone("anna1"))
    await pause()
    bench.update()
    await pause()
    bench.update(FakeMicrophone("anna2"))
    await pause(0.1)
    bench.update(FakeMicrophone("anna3"))
    await pause()
    assert [interpreter.samples for interpreter in bench.made] == [3 * 800]
    assert bench.speakers.track_sid("anna") == "anna3"
    bench.update()
    await pause(0.1)
    bench.update(FakeMicrophone("anna4"))
    await pause()
    assert [(interpreter.take, interpreter.closed.is_set()) for interpreter in bench.made] == [
        (1, True),
        (2, False),
    ]


async def test_another_language_begins_another_take(bench: Bench) -> None:
    """Who says that they speak another language gets a new interpreter, at once and with the same wishes."""
    anna = FakeMicrophone("anna1")
    bench.update(anna)
    await pause()
    bench.update(anna, language="fr")
    await pause()
    assert [(made.take, made.language, made.closed.is_set()) for made in bench.made] == [
        (1, "en", True),
        (2, "fr", False),
    ]
    assert bench.made[1].wishes == SPANISH
    assert bench.speakers.heard == {"anna"}


async def test_a_request_that_was_lost_is_repeated(bench: Bench) -> None:
    """A track that does not come is asked for again after a while, or at once after a reconnect."""
    anna = FakeMicrophone("anna1", lost=2)
    bench.update(anna)
    bench.update(anna)
    assert anna.asked == [True]
    bench.clock.move(module.ASK_AGAIN_S)
    bench.update(anna)
    assert anna.asked == [True, True]
    bench.speakers.reconnected()
    bench.update(anna)
    bench.update(anna)
    await pause()
    assert (anna.asked, bench.made[0].samples) == ([True, True, True], 800)


async def test_more_speakers_than_may_be_heard(tasks: Tasks) -> None:
    """Those beyond the limit wait and are told so; who speaks up takes the place of who is silent."""
    bench = Bench(tasks, limit=2)
    microphones = [FakeMicrophone(f"{name}1") for name in ("anna", "bea", "carl")]
    bench.update(*microphones)
    await pause()
    assert bench.speakers.heard == {"anna", "bea"}
    assert bench.troubles == [
        Trouble("carl", "hear", "", "2 people are being interpreted already", ReportCode.WAITING, count=2)
    ]
    bench.speakers.loud(["bea", "carl"])
    await pause()
    assert bench.speakers.heard == {"bea", "carl"}
    bench.speakers.close()
    await pause()


def test_choosing() -> None:
    """Those who speak come first, then those who are heard already."""
    assert choose(["a", "b", "c"], heard=(), active=(), limit=2) == {"a", "b"}
    assert choose(["a", "b", "c"], heard={"c"}, active=(), limit=2) == {"a", "c"}
    assert choose(["a", "b", "c"], heard={"c"}, active={"b"}, limit=1) == {"b"}


async def test_an_interpreter_that_gave_up_is_replaced(bench: Bench, tasks: Tasks) -> None:
    """It ended though nobody closed it: its speaker gets another one, a little later."""
    anna = FakeMicrophone("anna1")
    bench.update(anna)
    await pause()
    bench.made[0].closed.set()
    await pause()
    assert bench.speakers.heard == frozenset()
    bench.update(anna)
    await pause()
    assert [made.take for made in bench.made] == [1, 2]
