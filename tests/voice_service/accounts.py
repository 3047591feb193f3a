"""Accounts as tests need them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from pydantic import SecretStr
from sqlalchemy import URL

from config.settings import Settings
from config.voice import VoiceSettings
from voice_service.accounts.tenants import Accounts
from voice_service.wiring import VoiceServices, opened


def accounts(services: VoiceServices) -> Accounts:
    """As an operator has them."""
    return Accounts(services.engine, "test", clock=services.clock)


def bearer(shown: str) -> dict[str, str]:
    """The header that shows a key or token."""
    return {"authorization": f"Bearer {shown}"}


async def new_tenant(services: VoiceServices, name: str, plan: str) -> str:
    """A key of a new tenant."""
    await accounts(services).add_tenant(name, plan)
    return await accounts(services).new_key(name, "first")


def code(answer: Any) -> tuple[int, str]:
    """Status and code of a problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@contextlib.asynccontextmanager
async def opened_on(
    url: URL, clock: Callable[[], float], redis_url: str = ""
) -> AsyncIterator[VoiceServices]:
    """The service on a database, and a Redis, of the test's own."""
    voice = VoiceSettings(
        database_url=SecretStr(url.render_as_string(hide_password=False)), redis_url=SecretStr(redis_url)
    )
    async with opened(Settings(development=True, voice=voice), clock) as services:
        yield services
