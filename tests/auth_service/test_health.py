"""What the health costs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.http.app import create_app
from auth_service.storage.database import database_url
from auth_service.storage.rooms import Storage
from auth_service.wiring import Container
from foundation.database import connect
from tests.auth_service.conftest import Api, refusal, with_auth


class Statements:
    """What is said to a database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.begun: list[str] = []
        event.listen(engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("BEGIN"):
            self.begun.append(statement)


async def test_a_hundred_who_ask_at_once_cost_one_look(services: Container, tmp_path: Path) -> None:
    """However many ask, the database is asked once, and without a lock that those who join would wait for."""
    engine = connect(database_url(f"sqlite:///{tmp_path}/rooms.sqlite3"))
    statements = Statements(engine)
    app = create_app(replace(services, storage=Storage(engine)))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://meet.example"
    ) as client:
        answers = await asyncio.gather(*(client.get("/health") for _ in range(100)))
    await engine.dispose()
    assert {answer.status_code for answer in answers} == {200}
    assert statements.begun == ["BEGIN"]


async def test_who_asks_too_often_is_told_so(services: Container) -> None:
    """The health has a limit of its own: it refuses whoever goes too far, and takes nothing from joining."""
    app = create_app(with_auth(services, requests_per_minute=3))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://meet.example"
    ) as client:
        api = Api(client)
        answers = [await api.client.get("/health") for _ in range(4)]
        room = await api.room()
        joined = await api.join(room.guest)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert refusal(answers[-1]) == (429, "rate_limited")
    assert joined.status_code == 200
