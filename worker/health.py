"""Whether the worker can do its work, told over HTTP: registered with the media server, and able to start rooms.

The framework's own answer is "OK" from the first moment on, whatever becomes of registration and processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import AsyncIterator
from typing import Any

import structlog
from aiohttp import web
from livekit.agents import AgentServer
from livekit.agents.ipc.job_executor import JobExecutor
from livekit.agents.ipc.proc_pool import ProcPool

from config.settings import Settings
from foundation.http.problems import Problem
from foundation.http.watching import PROMETHEUS, may_watch
from foundation.supervision import LASTING_S, Backoff
from protocol.presence import RunningInterpreter
from worker.figures.channel import FiguresChannel
from worker.figures.gathering import Gathering
from worker.figures.page import MetricsPage

log = structlog.get_logger(__name__)


class WatchedServer(AgentServer):
    """The framework's server, and what it does not tell by itself: whether rooms can be interpreted.

    Nothing else of ours reads what the framework keeps to itself. A process that ends before it was ready is a failed
    start. The framework would begin the next one a tenth of a second later, for ever; here it rests longer after each.
    """

    _pool: ProcPool | None = None
    _registered = _under_way = _ending = False
    _can_start: bool | None = None
    _rest: asyncio.TimerHandle | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.figures = Gathering()
        self.channel = FiguresChannel(self.figures.take)

    @property
    def _proc_pool(self) -> ProcPool:
        """The framework makes its pool of processes while it starts, and begins the first process at once."""
        if self._pool is None:
            raise AttributeError("_proc_pool")
        return self._pool

    @_proc_pool.setter
    def _proc_pool(self, pool: ProcPool) -> None:
        self._pool = pool
        self._usual_idle = pool._default_num_idle_processes
        self._ready: weakref.WeakSet[JobExecutor] = weakref.WeakSet()
        self._backoff = Backoff(1.0, 30.0)
        pool.on("process_ready", self._on_ready)
        pool.on("process_closed", self._on_closed)
        self.on("worker_registered", self._on_registered)
        self.on("worker_started", self._on_started)

    @property
    def under_way(self) -> bool:
        """Whether it has started; until then it can neither be drained nor closed."""
        return self._under_way

    @property
    def rooms(self) -> int:
        """How many are interpreted now."""
        return 0 if self._pool is None else len(self.active_jobs)

    @property
    def running(self) -> frozenset[RunningInterpreter]:
        """Those whose processes run now."""
        jobs = [] if self._pool is None else self.active_jobs
        return frozenset(
            RunningInterpreter(each.job.room.name, each.accept_arguments.identity) for each in jobs
        )

    @property
    def registered(self) -> bool:
        """Whether the media server knows it now."""
        return self._registered and not self._connecting

    @property
    def can_start(self) -> bool:
        """Whether the last process for a room could be started."""
        return bool(self._can_start)

    @property
    def trouble(self) -> str:
        """Why a room would not be interpreted now; empty if it would be."""
        if self._can_start is None:
            return "the first process for a room is being started"
        if not self._can_start:
            return "no process for a room can be started; the log says why"
        if not self.registered:
            return "not registered with the media server"
        return ""

    async def abandon(self) -> None:
        """Ends the processes of a server whose `run` was cancelled while it started; `aclose` leaves them behind."""
        self._ending = True
        if self._rest is not None:
            self._rest.cancel()
        if self._pool is not None and not self._under_way:
            await self._pool.aclose()

    def _on_registered(self, *_: object) -> None:
        self._registered = True

    def _on_started(self) -> None:
        self._under_way = True

    def _on_ready(self, process: JobExecutor) -> None:
        self._ready.add(process)
        self._can_start = True
        self._backoff.after(LASTING_S)

    def _on_closed(self, process: JobExecutor) -> None:
        self.channel.read()  # its last report first
        self.figures.ended(getattr(process, "pid", None) or 0)
        if process in self._ready or self._pool is None or self._ending:
            return
        self._can_start = False
        wait_s = self._backoff.after(0.0)
        log.error("no process for a room could be started", next_try_in_s=wait_s)
        self._pool._default_num_idle_processes = 0  # a room that is assigned still tries at once
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(wait_s, self._try_again, self._pool)

    def _try_again(self, pool: ProcPool) -> None:
        pool._default_num_idle_processes = self._usual_idle


@contextlib.asynccontextmanager
async def answering(server: WatchedServer, settings: Settings) -> AsyncIterator[None]:
    """`/` answers 200, or 503 and why; `/worker` says in JSON how many rooms there are; `/metrics` is for
    Prometheus, by `services.token`, or without one from this machine.

    Raises:
        OSError: the port is taken.
    """
    services = settings.services
    page = MetricsPage(server, most_rooms=settings.rooms.max_rooms)

    async def health(_: web.Request) -> web.Response:
        trouble = server.trouble
        return web.Response(status=503, text=trouble) if trouble else web.Response(text="OK")

    async def worker(_: web.Request) -> web.Response:
        return web.json_response({"active_jobs": server.rooms, "trouble": server.trouble})

    async def metrics(request: web.Request) -> web.Response:
        if not may_watch(_scope_of(request), services.token.get_secret_value()):
            problem = Problem(401, "not_authorised", "a valid bearer token is needed")
            return web.Response(status=problem.status, body=problem.encoded(), headers=problem.headers())
        return web.Response(body=await asyncio.to_thread(page.text), headers={"content-type": PROMETHEUS})

    app = web.Application()
    app.add_routes([web.get("/", health), web.get("/worker", worker), web.get("/metrics", metrics)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, services.host, services.worker_health_port).start()
        yield
    finally:
        await runner.cleanup()


def _scope_of(request: web.Request) -> dict[str, Any]:
    """As ASGI has it, so far as it matters to who may look."""
    peer = request.transport.get_extra_info("peername") if request.transport else None
    return {
        "type": "http",
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": peer[:2] if peer else None,
    }
