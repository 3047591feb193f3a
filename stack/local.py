"""The local stack as an async context manager: everything is ready inside it, and gone after it."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import aiohttp
import structlog

from config.cache import cache_directory
from config.settings import Settings
from foundation.supervision import Backoff, keep_running
from stack import livekit_server
from stack.environment import child_environment
from stack.errors import PartFailed
from stack.health import PATIENT, PartHealth, Rhythm, feel
from stack.keys import with_own_keys
from stack.logs import MOST_BYTES, keep_bounded
from stack.parts import HOST, PLANS, ROOT, Part, Planner, PlanningContext, with_ports
from stack.ports import Ports, check_free
from stack.process import ChildProcess, Guard, tail_of

log = structlog.get_logger(__name__)

KEPT_RUNS = 10
"""How many run directories with logs are kept."""
FIRST_REST_S = 0.5
LONGEST_REST_S = 30.0
"""How long a part that died rests before it is started again: the more often in a row, the longer."""


class Stack(AbstractAsyncContextManager["Stack"]):
    """Starts the parts, waits until all are ready, looks after them, and ends them.

        async with Stack(settings) as stack:
            ... stack.settings, stack.livekit_url, stack.pids ...

    With `restart`, a part that dies, or says nothing for long, is started again with growing delays. Without it, the
    body of the `async with` is cancelled and PartFailed raised in its place.

    Args:
        settings: what the parts shall use; ports, URLs and published keys in it are replaced by the real ones.
        parts: names out of `stack.parts.PLANS`; None for all that are installed.
        ports: None takes them from the settings' URLs.
        directory: for logs and files of this run; None makes one in the cache directory.
        restart: whether a dead part is started again.
        report: told in one line about each step, for a person to read.
        plans: how parts are started; another table in tests.
        rhythm: how often a part is asked whether it is there, and what it may miss.
        most_log_bytes: a part's log that has grown larger is put aside, in place of what was put aside before.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        parts: Sequence[str] | None = None,
        ports: Ports | None = None,
        directory: Path | None = None,
        restart: bool = False,
        report: Callable[[str], None] = lambda line: None,
        plans: Mapping[str, Planner] = PLANS,
        rhythm: Rhythm = PATIENT,
        most_log_bytes: int = MOST_BYTES,
    ) -> None:
        self.ports = ports or Ports.of(settings)
        self.settings = with_ports(with_own_keys(settings), self.ports)
        """What the parts use: the given settings with the real ports and URLs, and no published keys."""
        self.directory = directory or new_run_directory()
        self.pids: dict[str, int] = {}
        """Process id of each running part; each leads a process group of the same number."""
        self.restarts: dict[str, int] = {}
        """How often each part was started again."""
        self.starts: dict[str, int] = {}
        """How often each part has become usable."""
        self._names = tuple(PLANS if parts is None else parts)
        self._restart, self._report, self._plans = restart, report, plans
        self._most_log_bytes, self._rhythm = most_log_bytes, rhythm
        self._ready: dict[str, asyncio.Event] = {}
        self._running: AbstractAsyncContextManager[None] | None = None

    @property
    def livekit_url(self) -> str:
        """Where the media server is reached from this machine, with the port that this stack uses."""
        return self.settings.livekit.url

    @property
    def auth_url(self) -> str:
        """Where the web app and invitations are; empty when that part does not run."""
        return f"http://{HOST}:{self.ports.auth}" if "auth" in self._names else ""

    @property
    def voice_url(self) -> str:
        """Where the public API is; empty when that part does not run."""
        return f"http://{HOST}:{self.ports.voice}" if "voice" in self._names else ""

    def log_of(self, part: str) -> Path:
        """Where a part's output is written."""
        return self.directory / f"{part}.log"

    def tail(self, part: str, lines: int = 15) -> str:
        """The last lines that a part printed."""
        return tail_of(self.log_of(part), part, lines)

    async def __aenter__(self) -> Stack:
        """Raises PortsBusy, Missing, PartFailed."""
        self._running = self._run()
        await self._running.__aenter__()
        return self

    async def __aexit__(self, *details: object) -> bool | None:
        assert self._running is not None
        return await self._running.__aexit__(*details)  # type: ignore[arg-type]  # passed on as they came

    @asynccontextmanager
    async def _run(self) -> AsyncIterator[None]:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        parts = await self._plan()
        check_free({port: getattr(self.ports, port) for part in parts for port in part.listens}, HOST)
        self._ready = {part.name: asyncio.Event() for part in parts}
        try:
            async with Guard() as guard, asyncio.TaskGroup() as group:
                keepers = [group.create_task(self._keep(part, guard), name=part.name) for part in parts]
                bounding = group.create_task(self._bound_logs(parts), name="logs")
                try:
                    for ready in self._ready.values():
                        await ready.wait()
                    yield
                finally:
                    await _end_in_turn(reversed(keepers))  # the worker takes leave before its server goes
                    bounding.cancel()
        except BaseExceptionGroup as several:
            raise _first(several) from several  # whatever else failed stays in the chain, for the log

    async def _bound_logs(self, parts: Sequence[Part]) -> None:
        logs = [self.log_of(part.name) for part in parts]
        await keep_running(lambda: keep_bounded(logs, self._most_log_bytes), name="logs")

    async def _plan(self) -> list[Part]:
        binary = Path("livekit-server")
        if "livekit" in self._names and self._plans.get("livekit") is PLANS["livekit"]:
            binary = await livekit_server.obtain(report=self._report)
        place = PlanningContext(self.settings, self.ports, self.directory, binary, self._names)
        return [plan(place) for name, plan in self._plans.items() if name in self._names]

    async def _keep(self, part: Part, guard: Guard) -> None:
        """Runs a part until cancelled; starts it again, or raises PartFailed, when it dies."""
        for name in part.after:
            if name in self._ready:
                await self._ready[name].wait()
        environment = child_environment(self.settings) | dict(part.environment)
        backoff = Backoff(FIRST_REST_S, LONGEST_REST_S)
        while True:
            began = time.monotonic()
            known_from = self._log_size(part.known_by[0]) if part.known_by else 0
            child = await ChildProcess.start(
                part.name,
                part.command,
                environment=environment,
                log=self.log_of(part.name),
                guard=guard,
                cwd=ROOT,
            )
            reason, hung = await self._life(part, child, known_from, began)
            if not self._restart:
                raise PartFailed(part.name, reason, log=child.log, tail=child.tail())
            # one that hangs lived long enough to be found: that is no sign that it worked
            delay = backoff.after(0.0 if hung else time.monotonic() - began)
            self.restarts[part.name] = self.restarts.get(part.name, 0) + 1
            log.warning("part died", part=part.name, reason=reason, restart_in_s=delay)
            self._report(f"{part.name} {reason}; starting it again in {delay:g} s")
            await asyncio.sleep(delay)

    async def _life(self, part: Part, child: ChildProcess, known_from: int, began: float) -> tuple[str, bool]:
        """From its start to its end; why it ended, and whether it hung.

        Raises PartFailed where it is not to be started again.
        """
        self.pids[part.name] = child.pid
        try:
            await self._until_ready(part, child, known_from)
            self._report(f"{part.name} is ready after {time.monotonic() - began:.1f} s")
            self._ready[part.name].set()
            self.starts[part.name] = self.starts.get(part.name, 0) + 1
            return await self._end_of(part, child)
        except PartFailed as error:
            if not (self._restart and self._ready[part.name].is_set()):
                raise
            return str(error).removeprefix(f"{part.name} "), False
        finally:
            self.pids.pop(part.name, None)
            await child.stop(part.stop_patience_s)

    async def _end_of(self, part: Part, child: ChildProcess) -> tuple[str, bool]:
        """Waits until it dies, or says nothing for so long that it must be ended; why, and whether it hung."""
        health = PartHealth(self._rhythm.misses)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
            while not health.hung:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._rhythm.every_s):
                        return f"died ({_status(await child.wait())})", False
                if part.ready:
                    health.felt(await feel(session, part.ready, self._rhythm.answer_s))
        return f"says nothing ({self._rhythm.misses} times in a row)", True

    def _log_size(self, part: str) -> int:
        log_file = self.log_of(part)
        return log_file.stat().st_size if log_file.exists() else 0

    async def _usable(self, part: Part, known_from: int, missing: list[str]) -> None:
        """Returns once all health addresses answer and, where that is asked, another part knows this one.

        Args:
            missing: gets what is waited for, the newest last.
        """
        for url in part.ready:
            missing.append(f"{url} does not answer")
            await _answers(url)
        if part.known_by and part.known_by[0] in self._names:
            other, words = part.known_by
            missing.append(f'{other} does not say "{words}"')
            logged = partial(_logged, self.log_of(other), known_from, words.encode())
            while not await asyncio.to_thread(logged):  # noqa: ASYNC110  # a file tells nobody that it grew
                await asyncio.sleep(0.1)

    async def _until_ready(self, part: Part, child: ChildProcess, known_from: int) -> None:
        """Returns when it can be used; raises PartFailed when it dies first or takes too long."""
        missing = ["it was not asked yet"]
        answers = asyncio.create_task(self._usable(part, known_from, missing))
        ended = asyncio.create_task(child.wait())
        try:
            await asyncio.wait(
                {answers, ended}, timeout=part.start_patience_s, return_when=asyncio.FIRST_COMPLETED
            )
            if ended.done():
                reason = f"ended before it was ready ({_status(ended.result())})"
            elif answers.done():
                answers.result()
                return
            else:
                reason = f"did not get ready within {part.start_patience_s:g} s: {missing[-1]}"
            raise PartFailed(part.name, reason, log=child.log, tail=child.tail())
        finally:
            for task in (answers, ended):
                task.cancel()
            await asyncio.wait({answers, ended})


