from __future__ import annotations

import asyncio

import httpx
import pytest
from livekit.api import TokenVerifier
from pydantic import SecretStr

from auth_service.http.app import create_app
from auth_service.policy import Role, grants
from auth_service.wiring import Container
from config.keys import DEVELOPMENT_SECRET
from tests.auth_service.conftest import Api, WallClock, refusal, with_auth
from tests.fakes.media_server import FakeMediaServer

DAY_S = 86_400


async def test_a_guest_link_lets_a_speaker_in(api: Api, clock: WallClock) -> None:
    """The link shows where it leads, and is exchanged for a token with the role's grants and relay credentials."""
    room = await api.room(name="board", title="Board meeting", languages=["es"], source_language="en")

    seen = await api.look(room.guest)
    joined = (await api.join(room.guest, speak="es", listen="fr")).json()

    assert seen.json() == {
        "room": "board",
        "title": "Board meeting",
        "role": "speaker",
        "languages": ["es"],
        "offer": {"recognised": None, "read": ["es"], "heard": None, "likened": None},
        "source_language": "en",
        "expires_at": "2027-01-22T08:00:00Z",
        "recorded": False,
        "encrypted": False,
    }
    claims = TokenVerifier("devkey", DEVELOPMENT_SECRET).verify(joined["token"], verify_signature=True)
    assert claims.identity == joined["identity"]
    assert claims.video == grants(Role.SPEAKER, "board")
    assert claims.attributes == {"translator.speak": "es", "translator.listen": "fr", "language": "fr"}
    expiry = int(clock()) + 20 * 60
    (relay,) = joined["ice_servers"]
    assert relay["username"] == f"{expiry}:{joined['identity']}"
    assert relay["urls"][2] == "turns:turn.example:443?transport=tcp"
    assert {
        name: joined[name] for name in ("url", "role", "room", "title", "expires_at", "organiser_token")
    } == {
        "url": "ws://127.0.0.1:7880",
        "role": "speaker",
        "room": "board",
        "title": "Board meeting",
        "expires_at": "2027-01-15T08:10:00Z",
        "organiser_token": None,
    }


async def test_the_organiser_link_brings_the_organisers_token(api: Api) -> None:
    """Whoever opens the organiser's link may make the organiser's calls."""
    room = await api.room()
    joined = (await api.join(room.organiser)).json()
    answer = await api.client.get(
        f"/api/v1/rooms/{room.name}", headers={"authorization": f"Bearer {joined['organiser_token']}"}
    )
    assert (joined["role"], answer.status_code, answer.json()["room"]) == ("organiser", 200, room.name)


async def test_links_end(api: Api, clock: WallClock) -> None:
    """Unknown, tampered, expired, revoked and used-up links let nobody in, and each says which it is."""
    room = await api.room()
    once = await api.invite(room, role="listener", uses=1)
    short = await api.invite(room, role="listener", expires_in_s=60)
    withdrawn = await api.invite(room, role="listener")
    await api.client.delete(f"/api/v1/rooms/{room.name}/invitations/{withdrawn['id']}", headers=room.headers)
    assert (await api.join(once["token"])).status_code == 200
    clock.pass_s(61)
    tampered = room.guest[:-1] + ("A" if room.guest[-1] != "A" else "E")

    tokens = ("nonsense", tampered, short["token"], withdrawn["token"], once["token"])
    reasons = [
        (404, "invitation_unknown"),
        (404, "invitation_unknown"),
        (410, "invitation_expired"),
        (410, "invitation_revoked"),
        (410, "invitation_used_up"),
    ]
    assert [refusal(await api.join(token)) for token in tokens] == reasons
    assert [refusal(await api.look(token)) for token in tokens] == reasons


