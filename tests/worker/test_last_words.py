"""However the interpreting of somebody ends, what was heard of them is shown and spoken to its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from config.settings import Clauses, Recognition, Rooms, Settings
from pipeline.audio import HEARING_RATE_HZ, AudioFrame
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions
from pipeline.events import Heard
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.meeting import EchoTranslator, LoudnessHearing
from tests.fakes.room import FakeRoom, Voice
from worker import host
from worker.room import END_LIMIT_S, LeaveReason, RoomInterpreter
from worker.room_engines import RoomEngines
from worker.standby import Standby

SETTINGS = Settings(
    recognition=Recognition(min_silence_s=0.3),
    clauses=Clauses(max_age_s=60.0),
    rooms=Rooms(source_language="en", speaker_grace_s=0.2, leave_after_s=0.2),
)

LOUD = np.full(HEARING_RATE_HZ // 20, 5000, np.int16)
SENTENCE = "Es one two three four five"
"""One second of loud sound, translated."""


class ThoughtfulHear(LoudnessHearing):
    """Recognises the last words only when the test lets it, as a real one takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.finish, self.finishing = asyncio.Event(), asyncio.Event()

    async def __call__(
        self, frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions
    ) -> None:
        passed: Channel[AudioFrame] = Channel(1000)

        async def pass_on() -> None:
            async for frame in frames:
                if not frame.pcm.any():  # the end of what is said
                    self.finishing.set()
                    await self.finish.wait()
                await passed.put(frame)
            passed.close()

        async with asyncio.TaskGroup() as group:
            group.create_task(pass_on())
            group.create_task(super().__call__(passed, heard, options))


@dataclass
class Meeting:
    """Anna speaks English, Bea hears and reads it in Spanish."""

    room: FakeRoom = field(default_factory=FakeRoom)
    voice: Voice = field(default_factory=Voice)
    hear: ThoughtfulHear = field(default_factory=ThoughtfulHear)
    end_limit_s: float = END_LIMIT_S

    def __post_init__(self) -> None:
        self.synthesizer = ToneSynthesizer({"es": 440.0, "en": 220.0}, seconds_per_character=0.03)
        engines = RoomEngines(
            self.hear,
            EchoTranslator("en", "es"),
            self.synthesizer,
            source_language="en",
            profile="embedded",
        )
        self.interpreter = RoomInterpreter(
            self.room,  # type: ignore[arg-type]  # stands in for a room
            None,
            SETTINGS,
            engines,
            open_track=self.voice.open,
            end_limit_s=self.end_limit_s,
        )

    def finals(self) -> list[str]:
        """The final captions that Bea got in Spanish."""
        return [
            sent.text
            for sent in self.room.local_participant.texts
            if sent.topic == "lk.transcription"
            and "bea" in sent.to
            and sent.attributes["language"] == "es"
            and sent.attributes["lk.transcription_final"] == "true"
        ]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What Bea was told of that kind."""
        told = [
            json.loads(sent.text)
            for sent in self.room.local_participant.texts
            if sent.topic != "lk.transcription"
        ]
        return [event for event in told if event["type"] == kind]

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.01)


@dataclass
class Process:
    """What the framework knows of a room's process."""

    userdata: dict[str, Any]


@dataclass
class Job:
    """What the framework knows of a room."""

    proc: Process


@asynccontextmanager
async def speaking(
    meeting: Meeting | None = None,
) -> AsyncIterator[tuple[Meeting, asyncio.Task[LeaveReason]]]:
    """A meeting in the middle of Anna's sentence: a second of sound is heard, none of it is committed."""
    meeting = meeting or Meeting()
    room = meeting.room
    room.join("anna", microphone=True, language="en")
    room.join("bea", language="es", translator__events="on")
    work = asyncio.create_task(meeting.interpreter.run())
    try:
        await meeting.until(lambda: room.local_participant.track_publications)
        await meeting.until(lambda: meeting.events("channel"))
        for _ in range(20):
            meeting.voice.say(LOUD)
        await meeting.until(lambda: meeting.hear.heard_s.get("anna", 0.0) >= 1.0)
        assert meeting.finals() == []
        yield meeting, work
    finally:
        work.cancel()
        await asyncio.wait([work])


