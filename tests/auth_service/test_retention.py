"""What is stored of a meeting: taken away with one, erased on request, and forgotten in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from auth_service.access.revocations import DatabaseOnly
from auth_service.http.app import create_app
from auth_service.storage.assignments import Assignments
from auth_service.wiring import Container, assemble
from foundation.http.rate_limits import MemoryLimiter
from tests.auth_service.conftest import Api, Room, WallClock, refusal
from tests.fakes.media_server import FakeMediaServer

DAY_S = 86_400.0
KEY = "operator-key"
NAMES = ("Anastasia", "Quarterly secrets", "Zyzzogeton")
"""A person, a title and a term that occur nowhere else."""


async def _meeting(api: Api) -> tuple[Room, dict[str, Any]]:
    """A meeting in which everything is stored that can be."""
    person, title, term = NAMES
    room = await api.room(title=title, languages=["es", "fr"])
    joined = (await api.join(room.guest, person, speak="en", listen="es")).json()
    wish = {"glossary": {"entries": [{"source": term, "language": "en"}]}}
    answer = await api.client.put(f"/api/v1/rooms/{room.name}/interpreter", json=wish, headers=room.headers)
    assert answer.status_code == 200, answer.text
    begun = await api.client.post(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
    assert begun.status_code == 201, begun.text
    door = {"locked": False, "lobby": True}
    await api.client.put(f"/api/v1/rooms/{room.name}/door", json=door, headers=room.headers)
    assert (await api.join(room.guest, f"{person} II")).status_code == 202
    return room, joined


def _set(services: Container, **changes: Any) -> Container:
    """A service on the same database, with other settings of the section `auth`."""
    settings = replace(services.settings, auth=replace(services.settings.auth, **changes))
    assignments = Assignments(services.storage.engine)
    return assemble(
        settings,
        services.storage,
        assignments,
        services.media,
        MemoryLimiter(),
        DatabaseOnly(),
        services.clock,
    )


@asynccontextmanager
async def _client(services: Container) -> AsyncIterator[Api]:
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="https://meet.example") as client:
        yield Api(client)


def _in_files(directory: Path, word: str) -> bool:
    return any(word.encode() in file.read_bytes() for file in directory.rglob("*") if file.is_file())


async def test_an_export_has_all_that_is_stored_and_no_secret(api: Api) -> None:
    """Who takes it away sees names, wishes, links and terms, and nothing by which somebody could come in."""
    room, joined = await _meeting(api)
    answer = await api.client.get(f"/api/v1/rooms/{room.name}/export", headers=room.headers)
    stored = answer.json()
    assert answer.status_code == 200
    assert {name: len(rows) for name, rows in stored.items()} == {
        "room": 1,
        "invitations": 3,
        "sessions": 2,
        "waiting": 1,
        "recordings": 1,
        "ratings": 0,
        "interpreter": 1,
    }
    assert all(word in answer.text for word in NAMES)
    assert joined["identity"] in answer.text
    assert joined["session"] not in answer.text
    columns = {column for rows in stored.values() for row in rows for column in row}
    assert not columns & {"fingerprint", "name_salt", "claimed_by"}


async def test_what_was_erased_is_not_in_the_file_either(
    api: Api, services: Container, media: FakeMediaServer, tmp_path: Path
) -> None:
    """The meeting ends for everybody, and no name, title or term of it is left anywhere in the database's files."""
    room, joined = await _meeting(api)
    media.person(room.name, joined["identity"])
    assert all(_in_files(tmp_path, word) for word in NAMES)

    answer = await api.client.delete(f"/api/v1/rooms/{room.name}?erase=true", headers=room.headers)

    assert answer.status_code == 204
    assert [word for word in NAMES if _in_files(tmp_path, word)] == []
    assert refusal(await api.join(room.guest)) == (410, "room_closed")
    assert refusal(await api.client.post("/api/v1/renew", json={"session": joined["session"]})) == (
        410,
        "room_closed",
    )
    assert room.name not in media.rooms
    media.person(room.name, joined["identity"])  # by a token that is valid still
    assert await services.removals.enforce_everywhere() == 1


async def test_an_erased_room_goes_when_nobody_can_come_back(
    api: Api, services: Container, clock: WallClock
) -> None:
    """As long as a token may be valid it is known whom to keep out; an hour later there is nothing at all."""
    room, _ = await _meeting(api)
    other, _ = await _meeting(api)
    await api.client.delete(f"/api/v1/rooms/{room.name}?erase=true", headers=room.headers)
    clock.pass_s(20 * 60)
    assert await services.retention.purge(clock()) == 0
    clock.pass_s(3600)
    assert await services.retention.purge(clock()) == 1
    assert not any((await services.retention.export(room.name)).values())
    assert await services.storage.room(other.name) is not None


async def test_closing_keeps_what_is_stored_for_as_long_as_was_set(
    services: Container, clock: WallClock
) -> None:
    """Names go `keep_names_hours` after a session was over, rooms `keep_rooms_days` after they were closed."""
    kept = _set(services, keep_names_hours=2.0, keep_rooms_days=3.0)
    async with _client(kept) as api:
        room, _ = await _meeting(api)
        assert (
            await api.client.delete(f"/api/v1/rooms/{room.name}", headers=room.headers)
        ).status_code == 204
        clock.pass_s(3600)
        await kept.retention.purge(clock())
        assert NAMES[0] in str(await kept.retention.export(room.name))
        clock.pass_s(3700)
        await kept.retention.purge(clock())
        left = str(await kept.retention.export(room.name))
        assert (NAMES[0] in left, NAMES[1] in left) == (False, True)
        clock.pass_s(3 * DAY_S)
        assert await kept.retention.purge(clock()) == 1


