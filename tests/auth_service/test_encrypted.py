"""Rooms that are encrypted end to end: the service knows that they are, and never their key."""

from __future__ import annotations

from typing import Any

import pytest

from auth_service.wiring import Container
from protocol.room_key import Recipient, sealed_for
from tests.auth_service.conftest import Api, Room, refusal
from tests.fakes.media_server import FakeMediaServer

KEY = "A" * 42 + "E"


async def _with_interpreter(api: Api, media: FakeMediaServer, **wanted: Any) -> tuple[Room, str]:
    """A room with an interpreter in it, and its identity."""
    room = await api.room(interpreter=True, **wanted)
    media.person(room.name, "speaker-1")
    await api.client.put(f"/api/v1/rooms/{room.name}/interpreter", json={}, headers=room.headers)
    return room, media.identities(room.name)[-1]


def _path(room: Room) -> str:
    return f"/api/v1/rooms/{room.name}/interpreter/key"


async def test_everybody_is_told_that_a_room_is_encrypted(api: Api, media: FakeMediaServer) -> None:
    """Before they join, when they join, organisers too, and the interpreter with its job."""
    sealed, open_room = await api.room(encrypted=True, interpreter=True), await api.room()
    for room, expected in ((sealed, True), (open_room, False)):
        seen = (await api.look(room.guest)).json()
        joined = (await api.join(room.guest)).json()
        kept = (await api.client.get(f"/api/v1/rooms/{room.name}", headers=room.headers)).json()
        assert {answer["encrypted"] for answer in (seen, joined, kept)} == {expected}
        reader = (await api.join(room.reader)).json()
        assert reader["encrypted"] is expected


async def test_it_stays_encrypted_whatever_is_wished(api: Api, services: Container) -> None:
    """Of an interpreter that is invited from the beginning, and of each wish after it."""
    room = await api.room(encrypted=True, interpreter=True)
    assert (await services.interpreters.wish(room.name)).encrypted
    answer = await api.client.put(
        f"/api/v1/rooms/{room.name}/interpreter", json={"languages": ["es"]}, headers=room.headers
    )
    assert answer.status_code == 200, answer.text
    assert (await services.interpreters.wish(room.name)).encrypted
    forged = await api.client.put(
        f"/api/v1/rooms/{room.name}/interpreter", json={"encrypted": False}, headers=room.headers
    )
    assert forged.status_code == 422


async def test_a_key_is_passed_on_sealed_and_kept_nowhere(
    api: Api, media: FakeMediaServer, services: Container
) -> None:
    """To the one interpreter that it is for. What was wished of it does not change."""
    room, agent = await _with_interpreter(api, media, encrypted=True)
    before = (await services.interpreters.state(room.name)).assignment
    sealed = sealed_for(Recipient().public, KEY, room=room.name, identity=agent)
    media.sent.clear()
    handed = {"identity": agent, "sealed": sealed}
    assert (await api.client.put(_path(room), json=handed, headers=room.headers)).status_code == 204
    assert (await api.client.delete(_path(room), headers=room.headers)).status_code == 204
    assert media.sent == [
        (room.name, agent, {"type": "key", "sealed": sealed}),
        (room.name, agent, {"type": "withdraw"}),
    ]
    assert (await services.interpreters.state(room.name)).assignment == before
    exported = await api.client.get(f"/api/v1/rooms/{room.name}/export", headers=room.headers)
    assert sealed not in exported.text


async def test_what_cannot_be_handed_over_is_refused(api: Api, media: FakeMediaServer) -> None:
    """No organiser, no such interpreter, no sealed key, no encrypted room, no media server."""
    room, agent = await _with_interpreter(api, media, encrypted=True)
    plain, other = await _with_interpreter(api, media)
    media.sent.clear()
    handed = {"identity": agent, "sealed": "c2VhbGVk"}
    put, delete = api.client.put, api.client.delete
    assert refusal(await put(_path(room), json=handed)) == (401, "not_authorised")
    assert refusal(await put(_path(room), json=handed, headers=plain.headers)) == (404, "room_unknown")
    gone = handed | {"identity": "agent-gone"}
    assert refusal(await put(_path(room), json=gone, headers=room.headers)) == (409, "interpreter_gone")
    guest = handed | {"identity": "speaker-1"}
    assert refusal(await put(_path(room), json=guest, headers=room.headers)) == (409, "interpreter_gone")
    for junk in ("", "not base64 url!", "A" * 201):
        answer = await put(_path(room), json=handed | {"sealed": junk}, headers=room.headers)
        assert answer.status_code == 422
    open_room = handed | {"identity": other}
    assert refusal(await put(_path(plain), json=open_room, headers=plain.headers)) == (409, "not_encrypted")
    assert refusal(await delete(_path(plain), headers=plain.headers)) == (409, "not_encrypted")
    media.reachable = False
    assert refusal(await put(_path(room), json=handed, headers=room.headers)) == (502, "media_server")
    assert media.sent == []


async def test_the_server_records_nothing_of_it(api: Api, media: FakeMediaServer) -> None:
    """Also where everybody may record on their own."""
    room, _ = await _with_interpreter(api, media, encrypted=True)
    answer = await api.client.post(f"/api/v1/rooms/{room.name}/recordings", headers=room.headers)
    assert refusal(answer) == (409, "encrypted")


@pytest.mark.parametrize(("encrypted", "kept"), [(True, None), (False, "Good mourning → Buenos días")])
async def test_no_words_of_it_are_kept_with_a_rating(
    api: Api, services: Container, encrypted: bool, kept: str | None
) -> None:
    """Whatever a page sends."""
    room = await api.room(encrypted=encrypted)
    session = (await api.join(room.guest)).json()["session"]
    rating = {
        "session": session,
        "about": "caption",
        "thing": "a/b.1-1",
        "source_language": "en",
        "target_language": "es",
        "good": False,
        "reason": "wrong_words",
        "words": "Good mourning → Buenos días",
    }
    answer = await api.client.post("/api/v1/feedback", json=rating)
    assert answer.status_code == 204, answer.text
    assert [said["words"] for said in await services.ratings.with_reason()] == [kept]
