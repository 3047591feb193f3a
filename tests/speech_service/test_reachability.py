"""Who can use a speech service."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from config.settings import SettingsError
from speech_service.limits import check_reachable
from speech_service.mt import mt_app
from tests.fakes.service_engines import EchoTranslator
from tests.speech_service.serving import served, settings

ROOT = Path(__file__).parents[2]
TOKEN = "a token of the tests"


@pytest.mark.parametrize(
    ("development", "reason"),
    [
        ("false", "services.host is {host}, which others can reach: set services.token"),
        ("true", "development = true is for one machine alone, and services.host leads beyond it ({host})"),
    ],
)
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
async def test_a_service_that_others_reach_needs_a_token_to_start(
    host: str, development: str, reason: str
) -> None:
    """Without one it ends at once, in development too, and says what to set; nothing is loaded before."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HIVE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "speech_service", "--host", host, "--only", "mt", "--mt-port", "0",
        cwd=ROOT, env=environment | {"HIVE_DEVELOPMENT": development, "HIVE_PROFILE": "embedded"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(100):
            said, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (process.returncode, said) == (2, b"")
    assert reason.format(host=host) in errors.decode()
    assert b"Traceback" not in errors


@pytest.mark.parametrize(
    ("chosen", "may"),
    [
        ({"host": "127.0.0.1"}, True),
        ({"host": "localhost"}, True),
        ({"host": "::1"}, True),
        ({"host": "0.0.0.0", "token": TOKEN}, True),
        ({"host": "0.0.0.0", "token": "short"}, False),
        ({"host": "127.0.0.1", "token": "short"}, False),
        ({"host": "0.0.0.0"}, False),
        ({"host": ""}, False),
    ],
)
def test_where_a_service_may_listen(chosen: dict[str, Any], may: bool) -> None:
    """On this machine's own addresses, or anywhere with a token that cannot be guessed."""
    services = settings(**chosen).services
    if may:
        check_reachable(services)
    else:
        with pytest.raises(SettingsError, match=r"services\."):
            check_reachable(services)


@pytest.mark.parametrize("path", ["/metrics", "/performance"])
async def test_measurements_without_a_token_are_for_this_machine(path: str) -> None:
    """Asked as this machine is asked they are shown; through a proxy, or by another name, they are not."""
    chosen = settings(allowed_hosts=("speech.example",))
    async with served(mt_app(EchoTranslator(), chosen), chosen) as client:
        statuses = []
        for headers in ({}, {"X-Forwarded-For": "192.0.2.1"}, {"Host": "speech.example"}):
            async with client.get(path, headers=headers) as answer:
                statuses.append(answer.status)
    assert statuses == [200, 401, 401]


async def test_pages_of_other_sites_cannot_use_a_service() -> None:
    """Neither over HTTP nor by a WebSocket, from a foreign origin or by a foreign name; programs can, by the names
    that the settings have."""
    chosen = settings(mt_url="http://speech:8002")
    hello = {"text": "hello", "source": "en", "target": "es"}
    async with served(mt_app(EchoTranslator(), chosen), chosen) as client:
        codes = {}
        for name, headers in {
            "a program": {},
            "a name of ours": {"Host": "speech:8002"},
            "another site": {"Origin": "https://evil.example"},
            "another name": {"Host": "evil.example"},
        }.items():
            async with client.post("/translate", json=hello, headers=headers) as answer:
                codes[name] = [answer.status]
            try:
                async with client.ws_connect("/ws/translate", headers=headers):
                    codes[name].append(101)
            except aiohttp.WSServerHandshakeError as refused:
                codes[name].append(refused.status)
        async with client.get("/health", headers={"Host": "balancer.example"}) as answer:
            assert answer.status == 200
    assert codes == {
        "a program": [200, 101],
        "a name of ours": [200, 101],
        "another site": [403, 403],
        "another name": [421, 421],
    }
