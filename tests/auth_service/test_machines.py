from __future__ import annotations

import base64
import hashlib
import json

import httpx
import pytest
from livekit.api import AccessToken
from pydantic import SecretStr

from auth_service.app import create_app
from auth_service.parts import Parts
from config.settings import DEVELOPMENT_SECRET
from tests.auth_service.conftest import Api, refusal, with_auth
from tests.auth_service.test_reconcile import put, running, until
from tests.fakes.media_server import FakeMediaServer


def signed(body: str, secret: str = DEVELOPMENT_SECRET) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    return {"authorization": AccessToken("devkey", secret).with_sha256(digest).to_jwt()}


def event(name: str, room: str, identity: str = "speaker-1") -> str:
    return json.dumps(
        {"event": name, "room": {"name": room}, "participant": {"identity": identity}, "id": "EV_1"}
    )


async def test_somebodys_arrival_brings_the_interpreter(
    api: Api, media: FakeMediaServer, parts: Parts
) -> None:
    """A verified webhook makes the room be looked at without waiting for the next round."""
    room = await api.room()
    await put(api, room)
    async with running(parts.reconciler):
        media.person(room.name, "speaker-1")
        body = event("participant_joined", room.name)
        answer = await api.client.post("/api/v1/webhook", content=body, headers=signed(body))
        await until(lambda: media.identities(room.name) == ["agent-1"])
    assert answer.status_code == 204


async def test_who_was_removed_is_kept_out_as_soon_as_they_come(api: Api, media: FakeMediaServer) -> None:
    """The webhook of their arrival removes them again."""
    room = await api.room()
    identity = (await api.join(room.guest)).json()["identity"]
    media.person(room.name, identity)
    await api.client.delete(f"/api/v1/rooms/{room.name}/participants/{identity}", headers=room.headers)
    media.person(room.name, identity)
    body = event("participant_joined", room.name, identity)
    await api.client.post("/api/v1/webhook", content=body, headers=signed(body))
    assert (media.removed, media.rooms[room.name].people) == ([identity, identity], frozenset())


@pytest.mark.parametrize("fault", ["unsigned", "another key", "another body", "not UTF-8", "not JSON"])
async def test_what_the_media_server_did_not_sign_is_refused(api: Api, fault: str) -> None:
    """A webhook counts only with the media server's signature over this very body."""
    body = event("room_started", "board")
    content, headers = body.encode(), signed(body)
    if fault == "unsigned":
        headers = {}
    elif fault == "another key":
        headers = signed(body, "another secret of thirty-two letters")
    elif fault == "another body":
        content = content.replace(b"board", b"other")
    elif fault == "not UTF-8":
        content = b"\xff"
    else:
        content, headers = b"{", signed("{")
    answer = await api.client.post("/api/v1/webhook", content=content, headers=headers)
    assert refusal(answer) == (401, "not_authorised")


async def test_health_tells_what_is_away(api: Api, media: FakeMediaServer) -> None:
    """Without the media server the service is still healthy, and says so."""
    well = await api.client.get("/health")
    media.reachable = False
    alone = await api.client.get("/health")
    assert (well.status_code, well.json()) == (200, {"status": "ok", "storage": "ok", "media_server": "ok"})
    assert (alone.status_code, alone.json()) == (
        200,
        {"status": "ok", "storage": "ok", "media_server": "unreachable"},
    )


async def test_measurements_name_nobody(api: Api) -> None:
    """Metrics count by route, role and code; no room, name or link's secret is in them."""
    room = await api.room(name="secret-board")
    identity = (await api.join(room.guest, "Ana")).json()["identity"]
    await api.client.get(f"/api/v1/invitations/{room.guest}")
    text = (await api.client.get("/metrics")).text
    assert 'hive_auth_joins_total{role="speaker",way="join"} 1.0' in text
    assert 'route="/api/v1/invitations/{token}"' in text
    assert not [word for word in ("secret-board", "Ana", room.guest, identity) if word in text]


async def test_measurements_may_need_a_token(parts: Parts) -> None:
    """Where a token is set, nobody reads them without it."""
    app = create_app(with_auth(parts, metrics_token=SecretStr("watcher")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
        answers = [
            await client.get("/metrics", headers={"authorization": f"Bearer {token}"} if token else {})
            for token in ("", "wrong", "watcher")
        ]
    assert [answer.status_code for answer in answers] == [401, 401, 200]
