"""The connection over which a worker names its interpreters; the token service is the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr
from structlog.testing import capture_logs

from config.settings import LiveKit, Services, Settings
from protocol.presence import RunningInterpreter
from stack.ports import free_port
from tests.auth_service.serving import on_database_in, served
from tests.auth_service.test_reconcile import until
from tests.auth_service.test_suspected import Missed
from worker.presence import naming

BOARD, HALL = RunningInterpreter("board", "a"), RunningInterpreter("hall", "b")


class Worker:
    """What runs now."""

    def __init__(self, *running: RunningInterpreter) -> None:
        self.running = frozenset(running)

    def now(self) -> frozenset[RunningInterpreter]:
        return self.running


def worker_settings(port: int, secret: str = "") -> Settings:
    chosen = Settings(services=Services(auth_url=f"http://127.0.0.1:{port}/"))
    if not secret:
        return chosen
    return replace(chosen, livekit=LiveKit(api_key="devkey", api_secret=SecretStr(secret)))


def knows(missed: Missed, *running: RunningInterpreter) -> bool:
    return list(missed.presences._running.values()) == [frozenset(running)]


@asynccontextmanager
async def token_service(directory: Path, missed: Missed, port: int = 0) -> AsyncIterator[int]:
    services = replace(await on_database_in(directory), presences=missed.presences)
    async with served(services, port) as (_, found):
        yield found


async def test_what_runs_is_named_and_what_runs_no_more_is_missed(tmp_path: Path) -> None:
    """As soon as it changes; and when the worker leaves, nobody is."""
    missed, worker = Missed(), Worker()
    async with asyncio.timeout(60), token_service(tmp_path, missed) as port:
        async with naming(worker.now, worker_settings(port)):
            await until(lambda: knows(missed))
            worker.running = frozenset({BOARD, HALL})
            await until(lambda: knows(missed, BOARD, HALL))
            worker.running = frozenset({HALL})
            await until(lambda: missed.missed == [("a", True)])
            assert knows(missed, HALL)
        await until(lambda: len(missed.presences) == 0)
    assert missed.missed == [("a", True)]


async def test_it_is_there_again_after_the_service(tmp_path: Path) -> None:
    """A service that ends and comes back is told anew; the log says it once each."""
    port, worker = free_port(), Worker(BOARD)
    with capture_logs() as logs:
        async with asyncio.timeout(60), naming(worker.now, worker_settings(port)):
            await until(lambda: any(line["event"] == "interpreters not named" for line in logs))
            for _ in range(2):
                missed = Missed()
                async with token_service(tmp_path, missed, port):
                    await until(lambda missed=missed: knows(missed, BOARD))  # type: ignore[misc]
                assert missed.missed == []
    said = [line["event"] for line in logs if line["event"].startswith("interpreters ")]
    assert said == ["interpreters not named", "interpreters named again"] * 2 + ["interpreters not named"]


async def test_a_service_that_does_not_take_it_is_named_once(tmp_path: Path) -> None:
    """It holds another key; the worker goes on asking, and does not fill the log."""
    missed = Missed()
    with capture_logs() as logs:
        async with asyncio.timeout(60), token_service(tmp_path, missed) as port:
            other = worker_settings(port, "another secret of thirty-two letters")
            async with naming(Worker(BOARD).now, other):
                await until(lambda: any(line["event"] == "interpreters not named" for line in logs))
                await asyncio.sleep(0.5)
    said = [(line["reason"], line["log_level"]) for line in logs if line["event"] == "interpreters not named"]
    assert (said, missed.missed) == ([("status 401", "warning")], [])


async def test_nothing_is_left_running_of_one_that_could_name_them_to_nobody() -> None:
    """Neither where nobody answers nor where nobody is to be told."""
    before = asyncio.all_tasks()
    async with naming(Worker(BOARD).now, worker_settings(9)):
        await asyncio.sleep(0.1)
    assert asyncio.all_tasks() == before
    async with naming(Worker(BOARD).now, Settings(services=Services(auth_url=""))):
        assert asyncio.all_tasks() == before
