from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from auth_service.access.door import COMING_S
from auth_service.access.revocations import DatabaseOnly
from auth_service.http.app import create_app
from auth_service.storage.assignments import Assignments
from auth_service.storage.waiting import ABSENT_S
from auth_service.wiring import Container, assemble
from tests.auth_service.conftest import Api, Room, WallClock, refusal
from tests.fakes.media_server import FakeMediaServer


async def set_door(api: Api, room: Room, **wanted: bool) -> dict[str, Any]:
    body = {"locked": False, "lobby": False} | wanted
    answer = await api.client.put(f"/api/v1/rooms/{room.name}/door", json=body, headers=room.headers)
    assert answer.status_code == 200, answer.text
    door: dict[str, Any] = answer.json()
    return door


async def door(api: Api, room: Room) -> dict[str, Any]:
    answer = await api.client.get(f"/api/v1/rooms/{room.name}/door", headers=room.headers)
    seen: dict[str, Any] = answer.json()
    return seen


async def ask(api: Api, ticket: str) -> httpx.Response:
    return await api.client.post("/api/v1/waiting", json={"ticket": ticket})


async def wait(api: Api, room: Room, name: str = "Ana", **wishes: Any) -> str:
    answer = await api.join(room.guest, name, **wishes)
    assert answer.status_code == 202, answer.text
    ticket: str = answer.json()["ticket"]
    return ticket


async def answered(api: Api, room: Room, name: str, *, admit: bool) -> None:
    (waiter,) = [each for each in (await door(api, room))["waiting"] if each["name"] == name]
    method = "POST" if admit else "DELETE"
    url = f"/api/v1/rooms/{room.name}/door/waiting/{waiter['id']}"
    answer = await api.client.request(method, url, headers=room.headers)
    assert answer.status_code == 204


async def names(api: Api, room: Room) -> list[str]:
    return [each["name"] for each in (await door(api, room))["waiting"]]


async def test_a_locked_room_lets_nobody_new_in(api: Api) -> None:
    """By no link and in no role but an organiser's; who is in may renew; unlocked, it is open again."""
    room = await api.room()
    listener = await api.invite(room, role="listener")
    inside = (await api.join(room.guest)).json()
    assert await set_door(api, room, locked=True) == {"locked": True, "lobby": False, "waiting": []}

    for token in (room.guest, room.reader, listener["token"]):
        assert refusal(await api.join(token)) == (403, "room_locked")
    assert (await api.client.post("/api/v1/renew", json={"session": inside["session"]})).status_code == 200
    assert (await api.join(room.organiser)).status_code == 200

    await set_door(api, room)
    assert (await api.join(room.guest)).status_code == 200


async def test_whoever_waits_comes_in_when_an_organiser_lets_them(api: Api, clock: WallClock) -> None:
    """Until then they have no token, and the link is not used; then they come with what they wished for."""
    room = await api.room()
    once = await api.invite(room, role="speaker", uses=1)
    await set_door(api, room, lobby=True)
    first = await api.join(once["token"], "Ana", speak="es", listen="fr")

    assert first.status_code == 202
    assert first.json() | {"ticket": ""} == {
        "ticket": "",
        "expires_at": "2027-01-15T08:10:00Z",
        "ask_again_s": 4.0,
    }
    ticket = first.json()["ticket"]
    assert (await ask(api, ticket)).json() == first.json()
    (waiter,) = (await door(api, room))["waiting"]
    assert waiter | {"id": ""} == {
        "id": "",
        "name": "Ana",
        "role": "speaker",
        "since": "2027-01-15T08:00:00Z",
    }
    assert waiter["id"] not in ticket

    await answered(api, room, "Ana", admit=True)
    assert await names(api, room) == []
    came = await ask(api, ticket)

    assert came.status_code == 200
    assert came.json()["identity"].startswith("speaker-")
    assert came.json()["session"] == ticket
    assert refusal(await api.join(once["token"])) == (410, "invitation_used_up")
    again = await api.client.post("/api/v1/renew", json={"session": ticket})
    assert again.json()["identity"] == came.json()["identity"]