async def test_of_many_who_want_the_last_use_one_gets_it(api: Api) -> None:
    """Uses are counted without a gap, however many come at the same moment."""
    room = await api.room()
    twice = await api.invite(room, role="speaker", uses=2)

    answers = await asyncio.gather(*(api.join(twice["token"], f"P{n}") for n in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [410] * 8
    listed = await api.client.get(f"/api/v1/rooms/{room.name}/invitations", headers=room.headers)
    assert [(each["used"], each["state"]) for each in listed.json()["invitations"] if each["uses"]] == [
        (2, "used_up")
    ]


async def test_renewal_keeps_the_identity_and_changes_the_secrets(api: Api, clock: WallClock) -> None:
    """A renewed token is for the same person, without another use of the link; relay credentials are new ones."""
    room = await api.room()
    once = await api.invite(room, role="speaker", uses=1)
    first = (await api.join(once["token"])).json()
    clock.pass_s(300)
    second = (await api.client.post("/api/v1/renew", json={"session": first["session"]})).json()

    kept = ("identity", "role", "room", "title", "session", "url", "organiser_token")
    assert {name: second[name] for name in kept} == {name: first[name] for name in kept}
    assert second["ice_servers"][0]["credential"] != first["ice_servers"][0]["credential"]
    assert second["expires_at"] > first["expires_at"]


async def test_renewal_ends(api: Api, clock: WallClock) -> None:
    """Nobody renews with a made-up session, after removal, after the link was withdrawn, or after half a day."""
    room = await api.room()
    sessions = []
    invitation = await api.invite(room, role="speaker")
    for token in (invitation["token"], room.guest, room.guest):
        sessions.append((await api.join(token)).json())
    base = f"/api/v1/rooms/{room.name}"
    await api.client.delete(f"{base}/invitations/{invitation['id']}", headers=room.headers)
    removal = await api.client.delete(f"{base}/participants/{sessions[1]['identity']}", headers=room.headers)
    clock.pass_s(DAY_S / 2 + 1)

    answers = [
        await api.client.post("/api/v1/renew", json={"session": session})
        for session in (*(joined["session"] for joined in sessions), "made up")
    ]

    assert removal.status_code == 204
    assert [refusal(answer) for answer in answers] == [
        (410, "invitation_revoked"),
        (403, "removed"),
        (410, "session_ended"),
        (410, "session_ended"),
    ]


async def test_a_withdrawn_link_ends_renewals_at_once(api: Api) -> None:
    """Whoever came by a link that was withdrawn may stay, but comes back no more."""
    room = await api.room()
    invitation = await api.invite(room, role="speaker")
    joined = (await api.join(invitation["token"])).json()
    await api.client.delete(f"/api/v1/rooms/{room.name}/invitations/{invitation['id']}", headers=room.headers)
    answer = await api.client.post("/api/v1/renew", json={"session": joined["session"]})
    assert refusal(answer) == (410, "invitation_revoked")


async def test_withdrawing_with_remove_disconnects_who_came_by_it(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Only they go; and they are removed again should a token that is still valid bring them back."""
    room = await api.room()
    invitation = await api.invite(room, role="speaker")
    gone = (await api.join(invitation["token"])).json()["identity"]
    stays = (await api.join(room.guest)).json()["identity"]
    media.person(room.name, gone)
    media.person(room.name, stays)

    url = f"/api/v1/rooms/{room.name}/invitations/{invitation['id']}?remove=true"
    answer = await api.client.delete(url, headers=room.headers)
    media.person(room.name, gone)
    clock.pass_s(600)
    await services.removals.enforce(room.name)

    assert answer.json() == {"removed": 1}
    assert media.removed == [gone, gone]
    assert media.rooms[room.name].people == {stays}


async def test_only_the_rooms_own_organiser_is_obeyed(api: Api, clock: WallClock) -> None:
    """No token, a guest's link, another room's organiser, a revoked or expired organiser: each is refused."""
    room, other = await api.room(), await api.room()
    second = await api.invite(room, role="organiser", expires_in_s=3600)
    third = await api.invite(room, role="organiser")
    asked = f"/api/v1/rooms/{room.name}/interpreter"
    tokens = [(await api.join(each["token"])).json()["organiser_token"] for each in (second, third)]
    await api.client.delete(f"/api/v1/rooms/{room.name}/invitations/{third['id']}", headers=room.headers)
    clock.pass_s(3601)

    headers = [{}, {"authorization": f"Bearer {room.guest}"}, other.headers]
    headers += [{"authorization": f"Bearer {token}"} for token in tokens]
    answers = [await api.client.get(asked, headers=header) for header in headers]

    assert [refusal(answer) for answer in answers] == [
        (401, "not_authorised"),
        (401, "not_authorised"),
        (404, "room_unknown"),
        (401, "not_authorised"),
        (401, "not_authorised"),
    ]


async def test_an_organiser_cannot_lock_themselves_out(api: Api) -> None:
    """The invitation that an organiser acts by is not theirs to revoke."""
    room = await api.room()
    listed = (await api.client.get(f"/api/v1/rooms/{room.name}/invitations", headers=room.headers)).json()
    (own,) = [each["id"] for each in listed["invitations"] if each["own"]]
    answer = await api.client.delete(f"/api/v1/rooms/{room.name}/invitations/{own}", headers=room.headers)
    assert refusal(answer) == (409, "own_invitation")


async def test_who_came_by_a_link_still_sees_it_once_it_is_used_up(api: Api, clock: WallClock) -> None:
    """With their session, until that ends; others do not, and coming back by the session uses nothing up."""
    room = await api.room()
    other = await api.invite(room, role="listener", uses=1)
    once = await api.invite(room, role="listener", uses=1, expires_in_s=60)
    session = (await api.join(once["token"])).json()["session"]
    await api.join(other["token"])
    clock.pass_s(61)

    async def seen(token: str, secret: str) -> httpx.Response:
        return await api.client.post("/api/v1/invitation", json={"invitation": token, "session": secret})

    assert (await api.client.post("/api/v1/renew", json={"session": session})).status_code == 200
    assert (await seen(once["token"], session)).json()["role"] == "listener"
    assert refusal(await seen(other["token"], session)) == (410, "invitation_used_up")
    assert refusal(await seen(once["token"], "made up")) == (410, "session_ended")
    assert refusal(await api.look(once["token"])) == (410, "invitation_expired")
    links = await api.client.get(f"/api/v1/rooms/{room.name}/invitations", headers=room.headers)
    assert sum(each["used"] for each in links.json()["invitations"]) == 2
    await api.client.delete(f"/api/v1/rooms/{room.name}/invitations/{once['id']}", headers=room.headers)
    assert refusal(await seen(once["token"], session)) == (410, "invitation_revoked")


async def test_organisers_see_each_link_again(api: Api, clock: WallClock) -> None:
    """With its name, as it was given out, while somebody may come by it."""
    room = await api.room()
    named = await api.invite(room, role="reader", name="Projector")
    spent = await api.invite(room, role="speaker", name="", uses=1)
    await api.join(spent["token"])

    answer = await api.client.get(f"/api/v1/rooms/{room.name}/invitations", headers=room.headers)

    links = {each["id"]: each for each in answer.json()["invitations"]}
    projector, gone = links.pop(named["id"]), links.pop(spent["id"])
    assert {each["role"]: each["link"].rpartition("#")[2] for each in links.values()} == {
        "organiser": room.organiser,
        "speaker": room.guest,
        "reader": room.reader,
    }
    assert projector == {key: named[key] for key in projector}
    assert projector["name"] == "Projector"
    assert projector["captions_link"] == f"https://meet.example/captions/{room.name}#{named['token']}"
    assert (gone["state"], gone["link"], gone["captions_link"]) == ("used_up", None, None)


async def test_closing_a_room_ends_everything(api: Api, media: FakeMediaServer) -> None:
    """After the meeting was ended no link, session or organiser's call works, and the room is gone."""
    room = await api.room()
    joined = (await api.join(room.guest)).json()
    media.person(room.name, joined["identity"])

    closed = await api.client.delete(f"/api/v1/rooms/{room.name}", headers=room.headers)

    assert (closed.status_code, media.rooms) == (204, {})
    assert refusal(await api.join(room.guest)) == (410, "room_closed")
    again = await api.client.post("/api/v1/renew", json={"session": joined["session"]})
    assert refusal(again) == (410, "room_closed")
    assert refusal(await api.client.get(f"/api/v1/rooms/{room.name}", headers=room.headers)) == (
        410,
        "room_closed",
    )


async def test_names_are_taken_once(api: Api) -> None:
    """Of many who want the same name at once one gets it."""
    answers = await asyncio.gather(
        *(api.client.post("/api/v1/rooms", json={"name": "board"}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "room_exists"}


async def test_rooms_are_the_operators_where_they_are_not_open(services: Container) -> None:
    """Without the operator's key no room is made; with it, one is; an empty key opens nothing."""
    for key, shown, expected in [
        ("operator-key", None, 403),
        ("operator-key", "wrong", 401),
        ("operator-key", "operator-key", 201),
        ("", "", 403),
    ]:
        app = create_app(with_auth(services, open_rooms=False, operator_key=SecretStr(key)))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="https://meet.example"
        ) as client:
            headers = {} if shown is None else {"authorization": f"Bearer {shown}"}
            assert (await client.post("/api/v1/rooms", json={}, headers=headers)).status_code == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "a\x00b"},
        {"name": "a\u202eb"},
        {"name": "\u200d"},
        {"name": "x" * 65},
        {"name": 7},
        {"name": "Ana", "extra": 1},
        {"name": "Ana", "listen": "spanish language"},
        {"name": "Ana", "captions": "es,,fr"},
        {"name": "Ana", "speak": "off"},
        {"invitation": ""},
    ],
)
async def test_what_is_not_as_agreed_is_refused(api: Api, changes: dict[str, object]) -> None:
    """Unknown fields, wrong kinds, control characters and excess are refused, and what was sent is not repeated."""
    room = await api.room()
    answer = await api.client.post("/api/v1/join", json={"invitation": room.guest, "name": "Ana"} | changes)
    assert refusal(answer) == (422, "invalid")
    assert room.guest not in answer.text
    assert set(answer.json()["problems"][0]) == {"where", "problem"}


@pytest.mark.parametrize("name", ["Ana María", "李小龍", "عمر", "👩‍🔬 Zoë", "नमस्ते"])
async def test_names_of_all_scripts_are_welcome(api: Api, name: str) -> None:
    """Letters of any script and joined emoji are names."""
    room = await api.room()
    assert (await api.join(room.guest, name)).status_code == 200


async def test_too_much_is_refused(api: Api) -> None:
    """A body beyond the limit is not read, whether its length is announced or not; one that is not JSON is named so."""

    async def endless() -> object:
        for _ in range(10):
            yield b" " * 50_000

    join = "/api/v1/join"
    assert refusal(await api.client.post(join, content=b" " * 300_000)) == (413, "too_large")
    assert refusal(await api.client.post(join, content=endless())) == (413, "too_large")  # type: ignore[arg-type]
    broken = await api.client.post(join, content=b"{", headers={"content-type": "application/json"})
    assert refusal(broken) == (400, "bad_request")


async def test_rates_are_limited_by_address_and_by_invitation(services: Container, clock: WallClock) -> None:
    """Who asks too often is told when to come back; one invitation is limited wherever its users are."""
    limited = with_auth(services, failures_per_minute=4, joins_per_invitation_per_minute=2)
    app = create_app(limited)

    def at(address: str) -> Api:
        transport = httpx.ASGITransport(app, client=(address, 1))
        return Api(httpx.AsyncClient(transport=transport, base_url="https://meet.example"))

    room = await at("192.0.2.1").room()
    other = await at("192.0.2.1").invite(room, role="listener")

    guesses = [await at("192.0.2.9").join("guess") for _ in range(5)]
    joins = [await at(f"192.0.2.{n}").join(room.guest) for n in range(3)]

    assert [guess.status_code for guess in guesses] == [404] * 4 + [429]
    assert guesses[-1].headers["retry-after"] == "15"
    assert guesses[-1].json() == {
        "type": "urn:hive:problem:rate_limited",
        "title": "Rate limited",
        "status": 429,
        "detail": "Too many requests; try again later.",
        "code": "rate_limited",
        "retry_after_s": 15.0,
    }
    assert guesses[-1].headers["content-type"] == "application/problem+json"
    assert [join.status_code for join in joins] == [200, 200, 429]
    assert (await at("192.0.2.3").join(other["token"])).status_code == 200
    clock.pass_s(31)
    assert (await at("192.0.2.4").join(room.guest)).status_code == 200


async def test_sessions_are_forgotten(services: Container, api: Api, clock: WallClock) -> None:
    """A day after a session could last renew nothing of the person is kept; rooms go a month after their last link."""
    room = await api.room()
    joined = (await api.join(room.guest)).json()
    clock.pass_s(2 * DAY_S)
    gone = [await services.retention.purge(clock())]
    answer = await api.client.post("/api/v1/renew", json={"session": joined["session"]})
    clock.pass_s(36 * DAY_S)
    gone.append(await services.retention.purge(clock()))
    assert (gone, refusal(answer)) == ([0, 1], (410, "session_ended"))
    assert await services.storage.room(room.name) is None


async def test_what_the_media_server_keeps_from_us_is_said(api: Api, media: FakeMediaServer) -> None:
    """While the media server is away links work, and calls that need it say so."""
    room = await api.room()
    media.reachable = False
    assert (await api.join(room.guest)).status_code == 200
    await api.client.put(f"/api/v1/rooms/{room.name}/interpreter", json={}, headers=room.headers)
    seen = await api.client.get(f"/api/v1/rooms/{room.name}/interpreter", headers=room.headers)
    assert refusal(seen) == (502, "media_server")
