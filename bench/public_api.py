"""The public API as it runs for others, with programs of its own on loopback, for as long as something is measured."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from config.settings import Settings
from stack.local import Stack
from stack.ports import Ports
from voice_service.accounts import plans
from voice_service.accounts.plans import PlanChange
from voice_service.accounts.tenants import Accounts
from voice_service.storage import database

WHO = "hive bench"


@dataclass(frozen=True, slots=True)
class House:
    """Where everything that is measured lies and listens; the speech services run."""

    settings: Settings
    ports: Ports
    directory: Path

    @asynccontextmanager
    async def voice(self) -> AsyncIterator[str]:
        """The URL of a voice service, which ends with the block; another one then finds what this one kept."""
        async with Stack(
            self.settings, parts=("voice",), ports=self.ports, directory=self.directory / "voice-run"
        ) as stack:
            yield stack.voice_url

    async def key(self, plan: str, *, remembers: bool = False) -> str:
        """Of a new tenant with that plan, whose month has no end."""
        url = self.settings.voice.database_url.get_secret_value()
        async with database.opened(url) as engine:
            accounts = Accounts(engine, WHO, clock=time.time)
            await accounts.add_tenant(plan, plan)
            await plans.change(engine, PlanChange(plan, {"messages_per_month": None}), WHO, time.time())
            await accounts.choose(plan, {"remembers_messages": remembers})
            return await accounts.new_key(plan, "bench")


@asynccontextmanager
async def house(settings: Settings, *, redis_url: str = "") -> AsyncIterator[House]:
    """Starts the speech services, with nothing kept of before and nothing afterwards.

    Raises PortsBusy, Missing, PartFailed.
    """
    with TemporaryDirectory(prefix="hive-bench-") as name:
        directory = Path(name)
        voice = replace(
            settings.voice,
            database_url=SecretStr(f"sqlite:///{directory}/voice.sqlite3"),
            redis_url=SecretStr(redis_url),
            directory=directory / "voice",
            objects_url=SecretStr(""),
            public_url="",
        )  # fmt: skip
        ports = Ports.free()
        async with Stack(
            replace(settings, voice=voice), parts=("speech",), ports=ports, directory=directory / "run"
        ) as stack:
            yield House(stack.settings, ports, directory)