async def test_an_answer_that_got_lost_is_given_again(api: Api) -> None:
    """However often and at once they ask, one person comes in, and one use of the link is counted."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    ticket = await wait(api, room)
    await answered(api, room, "Ana", admit=True)

    answers = await asyncio.gather(*(ask(api, ticket) for _ in range(5)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["identity"] for answer in answers}) == 1
    listed = await api.client.get(f"/api/v1/rooms/{room.name}/invitations", headers=room.headers)
    assert [each["used"] for each in listed.json()["invitations"] if each["role"] == "speaker"] == [1]


async def test_whoever_is_refused_does_not_come_in(api: Api) -> None:
    """And is told so, however often they ask; who gave an answer may not turn it around by a late click."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    ticket = await wait(api, room)
    (waiter,) = (await door(api, room))["waiting"]
    await answered(api, room, "Ana", admit=False)

    assert [refusal(await ask(api, ticket)) for _ in range(2)] == [(403, "not_admitted")] * 2
    assert await names(api, room) == []
    url = f"/api/v1/rooms/{room.name}/door/waiting/{waiter['id']}"
    assert refusal(await api.client.post(url, headers=room.headers)) == (404, "not_found")
    assert (await api.client.delete(url, headers=room.headers)).status_code == 204


async def test_whoever_gives_up_is_seen_no_more(api: Api) -> None:
    """Giving up twice is no error."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    ticket = await wait(api, room)
    ended = [await api.client.post("/api/v1/waiting/end", json={"ticket": ticket}) for _ in range(2)]
    assert [each.status_code for each in ended] == [204, 204]
    assert await names(api, room) == []
    assert refusal(await ask(api, ticket)) == (410, "waiting_ended")


@pytest.mark.parametrize("asks_every_s", [5, ABSENT_S - 1])
async def test_waiting_ends_in_time(api: Api, clock: WallClock, asks_every_s: float) -> None:
    """After ten minutes, however faithfully they ask."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    ticket = await wait(api, room)
    for _ in range(int(600 / asks_every_s)):
        assert (await ask(api, ticket)).status_code == 202
        assert await names(api, room) == ["Ana"]
        clock.pass_s(asks_every_s)
    clock.pass_s(asks_every_s)
    assert refusal(await ask(api, ticket)) == (410, "waiting_ended")
    assert await names(api, room) == []


async def test_whoever_closed_the_page_is_not_waited_for(api: Api, clock: WallClock) -> None:
    """Who does not ask any more disappears from the organiser's list and leaves their place."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    await wait(api, room, "Ana")
    clock.pass_s(ABSENT_S - 1)
    await wait(api, room, "Bea")
    clock.pass_s(2)
    assert await names(api, room) == ["Bea"]


async def test_whoever_was_let_in_has_to_come(api: Api, clock: WallClock) -> None:
    """Within some minutes, also when their browser asks rarely."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    soon, late = await wait(api, room, "Ana"), await wait(api, room, "Bea")
    await answered(api, room, "Ana", admit=True)
    await answered(api, room, "Bea", admit=True)
    clock.pass_s(COMING_S - 1)
    assert (await ask(api, soon)).status_code == 200
    clock.pass_s(2)
    assert refusal(await ask(api, late)) == (410, "waiting_ended")


async def test_a_lobby_is_no_larger_than_it_may_be(
    services: Container, media: FakeMediaServer, clock: WallClock
) -> None:
    """Of many at once so many get a place; the others are told when to try again; another room has its own places."""
    crowded = with_places(services, media, clock, 3)
    transport = httpx.ASGITransport(create_app(crowded))
    async with httpx.AsyncClient(transport=transport, base_url="https://meet.example") as client:
        api = Api(client)
        room, other = await api.room(), await api.room()
        for each in (room, other):
            await set_door(api, each, lobby=True)
        answers = await asyncio.gather(*(api.join(room.guest, f"P{n}") for n in range(8)))
        assert sorted(answer.status_code for answer in answers) == [202] * 3 + [429] * 5
        full = next(answer for answer in answers if answer.status_code == 429)
        assert (full.json()["code"], full.headers["retry-after"]) == ("lobby_full", "30")
        assert len(await names(api, room)) == 3
        assert (await api.join(other.guest)).status_code == 202


