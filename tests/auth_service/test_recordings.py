"""Recordings on the server: begun and stopped by organisers, brought by workers, kept within bounds, and forgotten."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from auth_service.access.revocations import DatabaseOnly
from auth_service.http.app import create_app
from auth_service.storage.assignments import Assignments
from auth_service.wiring import Container, assemble
from config.settings import Settings
from protocol.recordings import PartEnd, PiecePlace, sign, write_part
from tests.auth_service.conftest import Api, Room, WallClock, refusal
from tests.fakes.media_server import FakeMediaServer

PART = "0123456789abcdef"
DAY_S = 86_400.0
TOLD = PartEnd(began_at=1_800_000_000.0, duration_s=61.5, end="stopped")


async def _start(api: Api, room: Room) -> dict[str, Any]:
    answer = await api.client.post(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _stop(api: Api, room: Room) -> None:
    path = f"/api/v1/rooms/{room.name}/recordings/running"
    assert (await api.client.delete(path, headers=room.headers)).status_code == 204


async def _listed(api: Api, room: Room) -> list[dict[str, Any]]:
    answer = await api.client.get(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
    found: list[dict[str, Any]] = answer.json()["recordings"]
    return found


async def _bring(
    api: Api,
    settings: Settings,
    place: PiecePlace,
    body: bytes,
    *,
    signed_for: PiecePlace | None = None,
    signed_body: bytes | None = None,
    secret: str = "",
) -> httpx.Response:
    livekit = settings.livekit
    token = sign(
        body if signed_body is None else signed_body,
        signed_for or place,
        api_key=livekit.api_key,
        api_secret=secret or livekit.api_secret.get_secret_value(),
    )
    query: dict[str, Any] = {"room": place.room, "recording": place.recording, "part": place.part}
    if place.file:
        query |= {"file": place.file, "offset": place.offset}
    path = "/api/v1/recordings/pieces" if place.file else "/api/v1/recordings/parts"
    return await api.client.post(
        path, params=query, content=body, headers={"authorization": f"Bearer {token}"}
    )


async def _brought(api: Api, settings: Settings, room: Room, recording: str) -> None:
    """A part with the sound of Spanish and a transcript."""
    for name, content in (("es.ogg", b"OggS sound"), ("transcript.jsonl", b"{}\n")):
        answer = await _bring(api, settings, PiecePlace(room.name, recording, PART, name), content)
        assert (answer.status_code, answer.json()) == (200, {"bytes": len(content)})
    ended = await _bring(api, settings, PiecePlace(room.name, recording, PART), write_part(TOLD))
    assert ended.status_code == 204, ended.text


def _files(settings: Settings) -> list[str]:
    kept = settings.recording.directory / "kept"
    return sorted(str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file())


async def test_a_recording_is_part_of_the_wish_and_outlives_other_wishes(
    api: Api, services: Container, media: FakeMediaServer
) -> None:
    """Starting invites the interpreter with it; languages and glossary change without ending it; stopping ends it."""
    room = await api.room(languages=["es"])
    media.person(room.name, "ana")
    made = await _start(api, room)
    assert media.metadata[-1]["recording"] == made["id"]
    assert (await _start(api, room))["id"] == made["id"]
    path = f"/api/v1/rooms/{room.name}/interpreter"
    assert (await api.client.put(path, json={"languages": ["fr"]}, headers=room.headers)).status_code == 200
    assignment = await services.interpreters.state(room.name)
    assert assignment.assignment.wish.recording == made["id"]
    assert (await api.look(room.guest)).json()["recorded"] is True
    await _stop(api, room)
    wish = (await services.interpreters.state(room.name)).assignment.wish
    assert (wish.recording, wish.languages) == ("", ("fr",))
    assert (await api.look(room.guest)).json()["recorded"] is False
    assert [(one["id"], one["stopped_at"] is None) for one in await _listed(api, room)] == [
        (made["id"], False)
    ]


async def test_dismissing_the_interpreter_and_ending_the_meeting_end_the_recording(
    api: Api, services: Container
) -> None:
    """Who invites the interpreter later records nothing unasked."""
    room = await api.room()
    await _start(api, room)
    await api.client.delete(f"/api/v1/rooms/{room.name}/interpreter", headers=room.headers)
    assert not await services.recordings.running(room.name)
    await _start(api, room)
    await api.client.delete(f"/api/v1/rooms/{room.name}", headers=room.headers)
    assert not await services.recordings.running(room.name)


async def test_the_rule_on_recording_holds_for_the_server_as_well(api: Api, services: Container) -> None:
    """Where it is forbidden none begins, and the one that is made ends."""
    room = await api.room()
    await _start(api, room)
    rule = f"/api/v1/rooms/{room.name}/recording"
    await api.client.put(rule, json={"allowed": False}, headers=room.headers)
    assert not await services.recordings.running(room.name)
    answer = await api.client.post(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
    assert refusal(answer) == (409, "recording_forbidden")
    await api.client.put(rule, json={"allowed": True}, headers=room.headers)
    await _start(api, room)


async def test_what_a_worker_brings_can_be_had_and_deleted(api: Api, settings: Settings) -> None:
    """Piece by piece; one that was sent twice, or too early, changes nothing."""
    room = await api.room()
    made = await _start(api, room)
    await _stop(api, room)
    first = PiecePlace(room.name, made["id"], PART, "es.ogg")
    assert (await _bring(api, settings, first, b"OggS")).json() == {"bytes": 4}
    assert (await _bring(api, settings, first, b"OggS")).json() == {"bytes": 4}
    assert (await _bring(api, settings, replace(first, offset=9), b"late")).json() == {"bytes": 4}
    assert (await _bring(api, settings, replace(first, offset=4), b" sound")).json() == {"bytes": 10}
    assert (await _listed(api, room))[0]["files"] == []
    await _brought_end(api, settings, room, made["id"])
    (listed,) = await _listed(api, room)
    assert listed["parts"] == [
        {"id": PART, "began_at": "2027-01-15T08:00:00Z", "duration_s": 61.5, "end": "stopped"}
    ]
    assert listed["files"] == [{"part": PART, "name": "es.ogg", "bytes": 10}]
    path = f"/api/v1/rooms/{room.name}/recordings/{made['id']}"
    query = {"part": PART, "name": "es.ogg"}
    assert (await api.client.get(f"{path}/file", params=query, headers=room.headers)).content == b"OggS sound"
    assert (await api.client.get(f"{path}/file", params=query)).status_code == 401
    other = await api.room()
    stolen = f"/api/v1/rooms/{other.name}/recordings/{made['id']}/file"
    assert refusal(await api.client.get(stolen, params=query, headers=other.headers)) == (
        404,
        "recording_unknown",
    )
    assert (await api.client.delete(path, headers=room.headers)).status_code == 204
    assert (await _listed(api, room), _files(settings)) == ([], [])
    assert refusal(await _bring(api, settings, first, b"OggS")) == (404, "recording_unknown")


async def _brought_end(api: Api, settings: Settings, room: Room, recording: str) -> None:
    ended = await _bring(api, settings, PiecePlace(room.name, recording, PART), write_part(TOLD))
    assert ended.status_code == 204, ended.text


async def test_what_is_not_signed_for_this_very_place_is_refused(api: Api, settings: Settings) -> None:
    """No signature, another's, of other bytes, another room, recording, part, file or place in the file."""
    room, other = await api.room(), await api.room()
    made, foreign = await _start(api, room), await _start(api, other)
    place = PiecePlace(room.name, made["id"], PART, "es.ogg")
    elsewhere = [
        replace(place, room=other.name),
        replace(place, recording=foreign["id"]),
        replace(place, part="f" * 16),
        replace(place, file="fr.ogg"),
        replace(place, offset=4),
        replace(place, file=""),
    ]
    for signed_for in elsewhere:
        answer = await _bring(api, settings, place, b"OggS", signed_for=signed_for)
        assert refusal(answer) == (401, "not_authorised")
    assert refusal(await _bring(api, settings, place, b"OggS", secret="x" * 32)) == (401, "not_authorised")
    assert refusal(await _bring(api, settings, place, b"OggS", signed_body=b"OggT")) == (
        401,
        "not_authorised",
    )
    query = {"room": room.name, "recording": made["id"], "part": PART, "file": "es.ogg", "offset": 0}
    unsigned = await api.client.post("/api/v1/recordings/pieces", params=query, content=b"OggS")
    assert refusal(unsigned) == (401, "not_authorised")
    wrong_room = await _bring(api, settings, replace(place, room=other.name), b"OggS")
    assert refusal(wrong_room) == (404, "recording_unknown")
    assert _files(settings) == []


