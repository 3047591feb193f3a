"""The real Prometheus on loopback, with the configuration that is shipped."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from stack.ports import free_port
from tests.monitoring.rule_cases import MONITORING

START_LIMIT_S = 60.0


class Prometheus:
    """Asks one."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def query(self, expression: str) -> list[dict[str, Any]]:
        """What an expression is now: each with `metric` and `value`. Raises AssertionError where it is none."""
        async with self._session.get("/api/v1/query", params={"query": expression}) as answer:
            body = await answer.json()
            assert body["status"] == "success", f"{expression}: {body.get('error')}"
            found: list[dict[str, Any]] = body["data"]["result"]
            return found

    async def value(self, expression: str) -> float | None:
        """Of an expression with one value."""
        found = await self.query(expression)
        return float(found[0]["value"][1]) if found else None

    async def get(self, path: str) -> dict[str, Any]:
        """Another question of its API."""
        async with self._session.get(f"/api/v1/{path}") as answer:
            data: dict[str, Any] = (await answer.json())["data"]
            return data


@asynccontextmanager
async def prometheus(
    directory: Path, targets: Mapping[str, int], *, token: str = ""
) -> AsyncIterator[Prometheus]:
    """Reads from the ports of this machine that `targets` names by job; every second, so that nobody waits."""
    configuration, port = directory / "monitoring", free_port()
    shutil.copytree(MONITORING, configuration)
    for name in ("services-token", "metrics-token"):
        (configuration / name).write_text(token)
    for job, target in targets.items():
        written = yaml.safe_dump([{"targets": [f"127.0.0.1:{target}"]}])
        (configuration / "targets" / f"{job}.yml").write_text(written)
    shipped = configuration / "prometheus.yml"
    quicker = (
        shipped.read_text().replace("_interval: 10s", "_interval: 1s").replace("_timeout: 5s", "_timeout: 1s")
    )
    shipped.write_text(quicker)
    log = directory / "prometheus.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            "prometheus", f"--config.file={shipped}", f"--storage.tsdb.path={directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", stdout=output, stderr=output,
        )  # fmt: skip
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            await answering(session, process)
            yield Prometheus(session)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
        print(log.read_text()[-3000:], file=sys.stderr)


async def answering(session: aiohttp.ClientSession, process: asyncio.subprocess.Process) -> None:
    """Returns once it can be asked."""
    async with asyncio.timeout(START_LIMIT_S):
        while True:
            assert process.returncode is None
            try:
                async with session.get("/-/ready") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
