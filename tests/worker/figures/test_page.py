"""Who may read a worker's figures, over real HTTP."""

from __future__ import annotations

from typing import cast

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from config.settings import Rooms, Services, Settings
from foundation.http.problems import MEDIA_TYPE
from stack.ports import free_port
from tests.fakes.agent_server import FakeServer
from worker.health import WatchedServer, answering

TOKEN = "t" * 32


async def _read(token: str, headers: dict[str, str]) -> tuple[int, str, str]:
    """Status, kind and text of the answer."""
    server, port = FakeServer(), free_port()
    services = Services(worker_health_port=port, token=SecretStr(token))
    settings = Settings(services=services, rooms=Rooms(max_rooms=7))
    try:
        async with (
            answering(cast(WatchedServer, server), settings),
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}/metrics", headers=headers) as answer,
        ):
            return answer.status, answer.headers["content-type"], await answer.text()
    finally:
        server.channel.close()


async def test_the_workers_own_state() -> None:
    """Beside its rooms' figures."""
    status, kind, text = await _read("", {})
    values = {
        family.name: [sample.value for sample in family.samples]
        for family in text_string_to_metric_families(text)
    }
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert values["hive_rooms"] == values["hive_worker_registered"] == values["hive_worker_can_start"] == [1]
    assert values["hive_rooms_most"] == [7]
    assert values["hive_processes"][0] >= 1


@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("", {"x-forwarded-for": "192.0.2.1"}, 401),
        ("", {"host": "worker:8081"}, 401),
        (TOKEN, {}, 401),
        (TOKEN, {"authorization": "Bearer wrong"}, 401),
        (TOKEN, {"authorization": f"Bearer {TOKEN}", "host": "worker:8081"}, 200),
    ],
)
async def test_who_may_read_them(token: str, headers: dict[str, str], status: int) -> None:
    """As with the other services: by the token, or without one from this machine, through no proxy."""
    found, kind, _ = await _read(token, headers)
    assert found == status
    assert (kind == MEDIA_TYPE) == (status == 401)
