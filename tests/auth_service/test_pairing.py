"""Devices are paired by a code, have rooms of their own, and are put out when they are withdrawn."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from auth_service.access.pairing import LONGEST_S, UNUSED_S
from auth_service.access.pairing_codes import new_code, read_code
from auth_service.paired_rooms import UNUSED_S as EMPTY_S
from auth_service.storage.devices import MOST_CODES, MOST_DEVICES, OPERATOR
from auth_service.storage.tables import devices, pairing_codes, rooms, sessions
from auth_service.wiring import Container
from foundation.database import reading
from foundation.names import confirmed
from tests.auth_service.conftest import Api, WallClock, refusal
from tests.auth_service.test_reconcile import running, until
from tests.auth_service.test_retention import _client, _set
from tests.fakes.media_server import FakeMediaServer

PAIRING = "/api/v1/pairing"
KEY = "operator-key"
EXTENSION = "chrome-extension://abcdefghijklmnopabcdefghijklmnop"
WISH = {"hear": "es", "speak": "en", "languages": ["en", "es"]}


class Paired:
    """What a device does."""

    def __init__(self, client: httpx.AsyncClient, answer: dict[str, Any]) -> None:
        self._client = client
        self.id, self.token, self.expires_at = answer["device_id"], answer["token"], answer["expires_at"]
        self.headers = {"authorization": f"Bearer {self.token}"}

    async def room(self, **wish: Any) -> httpx.Response:
        return await self._client.post(f"{PAIRING}/rooms", json=WISH | wish, headers=self.headers)

    async def end(self, room: str) -> httpx.Response:
        return await self._client.delete(f"{PAIRING}/rooms/{room}", headers=self.headers)

    async def leave(self) -> httpx.Response:
        return await self._client.delete(f"{PAIRING}/devices/{self.id}", headers=self.headers)


async def _code(api: Api, bearer: str | None = None) -> dict[str, Any]:
    headers = {} if bearer is None else {"authorization": f"Bearer {bearer}"}
    answer = await api.client.post(f"{PAIRING}/codes", headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def _redeem(api: Api, code: str, name: str = "My browser") -> httpx.Response:
    return await api.client.post(f"{PAIRING}/redeem", json={"code": code, "name": name})


async def _paired(api: Api, name: str = "My browser", bearer: str | None = None) -> tuple[Paired, str]:
    """A device, and its owner's token."""
    made = await _code(api, bearer)
    answer = await _redeem(api, made["code"], name)
    assert answer.status_code == 200, answer.text
    return Paired(api.client, answer.json()), made["owner_token"] or bearer or ""


async def _seen(api: Api, bearer: str) -> list[dict[str, Any]]:
    answer = await api.client.get(f"{PAIRING}/devices", headers={"authorization": f"Bearer {bearer}"})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["devices"]
    return found


async def _withdraw(api: Api, device: str, bearer: str) -> httpx.Response:
    return await api.client.delete(
        f"{PAIRING}/devices/{device}", headers={"authorization": f"Bearer {bearer}"}
    )


async def _rows(services: Container, table: Any) -> list[dict[str, Any]]:
    async with reading(services.storage.engine) as connection:
        return [dict(row) for row in (await connection.execute(select(table))).mappings()]