def with_places(services: Container, media: FakeMediaServer, clock: WallClock, places: int) -> Container:
    settings = replace(services.settings, auth=replace(services.settings.auth, lobby_places=places))
    assignments = Assignments(services.storage.engine)
    return assemble(settings, services.storage, assignments, media, services.limiter, DatabaseOnly(), clock)


async def test_opening_the_lobby_lets_those_in_who_wait(api: Api) -> None:
    """There is nothing left to wait for."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    ticket = await wait(api, room)
    await set_door(api, room)
    assert (await ask(api, ticket)).status_code == 200


async def test_locking_sends_those_away_who_wait(api: Api) -> None:
    """But not whom an organiser let in before."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    let_in, waits = await wait(api, room, "Ana"), await wait(api, room, "Bea")
    await answered(api, room, "Ana", admit=True)
    door_ = await set_door(api, room, locked=True, lobby=True)
    assert door_["waiting"] == []
    assert refusal(await ask(api, waits)) == (403, "room_locked")
    assert (await ask(api, let_in)).status_code == 200


async def test_whoever_waits_does_not_come_in_by_a_link_that_ended(api: Api) -> None:
    """Withdrawn, or the meeting ended, while they waited; also when they had been let in."""
    for ended in ("link", "room"):
        room = await api.room()
        await set_door(api, room, lobby=True)
        waits, let_in = await wait(api, room, "Ana"), await wait(api, room, "Bea")
        await answered(api, room, "Bea", admit=True)
        base = f"/api/v1/rooms/{room.name}"
        if ended == "room":
            await api.client.delete(base, headers=room.headers)
            expected = (410, "waiting_ended")
        else:
            listed = await api.client.get(f"{base}/invitations", headers=room.headers)
            (link,) = [each["id"] for each in listed.json()["invitations"] if each["role"] == "speaker"]
            await api.client.delete(f"{base}/invitations/{link}", headers=room.headers)
            expected = (410, "invitation_revoked")
        assert [refusal(await ask(api, ticket)) for ticket in (waits, let_in)] == [expected] * 2


async def test_whoever_was_removed_does_not_even_wait(api: Api) -> None:
    """Their browser says who they were; the organiser is not asked again."""
    room = await api.room()
    gone = (await api.join(room.guest)).json()["identity"]
    await set_door(api, room, lobby=True)
    await api.client.delete(f"/api/v1/rooms/{room.name}/participants/{gone}", headers=room.headers)
    assert refusal(await api.join(room.guest, earlier=[gone])) == (403, "removed")
    assert await names(api, room) == []


async def test_another_rooms_organiser_answers_nobody(api: Api) -> None:
    """Neither sees nor lets in who waits elsewhere."""
    room, other = await api.room(), await api.room()
    await set_door(api, room, lobby=True)
    ticket = await wait(api, room)
    (waiter,) = (await door(api, room))["waiting"]
    mine = f"/api/v1/rooms/{other.name}/door/waiting/{waiter['id']}"
    assert refusal(await api.client.post(mine, headers=other.headers)) == (404, "not_found")
    theirs = f"/api/v1/rooms/{room.name}/door"
    assert refusal(await api.client.get(theirs, headers=other.headers)) == (404, "room_unknown")
    assert refusal(await api.client.get(theirs)) == (401, "not_authorised")
    assert (await ask(api, ticket)).status_code == 202


async def test_asking_is_limited(api: Api) -> None:
    """Whoever asks without a pause is told to wait; another who waits is not."""
    room = await api.room()
    await set_door(api, room, lobby=True)
    ticket, other = await wait(api, room, "Ana"), await wait(api, room, "Bea")
    answers = [await ask(api, ticket) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [202] * 60 + [429]
    assert (await ask(api, other)).status_code == 202


@pytest.mark.parametrize("ticket", ["made-up", "x" * 200])
async def test_a_made_up_ticket_opens_nothing(api: Api, ticket: str) -> None:
    """Nobody waits by it."""
    assert refusal(await ask(api, ticket)) == (410, "waiting_ended")
