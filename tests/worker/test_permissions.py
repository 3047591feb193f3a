"""Who may receive what, and that a change takes effect at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from foundation.tasks import Tasks
from tests.fakes.livekit_room import FakeServer
from worker.permissions import APART_S, CONFIRM_S, Permissions

pytestmark = pytest.mark.virtual_time

ES, FR = frozenset({"TR_es"}), frozenset({"TR_fr"})
LIVE = ES | FR


@pytest.fixture
def server() -> FakeServer:
    """Notes what it is told."""
    return FakeServer()


@pytest.fixture
async def permissions(server: FakeServer, tasks: Tasks) -> AsyncIterator[Permissions]:
    """Permissions that end with the test."""
    permissions = Permissions(server, tasks)
    yield permissions
    permissions.close()


async def carried_out() -> None:
    """Until a change has reached the server."""
    await asyncio.sleep(APART_S + 0.02)


async def test_granting_again_goes_with_a_nudge(server: FakeServer, permissions: Permissions) -> None:
    """A first grant needs the list alone; revoking and granting again also end and begin the subscription."""
    permissions.allow({"bea": ES, "carl": FR}, LIVE)
    assert server.permitted == [{"bea": ES, "carl": FR}]
    await carried_out()
    assert server.subscriptions == []
    permissions.allow({"bea": FR, "carl": FR}, LIVE)
    await carried_out()
    permissions.allow({"bea": ES, "carl": FR}, LIVE)
    await carried_out()
    assert server.permitted[1:] == [{"bea": FR, "carl": FR}, {"bea": ES, "carl": FR}]
    assert server.subscriptions == [("bea", ES, False), ("bea", FR, False), ("bea", ES, True)]


async def test_lists_keep_apart_and_the_last_one_is_confirmed(
    server: FakeServer, permissions: Permissions
) -> None:
    """Of changes in quick row the first and the last are sent, at a distance; the last once more a little later."""
    for who in ("a", "b", "c"):
        permissions.allow({who: ES}, LIVE)
    assert server.permitted == [{"a": ES}]
    await carried_out()
    assert server.permitted == [{"a": ES}, {"c": ES}]
    await asyncio.sleep(CONFIRM_S)
    assert server.permitted == [{"a": ES}, {"c": ES}, {"c": ES}]
    await asyncio.sleep(CONFIRM_S)
    assert len(server.permitted) == 3


async def test_the_same_list_is_not_sent_twice(server: FakeServer, permissions: Permissions) -> None:
    """Empty sets count as nothing; a reconnect sends the list again."""
    permissions.allow({"bea": ES}, LIVE)
    permissions.allow({"bea": ES, "carl": frozenset()}, LIVE)
    await carried_out()
    assert server.permitted == [{"bea": ES}]
    permissions.renew()
    assert server.permitted == [{"bea": ES}, {"bea": ES}]


async def test_only_the_newest_wish_of_a_quick_row_is_carried_out(
    server: FakeServer, permissions: Permissions
) -> None:
    """Off and on within a moment ends with on."""
    permissions.allow({"bea": ES}, LIVE)
    for _ in range(5):
        permissions.allow({}, LIVE)
        permissions.allow({"bea": ES}, LIVE)
    await carried_out()
    assert server.permitted[-1] == {"bea": ES}
    assert server.subscriptions == [("bea", ES, True)]


async def test_a_track_that_is_gone_needs_no_nudge(server: FakeServer, permissions: Permissions) -> None:
    """Nothing is asked about tracks that are not published any more, nor of people who came anew."""
    permissions.allow({"bea": ES, "carl": FR}, LIVE)
    permissions.allow({}, ES)
    await carried_out()
    permissions.forget("bea")
    permissions.allow({"bea": ES}, ES)
    await carried_out()
    assert server.subscriptions == [("bea", ES, False)]


async def test_a_room_service_that_is_away_harms_nothing(
    server: FakeServer, permissions: Permissions
) -> None:
    """The list still goes out; later changes are tried again."""
    server.refuses = True
    permissions.allow({"bea": ES}, LIVE)
    permissions.allow({}, LIVE)
    await carried_out()
    server.refuses = False
    permissions.allow({"bea": ES}, LIVE)
    await carried_out()
    assert server.permitted == [{"bea": ES}, {}, {"bea": ES}]
    assert server.subscriptions == [("bea", ES, True)]
