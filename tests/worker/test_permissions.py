"""Who may receive what, and that a change takes effect at once."""

from __future__ import annotations

import asyncio

from tests.fakes.livekit_room import FakeServer
from worker.permissions import Permissions
from worker.tasks import Tasks

ES, FR = frozenset({"TR_es"}), frozenset({"TR_fr"})
LIVE = ES | FR


async def test_granting_again_goes_with_a_nudge(tasks: Tasks) -> None:
    """A first grant needs the list alone; revoking and granting again also end and begin the subscription."""
    server = FakeServer()
    permissions = Permissions(server, tasks)
    permissions.allow({"bea": ES, "carl": FR}, LIVE)
    await asyncio.sleep(0.01)
    assert (server.permitted, server.subscriptions) == ([{"bea": ES, "carl": FR}], [])
    permissions.allow({"bea": FR, "carl": FR}, LIVE)
    await asyncio.sleep(0.01)
    permissions.allow({"bea": ES, "carl": FR}, LIVE)
    await asyncio.sleep(0.01)
    assert server.permitted[1:] == [{"bea": FR, "carl": FR}, {"bea": ES, "carl": FR}]
    assert server.subscriptions == [("bea", ES, False), ("bea", FR, False), ("bea", ES, True)]


async def test_the_same_list_is_not_sent_twice(tasks: Tasks) -> None:
    """Empty sets count as nothing; a reconnect sends the list again."""
    server = FakeServer()
    permissions = Permissions(server, tasks)
    permissions.allow({"bea": ES}, LIVE)
    permissions.allow({"bea": ES, "carl": frozenset()}, LIVE)
    assert server.permitted == [{"bea": ES}]
    permissions.renew()
    assert server.permitted == [{"bea": ES}, {"bea": ES}]


async def test_only_the_newest_wish_of_a_quick_row_is_carried_out(tasks: Tasks) -> None:
    """Off and on within a moment ends with on."""
    server = FakeServer()
    permissions = Permissions(server, tasks)
    permissions.allow({"bea": ES}, LIVE)
    for _ in range(5):
        permissions.allow({}, LIVE)
        permissions.allow({"bea": ES}, LIVE)
    await asyncio.sleep(0.01)
    assert server.subscriptions[-1] == ("bea", ES, True)
    assert len(server.subscriptions) <= 2


async def test_a_track_that_is_gone_needs_no_nudge(tasks: Tasks) -> None:
    """Nothing is asked about tracks that are not published any more, nor of people who came anew."""
    server = FakeServer()
    permissions = Permissions(server, tasks)
    permissions.allow({"bea": ES, "carl": FR}, LIVE)
    permissions.allow({}, ES)
    await asyncio.sleep(0.01)
    permissions.forget("bea")
    permissions.allow({"bea": ES}, ES)
    await asyncio.sleep(0.01)
    assert server.subscriptions == [("bea", ES, False)]


async def test_a_room_service_that_is_away_harms_nothing(tasks: Tasks) -> None:
    """The list still goes out; later changes are tried again."""
    server = FakeServer()
    server.refuses = True
    permissions = Permissions(server, tasks)
    permissions.allow({"bea": ES}, LIVE)
    permissions.allow({}, LIVE)
    await asyncio.sleep(0.01)
    server.refuses = False
    permissions.allow({"bea": ES}, LIVE)
    await asyncio.sleep(0.01)
    assert server.permitted == [{"bea": ES}, {}, {"bea": ES}]
    assert server.subscriptions == [("bea", ES, True)]
