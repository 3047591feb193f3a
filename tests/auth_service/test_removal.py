from __future__ import annotations

from typing import Any

import httpx
import pytest

from auth_service.errors import MediaServerError
from auth_service.wiring import Container
from tests.auth_service.conftest import Api, Room, WallClock, refusal
from tests.auth_service.test_machines import event, signed
from tests.fakes.media_server import FakeMediaServer

DAY_S = 86_400


async def remove(api: Api, room: Room, identity: str, **asked: str) -> httpx.Response:
    return await api.client.delete(
        f"/api/v1/rooms/{room.name}/participants/{identity}", params=asked, headers=room.headers
    )


async def renew(api: Api, session: str) -> httpx.Response:
    return await api.client.post("/api/v1/renew", json={"session": session})


def headers(joined: dict[str, Any]) -> dict[str, str]:
    return {"authorization": f"Bearer {joined['organiser_token']}"}


async def test_who_was_removed_comes_back_by_no_session_and_not_in_the_same_browser(api: Api) -> None:
    """Neither the kept session nor the link lets them in where their browser says who they were; others come by it."""
    room = await api.room()
    other_link = await api.invite(room, role="listener")
    gone = (await api.join(room.guest)).json()
    stays = (await api.join(room.guest, "Bea")).json()

    answer = await remove(api, room, gone["identity"])

    assert answer.status_code == 204
    assert refusal(await renew(api, gone["session"])) == (403, "removed")
    for link in (room.guest, other_link["token"], room.reader):
        again = await api.join(link, "Someone else", earlier=["speaker-unknown", gone["identity"]])
        assert refusal(again) == (403, "removed")
    assert (await renew(api, stays["session"])).status_code == 200
    assert (await api.join(room.guest, "Cas", earlier=[stays["identity"]])).status_code == 200


async def test_removal_from_one_room_says_nothing_about_another(api: Api) -> None:
    """An identity that was removed elsewhere is nobody here."""
    room, other = await api.room(), await api.room()
    gone = (await api.join(room.guest)).json()["identity"]
    await remove(api, room, gone)
    assert (await api.join(other.guest, earlier=[gone])).status_code == 200


async def test_the_link_goes_with_the_person_when_the_organiser_wants_it(api: Api) -> None:
    """It lets nobody new in and is shown as withdrawn; all others who came by it stay and renew."""
    room = await api.room()
    gone, stays = [(await api.join(room.guest, name)).json() for name in ("Ana", "Bea")]

    await remove(api, room, gone["identity"], withdraw_link="true")

    assert refusal(await api.join(room.guest)) == (410, "invitation_revoked")
    assert refusal(await api.client.post("/api/v1/invitation", json={"invitation": room.guest})) == (
        410,
        "invitation_revoked",
    )
    assert (await renew(api, stays["session"])).status_code == 200
    assert refusal(await renew(api, gone["session"])) == (403, "removed")
    listed = await api.client.get(f"/api/v1/rooms/{room.name}/invitations", headers=room.headers)
    states = {each["role"]: each["state"] for each in listed.json()["invitations"]}
    assert states == {"organiser": "valid", "speaker": "revoked", "reader": "valid"}


async def test_removal_without_the_link_leaves_the_link(api: Api) -> None:
    """Others still come by it."""
    room = await api.room()
    gone = (await api.join(room.guest)).json()["identity"]
    await remove(api, room, gone)
    assert (await api.join(room.guest, "Bea")).status_code == 200


