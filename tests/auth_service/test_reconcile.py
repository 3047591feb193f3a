from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from auth_service.engagements import Engagements
from auth_service.parts import Parts, assemble
from auth_service.reconcile import CLAIM_S, Reconciler
from auth_service.revocations import DatabaseOnly
from tests.auth_service.conftest import Api, Room, WallClock
from tests.fakes.media_server import FakeMediaServer

WISH = {"languages": ["es"], "glossary": None, "muted": []}


async def put(api: Api, room: Room, **wish: Any) -> dict[str, Any]:
    answer = await api.client.put(f"/api/v1/rooms/{room.name}/interpreter", json=wish, headers=room.headers)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def state(api: Api, room: Room) -> str:
    answer = await api.client.get(f"/api/v1/rooms/{room.name}/interpreter", headers=room.headers)
    return str(answer.json()["state"])


@contextlib.asynccontextmanager
async def running(reconciler: Reconciler) -> AsyncIterator[None]:
    task = asyncio.create_task(reconciler.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


def second_service(parts: Parts, media: FakeMediaServer, clock: WallClock) -> Parts:
    """Another service on the same database."""
    engine = parts.storage._engine
    return assemble(
        parts.settings, parts.storage, Engagements(engine), media, parts.limiter, DatabaseOnly(), clock
    )


async def test_it_is_invited_before_anybody_is_there(api: Api, media: FakeMediaServer, parts: Parts) -> None:
    """An invitation into an empty room is kept; the first person brings the interpreter."""
    room = await api.room()
    assert await state(api, room) == "absent"
    assert (await put(api, room, languages=["es"]))["state"] == "invited"
    assert media.metadata == []

    media.person(room.name, "speaker-1")
    parts.reconciler.nudge(room.name)
    async with running(parts.reconciler):
        await until(lambda: media.identities(room.name) == ["agent-1"])

    assert (media.metadata, await state(api, room)) == ([WISH], "present")


async def test_many_invitations_bring_one_interpreter(api: Api, media: FakeMediaServer) -> None:
    """However often and however much at once it is invited, one dispatch is made."""
    room = await api.room()
    media.person(room.name, "speaker-1")

    states = await asyncio.gather(*(put(api, room, languages=["es"]) for _ in range(8)))
    await put(api, room, languages=["es"])

    assert {each["state"] for each in states} == {"present"}
    assert (media.identities(room.name), media.metadata, media.sent) == (["agent-1"], [WISH], [])


async def test_two_services_do_not_send_two(
    api: Api, media: FakeMediaServer, parts: Parts, clock: WallClock
) -> None:
    """Of several services one acts on a room; when it is gone, another takes over after its claim ran out."""
    room = await api.room()
    other = second_service(parts, media, clock)
    await put(api, room, languages=["es"])
    media.person(room.name, "speaker-1")
    await asyncio.gather(*(each.reconciler.look(room.name) for each in (parts, other) * 3))
    assert len(media.metadata) == 1

    await media.remove(room.name, "agent-1")
    clock.pass_s(CLAIM_S + 1)
    await other.reconciler.look(room.name)
    await parts.reconciler.look(room.name)
    assert media.identities(room.name) == ["agent-2"]


async def test_a_dead_one_is_replaced(
    api: Api, media: FakeMediaServer, parts: Parts, clock: WallClock
) -> None:
    """An interpreter that the server lists but that no longer answers goes, and another comes."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    clock.pass_s(60)
    media.silent.add("agent-1")

    async with running(parts.reconciler):
        await until(lambda: media.identities(room.name) == ["agent-2"])

    assert (media.removed, media.undispatched) == (["agent-1"], ["dispatch-1"])
    assert await state(api, room) == "present"


async def test_while_no_worker_is_free_it_is_lost(
    api: Api, media: FakeMediaServer, parts: Parts, clock: WallClock
) -> None:
    """A dispatch that brings nobody is given up after a while and made again, with pauses, until one comes."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    media.workers = "nothing"
    seen = [(await put(api, room, languages=["es"]))["state"]]
    for _ in range(30):
        clock.pass_s(1)
        await parts.reconciler.look(room.name)
        seen.append(await state(api, room))
    tried = len(media.metadata)
    media.workers = "joins"
    clock.pass_s(20)
    await parts.reconciler.look(room.name)

    assert (seen[0], seen[5], seen[7], seen[30], tried) == ("joining", "joining", "lost", "lost", 5)
    assert (await state(api, room), media.identities(room.name)) == ("present", ["agent-6"])
    assert len(media.rooms[room.name].dispatches) == 1


async def test_surplus_ones_leave(api: Api, media: FakeMediaServer, parts: Parts, clock: WallClock) -> None:
    """Of two interpreters the first stays."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    clock.pass_s(5)
    media.agent(room.name, "agent-AJ_other")
    await parts.reconciler.look(room.name)
    assert (media.identities(room.name), media.removed) == (["agent-1"], ["agent-AJ_other"])


async def test_a_change_is_told_once(api: Api, media: FakeMediaServer, parts: Parts) -> None:
    """A running interpreter is told what changed; the same wish again is not told."""
    room = await api.room(languages=["es", "fr"])
    media.person(room.name, "speaker-1")
    await put(api, room)
    entry = {"source": "HIVE", "language": "en", "translations": {"es": "HIVE"}, "spoken": {}}
    changed = await put(api, room, languages=["es"], muted=["es"], glossary={"entries": [entry]})
    await put(api, room, languages=["es"], muted=["es"], glossary={"entries": [entry]})
    await parts.reconciler.look(room.name)

    wish = {"languages": ["es"], "muted": ["es"], "glossary": {"entries": [entry]}}
    assert media.metadata == [{"languages": ["es", "fr"], "muted": [], "glossary": None}]
    assert media.sent == [(room.name, "agent-1", {"type": "configure", **wish})]
    assert {name: changed[name] for name in wish} == wish


async def test_chosen_voices_are_told_and_outlive_the_interpreter(
    api: Api, media: FakeMediaServer, parts: Parts, clock: WallClock
) -> None:
    """They hold for the room: whoever comes after an interpreter that died is told them, too."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    voices = {"es": "kokoro:em_alex", "pt-BR": "pt-br+f2"}
    changed = await put(api, room, languages=["es"], voices=voices)
    assert (changed["voices"], changed["muted"]) == (voices, [])
    assert media.sent == [(room.name, "agent-1", {"type": "configure", **WISH, "voices": voices})]

    clock.pass_s(60)
    media.silent.add("agent-1")
    async with running(parts.reconciler):
        await until(lambda: media.identities(room.name) == ["agent-2"])
    assert media.metadata == [WISH, {**WISH, "voices": voices}]

    assert (await put(api, room, languages=["es"]))["voices"] == {}
    await parts.reconciler.look(room.name)
    assert media.sent[1:] == [(room.name, "agent-2", {"type": "configure", **WISH})]


async def test_what_cannot_be_a_voice_is_refused_with_the_reason(api: Api) -> None:
    """Not a code, no name, too long a name, too many; nothing of the wish is kept then."""
    room = await api.room()
    url = f"/api/v1/rooms/{room.name}/interpreter"
    many = {f"{a}{b}": "x" for a in "abcdef" for b in "abcdef"}
    for voices in ({"off": "x"}, {"es": ""}, {"es": "x" * 101}, {"es": "a\u0007b"}, {"es": 3}, ["es"], many):
        answer = await api.client.put(url, json={"voices": voices}, headers=room.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
        assert answer.json()["problems"][0]["where"].startswith("body.voices")
    assert await state(api, room) == "absent"


async def test_it_is_dismissed(api: Api, media: FakeMediaServer, parts: Parts, clock: WallClock) -> None:
    """It is told to leave, is removed if it does not, does not come back, and may be invited again."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room)
    url = f"/api/v1/rooms/{room.name}/interpreter"
    answers = [await api.client.delete(url, headers=room.headers) for _ in range(2)]
    await parts.reconciler.look(room.name)
    assert media.identities(room.name) == ["agent-1"]
    clock.pass_s(4)
    await parts.reconciler.look(room.name)
    await parts.reconciler.look(room.name)

    assert [answer.status_code for answer in answers] == [204, 204]
    assert media.sent == [(room.name, "agent-1", {"type": "dismiss"})]
    assert (media.identities(room.name), await state(api, room)) == ([], "absent")
    assert (await put(api, room))["state"] == "present"


async def test_the_organiser_sees_its_channels(api: Api, media: FakeMediaServer, parts: Parts) -> None:
    """What the interpreter says of itself is shown; what it says wrongly is left out."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    channels = '{"es": {"track": "t", "sid": "s", "listeners": 3, "lag_s": 2.4, "state": "open"}, "fr": {"lag_s": "x"}}'
    media.agent(
        room.name,
        "agent-AJ_x",
        **{
            "translator.languages": '["ca", "es"]',
            "translator.channels": channels,
            "translator.voices": '{"es": ["kokoro:ef_dora", 7, "espeak:es"], "ca": [], "fr": "x"}',
            "translator.capacity": '{"speakers": 3, "languages": [5, 2, 2], "given_up": ["x is not heard"]}',
            "translator.profile": "cpu",
            "translator.trouble": "no model for ja",
            "lk.agent.state": "speaking",
        },
    )
    assert await put(api, room, languages=["es", "ja"]) == {
        "state": "present",
        "identity": "agent-AJ_x",
        "activity": "speaking",
        "since": "2027-01-15T08:00:00Z",
        "languages": ["es", "ja"],
        "muted": [],
        "glossary": None,
        "voices": {},
        "available_languages": ["ca", "es"],
        "available_voices": {"es": ["kokoro:ef_dora", "espeak:es"]},
        "capacity": {"speakers": 3, "languages": [5, 2, 2], "given_up": ["x is not heard"]},
        "channels": [{"language": "es", "listeners": 3, "lag_s": 2.4, "state": "open"}],
        "profile": "cpu",
        "trouble": "no model for ja",
    }


@pytest.mark.parametrize(
    "said", ["", "null", "{", "[1]", '{"speakers": 2}', '{"speakers": 0, "languages": [1]}',
             '{"speakers": true, "languages": [1]}', '{"speakers": 2, "languages": [1, "x"]}']
)  # fmt: skip
async def test_a_capacity_that_is_not_known_is_null(api: Api, media: FakeMediaServer, said: str) -> None:
    """Nothing is claimed of a machine that does not say it, or says it wrongly."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    media.agent(room.name, "agent-AJ_x", **{"translator.capacity": said})

    assert (await put(api, room))["capacity"] is None


async def test_the_watch_survives_a_media_server_that_is_away(
    api: Api, media: FakeMediaServer, parts: Parts
) -> None:
    """While livekit-server is away nothing is done and nothing ends; afterwards the interpreter comes."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    media.reachable = False
    url = f"/api/v1/rooms/{room.name}/interpreter"
    answer = await api.client.put(url, json={}, headers=room.headers)
    async with running(parts.reconciler):
        await asyncio.sleep(0.05)
        media.reachable = True
        await until(lambda: media.identities(room.name) == ["agent-1"])
    assert answer.status_code == 502
