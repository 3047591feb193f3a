"""What may happen to a stack in an hour, done on purpose: parts are killed, ways are cut, people come and go."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

import aiohttp
import psutil

from bench.rooms.cut import CuttableWay
from bench.rooms.doors import DoorError, TokenService
from bench.rooms.utterances import Outage
from demo.doors import Admission, Coming
from demo.meeting import Meeting
from demo.participants import TRANSLATED, Attendee
from demo.verdict import Finding
from protocol.attributes import CAPTIONS, LISTEN, SPEAK
from stack.local import Stack
from stack.parts import HOST, PLANS, Part, Planner, PlanningContext
from stack.ports import Ports

CUT_S: Final = 5.0
BACK_LIMIT_S: Final = 90.0
"""So soon a part or a room has to be back."""
AFTERWARDS_S: Final = 3.0
"""Behind a repair: what was begun meanwhile is still under way."""
STAYS_S: Final = 12.0
"""A listener who looks in."""
LOOKS_IN_EVERY_S: Final = 15.0


@dataclass(slots=True)
class Ways:
    """Between the parts of a stack, each of which can be cut."""

    services: tuple[CuttableWay, ...]
    """From the rooms to recognition, translation and voices."""
    signalling: CuttableWay
    """From a client to the media server."""

    @classmethod
    def of(cls, ports: Ports) -> Ways:
        """Leading to these ports."""
        return cls(
            tuple(CuttableWay(port) for port in (ports.stt, ports.mt, ports.tts)), CuttableWay(ports.livekit)
        )

    def plans(self) -> Mapping[str, Planner]:
        """The parts of a stack, its worker going these ways."""
        names = ("STT", "MT", "TTS")
        detour = {
            f"HIVE_SERVICES__{name}_URL": f"http://{HOST}:{way.port}"
            for name, way in zip(names, self.services, strict=True)
        }

        def worker(place: PlanningContext) -> Part:
            planned = PLANS["worker"](place)
            return replace(planned, environment={**planned.environment, **detour})

        return {**PLANS, "worker": worker}


class Detour:
    """Admits somebody by a way that can be cut; behind `demo.doors.Doors`."""

    def __init__(self, doors: TokenService, way: CuttableWay, who: str) -> None:
        self._doors, self._way, self._who = doors, way, who
        self.invite, self.dismiss = doors.invite, doors.dismiss

    async def admit(self, room: str, name: str, coming: Coming, wishes: Mapping[str, str]) -> Admission:
        """Raises DoorError."""
        admission = await self._doors.admit(room, name, coming, wishes)
        return replace(admission, url=f"ws://{HOST}:{self._way.port}") if name == self._who else admission


@dataclass(slots=True)
class Disturber:
    """Disturbs, and writes down what was broken from when to when.

    Args:
        room_pid: tells the process of the room that may be killed; None while it has none.
        meeting: the meeting in it.
        wanderer: whose signalling may be cut.
    """

    stack: Stack
    ways: Ways
    room_pid: Callable[[], int | None]
    meeting: Meeting
    wanderer: Callable[[], Attendee]
    say: Callable[[str], None]
    outages: list[Outage] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def kinds(self) -> Sequence[Callable[[], Awaitable[None]]]:
        """Everything that it does, the gentlest first."""
        return (self.cut_a_client, self.cut_the_services, self.kill_a_room, self.kill_the_services)

    async def cut_a_client(self) -> None:
        """A listener's signalling: they have to read on afterwards, without doing anything."""
        await self._cut("the signalling of a listener", (self.ways.signalling,))
        told, since = len(self.wanderer().captions), time.monotonic()
        back = await _until(lambda: len(self.wanderer().captions) > told)
        self._note("a listener whose signalling was cut read on", since, back=back)

    async def cut_the_services(self) -> None:
        """The rooms' connections to the engines: what is said meanwhile is recognised afterwards."""
        await self._cut("the way to the speech services", self.ways.services)

    async def kill_a_room(self) -> None:
        """Its process: another interpreter has to come by itself."""
        pid, began_s = self.room_pid(), time.monotonic()
        if pid is None:
            self.findings.append(Finding("a room's process could be killed", False, "there was none"))
            return
        self.say(f"kills the process of a room ({pid})")
        lives = len(self.meeting.minutes.earlier)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        back = await _until(lambda: len(self.meeting.minutes.earlier) > lives)
        self._outage("a room's process was killed", began_s)
        self._note("a room whose process was killed was interpreted again", began_s, back=back)

    async def kill_the_services(self) -> None:
        """All engines at once: they are started again, and rooms go on."""
        began_s, before = time.monotonic(), self.stack.restarts.get("speech", 0)
        self.say("kills the speech services")
        with suppress(ProcessLookupError, KeyError):
            os.killpg(self.stack.pids["speech"], signal.SIGKILL)
        back = await _until(lambda: self.stack.restarts.get("speech", 0) > before)
        back = back and await _answers(self.stack.settings.services.stt_url)
        self._outage("the speech services were killed", began_s)
        self._note("killed speech services were there again", began_s, back=back)

    async def _cut(self, what: str, ways: Sequence[CuttableWay]) -> None:
        self.say(f"cuts {what} for {CUT_S:g} s")
        for way in ways:
            way.cut()
        try:
            await asyncio.sleep(CUT_S)
        finally:
            for way in ways:
                way.mend()

    def _outage(self, what: str, began_s: float) -> None:
        self.outages.append(Outage(what, began_s, time.monotonic() + AFTERWARDS_S))

    def _note(self, question: str, began_s: float, *, back: bool) -> None:
        took_s = time.monotonic() - began_s
        detail = f"after {took_s:.1f} s" if back else f"not within {took_s:.0f} s"
        self.say(f"{question}: {detail}")
        self.findings.append(Finding(question, back, detail))