def _logged(log_file: Path, start: int, words: bytes) -> bool:
    """Whether a log has `words` after its first `start` bytes."""
    with log_file.open("rb") as file:
        if file.seek(0, os.SEEK_END) >= start:  # else it began anew meanwhile
            file.seek(start)
        else:
            file.seek(0)
        return words in file.read()


async def _answers(url: str) -> None:
    """Returns once it has answered 200."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        while not await _answers_once(session, url):  # noqa: ASYNC110  # nobody tells us but by answering
            await asyncio.sleep(0.1)


async def _answers_once(session: aiohttp.ClientSession, url: str) -> bool:
    with suppress(aiohttp.ClientError, TimeoutError):  # not there yet
        async with session.get(url) as response:
            return response.status == 200
    return False


def _status(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


def _first(several: BaseExceptionGroup[BaseException]) -> BaseException:
    """The exception to tell the caller: a part's failure before anything that followed from it."""
    flat = [_first(error) if isinstance(error, BaseExceptionGroup) else error for error in several.exceptions]
    return next((error for error in flat if isinstance(error, PartFailed)), flat[0])


def new_run_directory() -> Path:
    """Makes a directory for one run's logs, and removes the oldest ones."""
    runs = cache_directory() / "run"
    runs.mkdir(parents=True, exist_ok=True)
    for old in sorted(path for path in runs.iterdir() if path.is_dir())[: -KEPT_RUNS + 1]:
        shutil.rmtree(old, ignore_errors=True)  # another stack may be removing it too
    directory = runs / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


async def _end_in_turn(keepers: Iterable[asyncio.Task[None]]) -> None:
    for keeper in keepers:
        keeper.cancel()
        await asyncio.wait([keeper])
