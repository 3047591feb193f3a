from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from auth_service.access.revocations import DatabaseOnly
from auth_service.dispatch.claims import CLAIM_S
from auth_service.dispatch.reconciler import DISMISSED_S, Reconciler
from auth_service.storage.assignments import Assignments
from auth_service.storage.records import Assignment
from auth_service.wiring import Container, assemble
from foundation.database import transaction
from tests.auth_service.conftest import Api, Room, WallClock
from tests.fakes.media_server import FakeMediaServer

WISH = {"version": 1, "languages": ["es"], "glossary": None, "muted": []}


async def put(api: Api, room: Room, **wish: Any) -> dict[str, Any]:
    answer = await api.client.put(f"/api/v1/rooms/{room.name}/interpreter", json=wish, headers=room.headers)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def state(api: Api, room: Room) -> str:
    answer = await api.client.get(f"/api/v1/rooms/{room.name}/interpreter", headers=room.headers)
    return str(answer.json()["state"])


@contextlib.asynccontextmanager
async def running(reconciler: Reconciler) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(reconciler.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


def faults(services: Container, clock: WallClock) -> float:
    """How many looks failed; a moment passes, so that rooms that rest have their turn."""
    clock.pass_s(0.2)
    return services.metrics.registry.get_sample_value("hive_auth_failures_total", {"what": "room"}) or 0.0


async def assignment(services: Container, room: Room) -> Assignment:
    found = await Assignments(services.storage._engine).get(room.name)
    assert found is not None
    return found


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


def second_service(services: Container, media: FakeMediaServer, clock: WallClock) -> Container:
    """Another service on the same database."""
    engine = services.storage._engine
    return assemble(
        services.settings,
        services.storage,
        Assignments(engine),
        media,
        services.limiter,
        DatabaseOnly(),
        clock,
        clock.uptime_s,
    )


async def looks(services: Container, room: Room, clock: WallClock, *, seconds: int) -> None:
    """A look every second, as the service has them."""
    for _ in range(seconds):
        clock.pass_s(1)
        await services.reconciler.look(room.name)


async def test_it_is_invited_before_anybody_is_there(
    api: Api, media: FakeMediaServer, services: Container
) -> None:
    """An invitation into an empty room is kept; the first person brings the interpreter."""
    room = await api.room()
    assert await state(api, room) == "absent"
    assert (await put(api, room, languages=["es"]))["state"] == "invited"
    assert media.metadata == []

    media.person(room.name, "speaker-1")
    services.reconciler.nudge(room.name)
    async with running(services.reconciler):
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
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Of several services one acts on a room; the others may act when it has done so."""
    room = await api.room()
    other = second_service(services, media, clock)
    await put(api, room, languages=["es"])
    media.person(room.name, "speaker-1")
    await asyncio.gather(*(each.reconciler.look(room.name) for each in (services, other) * 3))
    assert len(media.metadata) == 1

    await other.reconciler.look(room.name)
    await media.remove(room.name, "agent-1")
    clock.pass_s(10)
    await other.reconciler.look(room.name)
    await services.reconciler.look(room.name)
    assert media.identities(room.name) == ["agent-2"]


async def test_a_dead_one_is_replaced(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """An interpreter that the server lists but that gives no sign of life goes when another one is ready."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    await looks(services, room, clock, seconds=3)
    media.die("agent-1")
    await looks(services, room, clock, seconds=6)
    assert media.identities(room.name) == ["agent-1", "agent-2"], "the successor waits"
    assert media.metadata[1] == WISH | {"after": ["agent-1"]}

    await looks(services, room, clock, seconds=6)

    assert (media.identities(room.name), media.at_work(room.name)) == (["agent-2"], ["agent-2"])
    assert (media.removed, media.undispatched) == (["agent-1"], ["dispatch-1"])
    assert await state(api, room) == "present"


@pytest.mark.parametrize("sign", ["answer", "heartbeat"])
async def test_one_sign_of_life_is_enough(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock, sign: str
) -> None:
    """A guest can fill the channel by which questions come: who does not answer stays, as its heart beats; and the
    other way round."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    await looks(services, room, clock, seconds=30)
    (media.heartless if sign == "answer" else media.silent).add("agent-1")

    await looks(services, room, clock, seconds=60)

    assert (media.identities(room.name), media.removed, len(media.metadata)) == (["agent-1"], [], 1)


async def test_one_that_comes_back_to_life_keeps_its_place(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """The successor that was fetched meanwhile is never heard, and goes."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    await looks(services, room, clock, seconds=20)
    media.die("agent-1")
    await looks(services, room, clock, seconds=6)
    assert media.identities(room.name) == ["agent-1", "agent-2"]

    media.heartless.clear()
    media.silent.clear()
    await looks(services, room, clock, seconds=2)

    assert (media.identities(room.name), media.at_work(room.name)) == (["agent-1"], ["agent-1"])
    assert media.undispatched == ["dispatch-2"]


async def test_without_a_successor_nobody_is_removed(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """While no worker is free, one that gives no sign of life keeps its place."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    await looks(services, room, clock, seconds=20)
    media.die("agent-1")
    media.workers = "nothing"
    await looks(services, room, clock, seconds=120)
    assert (media.identities(room.name), media.removed) == (["agent-1"], [])

    media.workers = "joins"
    await looks(services, room, clock, seconds=30)
    assert media.at_work(room.name) == media.identities(room.name) != ["agent-1"]


async def test_while_no_worker_is_free_it_is_lost(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """A dispatch that brings nobody is given up after a while and made again, with pauses, until one comes."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    media.workers = "nothing"
    seen = [(await put(api, room, languages=["es"]))["state"]]
    for _ in range(30):
        clock.pass_s(1)
        await services.reconciler.look(room.name)
        seen.append(await state(api, room))
    tried = len(media.metadata)
    media.workers = "joins"
    clock.pass_s(20)
    await services.reconciler.look(room.name)

    assert (seen[0], seen[5], seen[7], seen[30], tried) == ("joining", "joining", "lost", "lost", 5)
    assert (await state(api, room), media.identities(room.name)) == ("present", ["agent-6"])
    assert len(media.rooms[room.name].dispatches) == 1


async def test_surplus_ones_leave(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Of two interpreters the first stays."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    clock.pass_s(5)
    media.agent(room.name, "agent-AJ_other")
    await services.reconciler.look(room.name)
    assert (media.identities(room.name), media.removed) == (["agent-1"], ["agent-AJ_other"])


async def test_a_change_is_told_once(api: Api, media: FakeMediaServer, services: Container) -> None:
    """A running interpreter is told what changed; the same wish again is not told."""
    room = await api.room(languages=["es", "fr"])
    media.person(room.name, "speaker-1")
    await put(api, room)
    entry = {"source": "HIVE", "language": "en", "translations": {"es": "HIVE"}, "spoken": {}}
    changed = await put(api, room, languages=["es"], muted=["es"], glossary={"entries": [entry]})
    await put(api, room, languages=["es"], muted=["es"], glossary={"entries": [entry]})
    await services.reconciler.look(room.name)

    wish = {"languages": ["es"], "muted": ["es"], "glossary": {"entries": [entry]}}
    assert media.metadata == [{"version": 1, "languages": ["es", "fr"], "muted": [], "glossary": None}]
    assert media.sent == [(room.name, "agent-1", {"type": "configure", "version": 2, **wish})]
    assert {name: changed[name] for name in wish} == wish


async def test_a_change_is_told_again_until_it_is_acknowledged(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """A message that got lost is sent again; until the interpreter has it, the organiser is not told that it has."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    assert (await put(api, room, languages=["es"]))["applied"] is True
    media.deaf.add("agent-1")
    assert (await put(api, room, languages=["fr"]))["applied"] is False
    await looks(services, room, clock, seconds=10)
    lost = len(media.sent)
    told = (await assignment(services, room)).told

    media.deaf.clear()
    await looks(services, room, clock, seconds=10)

    assert (lost, told) == (6, 1)
    assert (
        media.sent
        == [(room.name, "agent-1", {"type": "configure", **WISH, "version": 2, "languages": ["fr"]})] * 7
    )
    assert (await assignment(services, room)).told == 2
    url = f"/api/v1/rooms/{room.name}/interpreter"
    assert (await api.client.get(url, headers=room.headers)).json()["applied"] is True


async def test_a_successor_is_told_what_changed_while_it_waited(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """It came with the wish of then; when it begins it is told the one of now."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    await looks(services, room, clock, seconds=20)
    media.die("agent-1")
    await looks(services, room, clock, seconds=6)
    await put(api, room, languages=["fr"])
    await looks(services, room, clock, seconds=10)

    assert media.at_work(room.name) == ["agent-2"]
    assert media.sent == [
        (room.name, "agent-2", {"type": "configure", **WISH, "version": 2, "languages": ["fr"]})
    ]


async def test_chosen_voices_are_told_and_outlive_the_interpreter(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """They hold for the room: whoever comes after an interpreter that died is told them, too."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    voices = {"es": "kokoro:em_alex", "pt-BR": "pt-br+f2"}
    changed = await put(api, room, languages=["es"], voices=voices)
    assert (changed["voices"], changed["muted"]) == (voices, [])
    chosen = {**WISH, "version": 2, "voices": voices}
    assert media.sent == [(room.name, "agent-1", {"type": "configure", **chosen})]

    media.die("agent-1")
    await looks(services, room, clock, seconds=20)
    assert media.identities(room.name) == ["agent-2"]
    assert media.metadata == [WISH, {**chosen, "after": ["agent-1"]}]

    assert (await put(api, room, languages=["es"]))["voices"] == {}
    await services.reconciler.look(room.name)
    assert media.sent[1:] == [(room.name, "agent-2", {"type": "configure", **WISH, "version": 3})]


async def test_the_speed_of_the_voices_is_told_and_bounded(api: Api, media: FakeMediaServer) -> None:
    """As it was wished, and not at all where it is the usual one."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    assert (await put(api, room, languages=["es"]))["speed"] == 1.0
    assert (await put(api, room, languages=["es"], speed=0.85))["speed"] == 0.85
    assert media.sent == [(room.name, "agent-1", {"type": "configure", **WISH, "version": 2, "speed": 0.85})]
    url = f"/api/v1/rooms/{room.name}/interpreter"
    for speed in (0.5, 2, "fast", None):
        answer = await api.client.put(url, json={"speed": speed}, headers=room.headers)
        assert (answer.status_code, answer.json()["problems"][0]["where"]) == (422, "body.speed")


async def test_who_may_interpret_and_turns_go_to_the_interpreter(
    api: Api, media: FakeMediaServer, services: Container
) -> None:
    """A language twice counts once, a person with none has no right; with the next wish both are gone."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    interprets = {"speaker-1": ["fr", "pt_BR", "fr"], "speaker-2": []}
    changed = await put(api, room, languages=["es"], interprets=interprets, consecutive=True)
    assert (changed["interprets"], changed["consecutive"]) == ({"speaker-1": ["fr", "pt-BR"]}, True)
    chosen = {**WISH, "version": 2, "interprets": {"speaker-1": ["fr", "pt-BR"]}, "consecutive": True}
    assert media.sent == [(room.name, "agent-1", {"type": "configure", **chosen})]
    again = await put(api, room, languages=["es"])
    assert (again["interprets"], again["consecutive"]) == ({}, False)


async def test_voices_that_resemble_are_forbidden_by_a_wish(
    api: Api, media: FakeMediaServer, services: Container
) -> None:
    """The interpreter is told; with the next wish they are allowed again."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    assert (await put(api, room, languages=["es"]))["forbids_likeness"] is False
    assert (await put(api, room, languages=["es"], forbids_likeness=True))["forbids_likeness"] is True
    chosen = {**WISH, "version": 2, "forbids_likeness": True}
    assert media.sent == [(room.name, "agent-1", {"type": "configure", **chosen})]
    assert (await put(api, room, languages=["es"]))["forbids_likeness"] is False
    url = f"/api/v1/rooms/{room.name}/interpreter"
    refused: tuple[object, ...] = (1, "true", None, [])
    for wrong in refused:
        answer = await api.client.put(url, json={"forbids_likeness": wrong}, headers=room.headers)
        assert answer.status_code == 422, wrong


async def test_what_is_no_right_to_interpret_is_refused(api: Api) -> None:
    room = await api.room()
    url = f"/api/v1/rooms/{room.name}/interpreter"
    crowd = {f"speaker-{number}": ["fr"] for number in range(21)}
    for wrong in (
        {"x" * 65: ["fr"]},
        {"": ["fr"]},
        {"a": "fr"},
        {"a": ["off"]},
        {"a": ["fr"] * 9},
        ["a"],
        crowd,
    ):
        answer = await api.client.put(url, json={"interprets": wrong}, headers=room.headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), wrong
    answer = await api.client.put(url, json={"consecutive": 1}, headers=room.headers)
    assert answer.status_code == 422
    assert await state(api, room) == "absent"


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


async def test_it_is_dismissed(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """It is told to leave, is removed if it does not, does not come back, and may be invited again."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room)
    url = f"/api/v1/rooms/{room.name}/interpreter"
    answers = [await api.client.delete(url, headers=room.headers) for _ in range(2)]
    await services.reconciler.look(room.name)
    assert media.identities(room.name) == ["agent-1"]
    clock.pass_s(21)
    await services.reconciler.look(room.name)
    await services.reconciler.look(room.name)

    assert [answer.status_code for answer in answers] == [204, 204]
    assert media.sent == [(room.name, "agent-1", {"type": "dismiss"})]
    assert (media.identities(room.name), await state(api, room)) == ([], "absent")
    assert (await put(api, room))["state"] == "present"


async def test_the_organiser_sees_its_channels(api: Api, media: FakeMediaServer, services: Container) -> None:
    """What the interpreter says of itself is shown; what it says wrongly is left out."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    channels = '{"es": {"track": "t", "sid": "s", "listeners": 3, "lag_s": 2.4, "state": "open"}, "fr": {"lag_s": "x"}}'
    media.agent(
        room.name,
        "agent-AJ_x",
        **{
            "translator.languages": '["ca", "es"]',
            "translator.abilities": '{"recognised": ["en"], "read": ["es", "ca", "fr", 7], "heard": null}',
            "translator.channels": channels,
            "translator.voices": '{"es": ["kokoro:ef_dora", 7, "espeak:es"], "ca": [], "fr": "x"}',
            "translator.capacity": '{"speakers": 3, "languages": [5, 2, 2], "given_up": ["x is not heard"]}',
            "translator.encrypted": '{"everybody": false, "speakers": ["speaker-1", 7]}',
            "translator.profile": "cpu",
            "translator.trouble": "no model for ja",
            "lk.agent.state": "speaking",
            "translator.wish": "1",
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
        "speed": 1.0,
        "interprets": {},
        "consecutive": False,
        "forbids_likeness": False,
        "applied": True,
        "available_languages": ["ca", "es", "fr"],
        "offered_languages": ["ca", "es"],
        "available_voices": {"es": ["kokoro:ef_dora", "espeak:es"]},
        "capacity": {"speakers": 3, "languages": [5, 2, 2], "given_up": ["x is not heard"]},
        "encrypted": {"everybody": False, "speakers": ["speaker-1"]},
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


@pytest.mark.parametrize("said", ["", "null", "{", "[1]", "{}", '{"speakers": "x"}', '{"everybody": 1}'])
async def test_where_nothing_is_said_to_be_encrypted_it_is_null(
    api: Api, media: FakeMediaServer, said: str
) -> None:
    """Also where it is said wrongly."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    media.agent(room.name, "agent-AJ_x", **{"translator.encrypted": said})

    assert (await put(api, room))["encrypted"] is None


async def test_the_watch_survives_a_media_server_that_is_away(
    api: Api, media: FakeMediaServer, services: Container
) -> None:
    """While livekit-server is away nothing is done and nothing ends; afterwards the interpreter comes."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    media.reachable = False
    url = f"/api/v1/rooms/{room.name}/interpreter"
    answer = await api.client.put(url, json={}, headers=room.headers)
    async with running(services.reconciler):
        await asyncio.sleep(0.05)
        media.reachable = True
        await until(lambda: media.identities(room.name) == ["agent-1"])
    assert answer.status_code == 502


async def test_a_service_that_crashed_is_followed_by_another(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """A claim that its holder left behind holds for a while, whatever the clocks say, and is then taken over."""
    room = await api.room()
    await put(api, room, languages=["es"])
    await Assignments(services.storage._engine).claim(room.name, "crashed", clock() + 3600)
    media.person(room.name, "speaker-1")
    clock.set_by(7200)
    await looks(services, room, clock, seconds=int(CLAIM_S) - 1)
    assert media.metadata == []

    await looks(services, room, clock, seconds=2)
    assert media.identities(room.name) == ["agent-1"]


async def test_a_service_that_ends_leaves_no_claim(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """One that is ended while it acts gives the room back; the next service acts at its first look."""
    room = await api.room()
    await put(api, room, languages=["es"])
    media.person(room.name, "speaker-1")
    media.held.clear()
    async with running(services.reconciler):
        async with asyncio.timeout(10):
            while (await assignment(services, room)).claim is None:
                await asyncio.sleep(0.01)

    media.held.set()
    await second_service(services, media, clock).reconciler.look(room.name)
    assert media.identities(room.name) == ["agent-1"]


@pytest.mark.parametrize("by_s", [-600.0, 600.0])
async def test_a_clock_that_is_set_changes_nothing(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock, by_s: float
) -> None:
    """Neither an interpreter on its way, nor one at work, nor one that was dismissed is judged by a clock that was
    set, forward or back; nor does one service on a wrong clock hinder another."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    media.workers = "nothing"
    await put(api, room, languages=["es"])
    clock.set_by(by_s)
    await looks(services, room, clock, seconds=4)
    assert (len(media.metadata), media.undispatched) == (1, []), "it is still on its way"
    media.agent(room.name, "agent-AJ_late", **{"translator.wish": "1"})
    await looks(services, room, clock, seconds=3)
    other = second_service(services, media, clock)
    clock.set_by(-2 * by_s)
    await other.reconciler.look(room.name)
    await looks(services, room, clock, seconds=30)
    assert (media.identities(room.name), media.removed) == (["agent-AJ_late"], [])

    await services.interpreters.dismiss(room.name)
    clock.set_by(by_s)
    await looks(services, room, clock, seconds=2)
    assert media.removed == [], "it may leave by itself"
    await looks(services, room, clock, seconds=20)
    assert media.removed == ["agent-AJ_late"]


async def test_rooms_in_which_nobody_is_cost_one_list(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Of many rooms that invited the interpreter only those are looked at in which somebody is, and a room in which all
    is well is not written to."""
    empty = [await api.room() for _ in range(12)]
    for room in empty:
        await put(api, room)
    dismissed = await api.room()
    await put(api, dismissed)
    await api.client.delete(f"/api/v1/rooms/{dismissed.name}/interpreter", headers=dismissed.headers)
    busy = await api.room()
    media.person(busy.name, "speaker-1")
    await put(api, busy)
    await looks(services, busy, clock, seconds=2)
    before = await assignment(services, busy)
    async with running(services.reconciler):
        nudged = {room.name for room in (*empty, dismissed, busy)}  # each was asked for something just now
        await until(lambda: nudged <= set(media.looks))
        for _ in range(5):  # a look that was under way may come late; a room that is polled comes every time
            lists = media.lists
            media.looks.clear()
            await until(lambda lists=lists: media.lists > lists + 2)  # type: ignore[misc]
            if set(media.looks) == {busy.name}:
                break

    assert set(media.looks) == {busy.name}
    assert await assignment(services, busy) == before

    clock.pass_s(DISMISSED_S)
    async with running(services.reconciler):
        lists = media.lists
        await until(lambda: media.lists > lists + 1)
    assert dismissed.name not in await Assignments(services.storage._engine).to_look_at()


async def test_a_room_is_not_claimed_where_nothing_is_to_do(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """A look that finds all well takes no lease: one that another service left is as it was."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room)
    await looks(services, room, clock, seconds=2)
    assert (await assignment(services, room)).claim is None
    left = await Assignments(services.storage._engine).claim(room.name, "another", clock())
    assert left is not None
    await looks(services, room, clock, seconds=5)
    assert (await assignment(services, room)).claim == left.claim


@pytest.mark.parametrize(
    "wish", ["{}", "[]", "null", '"x"', '{"languages": 3, "muted": null, "glossary": 1}']
)
async def test_one_bad_row_costs_the_other_rooms_nothing(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock, wish: str
) -> None:
    """A row that cannot be read is counted and logged; the other rooms get their interpreters, and the bad one as well
    as soon as it is invited anew."""
    bad, good = await api.room(name="a-bad"), await api.room(name="good")
    for room in (bad, good):
        await put(api, room)
        media.person(room.name, "speaker-1")
    async with transaction(services.storage._engine) as connection:
        await connection.execute(
            text("UPDATE interpreters SET wish = :wish WHERE room = 'a-bad'"), {"wish": wish}
        )

    async with running(services.reconciler) as task:
        await until(lambda: media.identities(good.name) == ["agent-1"])
        await until(lambda: faults(services, clock) >= 2)
        assert not task.done()
        assert media.identities(bad.name) == []
        await put(api, bad, languages=["es"])
        await until(lambda: media.identities(bad.name) == ["agent-2"])


@pytest.mark.parametrize(
    "error", [KeyError("x"), TypeError("x"), ValueError("x"), ExceptionGroup("x", [OSError()])]
)
async def test_whatever_fails_in_one_room_the_others_are_looked_at(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock, error: Exception
) -> None:
    """A fault of ours is met in any form."""
    bad, good = await api.room(name="a-bad"), await api.room(name="good")
    for room in (bad, good):
        await put(api, room)
        media.person(room.name, "speaker-1")
    media.broken["a-bad"] = error
    async with running(services.reconciler) as task:
        await until(lambda: media.identities(good.name) == ["agent-1"])
        await until(lambda: faults(services, clock) >= 2)
        media.broken.clear()
        await until(lambda: faults(services, clock) > 0 and len(media.identities(bad.name)) == 1)
        assert not task.done()
