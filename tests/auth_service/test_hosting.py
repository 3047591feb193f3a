"""What organisers may do to others: mute them, and make them organisers."""

from __future__ import annotations

from typing import Any

import httpx
from structlog.testing import capture_logs

from auth_service.wiring import Container
from tests.auth_service.conftest import Api, Room, WallClock, refusal
from tests.auth_service.test_removal import headers, remove, renew
from tests.fakes.media_server import FakeMediaServer


async def ask(
    api: Api, method: str, room: Room, path: str, by: dict[str, str] | None = None
) -> httpx.Response:
    return await api.client.request(method, f"/api/v1/rooms/{room.name}/{path}", headers=by or room.headers)


async def organisers(api: Api, room: Room) -> dict[str, bool]:
    answer = (await ask(api, "GET", room, "organisers")).json()
    return {each["identity"]: each["by_link"] for each in answer["organisers"]}


async def joined(api: Api, room: Room, *names: str) -> list[dict[str, Any]]:
    return [(await api.join(room.guest, name)).json() for name in names]


async def test_one_person_is_muted_and_told_by_whom(api: Api, media: FakeMediaServer) -> None:
    """Once: a microphone that is closed already is not closed again, and nobody is told anything."""
    room = await api.room()
    emma = (await api.join(room.organiser, "Emma")).json()
    (ana,) = await joined(api, room, "Ana")
    media.person(room.name, ana["identity"])
    media.microphones[ana["identity"]] = ("TR_1",)

    path = f"participants/{ana['identity']}/mute"
    with capture_logs() as logs:
        answers = [(await ask(api, "POST", room, path, headers(emma))).json() for _ in range(2)]

    assert answers == [{"muted": 1}, {"muted": 0}]
    assert media.told == [((ana["identity"],), {"type": "muted", "by": emma["identity"]})]
    told = [log for log in logs if log["event"] == "participant muted"]
    assert [(log["room"], log["identity"], log["by"]) for log in told] == [
        (room.name, ana["identity"], emma["identity"])
    ]


async def test_all_others_are_muted_at_once_but_not_whoever_asks(api: Api, media: FakeMediaServer) -> None:
    """Who speaks just now is told; who did not speak is not."""
    room = await api.room()
    emma = (await api.join(room.organiser, "Emma")).json()
    people = [emma, *await joined(api, room, "Ana", "Bea", "Cas")]
    for each in people:
        media.person(room.name, each["identity"])
    for each in people[:3]:
        media.microphones[each["identity"]] = ("TR_1",)

    assert (await ask(api, "POST", room, "mute", headers(emma))).json() == {"muted": 2}

    assert set(media.microphones) == {emma["identity"]}
    ((told, message),) = media.told
    assert set(told) == {each["identity"] for each in people[1:3]}
    assert message == {"type": "muted", "by": emma["identity"]}


async def test_nobody_is_muted_who_is_not_there_or_by_whom_may_not(api: Api, media: FakeMediaServer) -> None:
    """Each refusal is a problem with a code of its own."""
    room, other = await api.room(), await api.room()
    (ana,) = await joined(api, room, "Ana")
    path = f"participants/{ana['identity']}/mute"
    assert refusal(await ask(api, "POST", room, path)) == (404, "not_found")
    assert refusal(await ask(api, "POST", room, path, other.headers)) == (404, "room_unknown")
    assert refusal(await ask(api, "POST", room, path, {"authorization": "Bearer x"})) == (
        401,
        "not_authorised",
    )
    media.reachable = False
    assert refusal(await ask(api, "POST", room, "mute")) == (502, "media_server")


async def test_a_guest_is_made_an_organiser_and_stays_one_after_a_reload(
    api: Api, media: FakeMediaServer
) -> None:
    """Their page and the organisers' are told; what they renew with lets them organise, and nobody else."""
    room = await api.room()
    emma = (await api.join(room.organiser, "Emma")).json()
    ana, bea = await joined(api, room, "Ana", "Bea")

    with capture_logs() as logs:
        answer = await ask(api, "PUT", room, f"organisers/{ana['identity']}", headers(emma))

    assert answer.status_code == 204
    told, message = media.told[-1]
    assert {ana["identity"], emma["identity"]} <= set(told)
    assert bea["identity"] not in told
    assert message == {
        "type": "organisers", "identity": ana["identity"], "organises": True, "by": emma["identity"],
    }  # fmt: skip
    assert media.permitted[ana["identity"]].can_publish_data
    assert ("organiser appointed", ana["identity"], emma["identity"]) in [
        (log["event"], log.get("identity"), log.get("by")) for log in logs
    ]
    again = (await renew(api, ana["session"])).json()
    assert (again["identity"], again["role"]) == (ana["identity"], "organiser")
    assert (await ask(api, "GET", room, "invitations", headers(again))).status_code == 200
    assert (await renew(api, bea["session"])).json()["organiser_token"] is None
    assert (await api.join(room.guest, "Cas")).json()["role"] == "speaker"
    listed = await organisers(api, room)
    assert (listed[ana["identity"]], listed[emma["identity"]]) == (False, True)
    assert bea["identity"] not in listed


