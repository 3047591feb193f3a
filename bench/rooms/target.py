"""The stack that is loaded: one that runs already, or one of our own for as long as it takes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from bench.rooms.doors import TokenService
from bench.rooms.shape import SPEAKS
from config.exposure import is_loopback
from config.settings import Settings
from stack.local import Stack, new_run_directory
from stack.parts import PLANS, Planner
from stack.ports import Ports

PARTS: Final = ("livekit", "speech", "auth", "worker")
_AS_MANY_AS_IT_TAKES: Final = 1_000_000


class AnothersMachine(Exception):
    """A load is not put on machines of others without a word from their operator."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is loaded."""

    doors: TokenService
    stack: Stack | None = None
    """Of our own: its processes can be watched, and disturbed."""
    same_clock: bool = True
    """Whether its rooms run on this machine, where readings of the clock can be compared."""

    @property
    def pids(self) -> Mapping[str, int]:
        """The first process of each part; empty where the stack is not ours."""
        return {} if self.stack is None else dict(self.stack.pids)


def allowed(url: str, *, mine: bool) -> str:
    """The URL, where it may be loaded.

    Args:
        mine: whether who asks says that they operate it.

    Raises:
        AnothersMachine: it is not on this machine.
        ValueError: it is no URL.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a token service, e.g. http://127.0.0.1:8004")
    if not mine and not is_loopback(parts.hostname):
        raise AnothersMachine(
            f"{parts.hostname} is not this machine: a load may keep others from meeting there. "
            "Whoever operates it says so with --i-operate-this"
        )
    return url


@asynccontextmanager
async def running(url: str, settings: Settings) -> AsyncIterator[Target]:
    """A stack that runs; the operator's key is that of the settings. What is left of our rooms there is erased."""
    key = settings.auth.operator_key.get_secret_value()
    async with TokenService.reached(url, key) as doors:
        yield Target(doors, same_clock=is_loopback(urlsplit(url).hostname or ""))


@asynccontextmanager
async def own(
    settings: Settings,
    *,
    rooms: int,
    speakers: int,
    say: Callable[[str], None],
    restart: bool = False,
    plans: Mapping[str, Planner] = PLANS,
    ports: Ports | None = None,
) -> AsyncIterator[Target]:
    """A stack of our own on free ports, with a database that ends with it. Raises StackError.

    Args:
        rooms: how many it has to take at once.
        speakers: how many have to be heard at once in each, so that the machine is the limit and no setting.
        restart: whether a part that dies is started again.
        plans: how parts are started; other than usual in endurance runs.
        ports: None takes free ones.
    """
    directory = new_run_directory()
    database = SecretStr(f"sqlite:///{directory / 'rooms.sqlite3'}")
    auth = replace(
        settings.auth,
        database_url=database,
        public_url="",
        joins_per_minute=_AS_MANY_AS_IT_TAKES,
        joins_per_invitation_per_minute=_AS_MANY_AS_IT_TAKES,
        rooms_per_minute=_AS_MANY_AS_IT_TAKES,
        requests_per_minute=_AS_MANY_AS_IT_TAKES,
    )
    more = max(settings.rooms.max_rooms, rooms)
    heard = max(settings.recognition.max_speakers, speakers)
    settings = replace(
        settings,
        auth=auth,
        rooms=replace(settings.rooms, source_language=SPEAKS, max_rooms=more),
        recognition=replace(settings.recognition, max_speakers=heard),
    )
    stack = Stack(
        settings,
        parts=PARTS,
        ports=ports or Ports.free(),
        directory=directory,
        restart=restart,
        report=say,
        plans=plans,
    )
    async with stack:
        key = stack.settings.auth.operator_key.get_secret_value()
        async with TokenService.reached(stack.auth_url, key) as doors:
            yield Target(doors, stack)
