"""Rooms as the media server assigns them: a thin host on LiveKit's agent framework, one process a room.

The framework registers, keeps warm processes, drains and watches; what is interpreted and how is none of its
business. Nothing else in this package knows it.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
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
from config.exposure import refuse_exposed_development, refuse_published
from config.reading import load
from config.settings import Settings, SettingsError
from foundation.supervision import kinds
from foundation.tasks import Tasks
from foundation.tracing.running import tracing
from foundation.tracing.spans import trace_id
from pipeline.engines.protocols import EngineError
from protocol.attributes import TROUBLE
from protocol.control import ControlError, JobMetadata, read_metadata
from worker.announcing import announcing
from worker.figures.channel import sender
from worker.health import WatchedServer, answering
from worker.heartbeat import Heartbeat
from worker.presence import naming
from worker.recording.sending import sending
from worker.room import END_LIMIT_S, RoomInterpreter
from worker.room_engines import RoomEngines, load_engines
from worker.room_key import encryption_options
from worker.room_load import RoomLoad
from worker.standby import INTERPRETER, STANDBY, Standby
from worker.text_streams import attribute_setter

log = structlog.get_logger(__name__)

PREPARE_LIMIT_S = 60.0
STOP_LIMIT_S = END_LIMIT_S + 10.0
"""How long a room may take to end: its last words, and the clean-up after them."""

DRAIN_LIMIT_S = 3600
RETRIES = 1_000_000
"""The worker waits for the media server as long as it takes."""

SHOW_FAILURE_S = 10.0
"""How long an interpreter without engines stays in the room to say so."""


def run(settings: Settings) -> None:
    """Works until a signal comes: the first SIGTERM or SIGINT lets running rooms finish, a second one ends at once.

    Raises:
        SettingsError: the built-in keys are used outside development, or development where others reach it.
    """
    refuse_published("livekit.api_secret", settings.livekit.api_secret.get_secret_value(), settings)
    refuse_exposed_development(settings)
    asyncio.run(operate(new_server(settings), settings))


async def operate(server: WatchedServer, settings: Settings) -> None:
    """Serves, and tells the token service meanwhile. Raises OSError: the health port is taken."""
    async with announcing(settings), sending(settings), naming(lambda: server.running, settings):
        await serve(server, settings)


def new_server(
    settings: Settings, prepare: Callable[[Settings, JobProcess], None] | None = None
) -> WatchedServer:
    """The framework's server, not yet running.

    Args:
        prepare: what each room's process does first; must be importable there.
    """
    server = WatchedServer(
        job_executor_type=JobExecutorType.PROCESS,
        ws_url=settings.livekit.url,
        api_key=settings.livekit.api_key,
        api_secret=settings.livekit.api_secret.get_secret_value(),
        host="127.0.0.1",  # its own health says "OK" always: any port, which nobody is told; see worker.health
        port=0,
        permissions=WorkerPermissions(
            can_publish=True,
            can_subscribe=True,
            can_publish_data=True,
            can_update_metadata=True,
            hidden=False,
        ),
        load_fnc=partial(_load, RoomLoad(settings.rooms.max_rooms)),
        load_threshold=1.0,
        num_idle_processes=1,
        initialize_process_timeout=PREPARE_LIMIT_S,
        drain_timeout=DRAIN_LIMIT_S,
        session_end_timeout=STOP_LIMIT_S + 5.0,
        max_retry=RETRIES,
        preload_modules=["worker.room"],
    )
    server.setup_fnc = partial(_set_up, prepare or prepare_process, settings, server.channel.rooms_end)
    server.rtc_session(
        interpret, agent_name=settings.livekit.agent_name, on_request=accept, on_session_end=finish
    )
    return server


def _load(load: RoomLoad, server: AgentServer) -> float:
    return load.of(len(server.active_jobs))


def _set_up(
    prepare: Callable[[Settings, JobProcess], None],
    settings: Settings,
    figures: socket.socket,
    process: JobProcess,
) -> None:
    process.userdata["figures"] = figures
    prepare(settings, process)


def prepare_process(settings: Settings, process: JobProcess) -> None:
    """Makes a room's process ready before it has a room."""
    own_logging.configure(settings.logging, service="hive-worker", trace_id=trace_id)
    process.userdata["settings"] = settings
    process.userdata["load_engines"] = load_engines


async def accept(request: JobRequest) -> None:
    """Takes every room that is offered."""
    attributes = STANDBY if _assignment(request.job.metadata).after else INTERPRETER
    await request.accept(name="Interpreter", attributes=attributes)


def _assignment(metadata: str) -> JobMetadata:
    try:
        return read_metadata(metadata)
    except ControlError as error:
        log.warning("job metadata was refused", reason=str(error))
        return JobMetadata()


