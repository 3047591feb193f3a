"""Interpreters that their worker names no more."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from auth_service.dispatch.presences import Presences
from auth_service.dispatch.sightings import PUBLISHING_PATIENCE_S
from auth_service.dispatch.suspicions import BEATLESS_S, SUSPECTED_S
from auth_service.errors import MediaServerError
from auth_service.storage.assignments import Assignments
from auth_service.wiring import Container
from protocol.presence import RunningInterpreter
from tests.auth_service.conftest import Api, Room, WallClock
from tests.auth_service.test_reconcile import WISH, assignment, looks, put, running, second_service, until
from tests.fakes.media_server import FakeMediaServer


async def interpreted(api: Api, media: FakeMediaServer, services: Container, clock: WallClock) -> Room:
    """A room that "agent-1" has interpreted for a while."""
    room = await api.room()
    media.person(room.name, "speaker-1")
    await put(api, room, languages=["es"])
    await looks(services, room, clock, seconds=30)
    return room


async def quick_looks(services: Container, room: Room, clock: WallClock, *, seconds: float) -> None:
    """As a service has them while somebody is suspected."""
    for _ in range(round(seconds / 0.25)):
        clock.pass_s(0.25)
        await services.reconciler.look(room.name)


def suspect(services: Container, room: Room, identity: str = "agent-1", *, ended: bool = True) -> None:
    services.reconciler.suspect(RunningInterpreter(room.name, identity), ended)


async def test_one_whose_process_has_ended_is_replaced_at_once(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """The successor is fetched at the first look, and takes over when one that lives had shown a heartbeat."""
    room = await interpreted(api, media, services, clock)
    media.die("agent-1")
    suspect(services, room)
    await services.reconciler.look(room.name)
    assert (media.identities(room.name), media.removed) == (["agent-1", "agent-2"], [])
    assert media.metadata[1] == WISH | {"after": ["agent-1"]}
    await quick_looks(services, room, clock, seconds=BEATLESS_S - 0.25)
    assert media.removed == []
    await quick_looks(services, room, clock, seconds=0.25)

    assert (media.removed, media.at_work(room.name)) == (["agent-1"], ["agent-2"])
    await quick_looks(services, room, clock, seconds=1)
    assert (media.identities(room.name), len(media.metadata)) == (["agent-2"], 2)
    assert (await assignment(services, room)).claim is None


async def test_one_that_outlives_its_worker_for_a_moment_is_replaced_as_well(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """The worker alone was killed, and the room's process answered once more before it ended."""
    room = await interpreted(api, media, services, clock)
    media.heartless.add("agent-1")
    suspect(services, room)
    await services.reconciler.look(room.name)
    assert media.identities(room.name) == ["agent-1"]
    media.silent.add("agent-1")
    await quick_looks(services, room, clock, seconds=BEATLESS_S)
    assert (media.removed, media.at_work(room.name)) == (["agent-1"], ["agent-2"])


@pytest.mark.parametrize("sign", ["answer", "heartbeat", "named"])
async def test_one_sign_of_life_ends_the_suspicion(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock, sign: str
) -> None:
    """Whoever answers is left alone; a successor that was fetched for one that shows another sign later goes again."""
    room = await interpreted(api, media, services, clock)
    if sign == "answer":
        media.heartless.add("agent-1")
    else:
        media.die("agent-1")
    suspect(services, room)
    await services.reconciler.look(room.name)
    assert len(media.identities(room.name)) == (1 if sign == "answer" else 2)
    if sign == "named":
        media.silent.discard("agent-1")
        services.reconciler.trust(RunningInterpreter(room.name, "agent-1"))
    if sign != "answer":
        media.heartless.clear()
    await quick_looks(services, room, clock, seconds=4.5)

    assert (media.identities(room.name), media.removed) == (
        ["agent-1"],
        [] if sign == "answer" else ["agent-2"],
    )
    assert (await assignment(services, room)).claim is None


