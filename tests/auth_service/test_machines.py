from __future__ import annotations

import base64
import hashlib
import json

import httpx
import pytest
from livekit.api import AccessToken
from pydantic import SecretStr
from structlog.testing import capture_logs

from auth_service.http.app import create_app
from auth_service.http.webhook_routes import FAILED_WEBHOOKS_PER_MINUTE
from auth_service.wiring import Container
from config.keys import DEVELOPMENT_SECRET
from tests.auth_service.conftest import Api, WallClock, refusal, with_auth
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
    api: Api, media: FakeMediaServer, services: Container
) -> None:
    """A verified webhook makes the room be looked at without waiting for the next round."""
    room = await api.room()
    await put(api, room)
    async with running(services.reconciler):
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


async def test_a_flood_of_forged_webhooks_is_one_line_a_minute(api: Api, clock: WallClock) -> None:
    """The limit counts them first; what it lets through is told with its number."""
    with capture_logs() as logs:
        answers = [await api.client.post("/api/v1/webhook", content=b"{") for _ in range(100)]
        clock.pass_s(60)
        await api.client.post("/api/v1/webhook", content=b"{")
    assert {answer.status_code for answer in answers} == {401, 429}
    refused = [line["times"] for line in logs if line["event"] == "webhook refused"]
    assert refused == [1, FAILED_WEBHOOKS_PER_MINUTE]


async def test_health_tells_what_is_away(api: Api, media: FakeMediaServer, services: Container) -> None:
    """Without the media server the service is still healthy, and says so."""
    well = await api.client.get("/health")
    media.reachable = False
    later = httpx.ASGITransport(create_app(services))  # the same service would repeat what it has just seen
    async with httpx.AsyncClient(transport=later, base_url="https://meet.example") as client:
        alone = await client.get("/health")
    seen = [(answer.status_code, answer.json()) for answer in (well, alone)]
    assert seen == [
        (200, {"status": "ok", "service": "auth", "parts": {"storage": "ok", "media_server": media_server}})
        for media_server in ("ok", "unreachable")
    ]


async def test_measurements_name_nobody(api: Api) -> None:
    """Metrics count by route, role and code; no room, name or link's secret is in them."""
    room = await api.room(name="secret-board")
    identity = (await api.join(room.guest, "Ana")).json()["identity"]
    await api.look(room.guest)
    text = (await api.client.get("/metrics", headers={"host": "localhost"})).text
    assert 'hive_auth_joins_total{role="speaker",way="join"} 1.0' in text
    assert 'route="/api/v1/invitation"' in text
    assert not [word for word in ("secret-board", "Ana", room.guest, identity) if word in text]


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {"host": "localhost"}, 200),
        ("127.0.0.1", {"host": "127.0.0.1:8004"}, 200),
        ("127.0.0.1", {"host": "meet.example"}, 401),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "192.0.2.1"}, 401),
        ("192.0.2.1", {"host": "localhost"}, 401),
    ],
)
async def test_measurements_without_a_token_are_for_this_machine(
    services: Container, client: str, headers: dict[str, str], status: int
) -> None:
    """Where no token is set, nobody reads them from elsewhere, nor through a proxy on this machine."""
    transport = httpx.ASGITransport(create_app(services), client=(client, 1))
    async with httpx.AsyncClient(transport=transport, base_url="https://meet.example") as asking:
        assert (await asking.get("/metrics", headers=headers)).status_code == status


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"host": "evil.example"}, (421, "wrong_host")),
        ({"origin": "https://evil.example"}, (403, "wrong_origin")),
        ({"origin": "null"}, (403, "wrong_origin")),
        ({"host": "evil.example", "origin": "http://evil.example"}, (421, "wrong_host")),
    ],
)
async def test_pages_of_other_sites_cannot_make_rooms(
    api: Api, headers: dict[str, str], refused: tuple[int, str]
) -> None:
    """Neither by a name of their own for our address, nor from their own; our page can, and who shows no origin."""
    assert refusal(await api.client.post("/api/v1/rooms", json={}, headers=headers)) == refused
    ours = {"origin": "https://meet.example"}
    assert (await api.client.post("/api/v1/rooms", json={}, headers=ours)).status_code == 201


async def test_measurements_may_need_a_token(services: Container) -> None:
    """Where a token is set, nobody reads them without it."""
    app = create_app(with_auth(services, metrics_token=SecretStr("watcher")))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        answers = [
            await client.get("/metrics", headers={"authorization": f"Bearer {token}"} if token else {})
            for token in ("", "wrong", "watcher")
        ]
    assert [answer.status_code for answer in answers] == [401, 401, 200]