async def test_nothing_is_kept_where_nothing_is_to_be(services: Container, clock: WallClock) -> None:
    """With both at 0 a closed room goes as soon as nobody can come back to it; an open one stays."""
    kept = _set(services, keep_names_hours=0.0, keep_rooms_days=0.0)
    async with _client(kept) as api:
        room, _ = await _meeting(api)
        still, _ = await _meeting(api)
        await api.client.delete(f"/api/v1/rooms/{room.name}", headers=room.headers)
        clock.pass_s(60)
        assert await kept.retention.purge(clock()) == 0
        assert NAMES[0] not in str(await kept.retention.export(room.name))
        clock.pass_s(2 * 3600)
        assert await kept.retention.purge(clock()) == 1
        assert NAMES[0] in str(await kept.retention.export(still.name))


async def test_the_operator_has_closed_rooms_too(services: Container) -> None:
    """By key, also when there is no organiser any more; nobody else has."""
    async with _client(_set(services, operator_key=SecretStr(KEY))) as api:
        room, _ = await _meeting(api)
        other, _ = await _meeting(api)
        path, operator = f"/api/v1/rooms/{room.name}", {"authorization": f"Bearer {KEY}"}
        await api.client.delete(path, headers=room.headers)
        assert (await api.client.get(f"{path}/export", headers=room.headers)).status_code in (401, 410)
        assert NAMES[0] in (await api.client.get(f"{path}/export", headers=operator)).text
        assert (await api.client.delete(f"{path}?erase=true", headers=operator)).status_code == 204
        assert NAMES[0] not in (await api.client.get(f"{path}/export", headers=operator)).text
        unknown = await api.client.get("/api/v1/rooms/none/export", headers=operator)
        assert refusal(unknown) == (404, "room_unknown")
        for headers in ({}, {"authorization": "Bearer guess"}, room.headers):
            for method, call in (("GET", "/export"), ("DELETE", "?erase=true")):
                answer = await api.client.request(
                    method, f"/api/v1/rooms/{other.name}{call}", headers=headers
                )
                assert answer.status_code in (401, 404)
        assert NAMES[0] in (await api.client.get(f"/api/v1/rooms/{other.name}/export", headers=operator)).text


async def test_an_organiser_says_whether_people_may_record(api: Api, media: FakeMediaServer) -> None:
    """Those in the room see it in its metadata, who joins is told, and guests have no say."""
    room = await api.room()
    path = f"/api/v1/rooms/{room.name}"
    before = (await api.join(room.guest)).json()["recording_allowed"]
    answer = await api.client.put(f"{path}/recording", json={"allowed": False}, headers=room.headers)
    after = (await api.join(room.guest)).json()
    renewed = (await api.client.post("/api/v1/renew", json={"session": after["session"]})).json()
    assert (answer.status_code, before, after["recording_allowed"]) == (204, True, False)
    assert renewed["recording_allowed"] is False
    assert (await api.client.get(path, headers=room.headers)).json()["recording_allowed"] is False
    assert media.shown == {room.name: {"recording": False}}
    for headers in ({}, {"authorization": f"Bearer {after['session']}"}):
        guest = await api.client.put(f"{path}/recording", json={"allowed": True}, headers=headers)
        assert guest.status_code == 401
    assert (await api.client.put(f"{path}/recording", json={}, headers=room.headers)).status_code == 422


async def test_pages_learn_where_the_operator_says_how_data_is_handled(services: Container, api: Api) -> None:
    """And nothing where nothing is said."""
    assert (await api.client.get("/api/v1/config")).json()["privacy_url"] is None
    async with _client(_set(services, privacy_url="https://example.org/privacy")) as told:
        assert (await told.client.get("/api/v1/config")).json()[
            "privacy_url"
        ] == "https://example.org/privacy"


async def test_what_is_to_be_erased_is_erased_while_the_media_server_is_away(
    api: Api, services: Container, media: FakeMediaServer
) -> None:
    """An organiser cannot ask a second time: the room is closed. That nobody was disconnected is said."""
    room, _ = await _meeting(api)
    media.reachable = False
    answer = await api.client.delete(f"/api/v1/rooms/{room.name}?erase=true", headers=room.headers)
    assert refusal(answer) == (502, "media_server")
    left = str(await services.retention.export(room.name))
    assert [word for word in NAMES if word in left] == []


async def test_a_meeting_that_goes_on_is_not_forgotten(services: Container, clock: WallClock) -> None:
    """However short rooms are kept and although its links ran out: who is in it renews."""
    kept = _set(services, keep_rooms_days=0.0, keep_names_hours=0.0, invitation_days=0.1)
    async with _client(kept) as api:
        room, joined = await _meeting(api)
        clock.pass_s(6 * 3600)
        assert await kept.retention.purge(clock()) == 0
        renewed = await api.client.post("/api/v1/renew", json={"session": joined["session"]})
        assert renewed.status_code == 200
        clock.pass_s(DAY_S)
        assert await kept.retention.purge(clock()) == 1
        assert await kept.storage.room(room.name) is None
