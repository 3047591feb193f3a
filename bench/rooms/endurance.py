"""A long time with talks, joins, leaves, kills and cuts: is memory flat, does no lag grow, is nothing lost?

Two rooms are held side by side. The first one is left in peace, but for what happens to everybody, and people look in;
it shows what grows. The second one's process is killed now and then.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Final

from livekit import rtc
from rich.console import Console

from bench.rooms import report
from bench.rooms.disturbing import Detour, Disturber, Ways, looking_in, rooms_processes
from bench.rooms.doors import DoorError
from bench.rooms.memory import Growth, flat, growths
from bench.rooms.shape import SPEAKS, LoadShape, Speech, script, speeches
from bench.rooms.target import Target, own
from bench.rooms.utterances import Outage, SaidUtterance, outside, said_in
from bench.rooms.verdict import HEARD_SHARE
from config.settings import Settings
from demo.doors import Doors
from demo.ledger import Ledger
from demo.load import LoadMeter
from demo.meeting import Meeting, MeetingError, Minutes, listener_name
from demo.quantiles import Trend, distribution, trend
from demo.seen_captions import committed_changes
from demo.terminal import Screen
from demo.verdict import Finding, lag_is_steady
from foundation.supervision import keep_running
from stack.ports import Ports

TALK_S: Final = 60
"""Of one round; then everybody closes their microphone for a moment."""
ROUND_S: Final = 68
"""With the pause behind it."""
EVERY_S: Final = 300.0
"""So far from each other disturbances are in a long run."""
MOST_LAG_POINTS: Final = 600
KEPT_PIECES: Final = 20
SHOWN_MIB: Final = 24.0
"""Smaller processes are watched and not listed: helpers of engines."""
LOST_SHARE: Final = 0.5
"""A reading of which less was heard was lost."""


@dataclass(slots=True)
class HeldRoom:
    """One of the two."""

    name: str
    meeting: Meeting
    said: Sequence[Speech]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Endured:
    """What is left of a long time."""

    shape: LoadShape
    rooms: tuple[HeldRoom, ...]
    outages: tuple[Outage, ...]
    disturbed: tuple[Finding, ...]
    growths: tuple[Growth, ...]
    seconds: float


async def endure(
    settings: Settings,
    shape: LoadShape,
    seconds: int,
    *,
    say: Callable[[str], None],
) -> Endured:
    """Holds the rooms and disturbs them. Raises StackError, DoorError.

    Args:
        shape: of each room; how long people speak in it is how long a round is.
    """
    logging.getLogger("livekit").setLevel(
        logging.CRITICAL
    )  # its complaints about ways that are cut on purpose
    ports = Ports.free()
    ways = Ways.of(ports)
    async with (
        own(
            settings,
            rooms=2,
            speakers=shape.floors,
            say=say,
            restart=True,
            plans=ways.plans(),
            ports=ports,
        ) as target,
        ways.signalling.lying(),
        ways.services[0].lying(),
        ways.services[1].lying(),
        ways.services[2].lying(),
    ):
        return await _run(target, ways, shape, seconds, say)


async def _run(
    target: Target, ways: Ways, shape: LoadShape, seconds: int, say: Callable[[str], None]
) -> Endured:
    assert target.stack is not None
    stack, began_s = target.stack, time.monotonic()
    peaceful, disturbed = await _two_rooms(target, ways, shape)
    known: set[int] = set()

    def room_pid() -> int | None:
        return next(iter(rooms_processes(stack) - known), None)

    disturber = Disturber(
        stack,
        ways,
        room_pid,
        disturbed.meeting,
        lambda: peaceful.meeting.minutes.listener(shape.languages[0]),
        say,
    )
    meter = LoadMeter(lambda: dict(stack.pids), {})
    rounds = math.ceil(seconds / max(ROUND_S, shape.seconds))
    async with asyncio.TaskGroup() as group:
        beside = [
            group.create_task(keep_running(meter.run, name="load meter"), name="load meter"),
            group.create_task(looking_in(target.doors, peaceful.name, shape.languages, say), name="visitors"),
        ]
        held = [group.create_task(_hold(peaceful, rounds), name="peaceful room")]
        await _interpreted(peaceful, held[0])
        known |= rooms_processes(stack)
        held.append(group.create_task(_hold(disturbed, rounds), name="disturbed room"))
        await _interpreted(disturbed, held[1])
        disturbing = group.create_task(spread_out(disturber.kinds(), seconds, held[1]), name="disturbances")
        try:
            # whose repair is waited for has a limit
            await asyncio.wait({*held, disturbing})
        finally:
            disturbing.cancel()
            for each in beside:
                each.cancel()
    return Endured(
        shape,
        (peaceful, disturbed),
        tuple(disturber.outages),
        tuple(disturber.findings),
        tuple(await asyncio.to_thread(growths, meter.processes)),
        time.monotonic() - began_s,
    )


async def _two_rooms(target: Target, ways: Ways, shape: LoadShape) -> tuple[HeldRoom, HeldRoom]:
    detour = Detour(target.doors, ways.signalling, listener_name(shape.languages[0]))
    return await _room(target, detour, shape, 0), await _room(target, target.doors, shape, 1)


async def _room(target: Target, doors: Doors, shape: LoadShape, number: int) -> HeldRoom:
    said = speeches(shape, number)
    name = await target.doors.open(SPEAKS, shape.languages)
    meeting = Meeting(
        doors,
        Screen(Console(quiet=True), shape.languages),
        script(said, shape),
        targets=shape.languages,
        room=name,
        spare=True,
        most_pieces=KEPT_PIECES,
    )
    return HeldRoom(name, meeting, said)


async def _hold(room: HeldRoom, rounds: int) -> None:
    try:
        await room.meeting.hold(repeat=rounds)
    except (MeetingError, DoorError, rtc.ConnectError, TimeoutError, ExceptionGroup) as error:
        room.fault = str(error) or type(error).__name__


async def _interpreted(room: HeldRoom, held: asyncio.Task[None]) -> None:
    """Until people speak there, or the room is over."""
    while not room.meeting.minutes.spoken and not held.done():  # noqa: ASYNC110  # it begins by itself
        await asyncio.sleep(0.2)


async def spread_out(
    kinds: Sequence[Callable[[], Awaitable[None]]], seconds: int, held: asyncio.Task[None]
) -> None:
    """One disturbance after another, evenly spread, as long as the room is held; the last one leaves time to mend."""
    count = max(len(kinds), round(seconds / EVERY_S))
    rest_s = seconds / (count + 1)
    for disturb in itertools.islice(itertools.cycle(kinds), count):
        with suppress(TimeoutError):
            async with asyncio.timeout(rest_s):
                await asyncio.wait({held})
        if held.done():
            return
        await disturb()


def judge(endured: Endured) -> list[Finding]:
    """Every question. Blocking, CPU work."""
    findings = [_held(room) for room in endured.rooms]
    findings += endured.disturbed
    for room in endured.rooms:
        said = outside(said_in(room.meeting.minutes, room.said), endured.outages)
        findings.append(heard(room.name, said))
        findings.append(_settled(room, endured.shape.languages))
    peaceful = endured.rooms[0].meeting.minutes
    findings += [
        lag_is_steady(language, lag_trend(peaceful.ledger, language), endured.seconds)
        for language in endured.shape.languages
    ]
    return [*findings, flat(endured.growths)]


def heard(room: str, said: Sequence[SaidUtterance]) -> Finding:
    """Whether everything was heard that was said while nothing was broken."""
    words, found = sum(each.words for each in said), sum(each.heard for each in said)
    lost = [each for each in said if each.heard < LOST_SHARE * each.words]
    share = found / words if words else 0.0
    return Finding(
        f"nothing was lost in {room} while nothing was broken",
        share >= HEARD_SHARE and not lost,
        f"{share:.1%} of {words} words in {len(said)} readings; {len(lost)} readings lost",
    )


def lag_trend(ledger: Ledger, language: str) -> Trend:
    """Over the whole time: the takes of each speaker one after another."""
    talks: dict[str, list[tuple[float, float]]] = {}
    for record in sorted(ledger.clauses.values(), key=lambda record: record.offset_at_s):
        rendering = record.renderings.get(language)
        if rendering is not None and rendering.end_at_s is not None:
            points = talks.setdefault(record.speaker, [])
            points.append((record.offset_at_s, rendering.end_at_s - record.offset_at_s))
    return trend([each[:: max(1, len(each) // MOST_LAG_POINTS)] for each in talks.values()])


def _held(room: HeldRoom) -> Finding:
    rounds = len(room.meeting.minutes.rounds)
    return Finding(f"{room.name} was held to its end", not room.fault, room.fault or f"{rounds} rounds")


def _settled(room: HeldRoom, languages: tuple[str, ...]) -> Finding:
    minutes: Minutes = room.meeting.minutes
    missing = len(minutes.ledger.unsettled(languages))
    changes = sum(committed_changes(each.captions) for each in minutes.attendees.values())
    clauses = len(minutes.ledger.clauses)
    return Finding(
        f"every clause in {room.name} has its outcome, and no committed word was changed",
        missing == 0 and changes == 0 and clauses > 0,
        f"{clauses} clauses of the last interpreter, {missing} without outcome; {changes} changes",
    )


def result(endured: Endured, findings: Sequence[Finding]) -> dict[str, Any]:
    """Everything, without words."""
    return {
        "kind": "endurance",
        "shape": endured.shape.as_json(),
        "seconds": round(endured.seconds, 1),
        "holds": all(each.holds for each in findings),  # so long a run that cannot tell has not shown it
        "findings": [asdict(each) for each in findings],
        "outages": [
            {"what": each.what, "seconds": round(each.ended_s - each.began_s, 1)} for each in endured.outages
        ],
        "lag_s": _lag_s(endured),
        "memory": [_growth(each) for each in endured.growths if each.grows or each.last_mib >= SHOWN_MIB],
        "lost_sound_s": round(_lost_sound_s(endured), 1),
    }


def _lag_s(endured: Endured) -> dict[str, dict[str, float]]:
    """Of the room that is left in peace."""
    ledger = endured.rooms[0].meeting.minutes.ledger
    talks = {
        language: itertools.chain.from_iterable(ledger.lag_s(language))
        for language in endured.shape.languages
    }
    return {
        language: report.spread(distribution([lag_s for _, lag_s in points]))
        for language, points in talks.items()
    }


def _lost_sound_s(endured: Endured) -> float:
    """Of all interpreters in both rooms."""
    held = [room.meeting.minutes for room in endured.rooms]
    return sum(ledger.lost_sound_s for each in held for ledger in (*each.earlier, each.ledger))


def text(found: Mapping[str, Any]) -> str:
    """What it came to, in plain text."""
    memory = [
        (
            each["part"],
            f"{each['first_mib']:.0f}",
            f"{each['last_mib']:.0f}",
            f"{each['mib_an_hour']:+.0f}",
            f"{each['watched_s']:.0f}",
        )
        for each in found["memory"]
    ]
    return "\n\n".join(
        [
            report.table(("process of", "MiB, warm", "at the end", "an hour", "watched, s"), memory),
            "\n".join(map(report.answer, found["findings"])),
        ]
    )


def _growth(each: Growth) -> dict[str, Any]:
    return {
        "part": each.part,
        "first_mib": round(each.first_mib, 1),
        "last_mib": round(each.last_mib, 1),
        "mib_an_hour": round(each.slope_mib_an_hour, 1),
        "watched_s": round(each.watched_s),
    }
