from __future__ import annotations

import asyncio

import pytest

from foundation.http.watching import Health, HealthCheck, may_watch
from tests.fakes.clock import HandClock


def health(status: str = "ok") -> Health:
    return Health.model_validate({"status": status, "service": "test", "parts": {"database": status}})


async def test_a_look_is_shared_and_kept_for_a_second() -> None:
    """Whoever asks while somebody looks waits for that look; within a second after it nobody looks again."""
    looks, may_end, clock = 0, asyncio.Event(), HandClock()

    async def look() -> Health:
        nonlocal looks
        looks += 1
        await may_end.wait()
        return health()

    check = HealthCheck(look, now=clock)
    asking = [asyncio.create_task(check.report()) for _ in range(10)]
    await asyncio.sleep(0)
    may_end.set()
    assert [await task for task in asking] == [health()] * 10
    clock.move(0.9)
    await check.report()
    before = looks
    clock.move(0.1)
    await check.report()
    assert (before, looks) == (1, 2)


async def test_who_stops_asking_takes_nothing_from_the_others() -> None:
    """When the one who looked first goes away, the next one looks."""
    first, may_end = asyncio.Event(), asyncio.Event()

    async def look() -> Health:
        first.set()
        await may_end.wait()
        return health("failing")

    check = HealthCheck(look)
    gone = asyncio.create_task(check.report())
    await first.wait()
    stays = asyncio.create_task(check.report())
    gone.cancel()
    may_end.set()
    assert await stays == health("failing")


@pytest.mark.parametrize(
    ("token", "client", "headers", "may"),
    [
        ("", "127.0.0.1", {"host": "127.0.0.1:8004"}, True),
        ("", "::1", {"host": "localhost"}, True),
        ("", "::ffff:127.0.0.1", {"host": "localhost"}, True),
        ("", "192.0.2.1", {"host": "192.0.2.9"}, False),
        ("", "172.18.0.1", {"host": "auth:8004"}, False),
        ("", "127.0.0.1", {"host": "meet.example.org"}, False),
        ("", "127.0.0.1", {"host": "localhost", "x-forwarded-for": "192.0.2.1"}, False),
        ("", "127.0.0.1", {"host": "localhost", "forwarded": "for=192.0.2.1"}, False),
        ("", "127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, False),
        ("", "127.0.0.1", {"host": "localhost", "authorization": "Bearer "}, True),
        ("watcher", "192.0.2.1", {"authorization": "Bearer watcher"}, True),
        ("watcher", "127.0.0.1", {"host": "localhost"}, False),
        ("watcher", "127.0.0.1", {"host": "localhost", "authorization": "Bearer wrong"}, False),
        ("watcher", "127.0.0.1", {"host": "localhost", "authorization": "Bearer wätcher"}, False),
    ],
)
def test_measurements_are_for_who_has_the_token_or_is_here(
    token: str, client: str, headers: dict[str, str], may: bool
) -> None:
    """With a token it is needed; without one only this machine itself may look, and nobody through a proxy on it."""
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "client": (client, 1), "headers": encoded}
    assert may_watch(scope, token) is may