@pytest.mark.parametrize(
    "name", ["../es.ogg", "part.json", "es.mp4", "a/b.ogg", ".ogg", "picture.mp4", "lock"]
)
async def test_no_other_files_can_be_brought(api: Api, settings: Settings, name: str) -> None:
    """A name is one of those that a part may have; nothing leads out of its folder."""
    room = await api.room()
    made = await _start(api, room)
    answer = await _bring(api, settings, PiecePlace(room.name, made["id"], PART, name), b"x")
    assert refusal(answer) == (422, "invalid")
    assert _files(settings) == []


async def test_nothing_grows_beyond_its_bounds(
    settings: Settings, services: Container, clock: WallClock, media: FakeMediaServer
) -> None:
    """Neither a piece, nor a recording, nor all together; where the disk is full none begins."""
    small = replace(settings.recording, max_bytes=1_000_000, max_total_bytes=1_500_000)
    tight = _assembled(replace(settings, recording=small), services, media)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(tight)), base_url="https://meet.example"
    ) as client:
        api = Api(client)
        room = await api.room()
        made = await _start(api, room)
        place = PiecePlace(room.name, made["id"], PART, "es.ogg")
        huge = await _bring(api, settings, place, b"x" * (192 * 1024 + 1))
        assert refusal(huge) == (413, "too_large")
        piece, size = b"x" * 190_000, 0
        while (answer := await _bring(api, settings, replace(place, offset=size), piece)).status_code == 200:
            size = answer.json()["bytes"]
        assert refusal(answer) == (413, "too_large")
        assert 800_000 <= size <= 1_000_000
        other = await api.room()
        second = PiecePlace(other.name, (await _start(api, other))["id"], PART, "es.ogg")
        for at in range(0, 570_000, 190_000):
            assert (await _bring(api, settings, replace(second, offset=at), piece)).status_code == 200
        third = await api.room()
        full = await client.post(f"/api/v1/rooms/{third.name}/recordings", headers=third.headers)
        assert refusal(full) == (409, "recordings_full")


