from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from auth_service.access.revocations import DatabaseOnly
from auth_service.http.app import create_app
from auth_service.serve import serve_services
from auth_service.storage.assignments import Assignments
from auth_service.storage.database import database_url, migrate
from auth_service.storage.rooms import Storage
from auth_service.wiring import Container, assemble
from config.settings import Settings
from foundation.database import connect
from foundation.http.rate_limits import MemoryLimiter
from tests.auth_service.conftest import WallClock
from tests.fakes.media_server import FakeMediaServer

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]
EXAMPLES = 20
MANY = 10**9


class Background:
    """The service on a port of its own in a thread of its own: the fuzzer is not asynchronous."""

    def __init__(self, wanted: Settings, directory: Path) -> None:
        self._settings, self._directory = wanted, directory
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self) -> None:
        clock = WallClock()
        media = FakeMediaServer(clock)
        media.person("fuzzed", "speaker-1")
        engine = connect(database_url(f"sqlite:///{self._directory}/fuzz.sqlite3"))
        await migrate(engine)
        services = assemble(
            self._settings,
            Storage(engine),
            Assignments(engine),
            media,
            MemoryLimiter(),
            DatabaseOnly(),
            clock,
        )
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(serve_services(services, self._started))
        await asyncio.wait([self._task])
        await engine.dispose()

    def _started(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._up.set()

    def __enter__(self) -> Background:
        self._thread.start()
        assert self._up.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()


@pytest.fixture
def service(settings: Settings, tmp_path: Path) -> Iterator[Background]:
    auth = replace(
        settings.auth,
        port=0,
        joins_per_minute=MANY,
        joins_per_invitation_per_minute=MANY,
        rooms_per_minute=MANY,
        requests_per_minute=MANY,
        pairings_per_minute=MANY,
    )
    with Background(replace(settings, auth=auth), tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"]
)
def test_nothing_that_is_sent_breaks_the_service(service: Background, mode: GenerationMode) -> None:
    """Requests that fit the OpenAPI description and requests that do not, by strangers and by the organiser, never
    meet a fault; every answer is one that the description names."""
    schema = schemathesis.openapi.from_url(f"{service.url}/openapi.json")
    room = httpx.post(f"{service.url}/api/v1/rooms", json={"name": "fuzzed"}).json()
    organiser = {"authorization": f"Bearer {room['organiser_token']}"}
    guest = room["guest_link"].rpartition("#")[2]
    device = _paired(service.url)
    tried: list[str] = []

    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # an Err would fail right here
        closes = (operation.method, operation.path) == ("delete", "/api/v1/rooms/{room}")
        headers = device if operation.path.startswith("/api/v1/pairing/") else organiser
        with contextlib.suppress(Unsatisfiable):  # a call without parameters cannot be asked wrongly
            _fuzz(operation.as_strategy(generation_mode=mode), None if closes else (headers, guest), tried)

    assert len(tried) > 10 * EXAMPLES
    assert httpx.get(f"{service.url}/health").status_code == 200


def _paired(url: str) -> dict[str, str]:
    """What a device shows that was paired just now."""
    code = httpx.post(f"{url}/api/v1/pairing/codes").json()["code"]
    paired = httpx.post(f"{url}/api/v1/pairing/redeem", json={"code": code, "name": "fuzzed"}).json()
    return {"authorization": f"Bearer {paired['token']}"}


def _fuzz(
    cases: st.SearchStrategy[Case[Any]], inside: tuple[dict[str, str], str] | None, tried: list[str]
) -> None:
    """Half of the cases are sent as a stranger would; the others with the token of the organiser or of a device, and
    with a link that is good."""

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=cases, trusted=st.booleans())
    def send(case: Case[Any], trusted: bool) -> None:
        tried.append(case.method)
        headers = None
        if trusted and inside is not None:
            headers, guest = inside
            if case.path_parameters and "room" in case.path_parameters:
                case.path_parameters["room"] = "fuzzed"
            if isinstance(case.body, dict) and "invitation" in case.body:
                case.body["invitation"] = guest
        case.call_and_validate(headers=headers, checks=CHECKS)

    send()


def test_the_description_covers_every_call(services: Container) -> None:
    """What the description has is what the API page explains."""
    described = create_app(services).openapi()["paths"]
    calls = sorted(f"{method.upper()} {path}" for path, methods in described.items() for method in methods)
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    assert [call for call in calls if call.replace("{invitation}", "{id}") not in page] == []
    assert len(calls) == 50
