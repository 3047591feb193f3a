"""The whole product on free ports of this machine, as `make up` starts it, with engines that need no download."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import psutil
from livekit import api
from pydantic import SecretStr

from config.settings import Auth, LiveKit, Profile, Settings
from config.watching import Tracing
from stack.local import Stack
from stack.parts import HOST, PLANS, Part, PlanningContext
from stack.ports import Ports, free_port
from tests.browser.servers import API_KEY, API_SECRET

Kept = TypeVar("Kept")

SECOND_WORKER = "second worker"


def settings(directory: Path, web: Path, profile: Profile = "embedded") -> Settings:
    """By default PocketSphinx, Apertium and espeak-ng; rooms may be made by anybody."""
    return Settings(
        profile=profile,
        development=True,
        livekit=LiveKit(api_key=API_KEY, api_secret=SecretStr(API_SECRET)),
        auth=Auth(
            secret=SecretStr("signs-the-invitations-of-these-tests"),
            database_url=SecretStr(f"sqlite:///{directory / 'rooms.sqlite3'}"),
            web_directory=web,
        ),
    )


@asynccontextmanager
async def real_stack(
    livekit: Path,
    directory: Path,
    *,
    web: Path | None = None,
    workers: int = 1,
    profile: Profile = "embedded",
    traces: str = "",
    drafts: bool = True,
) -> AsyncIterator[Stack]:
    """Runs the parts until the block ends; one that dies is started again.

    Args:
        livekit: the media server's program.
        web: the built page; None runs no token service.
        workers: 1 or 2.
        profile: with which engines.
        traces: where a collector of traces is; empty: nothing is traced.
        drafts: whether words are translated before they are committed; a clause then seldom asks an engine.
    """

    def media_server(place: PlanningContext) -> Part:
        return PLANS["livekit"](replace(place, livekit_server=livekit))

    def second_worker(place: PlanningContext) -> Part:
        port = free_port()
        return replace(
            PLANS["worker"](place),
            name=SECOND_WORKER,
            command=(sys.executable, "-m", "worker"),
            ready=(f"http://{HOST}:{port}/",),
            listens=(),
            environment={"HIVE_SERVICES__WORKER_HEALTH_PORT": str(port)},
        )

    plans = {**PLANS, "livekit": media_server, SECOND_WORKER: second_worker}
    parts = ["livekit", "speech", *(["auth"] if web else []), "worker", *([SECOND_WORKER] * (workers - 1))]
    base = settings(directory, web or directory, profile)
    stack = Stack(
        replace(
            base,
            tracing=Tracing(endpoint=traces),
            translation=replace(base.translation, drafts=drafts),
        ),
        parts=parts,
        ports=Ports.free(),
        directory=directory,
        restart=True,
        plans=plans,
    )
    async with stack:
        yield stack


@asynccontextmanager
async def kept(context: AbstractAsyncContextManager[Kept]) -> AsyncIterator[Kept]:
    """Enters and leaves `context` in one task of its own, as cancel scopes want it; a fixture uses two."""
    entered: asyncio.Future[Kept] = asyncio.get_running_loop().create_future()
    leave = asyncio.Event()

    async def hold() -> None:
        try:
            async with context as value:
                entered.set_result(value)
                await leave.wait()
        except BaseException as error:
            if entered.done():
                raise
            entered.set_exception(error)

    holding = asyncio.create_task(hold(), name="holds a context")
    try:
        yield await entered
    finally:
        leave.set()
        await holding


def room_service(stack: Stack) -> api.LiveKitAPI:
    """The media server's own interface; to be closed."""
    return api.LiveKitAPI(stack.livekit_url.replace("ws", "http", 1), API_KEY, API_SECRET)


def interpreting_worker(stack: Stack) -> str:
    """Which of the workers has the room: the one whose children hold a connection to the media server.

    Raises:
        LookupError: none of them.
    """
    for name in ("worker", SECOND_WORKER):
        if name not in stack.pids:
            continue
        for child in psutil.Process(stack.pids[name]).children(recursive=True):
            to = [each.raddr.port for each in child.net_connections(kind="tcp") if each.raddr]
            if stack.ports.livekit in to:
                return name
    raise LookupError("no worker is connected to a room")


async def agents(service: api.LiveKitAPI, room: str) -> list[str]:
    """Identities of the interpreters that the media server lists in a room, but for one that only stands by."""
    listed = await service.room.list_participants(api.ListParticipantsRequest(room=room))
    return [
        each.identity
        for each in listed.participants
        if each.kind == api.ParticipantInfo.Kind.AGENT
        and each.attributes.get("translator.role") == "interpreter"
    ]
