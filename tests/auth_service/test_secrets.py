from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from auth_service import VERSION
from auth_service.wiring import check_secrets
from config.settings import Auth, LiveKit, Settings, SettingsError, Turn

ONE, TWO, THREE = (SecretStr(letter * 32) for letter in "abc")
SAFE = Settings(
    livekit=LiveKit(api_secret=ONE), auth=Auth(secret=TWO), turn=Turn(host="turn.example", secret=THREE)
)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (Settings(), "livekit.api_secret"),
        (replace(SAFE, auth=Auth()), "auth.secret"),
        (replace(SAFE, turn=Turn(host="turn.example")), "turn.secret"),
        (replace(SAFE, auth=Auth(secret=SecretStr("short"))), "auth.secret is shorter"),
        (
            replace(SAFE, auth=Auth(secret=TWO, operator_key=SecretStr("short"))),
            "auth.operator_key is shorter",
        ),
        (replace(SAFE, auth=Auth(secret=ONE)), "differ"),
        (replace(SAFE, development=True, auth=Auth(secret=SecretStr(""))), "auth.secret"),
    ],
)
def test_keys_that_protect_nothing_are_refused(settings: Settings, named: str) -> None:
    """Built-in, short and shared keys are refused by name and never shown."""
    with pytest.raises(SettingsError, match=named) as caught:
        check_secrets(settings)
    assert "aaaa" not in str(caught.value)


@pytest.mark.parametrize("settings", [SAFE, replace(SAFE, turn=Turn()), Settings(development=True)])
def test_other_keys_are_accepted(settings: Settings) -> None:
    """Keys of one's own are accepted, a relay's key is needed only where there is a relay, and in development
    the built-in ones do."""
    check_secrets(settings)


def test_the_version_is_the_projects() -> None:
    """What the API says is what is installed."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert project["project"]["version"] == VERSION


@contextlib.asynccontextmanager
async def started(tmp_path: Path, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HIVE_")}
    own |= {"HIVE_AUTH__PORT": "0", "HIVE_CACHE": str(tmp_path), "HIVE_LOGGING__FORMAT": "json"} | environment
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "auth_service", env=own, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_the_service_does_not_start_with_built_in_keys(tmp_path: Path) -> None:
    """Outside development it ends at once, with a message and without a traceback."""
    async with started(tmp_path) as process:
        _, said = await process.communicate()
    assert process.returncode == 2
    assert b"livekit.api_secret is the built-in one" in said
    assert b"Traceback" not in said


async def test_the_service_starts_serves_and_stops_and_logs_no_secret(tmp_path: Path) -> None:
    """It answers, ends on SIGTERM with status 0, and its finest log has no link, session, token or code."""
    async with started(tmp_path, HIVE_DEVELOPMENT="true", HIVE_LOGGING__LEVEL="debug") as process:
        assert process.stderr is not None
        log = b""
        async with asyncio.timeout(30):
            while b'"serving"' not in log:
                line = await process.stderr.readline()
                assert line, log
                log += line
        port = int(log.rpartition(b'"port": ')[2].split(b",")[0].split(b"}")[0])
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            made = (await client.post("/api/v1/rooms", json={})).json()
            guest = made["guest_link"].rpartition("#")[2]
            await client.post("/api/v1/invitation", json={"invitation": guest})
            joined = (
                await client.post("/api/v1/join", json={"invitation": guest, "name": "Ana Lovelace"})
            ).json()
            await client.post("/api/v1/renew", json={"session": joined["session"]})
            pairing = (await client.post("/api/v1/pairing/codes")).json()
            wanted = {"code": pairing["code"], "name": "Zyzzogeton's browser"}
            device = (await client.post("/api/v1/pairing/redeem", json=wanted)).json()
            headers = {"authorization": f"Bearer {device['token']}"}
            answer = await client.post("/api/v1/pairing/rooms", json={"hear": "es"}, headers=headers)
            private = answer.json()
        process.terminate()
        _, rest = await process.communicate()
        log += rest

    assert process.returncode == 0
    assert b"/api/v1/join" in log
    secrets = (
        guest, made["organiser_token"], joined["token"], joined["session"], "Ana Lovelace", "Zyzzogeton",
        pairing["code"], pairing["owner_token"], device["token"], private["listener"], private["speakers"]["tab"],
    )  # fmt: skip
    assert [secret for secret in secrets if secret.encode() in log] == []
