"""Stacks made of the tiny program in `tests/fakes/part.py`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from stack.parts import HOST, Part, Planner, PlanningContext

PROGRAM = Path(__file__).parent.parent / "fakes" / "part.py"


def fake(
    name: str,
    port: str,
    *arguments: str,
    after: tuple[str, ...] = (),
    patience_s: float = 20.0,
    stop_patience_s: float = 3.0,
) -> Planner:
    """A part that answers on the named port of `Ports`."""

    def plan(place: PlanningContext) -> Part:
        number = getattr(place.ports, port)
        return Part(
            name=name,
            command=(sys.executable, str(PROGRAM), str(number), *arguments),
            ready=(f"http://{HOST}:{number}/",),
            listens=(port,),
            after=after,
            start_patience_s=patience_s,
            stop_patience_s=stop_patience_s,
        )

    return plan


def plans(**parts: Planner) -> Mapping[str, Planner]:
    """A table like `stack.parts.PLANS`."""
    return parts


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


async def gone(*pids: int) -> None:
    """Returns when all the processes have ended; fails after ten seconds."""
    async with asyncio.timeout(10):
        while any(alive(pid) for pid in pids):
            await asyncio.sleep(0.02)


def content(path: Path) -> str:
    """What a file holds; nothing when it is not there."""
    return path.read_text() if path.exists() else ""


async def written(path: Path) -> str:
    """What a file holds, as soon as it holds something."""
    async with asyncio.timeout(10):
        while not content(path):
            await asyncio.sleep(0.02)
    return content(path)