async def looking_in(
    doors: TokenService, room: str, languages: Sequence[str], say: Callable[[str], None]
) -> None:
    """Listeners who come one after another, hear a language for a while and leave; until cancelled."""
    for number in range(10**6):
        language = languages[number % len(languages)]
        wishes = {SPEAK: language, LISTEN: language, CAPTIONS: language}
        visitor = Attendee(
            f"visitor-{number}",
            wishes,
            record=lambda publisher, name: name.startswith(TRANSLATED),
            only_recorded=True,
            most_pieces=1,
        )
        try:
            await visitor.join(await doors.admit(room, visitor.identity, "listener", wishes))
            await asyncio.sleep(STAYS_S)
        except DoorError as error:
            say(f"a visitor was not let in: {error}")
        finally:
            await visitor.leave()
        await asyncio.sleep(LOOKS_IN_EVERY_S - STAYS_S)


def rooms_processes(stack: Stack) -> set[int]:
    """The worker's processes that are connected to the media server: one for each room that is interpreted."""
    found: set[int] = set()
    with suppress(psutil.Error, KeyError):
        for child in psutil.Process(stack.pids["worker"]).children(recursive=True):
            with suppress(psutil.Error):
                if any(
                    each.raddr and each.raddr.port == stack.ports.livekit
                    for each in child.net_connections(kind="tcp")
                ):
                    found.add(child.pid)
    return found


async def _until(happened: Callable[[], bool]) -> bool:
    """Whether it happened in time."""
    deadline = time.monotonic() + BACK_LIMIT_S
    while not happened():  # nobody tells us but the counters
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.2)
    return True


async def _answers(url: str) -> bool:
    deadline = time.monotonic() + BACK_LIMIT_S
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        while time.monotonic() < deadline:
            with suppress(aiohttp.ClientError, TimeoutError):
                async with session.get(f"{url}/health") as response:
                    if response.status == 200:
                        return True
            await asyncio.sleep(0.5)
    return False
