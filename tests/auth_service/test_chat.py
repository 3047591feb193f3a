"""Who may write in a room, and an organiser who lowers a hand."""

from __future__ import annotations

import pytest

from tests.auth_service.conftest import Api
from tests.fakes.media_server import FakeMediaServer


async def _came(api: Api, media: FakeMediaServer, room: str, token: str, name: str) -> str:
    identity = str((await api.join(token, name)).json()["identity"])
    media.person(room, identity)
    return identity


async def test_an_organiser_lets_guests_write_and_keeps_them_from_it(
    api: Api, media: FakeMediaServer
) -> None:
    """At once for the speakers and listeners that are in the room; organisers may always, and readers never."""
    room = await api.room()
    listener = await _came(api, media, room.name, (await api.invite(room, role="listener"))["token"], "Lea")
    speaker = await _came(api, media, room.name, room.guest, "Sam")
    for token, name in ((room.organiser, "Olga"), (room.reader, "Screen")):
        await _came(api, media, room.name, token, name)
    media.person(room.name, "somebody-else")
    path = f"/api/v1/rooms/{room.name}"
    for allowed in (True, False):
        answer = await api.client.put(f"{path}/chat", json={"allowed": allowed}, headers=room.headers)
        assert answer.status_code == 204
        assert media.data == {listener: allowed, speaker: allowed}
        assert (await api.client.get(path, headers=room.headers)).json()["chat"] is allowed


async def test_only_organisers_say_who_writes(api: Api, media: FakeMediaServer) -> None:
    """Nor can anybody else lower a hand; a wish that is none is refused."""
    room, other = await api.room(), await api.room()
    path = f"/api/v1/rooms/{room.name}"
    for headers, status in (({}, 401), (other.headers, 404)):
        wish = await api.client.put(f"{path}/chat", json={"allowed": True}, headers=headers)
        hand = await api.client.delete(f"{path}/participants/ana/hand", headers=headers)
        assert (wish.status_code, hand.status_code) == (status, status)
    assert (
        await api.client.put(f"{path}/chat", json={"allowed": "yes"}, headers=room.headers)
    ).status_code == 422
    assert (media.data, media.cleared) == ({}, [])


async def test_an_organiser_lowers_a_hand(api: Api, media: FakeMediaServer) -> None:
    room = await api.room()
    answer = await api.client.delete(
        f"/api/v1/rooms/{room.name}/participants/speaker-1/hand", headers=room.headers
    )
    assert answer.status_code == 204
    assert media.cleared == [(room.name, "speaker-1", "translator.hand")]


@pytest.mark.parametrize("away", ["chat", "hand"])
async def test_a_media_server_that_is_away_is_said(api: Api, media: FakeMediaServer, away: str) -> None:
    """The wish is kept, and holds for who comes from then on."""
    room = await api.room()
    path = f"/api/v1/rooms/{room.name}"
    media.reachable = False
    if away == "hand":
        answer = await api.client.delete(f"{path}/participants/ana/hand", headers=room.headers)
    else:
        answer = await api.client.put(f"{path}/chat", json={"allowed": True}, headers=room.headers)
        assert (await api.client.get(path, headers=room.headers)).json()["chat"] is True
    assert (answer.status_code, answer.json()["code"]) == (502, "media_server")
