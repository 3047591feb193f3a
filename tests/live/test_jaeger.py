"""A real Jaeger keeps and shows a sentence's trace; runs where its program is installed."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from config.cache import cache_directory
from foundation.tracing.facts import SpanName
from stack.parts import ROOT
from stack.ports import free_port
from tests.browser.real import real_stack
from tests.live.plain import plain_client, talking
from tests.live.server import binary

pytestmark = [pytest.mark.live, pytest.mark.engines]

LIMIT_S = 90.0


@dataclass(frozen=True, slots=True)
class Jaeger:
    """Where it takes traces, and where it is asked."""

    traces: str
    query: str


def program() -> tuple[str, bool]:
    """The program, and whether it is of version 2; skips where there is none: its makers hand it out as an image."""
    path = f"{cache_directory() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    for name in ("jaeger", "jaeger-all-in-one"):
        if found := shutil.which(name, path=path):
            return found, name == "jaeger"
    pytest.skip("Jaeger (jaeger, or jaeger-all-in-one) is not on the PATH")


@asynccontextmanager
async def jaeger(directory: Path) -> AsyncIterator[Jaeger]:
    """With the configuration that compose gives it, on ports that are free."""
    found, second = program()
    take, query, health = free_port(), free_port(), free_port()
    config = (ROOT / "config" / "monitoring" / "jaeger.yml").read_text()
    config = config.replace(":4318", f":{take}").replace("127.0.0.1:13133", f"127.0.0.1:{health}")
    config = config.replace(
        "    storage: {traces: memory}\n",
        f'    storage: {{traces: memory}}\n    http: {{endpoint: "127.0.0.1:{query}"}}\n'
        f'    grpc: {{endpoint: "127.0.0.1:{free_port()}"}}\n',
    )
    (directory / "jaeger.yml").write_text(config)
    others = (
        "collector.otlp.grpc",
        "collector.grpc-server",
        "collector.http-server",
        "query.grpc-server",
        "admin.http",
    )
    first = [f"--{name}.host-port=127.0.0.1:{free_port()}" for name in others]
    first += [
        f"--collector.otlp.http.host-port=127.0.0.1:{take}",
        f"--query.http-server.host-port=127.0.0.1:{query}",
    ]
    arguments = ["--config", str(directory / "jaeger.yml")] if second else first
    with (directory / "jaeger.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(found, *arguments, stdout=log, stderr=log)
    place = Jaeger(f"http://127.0.0.1:{take}", f"http://127.0.0.1:{query}")
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while not await answers(session, f"{place.query}/api/services"):
                assert process.returncode is None, (directory / "jaeger.log").read_text()
                await asyncio.sleep(0.1)
        yield place
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def test_jaeger_shows_the_whole_way_of_a_sentence(tmp_path: Path) -> None:
    """Its own interface gives every span of one trace, each below the one that it is part of."""
    async with (
        jaeger(tmp_path) as place,
        real_stack(binary(), tmp_path, traces=place.traces, drafts=False) as stack,
        talking(stack),
        plain_client(stack, "fr"),
        aiohttp.ClientSession() as session,
        asyncio.timeout(LIMIT_S),
    ):
        while (found := await whole(session, place)) is None:
            await asyncio.sleep(0.5)

    print("\n".join(lines(found)))
    services = {process["serviceName"] for process in found["processes"].values()}
    assert services == {"hive-worker", "hive-speech"}


async def whole(session: aiohttp.ClientSession, place: Jaeger) -> dict[str, Any] | None:
    """A trace that has every kind of span."""
    asked = {"service": "hive-worker", "operation": SpanName.INTERACTION.value, "limit": "50"}
    async with session.get(f"{place.query}/api/traces", params=asked) as answer:
        traces: list[dict[str, Any]] = (await answer.json())["data"]
    return next(
        (trace for trace in traces if {span["operationName"] for span in trace["spans"]} == set(SpanName)),
        None,
    )


def lines(trace: dict[str, Any], parent: str = "", depth: int = 0) -> Iterator[str]:
    """The tree as Jaeger knows it, each span with when it began and how long it took, in ms."""
    began = min(span["startTime"] for span in trace["spans"])
    for span in sorted(trace["spans"], key=lambda span: span["startTime"]):
        above = [each["spanID"] for each in span["references"] if each["refType"] == "CHILD_OF"]
        if (above[0] if above else "") == parent:
            at_ms, took_ms = (span["startTime"] - began) / 1000, span["duration"] / 1000
            service = trace["processes"][span["processID"]]["serviceName"]
            yield f"{'  ' * depth}{span['operationName']} [{service}] {at_ms:.0f} +{took_ms:.0f}"
            yield from lines(trace, span["spanID"], depth + 1)
