"""What the client does by itself: tries again, reads answers, checks webhooks, is built as a wheel."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hive_client import (
    HiveClient,
    HiveError,
    QuotaUsedUp,
    Retries,
    ServiceFailed,
    Unavailable,
    WebhookNotGenuine,
    webhooks,
)
from hive_client.reading import read

ROOT = Path(__file__).parents[2]
QUICK = Retries(tries=3, first_pause_s=0.001)


class Moody:
    """A service that refuses before it answers."""

    def __init__(self, *refusals: tuple[int, dict[str, object]]) -> None:
        self._refusals = list(refusals)
        self.asked = 0

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        await request.read()
        if not self._refusals:
            return web.json_response({"secret": "whsec_1", "job_id": "j", "status": "pending"})
        status, problem = self._refusals.pop(0)
        return web.json_response(problem, status=status, content_type="application/problem+json")


@asynccontextmanager
async def moody(*refusals: tuple[int, dict[str, object]]) -> AsyncIterator[tuple[Moody, HiveClient]]:
    service = Moody(*refusals)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", service.take)
    async with (
        TestServer(app, host="127.0.0.1") as server,
        HiveClient(str(server.make_url("")), "hive_x", retries=QUICK) as hive,
    ):
        yield service, hive


BUSY: tuple[int, dict[str, object]] = (503, {"code": "overloaded", "detail": "busy", "retry_after_s": 0.001})
SPENT: tuple[int, dict[str, object]] = (
    429,
    {"code": "quota_used_up", "detail": "spent", "retry_after_s": 90_000.0},
)


async def test_what_passes_by_itself_is_tried_again() -> None:
    async with moody(BUSY, (429, {"code": "rate_limited", "detail": "slow", "retry_after_s": 0.001})) as (
        service,
        hive,
    ):
        assert await hive.jobs.webhook_secret() == "whsec_1"
        assert service.asked == 3
        assert await hive.jobs.translate(b"RIFF", "es") == "j"


async def test_not_for_ever() -> None:
    async with moody(BUSY, BUSY, BUSY, BUSY) as (service, hive):
        with pytest.raises(Unavailable) as refused:
            await hive.jobs.webhook_secret()
        assert (service.asked, refused.value.retry_after_s) == (3, 0.001)


async def test_a_month_is_not_waited_for_and_a_fault_not_repeated() -> None:
    async with moody(SPENT, (500, {"code": "internal", "detail": "fault"})) as (service, hive):
        with pytest.raises(QuotaUsedUp) as spent:
            await hive.jobs.webhook_secret()
        assert spent.value.retry_after_s == 90_000.0
        with pytest.raises(ServiceFailed):
            await hive.jobs.webhook_secret()
        assert service.asked == 2


async def test_an_answer_of_something_between_is_an_error_too() -> None:
    """A proxy says 502 in HTML."""

    async def proxy(_: web.Request) -> web.Response:
        return web.Response(status=502, text="<html>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", proxy)
    async with TestServer(app, host="127.0.0.1") as server, HiveClient(str(server.make_url("")), "x") as hive:
        with pytest.raises(ServiceFailed) as refused:
            await hive.account.get()
    assert (refused.value.status, refused.value.code) == (502, "")


async def test_a_message_whose_answer_is_lost_is_not_sent_twice() -> None:
    """It may have been done, and costs; a job has a name, and reading harms nobody."""
    connections = 0

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.read(100)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, HiveClient(f"http://127.0.0.1:{port}", "hive_x", retries=QUICK) as hive:
        with pytest.raises(HiveError):
            await hive.messages.translate(b"RIFF", "es")
        assert connections == 1
        with pytest.raises(HiveError):
            await hive.jobs.translate(b"RIFF", "es")
        assert connections == 1 + QUICK.tries


def test_pauses_grow_and_a_service_that_wants_too_much_is_not_waited_for() -> None:
    retries = Retries(tries=4, first_pause_s=1.0, longest_pause_s=3.0)
    pauses = [retries.pause_s(tried, None) for tried in (1, 2, 3, 4)]
    bounds = [(0.5, 1.0), (1.0, 2.0), (1.5, 3.0)]
    assert all(
        pause is not None and low <= pause <= high for pause, (low, high) in zip(pauses, bounds, strict=False)
    )
    assert pauses[3] is None
    assert (retries.pause_s(1, 2.5), retries.pause_s(1, 3.5)) == (2.5, None)


@dataclass(frozen=True, slots=True)
class Inner:
    at: datetime


@dataclass(frozen=True, slots=True)
class Outer:
    name: str
    share: float
    inner: tuple[Inner, ...]
    more: dict[str, float]
    known: bool = True
    nothing: str | None = None


def test_answers_are_read_as_what_they_are() -> None:
    """What a newer service adds is ignored."""
    tree = {
        "name": "a",
        "share": 1,
        "inner": [{"at": "2026-11-27T09:30:00Z", "new": 1}],
        "more": {"x": 2},
        "new": [],
    }
    assert read(Outer, tree) == Outer(
        "a", 1.0, (Inner(datetime(2026, 11, 27, 9, 30, tzinfo=UTC)),), {"x": 2.0}
    )


@pytest.mark.parametrize(
    "tree", [None, [], {}, {"name": 1}, {"name": "a", "share": "b", "inner": [], "more": {}}]
)
def test_what_is_not_as_promised_is_an_error(tree: object) -> None:
    with pytest.raises(HiveError):
        read(Outer, tree)


BODY = json.dumps({"job_id": "j"}).encode()


def signed(secret: str, body: bytes, at: int) -> str:
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    "header",
    [
        "", "t=1000", "t=,v1=", "v1=abc", "t=x,v1=abc", f"t=1000,v1={'0' * 64}", "t=1000,v1=\u00e9",
        signed("another", BODY, 1000), signed("secret", BODY + b" ", 1000), signed("secret", BODY, 600),
        signed("secret", BODY, 1400), signed("secret", BODY, 1000).replace("t=1000", "t=1001"),
    ],
)  # fmt: skip
def test_a_call_that_is_not_the_services_own_is_known(header: str) -> None:
    with pytest.raises(WebhookNotGenuine):
        webhooks.verify("secret", header, BODY, now=lambda: 1000.0)


def test_a_call_of_the_service_is_believed() -> None:
    webhooks.verify("secret", signed("secret", BODY, 990), BODY, now=lambda: 1000.0)


def test_it_is_built_by_itself_and_needs_nothing_of_the_rest(tmp_path: Path) -> None:
    """Built as for a wheel, then imported where no other folder of ours can be found."""
    source = tmp_path / "hive_client"
    shutil.copytree(ROOT / "hive_client", source, ignore=shutil.ignore_patterns("__pycache__"))
    # in a process of its own: importing setuptools here would change what others import
    setup = ["-c", "import setuptools; setuptools.setup()", "build", "--build-lib", str(tmp_path / "built")]
    built = subprocess.run(
        [sys.executable, *setup], capture_output=True, text=True, timeout=100, check=False, cwd=source
    )
    assert built.returncode == 0, built.stdout + built.stderr
    names = {path.name for path in (tmp_path / "built" / "hive_client").iterdir()}
    assert names == {path.name for path in (*(ROOT / "hive_client").glob("*.py"), source / "py.typed")}
    path = f"import sys; sys.path.insert(0, {str(tmp_path / 'built')!r})"
    alone = f"{path}; import hive_client; print(hive_client.__file__)"
    said = subprocess.run(
        [sys.executable, "-I", "-c", alone],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
    )
    assert said.stdout.strip() == str(tmp_path / "built" / "hive_client" / "__init__.py")
