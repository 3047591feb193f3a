"""Which languages are offered, as the workers say it before an interpreter is in a room."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from auth_service.http.worker_routes import FAILED_REPORTS_PER_MINUTE
from auth_service.storage.workers import FRESH_S
from auth_service.wiring import Container
from protocol.abilities import Abilities
from tests.auth_service.conftest import Api, WallClock, refusal
from tests.auth_service.test_machines import signed
from tests.auth_service.test_reconcile import put
from tests.fakes.media_server import FakeMediaServer

ABLE = Abilities(("en",), ("ca", "en", "es", "fr"), ("en", "es"), ("ca", "en", "es", "fr"), ("es", "fr"))
NOTHING = {"recognised": None, "read": None, "heard": None, "likened": None}


async def tell(api: Api, able: Abilities = ABLE, worker: str = "0123456789abcdef") -> httpx.Response:
    body = json.dumps({"worker": worker, "abilities": able.message()})
    return await api.client.post("/api/v1/workers", content=body, headers=signed(body))


async def offered(api: Api) -> Any:
    return (await api.client.get("/api/v1/config")).json()["offer"]


async def test_the_page_learns_what_the_workers_can_do(api: Api) -> None:
    """Before it is known, and from the first report on; also for a room whose organiser has limited it."""
    free, limited = await api.room(), await api.room(languages=["es", "de"])
    assert (await offered(api), (await api.look(limited.guest)).json()["offer"]) == (
        NOTHING,
        NOTHING | {"read": ["de", "es"]},
    )
    assert (await tell(api)).status_code == 204
    everything = {
        "recognised": ["en"],
        "read": ["ca", "en", "es", "fr"],
        "heard": ["en", "es"],
        "likened": ["es", "fr"],
    }
    assert await offered(api) == everything
    assert (await api.look(free.guest)).json()["offer"] == everything
    seen = (await api.look(limited.guest)).json()
    assert seen["languages"] == ["es", "de"]
    assert seen["offer"] == {
        "recognised": ["en"],
        "read": ["en", "es"],
        "heard": ["en", "es"],
        "likened": ["es"],
    }


async def test_whoever_opens_a_link_knows_whether_voices_may_resemble_their_speakers(
    api: Api, media: FakeMediaServer
) -> None:
    """None may where an organiser has forbidden it to the interpreter that is wanted."""
    await tell(api)
    room = await api.room(languages=["es"])
    media.person(room.name, "speaker-1")

    async def likened() -> Any:
        return (await api.look(room.guest)).json()["offer"]["likened"]

    assert await likened() == ["es"]
    await put(api, room, languages=["es", "fr"], forbids_likeness=True)
    assert await likened() == []
    await put(api, room, languages=["es", "fr"])
    assert await likened() == ["es", "fr"]


async def test_an_invitation_knows_what_the_interpreter_was_limited_to(
    api: Api, media: FakeMediaServer
) -> None:
    """Whoever opens the link sees what the organiser has chosen meanwhile."""
    await tell(api)
    room = await api.room(languages=["es"])
    media.person(room.name, "speaker-1")
    media.agent(room.name, "agent-AJ_x")
    state = await put(api, room, languages=["fr", "ca"])
    assert state["available_languages"] == ["ca", "en", "es", "fr"]
    seen = (await api.look(room.guest)).json()
    assert (seen["languages"], seen["offer"]["read"]) == (["fr", "ca"], ["ca", "en", "fr"])


async def test_organisers_see_what_there_is_before_they_invite(api: Api) -> None:
    """So that they choose nothing that nobody could do."""
    await tell(api)
    room = await api.room(languages=["es"])
    answer = await api.client.get(f"/api/v1/rooms/{room.name}/interpreter", headers=room.headers)
    state = answer.json()
    assert (state["available_languages"], state["offered_languages"]) == (["ca", "en", "es", "fr"], [])


async def test_a_worker_that_is_gone_is_not_counted_on(api: Api, clock: WallClock) -> None:
    """Unless it was the last: what it said is the best that is known."""
    await tell(api, replace(ABLE, offered=("de",)), "a" * 16)
    clock.pass_s(FRESH_S - 1)
    await tell(api, replace(ABLE, offered=("es",)), "b" * 16)
    assert (await offered(api))["read"] == ["de", "es"]
    clock.pass_s(2)
    await tell(api, replace(ABLE, offered=("es",)), "b" * 16)
    assert (await offered(api))["read"] == ["es"]
    clock.pass_s(100 * FRESH_S)
    assert (await offered(api))["read"] == ["es"]


async def test_reports_count_after_the_clock_was_set_back(api: Api, clock: WallClock) -> None:
    """What was said before is forgotten, not believed for an hour more."""
    await tell(api, worker="a" * 16)
    clock.set_by(-3600)
    await tell(api, replace(ABLE, offered=("es",)), "b" * 16)
    assert (await offered(api))["read"] == ["es"]


@pytest.mark.parametrize("fault", ["unsigned", "another key", "another body", "not a digest"])
async def test_only_who_holds_the_media_servers_key_may_tell(api: Api, fault: str) -> None:
    """Anybody else could empty everybody's list of languages."""
    body = json.dumps({"worker": "0" * 16, "abilities": ABLE.message()})
    content, headers = body, signed(body)
    if fault == "unsigned":
        headers = {}
    elif fault == "another key":
        headers = signed(body, "another secret of thirty-two letters")
    elif fault == "another body":
        content = body.replace("ca", "de")
    else:
        headers = {"authorization": "Bearer é".encode()}  # type: ignore[dict-item]  # as a hostile client sends it
    answer = await api.client.post("/api/v1/workers", content=content, headers=headers)
    assert refusal(answer) == (401, "not_authorised")
    assert await offered(api) == NOTHING


async def test_reports_that_cannot_be_read_are_refused(api: Api) -> None:
    """And those that are forged are limited."""
    for body in ("", "[]", "{", '{"worker": 7}', '{"worker": "../x"}'):
        answer = await api.client.post("/api/v1/workers", content=body, headers=signed(body))
        assert refusal(answer) == (422, "invalid"), body
    body = '{"worker": "0123456789abcdef", "abilities": {"read": "x"}}'
    assert (await api.client.post("/api/v1/workers", content=body, headers=signed(body))).status_code == 204
    assert await offered(api) == NOTHING
    answers = [
        (await api.client.post("/api/v1/workers", content=body)).status_code
        for _ in range(FAILED_REPORTS_PER_MINUTE + 1)
    ]
    assert answers[-1] == 429


async def test_config_does_without_the_database(api: Api, services: Container) -> None:
    """Nothing is known then, and the page works as before."""
    await tell(api)
    async with services.storage.engine.begin() as connection:
        await connection.execute(text("DROP TABLE workers"))
    assert await offered(api) == NOTHING