def _assembled(settings: Settings, services: Container, media: FakeMediaServer) -> Container:
    return assemble(
        settings,
        services.storage,
        Assignments(services.storage.engine),
        media,
        services.limiter,
        DatabaseOnly(),
        services.clock,
    )


async def test_a_part_that_ended_by_itself_ends_the_recording(api: Api, settings: Settings) -> None:
    """The interpreter has reached a bound: pages and wish must not say that it goes on. A killed one goes on."""
    room = await api.room()
    made = await _start(api, room)
    place = PiecePlace(room.name, made["id"], PART)
    await _bring(api, settings, place, write_part(replace(TOLD, end="cut")))
    assert (await _listed(api, room))[0]["stopped_at"] is None
    await _bring(api, settings, replace(place, part="f" * 16), write_part(replace(TOLD, end="limit")))
    (listed,) = await _listed(api, room)
    assert listed["stopped_at"] is not None
    assert [part["end"] for part in listed["parts"]] == ["cut", "limit"]


async def test_nonsense_about_a_part_is_refused(api: Api, settings: Settings) -> None:
    """Also where it is signed."""
    room = await api.room()
    made = await _start(api, room)
    place = PiecePlace(room.name, made["id"], PART)
    told = json.loads(write_part(TOLD))
    for body in (
        b"",
        b"[]",
        json.dumps(told | {"duration_s": -1}).encode(),
        json.dumps(told | {"end": "?"}).encode(),
        json.dumps(told | {"more": 1}).encode(),
        b'{"began_at": NaN, "duration_s": 1, "end": "cut"}',
    ):
        assert refusal(await _bring(api, settings, place, body)) == (422, "invalid")