ORGANISERS_CALLS = [
    ("GET", "", None),
    ("DELETE", "", None),
    ("POST", "/invitations", {"role": "organiser"}),
    ("GET", "/invitations", None),
    ("DELETE", "/invitations/000000000000000000000000", None),
    ("DELETE", "/participants/speaker-1", None),
    ("PUT", "/interpreter", {}),
    ("GET", "/interpreter", None),
    ("DELETE", "/interpreter", None),
    ("GET", "/door", None),
    ("PUT", "/door", {"locked": False, "lobby": False}),
    ("POST", "/door/waiting/000000000000000000000000", None),
    ("DELETE", "/door/waiting/000000000000000000000000", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ORGANISERS_CALLS)
async def test_a_removed_organiser_may_do_nothing_any_more(
    api: Api, method: str, path: str, body: dict[str, Any] | None
) -> None:
    """Each of an organiser's calls is refused with the token that they still hold, at once."""
    room = await api.room()
    removed = (await api.join(room.organiser, "Rob")).json()
    await remove(api, room, removed["identity"])
    answer = await api.client.request(
        method, f"/api/v1/rooms/{room.name}{path}", json=body, headers=headers(removed)
    )
    assert refusal(answer) == (401, "not_authorised")


async def test_other_organisers_by_the_same_link_keep_their_rights(api: Api) -> None:
    """Also when the link they came by is withdrawn along with the person: rights hang on the session."""
    room = await api.room()
    rob, ana = [(await api.join(room.organiser, name)).json() for name in ("Rob", "Ana")]
    url = f"/api/v1/rooms/{room.name}/participants/{rob['identity']}"

    answer = await api.client.delete(url, params={"withdraw_link": "true"}, headers=headers(ana))

    assert answer.status_code == 204
    assert refusal(await api.join(room.organiser, "Rob")) == (410, "invitation_revoked")
    for kept in (headers(ana), room.headers, headers((await renew(api, ana["session"])).json())):
        seen = await api.client.get(f"/api/v1/rooms/{room.name}", headers=kept)
        assert seen.status_code == 200
    made = await api.client.post(
        f"/api/v1/rooms/{room.name}/invitations", json={"role": "organiser"}, headers=headers(ana)
    )
    assert made.status_code == 201


async def test_an_organisers_rights_end_with_their_session(api: Api, clock: WallClock) -> None:
    """Half a day after joining a token opens nothing more; the token of whoever made the room lives as its link."""
    room = await api.room()
    joined = (await api.join(room.organiser)).json()
    clock.pass_s(DAY_S / 2 + 1)
    url = f"/api/v1/rooms/{room.name}"
    assert refusal(await api.client.get(url, headers=headers(joined))) == (401, "not_authorised")
    assert (await api.client.get(url, headers=room.headers)).status_code == 200
    clock.pass_s(7 * DAY_S)
    assert refusal(await api.client.get(url, headers=room.headers)) == (401, "not_authorised")


async def test_nobody_removes_themself(api: Api) -> None:
    """An organiser who would lose the room by a slip is told so."""
    room = await api.room()
    joined = (await api.join(room.organiser)).json()
    url = f"/api/v1/rooms/{room.name}/participants/{joined['identity']}"
    assert refusal(await api.client.delete(url, headers=headers(joined))) == (409, "own_session")
    assert (await renew(api, joined["session"])).status_code == 200


@pytest.mark.parametrize("after_s", [1, 700, 1900, DAY_S, 6 * DAY_S, 20 * DAY_S])
async def test_who_was_removed_is_put_out_however_long_ago_it_was(
    api: Api, services: Container, media: FakeMediaServer, clock: WallClock, after_s: float
) -> None:
    """The media server renews tokens at each visit, so no time is long enough to forget them, and no clearing up of old
    records; whoever merely joined long ago is left in peace."""
    room = await api.room()
    gone, stays = [(await api.join(room.guest, name)).json()["identity"] for name in ("Ana", "Bea")]
    await remove(api, room, gone)
    clock.pass_s(after_s)
    await services.retention.purge(clock())
    media.person(room.name, gone)
    media.person(room.name, stays)

    assert await services.removals.enforce_everywhere() == 1
    assert media.rooms[room.name].people == {stays}


async def test_a_webhook_puts_out_who_was_removed_long_ago(
    api: Api, media: FakeMediaServer, clock: WallClock
) -> None:
    """Their arrival alone is reason enough to look."""
    room = await api.room()
    gone = (await api.join(room.guest)).json()["identity"]
    await remove(api, room, gone)
    clock.pass_s(5 * DAY_S)
    media.person(room.name, gone)
    body = event("participant_joined", room.name, gone)
    await api.client.post("/api/v1/webhook", content=body, headers=signed(body))
    assert media.rooms[room.name].people == frozenset()


async def test_nothing_of_a_removed_person_is_kept_but_that_they_were(
    api: Api, services: Container, clock: WallClock
) -> None:
    """When a session's time is over, its name and wishes go; that it was ended stays as long as the room."""
    room = await api.room()
    gone = (await api.join(room.guest, "Ana", listen="es")).json()
    await remove(api, room, gone["identity"])
    clock.pass_s(2 * DAY_S)
    await services.retention.purge(clock())
    (kept,) = await services.storage.sessions_of(room.name, [gone["identity"]])
    assert (kept.name, kept.attributes, kept.name_salt, kept.ended_at is None) == ("", {}, None, False)
    clock.pass_s(60 * DAY_S)
    assert await services.retention.purge(clock()) == 1
    assert await services.storage.sessions_of(room.name, [gone["identity"]]) == []


async def test_one_room_that_cannot_be_looked_at_hides_no_other(
    api: Api, services: Container, media: FakeMediaServer
) -> None:
    """Rooms are looked at one by one."""
    rooms = [await api.room(name=name) for name in ("broken", "whole")]
    for room in rooms:
        gone = (await api.join(room.guest)).json()["identity"]
        await remove(api, room, gone)
        media.person(room.name, gone)
    media.removed.clear()
    media.broken["broken"] = MediaServerError("livekit-server: internal")
    assert await services.removals.enforce_everywhere() == 1
    assert media.rooms["whole"].people == frozenset()


async def test_empty_rooms_are_not_asked_about(api: Api, services: Container, media: FakeMediaServer) -> None:
    """However many people were ever removed, only rooms that live are looked at."""
    for _ in range(3):
        room = await api.room()
        await remove(api, room, (await api.join(room.guest)).json()["identity"])
        media.rooms.pop(room.name, None)
    media.looks.clear()
    assert await services.removals.enforce_everywhere() == 0
    assert media.looks == []
