"""The bounded channel between stages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from pipeline.channel import Channel, Closed, WhenFull


async def test_items_come_in_order_and_closing_delivers_what_waits() -> None:
    """Whoever puts, closes; the receiver gets the rest and stops."""
    channel: Channel[int] = Channel(3)
    for number in (1, 2, 3):
        await channel.put(number)
    channel.close()

    assert [item async for item in channel] == [1, 2, 3]


async def test_a_full_channel_slows_its_producer() -> None:
    """With WAIT a put returns only once there is room."""
    channel: Channel[int] = Channel(1)
    await channel.put(1)
    second = asyncio.create_task(channel.put(2))
    await asyncio.sleep(0)
    assert not second.done()

    assert await anext(channel) == 1
    await second
    assert await anext(channel) == 2


async def test_dropping_keeps_the_newest_and_says_what_went() -> None:
    """With DROP_OLDEST the oldest makes room, is counted and handed to the callback."""
    gone: list[int] = []
    channel: Channel[int] = Channel(2, WhenFull.DROP_OLDEST, gone.append)
    for number in range(5):
        channel.put_nowait(number)
    channel.close()

    assert [item async for item in channel] == [3, 4]
    assert (gone, channel.dropped) == ([0, 1, 2], 3)


async def test_putting_into_a_closed_channel_is_an_error() -> None:
    """A producer that was closed does not lose items silently, also not while it waits for room."""
    channel: Channel[int] = Channel(1)
    await channel.put(1)
    waiting = asyncio.create_task(channel.put(2))
    await asyncio.sleep(0)
    channel.close()

    with pytest.raises(Closed):
        await waiting
    with pytest.raises(Closed):
        channel.put_nowait(3)


async def test_put_nowait_refuses_where_it_may_not_drop() -> None:
    """A full waiting channel raises instead of losing anything."""
    channel: Channel[int] = Channel(1)
    channel.put_nowait(1)

    with pytest.raises(asyncio.QueueFull):
        channel.put_nowait(2)


async def test_a_receiver_that_waits_for_more_than_items_looks_for_itself() -> None:
    """It sees what waits, takes at once, and is woken by items, by the end, and by what lies beside the channel."""
    channel: Channel[int] = Channel(3)
    happenings: tuple[Callable[[], None], ...] = (
        partial(channel.put_nowait, 1),
        channel.wake,
        partial(channel.put_nowait, 2),
        channel.close,
    )
    for happen in happenings:
        looking = asyncio.create_task(channel.change())
        await asyncio.sleep(0)
        assert not looking.done()
        happen()
        await looking

    assert (channel.waiting, channel.take_nowait()) == ((1, 2), 1)
    assert (channel.take_all(), len(channel), channel.dropped) == ([2], 0, 0)
    with pytest.raises(asyncio.QueueEmpty):
        channel.take_nowait()


async def test_taking_all_makes_room() -> None:
    """A producer that waits for room goes on."""
    channel: Channel[int] = Channel(1)
    await channel.put(1)
    second = asyncio.create_task(channel.put(2))
    await asyncio.sleep(0)

    assert channel.take_all() == [1]
    await second
    assert channel.waiting == (2,)


def test_a_channel_holds_at_least_one() -> None:
    """A capacity of nothing is refused by name."""
    with pytest.raises(ValueError, match="at least 1, got 0"):
        Channel(0)