async def test_what_was_given_is_taken_back_at_once(api: Api, media: FakeMediaServer) -> None:
    """The token that they hold opens nothing from then on; given again, it does."""
    room = await api.room()
    (ana,) = await joined(api, room, "Ana")
    path = f"organisers/{ana['identity']}"
    await ask(api, "PUT", room, path)
    by_ana = headers((await renew(api, ana["session"])).json())

    assert (await ask(api, "DELETE", room, path)).status_code == 204

    assert refusal(await ask(api, "GET", room, "door", by_ana)) == (401, "not_authorised")
    renewed = (await renew(api, ana["session"])).json()
    assert (renewed["role"], renewed["organiser_token"]) == ("speaker", None)
    assert media.told[-1][1]["organises"] is False
    assert ana["identity"] in media.told[-1][0]
    await ask(api, "PUT", room, path)
    assert (await ask(api, "GET", room, "door", by_ana)).status_code == 200


async def test_a_removal_takes_the_rights_and_who_was_removed_cannot_be_made_an_organiser(api: Api) -> None:
    """Neither can whoever never came, came to another room, or only reads captions."""
    room, other = await api.room(), await api.room()
    (ana,) = await joined(api, room, "Ana")
    (elsewhere,) = await joined(api, other, "Bea")
    screen = (await api.join(room.reader, "Captions")).json()
    await ask(api, "PUT", room, f"organisers/{ana['identity']}")
    by_ana = headers((await renew(api, ana["session"])).json())

    await remove(api, room, ana["identity"])

    assert refusal(await ask(api, "POST", room, "mute", by_ana)) == (401, "not_authorised")
    assert ana["identity"] not in await organisers(api, room)
    for identity in (ana["identity"], elsewhere["identity"], "speaker-unknown"):
        answer = await ask(api, "PUT", room, f"organisers/{identity}")
        assert refusal(answer) == (404, "not_found")
    assert refusal(await ask(api, "PUT", room, f"organisers/{screen['identity']}")) == (409, "reader")


async def test_organisers_by_link_stay_organisers_and_guests_make_nobody_one(api: Api) -> None:
    """The rights of a link are taken back with the link."""
    room = await api.room()
    emma = (await api.join(room.organiser, "Emma")).json()
    (ana,) = await joined(api, room, "Ana")
    refused = await ask(api, "DELETE", room, f"organisers/{emma['identity']}")
    assert refusal(refused) == (409, "organiser_by_link")
    token = {"authorization": f"Bearer {ana['session']}"}
    assert refusal(await ask(api, "PUT", room, f"organisers/{ana['identity']}", token)) == (
        401,
        "not_authorised",
    )


async def test_a_listener_who_organises_may_speak_and_no_longer_when_it_is_taken_back(
    api: Api, media: FakeMediaServer
) -> None:
    """Their rights in the room follow at once."""
    room = await api.room()
    link = await api.invite(room, role="listener")
    ana = (await api.join(link["token"], "Ana")).json()
    path = f"organisers/{ana['identity']}"
    await ask(api, "PUT", room, path)
    assert media.permitted[ana["identity"]].can_publish
    await ask(api, "DELETE", room, path)
    assert not media.permitted[ana["identity"]].can_publish


async def test_an_organisers_rights_end_with_their_session(api: Api, clock: WallClock) -> None:
    """Also those of whom an organiser made one."""
    room = await api.room()
    (ana,) = await joined(api, room, "Ana")
    await ask(api, "PUT", room, f"organisers/{ana['identity']}")
    by_ana = headers((await renew(api, ana["session"])).json())
    clock.pass_s(13 * 3600)
    assert refusal(await ask(api, "GET", room, "door", by_ana)) == (401, "not_authorised")


async def test_an_interpreter_that_is_wanted_from_the_beginning_comes_with_the_first_person(
    api: Api, services: Container, media: FakeMediaServer
) -> None:
    """Nothing is fetched for an empty room; what the room is limited to is what the interpreter is asked for."""
    made = await api.client.post(
        "/api/v1/rooms", json={"name": "early", "interpreter": True, "languages": ["es"]}
    )
    room, by = "early", {"authorization": f"Bearer {made.json()['organiser_token']}"}
    await services.reconciler.look(room)
    assert media.metadata == []
    seen = (await api.client.get(f"/api/v1/rooms/{room}/interpreter", headers=by)).json()
    assert (seen["state"], seen["languages"]) == ("invited", ["es"])

    media.person(room, "speaker-1")
    await services.reconciler.look(room)

    assert [job["languages"] for job in media.metadata] == [["es"]]
    later = (await api.client.post("/api/v1/rooms", json={"name": "later"})).json()
    by = {"authorization": f"Bearer {later['organiser_token']}"}
    assert (await api.client.get("/api/v1/rooms/later/interpreter", headers=by)).json()["state"] == "absent"
