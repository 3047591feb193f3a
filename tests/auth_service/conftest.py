from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from auth_service.access.revocations import DatabaseOnly
from auth_service.http.app import create_app
from auth_service.storage.assignments import Assignments
from auth_service.storage.database import database_url, migrate
from auth_service.storage.rooms import Storage
from auth_service.wiring import Container, assemble
from config.settings import Auth, RecordingSettings, Settings, Turn
from foundation.database import connect
from foundation.http.rate_limits import MemoryLimiter
from tests.fakes.media_server import FakeMediaServer


class WallClock:
    """Unix time, which passes when it is told to and can be set; `uptime_s` only passes."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.passed_s = 5000.0

    def __call__(self) -> float:
        return self.now

    def uptime_s(self) -> float:
        return self.passed_s

    def pass_s(self, seconds: float) -> None:
        self.now += seconds
        self.passed_s += seconds

    def set_by(self, seconds: float) -> None:
        """Somebody sets it forward, or back."""
        self.now += seconds


@dataclass(frozen=True, slots=True)
class Room:
    """A room that a test made, with what its organiser was given."""

    name: str
    organiser: str
    guest: str
    reader: str
    headers: dict[str, str]


class Api:
    """Requests as the page makes them."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def room(self, **wanted: Any) -> Room:
        answer = await self.client.post("/api/v1/rooms", json=wanted)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return Room(
            made["room"],
            made["organiser_link"].rpartition("#")[2],
            made["guest_link"].rpartition("#")[2],
            made["captions_link"].rpartition("#")[2],
            {"authorization": f"Bearer {made['organiser_token']}"},
        )

    async def invite(self, room: Room, **wanted: Any) -> dict[str, Any]:
        answer = await self.client.post(
            f"/api/v1/rooms/{room.name}/invitations", json=wanted, headers=room.headers
        )
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made | {"token": made["link"].rpartition("#")[2]}

    async def look(self, token: str) -> httpx.Response:
        """What a link leads to."""
        return await self.client.post("/api/v1/invitation", json={"invitation": token})

    async def join(self, token: str, name: str = "Ana", **wishes: Any) -> httpx.Response:
        return await self.client.post("/api/v1/join", json={"invitation": token, "name": name, **wishes})


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


@pytest.fixture
def media(clock: WallClock) -> FakeMediaServer:
    return FakeMediaServer(clock)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        development=True,
        auth=Auth(web_directory=tmp_path / "dist", public_url="https://meet.example"),
        recording=RecordingSettings(directory=tmp_path / "recordings"),
        turn=Turn(host="turn.example", secret=SecretStr("relay-secret"), tls_port=443),
    )


@pytest.fixture
async def services(
    settings: Settings, clock: WallClock, media: FakeMediaServer, tmp_path: Path
) -> AsyncIterator[Container]:
    engine = connect(database_url(f"sqlite:///{tmp_path}/rooms.sqlite3"))
    await migrate(engine)
    yield assemble(
        settings,
        Storage(engine),
        Assignments(engine),
        media,
        MemoryLimiter(now=clock.uptime_s),
        DatabaseOnly(),
        clock,
        clock.uptime_s,
    )
    await engine.dispose()


@pytest.fixture
async def api(services: Container) -> AsyncIterator[Api]:
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="https://meet.example") as client:
        yield Api(client)


def with_auth(services: Container, **changes: Any) -> Container:
    """The same parts under other settings of the section `auth`."""
    settings = replace(services.settings, auth=replace(services.settings.auth, **changes))
    return replace(services, settings=settings)