async def interpret(context: JobContext) -> None:
    """Interprets the room of one job; returns once it is under way, as the framework wants it."""
    settings: Settings = context.proc.userdata["settings"]
    structlog.contextvars.bind_contextvars(room=context.job.room.name)
    assignment = _assignment(context.job.metadata)
    await context.connect(
        encryption=encryption_options(encrypted=assignment.configure.encrypted),
        auto_subscribe=AutoSubscribe.SUBSCRIBE_NONE,
        single_peer_connection=True,
    )
    traces = AsyncExitStack()
    await traces.enter_async_context(tracing(settings.tracing, "hive-worker"))
    set_attributes = attribute_setter(context.room)
    beating = AsyncExitStack()
    await beating.enter_async_context(Heartbeat(set_attributes).beating())
    context.add_shutdown_callback(beating.aclose)
    try:
        engines: RoomEngines = await context.proc.userdata["load_engines"](settings)
    except EngineError as error:
        await _fail(context, str(error))
        await traces.aclose()
        return
    standby = Standby(context.room, assignment.after, set_attributes)
    figures = sender(context.proc.userdata["figures"])
    interpreter = RoomInterpreter(
        context.room, context.api, settings, engines, assignment.configure, figures=figures
    )
    work = asyncio.create_task(_interpret(context, standby, interpreter), name="interpret")
    context.proc.userdata["running"] = standby, interpreter, work

    async def close() -> None:
        work.cancel()
        await asyncio.wait({work})
        await engines.close()
        await traces.aclose()

    context.add_shutdown_callback(close)


async def finish(context: JobContext) -> None:
    """Dismisses a room's interpreter and waits for its last words.

    The framework calls this while the room is still connected, whatever ends the job: its interpreter, the organiser
    or the worker. Its shutdown callbacks come too late for words: it leaves the room before them.
    """
    running: tuple[Standby, RoomInterpreter, asyncio.Task[None]] | None
    running = context.proc.userdata.get("running")
    if running is not None:
        standby, interpreter, work = running
        standby.stop()
        interpreter.dismiss()
        await asyncio.wait({work}, timeout=STOP_LIMIT_S)


async def _interpret(context: JobContext, standby: Standby, interpreter: RoomInterpreter) -> None:
    reason = "failed"
    try:
        reason = (await interpreter.run()).value if await standby.turn() else "not needed"
    except Exception as error:  # the one broad catch: a room that failed has to be left all the same
        log.error("room failed", kinds=kinds(error), exc_info=True)
    finally:
        context.shutdown(reason)


async def _fail(context: JobContext, reason: str) -> None:
    """Tells the room why it is not interpreted, and leaves."""
    log.error("engines cannot be loaded", reason=reason)
    await context.room.local_participant.set_attributes({TROUBLE: reason[:300]})
    await asyncio.sleep(SHOW_FAILURE_S)
    context.shutdown("no engines")


async def serve(server: WatchedServer, settings: Settings) -> None:
    """Runs the server and tells its health and figures; the first signal drains it, or ends it where it has not begun,
    the second ends it at once, more change nothing.

    Raises:
        OSError: the health port is taken.
    """
    loop = asyncio.get_running_loop()
    running = loop.create_task(server.run(), name="worker")
    tasks, draining = Tasks(), list[asyncio.Task[None]]()
    signals = itertools.count(1)

    def on_signal() -> None:
        if not server.under_way:
            running.cancel()  # the framework keeps its lock until its first process is there, or was waited for
            return
        match next(signals):
            case 1:
                draining.append(tasks.start(_drain(server, tasks), name="drain"))
            case 2:
                loop.call_soon(
                    draining[0].cancel
                )  # cancelled before its first step, it would not end the server

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    server.channel.listen()
    try:
        async with answering(server, settings):
            await asyncio.wait({running})
            await tasks.finish()
    finally:
        running.cancel()
        await asyncio.wait({running})
        await tasks.close()
        await server.abandon()
        await server.aclose()
        server.channel.close()
    if not running.cancelled():
        running.result()


async def _drain(server: WatchedServer, tasks: Tasks) -> None:
    """Cancelled, it waits for no room any more. Closing goes on all the same: nobody could end a server that is half
    closed, and the second signal may come when the last room has just ended.
    """
    log.info("worker takes no more rooms, waits for the running ones", rooms=server.rooms)
    try:
        await server.drain()
    except TimeoutError:
        log.warning("rooms are still running after the longest wait, they end now")
    finally:
        await asyncio.shield(tasks.start(server.aclose(), name="close"))


def main() -> None:
    """Runs the worker with the settings of file and environment."""
    try:
        settings = load()
        own_logging.configure(settings.logging, service="hive-worker", trace_id=trace_id)
        run(settings)
    except SettingsError as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"cannot listen: {error.strerror or error}")