async def test_a_guest_who_fills_its_channel_has_nobody_removed(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Its worker's connection broke for a moment, and it cannot answer: but its heart beats."""
    room = await interpreted(api, media, services, clock)
    media.silent.add("agent-1")
    for _ in range(3):
        media.heartless.add("agent-1")  # the next beat is not due yet
        suspect(services, room)
        await quick_looks(services, room, clock, seconds=BEATLESS_S - 0.25)
        media.heartless.clear()
        await quick_looks(services, room, clock, seconds=2)
    assert "agent-1" not in media.removed
    assert media.at_work(room.name) == media.identities(room.name) == ["agent-1"]


async def test_one_that_hangs_has_the_patience_that_it_had(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Where a worker is only silent, its process may come back: a successor stands by, and the first is removed no
    sooner than it always was."""
    room = await interpreted(api, media, services, clock)
    agents = media.rooms[room.name].agents
    assert [agent.identity for agent in agents] == ["agent-1"]
    media.die("agent-1")
    suspect(services, room, ended=False)
    await quick_looks(services, room, clock, seconds=7.5)
    assert (media.identities(room.name), media.removed) == (["agent-1", "agent-2"], [])
    await quick_looks(services, room, clock, seconds=PUBLISHING_PATIENCE_S)
    assert (media.removed, media.at_work(room.name)) == (["agent-1"], ["agent-2"])


async def test_without_a_successor_nobody_that_is_suspected_is_removed(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """While no worker is free; then the usual looks go on."""
    room = await interpreted(api, media, services, clock)
    media.die("agent-1")
    media.workers = "nothing"
    suspect(services, room)
    await quick_looks(services, room, clock, seconds=SUSPECTED_S + 2)
    assert (media.identities(room.name), media.removed) == (["agent-1"], [])
    media.workers = "joins"
    await looks(services, room, clock, seconds=20)
    assert media.at_work(room.name) == media.identities(room.name) != ["agent-1"]


async def test_one_that_stood_by_and_was_killed_is_followed_by_another(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Both are gone: another one is fetched, as soon as the dispatch of the second is given up."""
    room = await interpreted(api, media, services, clock)
    media.die("agent-1")
    suspect(services, room)
    await services.reconciler.look(room.name)
    media.die("agent-2")
    suspect(services, room, "agent-2")
    await quick_looks(services, room, clock, seconds=8)
    assert media.at_work(room.name) == media.identities(room.name) == ["agent-3"]


async def test_who_has_left_is_missed_by_nobody(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """After the usual end of a job the worker names it no more: its participant is gone already."""
    room = await interpreted(api, media, services, clock)
    await services.interpreters.dismiss(room.name)
    await media.remove(room.name, "agent-1")
    media.removed.clear()
    suspect(services, room)
    services.reconciler.suspect(RunningInterpreter("no room of ours", "agent-7"), ended=True)
    await services.reconciler.look("no room of ours")
    await quick_looks(services, room, clock, seconds=3)
    assert (media.removed, len(media.metadata)) == ([], 1)
    assert (await assignment(services, room)).claim is None


async def test_a_service_that_suspects_nobody_leaves_the_successor_alone(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """For another service on the same database the first still lives: the claim is kept until it is followed."""
    room = await interpreted(api, media, services, clock)
    other = second_service(services, media, clock)
    await other.reconciler.look(room.name)
    media.die("agent-1")
    suspect(services, room)
    for _ in range(16):
        clock.pass_s(0.25)
        await services.reconciler.look(room.name)
        await other.reconciler.look(room.name)
    assert (media.removed, media.at_work(room.name)) == (["agent-1"], ["agent-2"])
    assert len(media.metadata) == 2
    assert (await assignment(services, room)).claim is None


async def test_a_service_that_ends_while_it_suspects_leaves_no_claim(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """The next one acts at its first look. In the meantime the room is looked at again and again by itself."""
    room = await interpreted(api, media, services, clock)
    media.die("agent-1")
    async with running(services.reconciler):
        suspect(services, room)
        await until(lambda: "agent-2" in media.identities(room.name))
        count = len(media.looks)
        await until(lambda: len(media.looks) >= count + 3)
        found = await Assignments(services.storage._engine).get(room.name)
        assert found is not None
        assert found.claim is not None
    assert (await assignment(services, room)).claim is None


async def test_a_media_server_that_is_away_is_not_asked_for_ever(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Quick looks that all fail end as well."""
    room = await interpreted(api, media, services, clock)
    media.reachable = False
    suspect(services, room)
    for _ in range(2):
        with pytest.raises(MediaServerError):
            await services.reconciler.look(room.name)
        assert services.reconciler._suspects(room.name)
        clock.pass_s(SUSPECTED_S / 2)
    assert not services.reconciler._suspects(room.name)


class Missed:
    """What is told of connections."""

    def __init__(self, *, most: int = 2) -> None:
        self.missed: list[tuple[str, bool]] = []
        self.presences = Presences(
            lambda each, ended: self.missed.append((each.identity, ended)), lambda each: None, most=most
        )


A, B = RunningInterpreter("board", "a"), RunningInterpreter("hall", "b")


def test_what_a_worker_names_no_more_is_missed() -> None:
    """By a list without it, by a connection that is torn, and by silence; by nothing after a leave."""
    said = Missed()
    assert said.presences.begin(1)
    said.presences.told(1, frozenset({A, B}))
    said.presences.told(1, frozenset({B}))
    assert said.missed == [("a", True)]
    said.presences.torn(1)
    said.presences.begin(2)
    said.presences.told(2, frozenset({A, B}))
    said.presences.silent(2)
    said.presences.begin(3)
    said.presences.told(3, frozenset({A}))
    said.presences.left(3)
    assert said.missed == [("a", True), ("b", True), ("a", False), ("b", False)]
    assert len(said.presences) == 0


def test_what_another_connection_names_is_not_missed() -> None:
    """A worker whose network was cut is back before its old connection was given up."""
    said = Missed()
    for connection in (1, 2):
        said.presences.begin(connection)
        said.presences.told(connection, frozenset({A}))
    assert not said.presences.begin(3), "there is no place"
    said.presences.silent(1)
    assert (said.missed, said.presences.begin(3)) == ([], True)
    said.presences.torn(2)
    assert said.missed == [("a", True)]


async def test_a_suspicion_is_told_in_the_log_once_it_is_one(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """With its room and who it is, once; a job that ended in order is none."""
    room = await interpreted(api, media, services, clock)
    media.die("agent-1")
    with capture_logs() as logs:
        for identity in ("agent-1", "agent-who-left"):
            suspect(services, room, identity)
        await quick_looks(services, room, clock, seconds=1)
    said = [line for line in logs if line["event"] == "suspected interpreter does not answer"]
    assert [(line["room"], line["identity"]) for line in said] == [(room.name, "agent-1")]


async def test_services_that_begin_to_doubt_at_different_moments_fetch_one_successor(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Without a connection that is torn: whoever doubts later leaves the successor of the first alone."""
    room = await interpreted(api, media, services, clock)
    media.die("agent-1")
    clock.pass_s(2.0)
    other = second_service(services, media, clock)
    for _ in range(24):
        clock.pass_s(0.5)
        await other.reconciler.look(room.name)
        await services.reconciler.look(room.name)
    assert (media.removed, media.at_work(room.name)) == (["agent-1"], ["agent-2"])
    assert len(media.metadata) == 2
    await other.reconciler.look(room.name)
    assert (await assignment(services, room)).claim is None


async def test_a_room_that_closes_while_somebody_is_in_doubt_is_given_back(
    api: Api, media: FakeMediaServer, services: Container, clock: WallClock
) -> None:
    """Closed rooms are not looked at; what was claimed of one is."""
    room = await interpreted(api, media, services, clock)
    media.die("agent-1")
    await looks(services, room, clock, seconds=6)
    assert (await assignment(services, room)).claim is not None
    del media.rooms[room.name]
    async with running(services.reconciler):
        async with asyncio.timeout(10):
            while (await assignment(services, room)).claim is not None:
                await asyncio.sleep(0.01)