async def test_erasing_a_room_deletes_what_was_recorded_there(api: Api, settings: Settings) -> None:
    """At once, with its files, and what its worker brings later is not taken; other rooms keep theirs."""
    room, other = await api.room(), await api.room()
    made, kept = await _start(api, room), await _start(api, other)
    await _brought(api, settings, room, made["id"])
    await _brought(api, settings, other, kept["id"])
    erase = f"/api/v1/rooms/{room.name}?erase=true"
    assert (await api.client.delete(erase, headers=room.headers)).status_code == 204
    assert {path.split("/")[0] for path in _files(settings)} == {kept["id"]}
    late = await _bring(api, settings, PiecePlace(room.name, made["id"], PART, "fr.ogg"), b"OggS")
    assert refusal(late) == (404, "recording_unknown")


async def test_recordings_are_forgotten_in_time(
    api: Api, settings: Settings, services: Container, clock: WallClock
) -> None:
    """`recording.keep_days` after they were stopped, with their files; those of rooms that are forgotten go as well."""
    room = await api.room()
    old = await _start(api, room)
    await _brought(api, settings, room, old["id"])
    await _stop(api, room)
    clock.pass_s(3 * DAY_S)
    young = await _start(api, room)
    await _brought(api, settings, room, young["id"])
    await _stop(api, room)
    clock.pass_s(27.5 * DAY_S)
    await services.retention.purge(clock())
    await services.recordings.sweep()
    assert {path.split("/")[0] for path in _files(settings)} == {young["id"]}
    clock.pass_s(60 * DAY_S)
    assert await services.retention.purge(clock()) == 1
    await services.recordings.sweep()
    assert _files(settings) == []


async def test_who_organised_has_the_recordings_after_the_end_and_who_was_removed_has_not(
    api: Api, settings: Settings, clock: WallClock
) -> None:
    """The files come when the meeting is over; nothing else is open to anybody then."""
    room = await api.room()
    second = await api.invite(room, role="organiser")
    removed = (await api.join(second["token"], "Bea")).json()
    their_headers = {"authorization": f"Bearer {removed['organiser_token']}"}
    path = f"/api/v1/rooms/{room.name}/participants/{removed['identity']}"
    assert (await api.client.delete(path, headers=room.headers)).status_code == 204
    clock.pass_s(1)
    made = await _start(api, room)
    await api.client.delete(f"/api/v1/rooms/{room.name}", headers=room.headers)
    await _brought(api, settings, room, made["id"])
    (listed,) = await _listed(api, room)
    file = f"/api/v1/rooms/{room.name}/recordings/{made['id']}/file"
    query = {"part": PART, "name": "es.ogg"}
    assert (await api.client.get(file, params=query, headers=room.headers)).content == b"OggS sound"
    assert (listed["stopped_at"] is None, len(listed["files"])) == (False, 2)
    assert (await api.client.get(file, params=query, headers=their_headers)).status_code == 401
    again = await api.client.post(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
    assert refusal(again) == (410, "room_closed")
    assert refusal(await api.client.get(f"/api/v1/rooms/{room.name}", headers=room.headers)) == (
        410,
        "room_closed",
    )
    gone = await api.client.delete(file.removesuffix("/file"), headers=room.headers)
    assert (gone.status_code, _files(settings)) == (204, [])


async def test_a_sweep_leaves_alone_what_is_no_recording(settings: Settings, services: Container) -> None:
    """The directory may have been chosen badly."""
    kept = settings.recording.directory / "kept"
    (kept / "photographs").mkdir(parents=True)
    (kept / "photographs" / "cat.jpg").write_bytes(b"cat")
    await services.recordings.sweep()
    assert _files(settings) == ["photographs/cat.jpg"]
