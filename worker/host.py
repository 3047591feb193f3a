"""Rooms as the media server assigns them: a thin host on LiveKit's agent framework, one process a room.

The framework registers, keeps warm processes, drains and watches; what is interpreted and how is none of its
business. Nothing else in this package knows it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from functools import partial

import structlog
from livekit.agents import (
    AgentServer,
    AutoSubscribe,
    JobContext,
    JobExecutorType,
    JobProcess,
    JobRequest,
    WorkerPermissions,
)

from config import logging as own_logging
from config.settings import DEVELOPMENT_SECRET, Settings, SettingsError, load
from pipeline.engines.protocols import EngineError
from worker.control import Configure, ControlError, read_metadata
from worker.engines import Engines
from worker.join import ATTRIBUTES
from worker.loading import load_engines
from worker.room import RoomInterpreter

log = structlog.get_logger(__name__)

PREPARE_LIMIT_S = 60.0
STOP_LIMIT_S = 8.0
"""How long a room may take to end; the framework kills its process after 10 s."""

DRAIN_LIMIT_S = 3600
RETRIES = 1_000_000
"""The worker waits for the media server as long as it takes."""

SHOW_FAILURE_S = 10.0
"""How long an interpreter without engines stays in the room to say so."""


def run(settings: Settings) -> None:
    """Works until a signal comes: the first SIGTERM or SIGINT lets running rooms finish, a second one ends at once.

    Raises:
        SettingsError: the built-in keys are used outside development.
    """
    if settings.livekit.api_secret.get_secret_value() == DEVELOPMENT_SECRET and not settings.development:
        raise SettingsError("livekit.api_secret is the built-in one; set your own, or development = true")
    asyncio.run(serve(new_server(settings)))


def new_server(
    settings: Settings, prepare: Callable[[Settings, JobProcess], None] | None = None
) -> AgentServer:
    """The framework's server, not yet running.

    Args:
        prepare: what each room's process does first; must be importable there.
    """
    server = AgentServer(
        job_executor_type=JobExecutorType.PROCESS,
        ws_url=settings.livekit.url,
        api_key=settings.livekit.api_key,
        api_secret=settings.livekit.api_secret.get_secret_value(),
        host=settings.services.host,
        port=settings.services.worker_health_port,
        permissions=WorkerPermissions(
            can_publish=True,
            can_subscribe=True,
            can_publish_data=True,
            can_update_metadata=True,
            hidden=False,
        ),
        load_fnc=partial(room_load, settings.rooms.max_rooms),
        load_threshold=1.0,
        num_idle_processes=1,
        initialize_process_timeout=PREPARE_LIMIT_S,
        drain_timeout=DRAIN_LIMIT_S,
        max_retry=RETRIES,
        setup_fnc=partial(prepare or prepare_process, settings),
        preload_modules=["worker.room"],
    )
    server.rtc_session(interpret, agent_name=settings.livekit.agent_name, on_request=accept)
    return server


def room_load(max_rooms: int, server: AgentServer) -> float:
    """How full the worker is, 0…1: rooms are what it can count; the engines' load is the services' own business."""
    return min(1.0, len(server.active_jobs) / max_rooms)


def prepare_process(settings: Settings, process: JobProcess) -> None:
    """Makes a room's process ready before it has a room."""
    own_logging.configure(settings.logging)
    process.userdata["settings"] = settings
    process.userdata["load_engines"] = load_engines


async def accept(request: JobRequest) -> None:
    """Takes every room that is offered."""
    await request.accept(name="Interpreter", attributes=ATTRIBUTES)


async def interpret(context: JobContext) -> None:
    """Interprets the room of one job; returns once it is under way, as the framework wants it."""
    settings: Settings = context.proc.userdata["settings"]
    structlog.contextvars.bind_contextvars(room=context.job.room.name)
    try:
        configure = read_metadata(context.job.metadata)
    except ControlError as error:
        log.warning("job metadata was refused", reason=str(error))
        configure = Configure()
    await context.connect(auto_subscribe=AutoSubscribe.SUBSCRIBE_NONE, single_peer_connection=True)
    try:
        engines: Engines = await context.proc.userdata["load_engines"](settings)
    except EngineError as error:
        await _fail(context, str(error))
        return
    interpreter = RoomInterpreter(context.room, context.api, settings, engines, configure)
    work = asyncio.create_task(_interpret(context, interpreter), name="interpret")

    async def stop() -> None:
        interpreter.dismiss()
        await asyncio.wait({work}, timeout=STOP_LIMIT_S)
        await engines.close()

    context.add_shutdown_callback(stop)


async def _interpret(context: JobContext, interpreter: RoomInterpreter) -> None:
    reason = "failed"
    try:
        reason = (await interpreter.run()).value
    finally:
        context.shutdown(reason)


async def _fail(context: JobContext, reason: str) -> None:
    """Tells the room why it is not interpreted, and leaves."""
    log.error("engines cannot be loaded", reason=reason)
    await context.room.local_participant.set_attributes({"translator.trouble": reason[:300]})
    await asyncio.sleep(SHOW_FAILURE_S)
    context.shutdown("no engines")


async def serve(server: AgentServer) -> None:
    """Runs the server; signals drain it first, then end it."""
    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Task[None]] = []

    def on_signal() -> None:
        if stopping:
            stopping[0].cancel()
        else:
            stopping.append(loop.create_task(_drain(server), name="drain"))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    try:
        await server.run()
    finally:
        if stopping:
            await asyncio.wait(stopping)
        await server.aclose()


async def _drain(server: AgentServer) -> None:
    log.info("worker takes no more rooms, waits for the running ones", rooms=len(server.active_jobs))
    try:
        await server.drain()
    except TimeoutError:
        log.warning("rooms are still running after the longest wait, they end now")
    finally:
        await server.aclose()


def main() -> None:
    """Runs the worker with the settings of file and environment."""
    try:
        settings = load()
        own_logging.configure(settings.logging)
        run(settings)
    except SettingsError as error:
        sys.exit(str(error))