def _shown(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_codes_are_not_mistaken_for_others() -> None:
    """Forty bits; typed in small letters, without the hyphen, with O for 0 and I or L for 1 they are the same."""
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(code[4] == "-" and len(code) == 9 and not set(code) & set("OILU") for code in codes)
    assert {read_code(typed) for typed in ("01AB-CDEF", "oiab cdef", "0LABCDEF", " o1ab-cdef ")} == {
        "01ABCDEF"
    }
    assert [read_code(typed) for typed in ("", "01AB-CDE", "01AB-CDEFG", "01AB-CDEU", "01ÄB-CDEF")] == [
        None
    ] * 5


async def test_a_code_pairs_one_device_within_ten_minutes(
    api: Api, services: Container, clock: WallClock
) -> None:
    """Once; what is unknown, used or too old is not told apart. Nothing by which somebody could come in is stored."""
    made = await _code(api)
    assert made["expires_at"] == _shown(clock() + 600)
    answer = await _redeem(api, made["code"].lower().replace("-", " "))
    assert answer.status_code == 200
    paired = answer.json()
    assert set(paired) == {"token", "expires_at", "device_id"}
    assert paired["expires_at"] == _shown(clock() + UNUSED_S)
    late = await _code(api)
    clock.pass_s(601)
    unknown = (404, "code_unknown")
    assert [
        refusal(await _redeem(api, code)) for code in (made["code"], late["code"], new_code(), "nonsense")
    ] == [unknown] * 4
    stored = json.dumps([await _rows(services, table) for table in (devices, pairing_codes)])
    secrets = (
        paired["token"],
        made["code"],
        read_code(made["code"]) or "",
        late["code"],
        made["owner_token"],
    )
    assert not [secret for secret in secrets if secret in stored]


async def test_two_who_redeem_one_code_are_one_device(api: Api) -> None:
    """Of any number at the same time one gets it."""
    made = await _code(api)
    answers = await asyncio.gather(*(_redeem(api, made["code"], f"browser {n}") for n in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
    assert len(await _seen(api, made["owner_token"])) == 1


async def test_guessing_is_bounded(api: Api, services: Container) -> None:
    """By address, and altogether from however many; a right code is refused then as well."""
    made = await _code(api)
    answers = [await _redeem(api, new_code()) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [404] * 10 + [429]
    assert refusal(await _redeem(api, made["code"])) == (429, "rate_limited")
    assert int(answers[-1].headers["retry-after"]) >= 1
    refused = 0
    for number in range(200):  # the first ten are counted already
        transport = httpx.ASGITransport(api.client._transport.app, client=(f"10.0.{number}.1", 1))  # type: ignore[attr-defined]
        async with httpx.AsyncClient(transport=transport, base_url="https://meet.example") as other:
            refused += (await _redeem(Api(other), new_code())).status_code == 429
    assert refused == 200 - (12 * services.settings.auth.pairings_per_minute - 10)


async def test_whoever_may_make_rooms_makes_codes(services: Container) -> None:
    """Where the operator makes the rooms, nobody else makes codes; what is no key is refused anywhere."""
    closed = _set(services, open_rooms=False, operator_key=SecretStr(KEY))
    async with _client(closed) as api, _client(services) as open_api:
        assert refusal(await api.client.post(f"{PAIRING}/codes")) == (403, "rooms_closed")
        junk = {"authorization": "Bearer junk"}
        for client in (api.client, open_api.client):
            assert refusal(await client.post(f"{PAIRING}/codes", headers=junk)) == (401, "not_authorised")
        made = await _code(api, KEY)
        assert made["owner_token"] is None
        theirs = (await _code(open_api))["owner_token"]
        by_token = {"authorization": f"Bearer {theirs}"}
        assert refusal(await api.client.post(f"{PAIRING}/codes", headers=by_token)) == (403, "rooms_closed")


async def test_owners_see_and_withdraw_their_own_devices(services: Container, clock: WallClock) -> None:
    """The newest first; nobody else's but for the operator; a device withdraws itself and no other."""
    async with _client(_set(services, operator_key=SecretStr(KEY))) as api:
        first, ana = await _paired(api, "Ana's browser")
        began = clock()
        clock.pass_s(100)
        second, same = await _paired(api, "Ana's other", ana)
        other, bo = await _paired(api, "Bo's browser")
        own, _ = await _paired(api, "The operator's", KEY)
        assert (await first.room()).status_code == 201
        assert await _seen(api, same) == [
            {
                "device_id": second.id, "name": "Ana's other", "created_at": _shown(clock()),
                "used_at": _shown(clock()), "expires_at": _shown(clock() + UNUSED_S),
            },
            {
                "device_id": first.id, "name": "Ana's browser", "created_at": _shown(began),
                "used_at": _shown(clock()), "expires_at": _shown(clock() + UNUSED_S),
            },
        ]  # fmt: skip
        assert [each["name"] for each in await _seen(api, bo)] == ["Bo's browser"]
        assert len(await _seen(api, KEY)) == 4
        for device in (other.id, own.id, "f" * 24):
            assert refusal(await _withdraw(api, device, ana)) == (404, "not_found")
        assert refusal(await _withdraw(api, first.id, second.token)) == (401, "not_authorised")
        assert refusal(await _withdraw(api, first.id, "junk")) == (401, "not_authorised")
        assert (await second.leave()).status_code == 204
        assert refusal(await second.leave()) == (401, "device_revoked")
        assert (await _withdraw(api, first.id, ana)).status_code == 204
        assert (await _withdraw(api, first.id, ana)).status_code == 204
        assert (await _withdraw(api, other.id, KEY)).status_code == 204
        assert [each["name"] for each in await _seen(api, KEY)] == ["The operator's"]
        for device in (first, second, other):
            assert refusal(await device.room()) == (401, "device_revoked")
        assert refusal(await api.client.get(f"{PAIRING}/devices")) == (401, "not_authorised")
        assert not [row for row in await _rows(services, devices) if "browser" in row["name"]]


async def test_a_device_lasts_while_it_is_used_and_no_longer_than_a_month(
    api: Api, services: Container, clock: WallClock
) -> None:
    """Unused for a week it is over, used or not after thirty days; then nothing of it is left."""
    idle, _ = await _paired(api)
    busy, owner = await _paired(api)
    day_s = 86_400.0
    for _ in range(9):
        clock.pass_s(3 * day_s)
        assert (await busy.room()).status_code == 201
    assert refusal(await idle.room()) == (401, "device_revoked")
    assert (await _seen(api, owner))[0]["expires_at"] == _shown(clock() + 3 * day_s)
    clock.pass_s(LONGEST_S - 27 * day_s)
    assert refusal(await busy.room()) == (401, "device_revoked")
    assert await _seen(api, owner) == []
    clock.pass_s(1)
    await services.retention.purge(clock())
    assert await _rows(services, devices) == []
    assert refusal(await busy.room()) == (401, "not_authorised")


async def test_codes_and_devices_are_bounded(services: Container, clock: WallClock) -> None:
    """So many codes are open for one owner, the next ends the oldest; so many devices, then one has to go."""
    async with _client(_set(services, pairings_per_minute=1000, rooms_per_minute=1000)) as api:
        first = await _code(api)
        for _ in range(MOST_CODES):
            clock.pass_s(1)
            last = await _code(api, first["owner_token"])
        assert len(await _rows(services, pairing_codes)) == MOST_CODES
        assert refusal(await _redeem(api, first["code"])) == (404, "code_unknown")
        owner = first["owner_token"]
        for number in range(MOST_DEVICES):
            device, _ = await _paired(api, f"browser {number}", owner)
        full = (409, "too_many_devices")
        assert refusal(await _redeem(api, last["code"])) == full
        headers = {"authorization": f"Bearer {owner}"}
        assert refusal(await api.client.post(f"{PAIRING}/codes", headers=headers)) == full
        await device.leave()
        assert (await _redeem(api, last["code"])).status_code == 200


async def test_a_room_is_the_devices_alone(
    api: Api, services: Container, media: FakeMediaServer, clock: WallClock
) -> None:
    """Locked, without links, with the interpreter wanted; each token may do the least, and says what it wishes."""
    device, _ = await _paired(api, "Ana's browser")
    answer = await device.room()
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert set(made) == {"room", "url", "speakers", "listener", "expires_at", "ice_servers"}
    assert made["expires_at"] == _shown(clock() + 12 * 3600)
    tab, microphone, listener = (
        _claims(token)
        for token in (made["speakers"]["tab"], made["speakers"]["microphone"], made["listener"])
    )
    source = {
        "roomJoin": True, "room": made["room"], "canPublish": True, "canPublishSources": ["microphone"],
        "canPublishData": False, "canSubscribe": True, "canUpdateOwnMetadata": True,
    }  # fmt: skip
    hears = {name: value for name, value in source.items() if name != "canPublishSources"}
    assert [claims["video"] for claims in (tab, microphone, listener)] == [
        source,
        source | {"canSubscribe": False},
        hears | {"canPublish": False},
    ]
    quiet = {"translator.listen": "off", "translator.captions": "off", "translator.voice": "auto"}
    assert tab["attributes"] == quiet | {"translator.speak": "en", "language": "en"}
    assert microphone["attributes"] == quiet | {"translator.speak": "es", "language": "es"}
    assert listener["attributes"] == {
        "translator.speak": "auto",
        "translator.listen": "es",
        "translator.captions": "es,original",
        "translator.overrides": json.dumps({microphone["sub"]: "original"}),
        "language": "es",
    }
    for claims, name in ((tab, "Tab"), (microphone, "Microphone"), (listener, "Listener")):
        assert confirmed(claims["sub"], claims["metadata"]) == name
    room = await services.storage.room(made["room"])
    assert room is not None
    assert (room.locked, room.chat, room.recording, room.languages) == (True, False, False, ("en", "es"))
    links = await services.storage.invitations(made["room"])
    assert [link.state(clock()) for link in links] == ["used_up", "used_up"]
    assert {row["name"] for row in await _rows(services, sessions)} == {"Tab", "Microphone", "Listener"}
    media.person(made["room"], tab["sub"])
    await services.reconciler.look(made["room"])
    assert media.at_work(made["room"])


@pytest.mark.parametrize(
    ("wish", "listens", "microphone", "languages"),
    [
        ({"hear": "off", "speak": "fr"}, "off", "auto", ("en", "es", "fr")),
        ({"languages": None}, "es", "es", None),
        ({"hear": "de", "speak": "auto"}, "de", "de", ("en", "es", "de")),
    ],
)
async def test_what_is_asked_for_is_offered(
    api: Api, services: Container, wish: dict[str, Any], listens: str, microphone: str, languages: Any
) -> None:
    """The languages of the room have those that the device wants; who hears a language is taken to speak it."""
    device, _ = await _paired(api)
    made = (await device.room(**wish)).json()
    assert _claims(made["listener"])["attributes"]["translator.listen"] == listens
    assert _claims(made["speakers"]["microphone"])["attributes"]["translator.speak"] == microphone
    room = await services.storage.room(made["room"])
    assert room is not None
    assert room.languages == languages


@pytest.mark.parametrize(
    "wrong",
    [
        {"hear": "auto"},
        {"hear": None},
        {"speak": "off"},
        {"languages": "es"},
        {"name": "x"},
    ],
)
async def test_what_cannot_be_meant_is_refused(api: Api, wrong: Any) -> None:
    """Before there is a room."""
    device, _ = await _paired(api)
    assert refusal(await device.room(**wrong)) == (422, "invalid")


async def test_the_interpreter_is_fetched_while_the_device_connects(
    api: Api, services: Container, media: FakeMediaServer, device: Paired
) -> None:
    """Once, though nobody is there yet and somebody comes later."""
    async with running(services.reconciler):
        room = (await device.room()).json()["room"]
        await until(lambda: len(media.metadata) == 1)
        media.person(room, "tab")
        services.reconciler.nudge(room)
        await until(lambda: media.identities(room) == ["agent-1"])
    await services.reconciler.look(room)
    assert len(media.metadata) == 1


async def test_a_device_that_is_withdrawn_in_mid_meeting_is_put_out(
    api: Api, services: Container, media: FakeMediaServer
) -> None:
    """Its rooms are over at once and nothing of them is left; a token that is valid still gets nobody back."""
    device, owner = await _paired(api)
    made = (await device.room()).json()
    tab = _claims(made["speakers"]["tab"])["sub"]
    media.person(made["room"], tab)
    assert (await _withdraw(api, device.id, owner)).status_code == 204
    assert made["room"] not in media.rooms
    assert refusal(await device.room()) == (401, "device_revoked")
    media.person(made["room"], tab)
    assert await services.removals.enforce_everywhere() == 1
    assert {row["name"] for row in await _rows(services, sessions)} == {""}
    (row,) = await _rows(services, rooms)
    assert (row["device"], row["languages"]) == (None, None)


async def test_the_media_server_may_be_away_meanwhile(
    api: Api, services: Container, media: FakeMediaServer
) -> None:
    """It is told so, and the device is out all the same."""
    device, owner = await _paired(api)
    made = [(await device.room()).json() for _ in range(2)]
    for each in made:
        media.person(each["room"], _claims(each["listener"])["sub"])
    media.reachable = False
    assert refusal(await _withdraw(api, device.id, owner)) == (502, "media_server")
    assert refusal(await device.room()) == (401, "device_revoked")
    media.reachable = True
    assert await services.removals.enforce_everywhere() == 2


async def test_rooms_of_a_device_are_few_and_end(
    api: Api, services: Container, media: FakeMediaServer, clock: WallClock
) -> None:
    """A third one closes the first; the device ends its own and no other; empty ones and old ones go by themselves."""
    device, _ = await _paired(api)
    other, _ = await _paired(api)
    names = []
    for _ in range(3):
        clock.pass_s(1)
        names.append((await device.room()).json()["room"])
    assert [room.name for room in await services.storage.open_rooms_of(device.id)] == names[1:]
    theirs = (await other.room()).json()["room"]
    meeting = await api.room(name="board")
    assert refusal(await device.end(theirs)) == (404, "room_unknown")
    assert refusal(await device.end(meeting.name)) == (404, "room_unknown")
    assert refusal(await device.end("nowhere")) == (404, "room_unknown")
    assert [(await device.end(names[1])).status_code for _ in range(2)] == [204, 204]

    media.person(theirs, "somebody")
    clock.pass_s(EMPTY_S - 1)
    await services.paired_rooms.sweep()
    clock.pass_s(1)
    await services.paired_rooms.sweep()  # seen to be empty once: the media server may have begun anew
    assert len(await services.storage.open_rooms_of()) == 2
    await services.paired_rooms.sweep()
    assert [room.name for room in await services.storage.open_rooms_of()] == [theirs]
    clock.pass_s(12 * 3600)
    await services.paired_rooms.sweep()
    assert await services.storage.open_rooms_of() == []
    assert theirs not in media.rooms
    assert await services.storage.room(meeting.name) is not None


async def test_rooms_are_counted(services: Container) -> None:
    """So many a minute by one device."""
    async with _client(_set(services, rooms_per_minute=3)) as api:
        device, _ = await _paired(api)
        answers = [await device.room() for _ in range(4)]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
        assert refusal(answers[-1]) == (429, "rate_limited")


@pytest.fixture
async def device(api: Api) -> Paired:
    return (await _paired(api))[0]


@pytest.mark.parametrize("origin", [EXTENSION, "moz-extension://0f8fad5b-d9cb-469f-a165-70867728950e"])
async def test_extensions_may_ask_what_a_device_asks(api: Api, device: Paired, origin: str) -> None:
    """And read the answers, refusals too; nothing else is open to them, not even the codes."""
    asked = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-private-network": "true",
    }
    before = await api.client.options(
        f"{PAIRING}/rooms", headers=asked | {"access-control-request-headers": "authorization,content-type"}
    )
    assert before.status_code == 200
    assert before.headers["access-control-allow-origin"] == origin
    assert before.headers["access-control-allow-private-network"] == "true"
    client = api.client
    for answer in (
        await client.post(
            f"{PAIRING}/redeem", json={"code": "0000-0000", "name": "x"}, headers={"origin": origin}
        ),
        await client.post(f"{PAIRING}/rooms", json=WISH, headers=device.headers | {"origin": origin}),
        await client.post(f"{PAIRING}/rooms", json=WISH, headers={"origin": origin}),
        await client.delete(f"{PAIRING}/devices/{device.id}", headers=device.headers | {"origin": origin}),
    ):
        assert answer.headers["access-control-allow-origin"] == origin
    for method, path in (
        ("POST", f"{PAIRING}/codes"),
        ("GET", f"{PAIRING}/devices"),
        ("POST", "/api/v1/rooms"),
        ("GET", "/api/v1/config"),
    ):
        answer = await client.request(method, path, headers={"origin": origin})
        assert refusal(answer) == (403, "wrong_origin")
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "chrome-extension://abc.example", "null"])
async def test_other_pages_may_not(api: Api, origin: str) -> None:
    """What only looks like an extension is none."""
    answer = await api.client.post(
        f"{PAIRING}/redeem", json={"code": "0000-0000", "name": "x"}, headers={"origin": origin}
    )
    assert refusal(answer) == (403, "wrong_origin")


async def test_what_the_command_line_makes_is_the_operators(services: Container) -> None:
    """On the same database, without HTTP."""
    made = await services.pairing.make_code(OPERATOR)
    assert made.owner_token is None
    async with _client(_set(services, operator_key=SecretStr(KEY))) as api:
        assert (await _redeem(api, made.code, "Lab")).status_code == 200
        assert [each["name"] for each in await _seen(api, KEY)] == ["Lab"]