def assert_all_is_said(meeting: Meeting) -> None:
    """The sentence was shown and spoken once, and its track stayed until it had been heard."""
    assert meeting.finals() == [SENTENCE]
    (spoken,) = meeting.events("speech")
    assert meeting.events("skipped") == []
    assert meeting.room.local_participant.unpublished_at_s["TR_translated-es"] >= spoken["end_at_s"]


async def test_an_interpreter_that_is_dismissed_says_the_last_words() -> None:
    """The organiser sends it away in the middle of a sentence."""
    async with speaking() as (meeting, work):
        meeting.interpreter.dismiss()
        await meeting.until(meeting.hear.finishing.is_set)
        assert not work.done()
        meeting.hear.finish.set()
        async with asyncio.timeout(20):
            assert await work is LeaveReason.DISMISSED

        assert_all_is_said(meeting)


async def test_a_job_that_ends_says_the_last_words() -> None:
    """The worker is drained, or its job withdrawn: the framework ends the job while the room is still connected."""

    async with speaking() as (meeting, work):
        meeting.hear.finish.set()
        standby = Standby(meeting.room, (), meeting.room.local_participant.set_attributes)  # type: ignore[arg-type]
        job = Job(Process({"running": (standby, meeting.interpreter, work)}))
        async with asyncio.timeout(20):
            await host.finish(job)  # type: ignore[arg-type]  # stands in for the job's context
        assert work.done()

        assert_all_is_said(meeting)


async def test_a_job_that_ends_before_it_began_is_no_trouble() -> None:
    """There may be no interpreter yet when its process has to go."""

    await host.finish(Job(Process({})))  # type: ignore[arg-type]  # stands in for the job's context


async def test_the_last_words_of_a_speaker_who_left_are_said() -> None:
    """They close their browser in the middle of a sentence; the others go on."""
    async with speaking() as (meeting, work):
        meeting.room.leave("anna")
        meeting.hear.finish.set()
        await meeting.until(lambda: meeting.events("speech"))
        assert not work.done()
        meeting.interpreter.dismiss()
        async with asyncio.timeout(20):
            await work

        assert_all_is_said(meeting)


async def test_when_everybody_has_left_it_finishes_and_goes() -> None:
    """Nobody hears the last words, but nothing hangs on them either."""
    async with speaking() as (meeting, work):
        meeting.hear.finish.set()
        meeting.room.leave("anna")
        meeting.room.leave("bea")
        async with asyncio.timeout(20):
            assert await work is LeaveReason.DESERTED
        assert meeting.room.local_participant.track_publications == {}


async def test_a_room_that_is_over_is_left_at_once() -> None:
    """Its server has ended it: there is nobody to finish for, however long the hearing would take."""
    async with speaking() as (meeting, work):
        meeting.room.disconnect()
        async with asyncio.timeout(5):
            assert await work is LeaveReason.DISCONNECTED
        assert not meeting.hear.finish.is_set()


async def test_a_room_that_is_over_meanwhile_ends_the_waiting() -> None:
    """It was dismissed and is finishing when the room ends."""
    async with speaking() as (meeting, work):
        meeting.interpreter.dismiss()
        await meeting.until(meeting.hear.finishing.is_set)
        meeting.room.disconnect()
        async with asyncio.timeout(5):
            assert await work is LeaveReason.DISMISSED


async def test_finishing_has_a_limit() -> None:
    """A recogniser that hangs holds up the end no longer than that; nothing runs on."""
    async with speaking(Meeting(end_limit_s=0.2)) as (meeting, work):
        meeting.interpreter.dismiss()
        async with asyncio.timeout(10):
            assert await work is LeaveReason.DISMISSED
        assert meeting.finals() == []


async def test_whatever_the_status_fails_on_it_is_shown_again() -> None:
    """A fault in what the interpreter says of itself is told, and does not end the saying."""
    meeting = Meeting()
    local = meeting.room.local_participant
    local.failures = [ValueError("odd"), KeyError("odder")]
    work = asyncio.create_task(meeting.interpreter.run())
    await meeting.until(lambda: "translator.languages" in local.attributes)
    work.cancel()
    await asyncio.wait([work])
