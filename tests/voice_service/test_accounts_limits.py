"""How often a key may ask, and how many messages a tenant may have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import URL

from config.settings import Settings
from foundation.database import StorageError, database_url
from foundation.http.problems import Problem, ProblemError
from foundation.http.rate_limits import MemoryLimiter
from tests.auth_service.conftest import WallClock
from tests.postgresql import postgresql
from tests.redis_server import redis_server
from tests.voice_service.accounts import accounts, bearer, code, new_tenant, opened_on
from voice_service.accounts import plans
from voice_service.accounts.keys import new_key
from voice_service.accounts.plans import PlanChange
from voice_service.accounts.quota import resets_at
from voice_service.http.app import create_app
from voice_service.wiring import VoiceServices, opened


@pytest.fixture
async def services(settings: Settings, clock: WallClock) -> AsyncIterator[VoiceServices]:
    """Limits by the test's clock, which stands still: how quick the machine is changes nothing."""
    async with opened(settings, clock) as container:
        yield replace(container, limiter=MemoryLimiter(now=clock.uptime_s))


async def asked(client: httpx.AsyncClient, shown: str, times: int) -> list[int]:
    """The status of each of so many requests."""
    return [(await client.get("/api/v1/account", headers=bearer(shown))).status_code for _ in range(times)]


async def test_a_key_may_ask_a_hundred_times_a_minute(
    services: VoiceServices, client: httpx.AsyncClient, clock: WallClock
) -> None:
    """Then it is told when to come again; other keys of the tenant have a count of their own."""
    key = await new_tenant(services, "acme", "pro")
    other = await accounts(services).new_key("acme", "other")

    assert set(await asked(client, key, 100)) == {200}
    refused = await client.get("/api/v1/account", headers=bearer(key))

    assert code(refused) == (429, "rate_limited")
    assert refused.json()["retry_after_s"] == 0.6
    assert refused.headers["retry-after"] == "1"
    assert await asked(client, other, 1) == [200]
    clock.pass_s(0.6)
    assert await asked(client, key, 2) == [200, 429]


async def test_a_plan_may_say_otherwise(services: VoiceServices, client: httpx.AsyncClient) -> None:
    """And a key and its tokens are counted as one."""
    key = await new_tenant(services, "acme", "pro")
    await plans.change(services.engine, PlanChange("pro", {"requests_per_minute": 3}), "test", 0.0)

    token = (await client.post("/api/v1/token", headers=bearer(key))).json()["token"]

    assert await asked(client, key, 1) == [200]
    assert await asked(client, token, 2) == [200, 429]
    assert await asked(client, key, 1) == [429]


async def test_who_guesses_keys_is_slowed_down_and_nobody_else(
    services: VoiceServices, client: httpx.AsyncClient
) -> None:
    """Failures are counted by address, for themselves: a good key from the same address is served."""
    key = await new_tenant(services, "acme", "pro")

    guesses = [await client.get("/api/v1/account", headers=bearer(new_key())) for _ in range(61)]

    assert [answer.status_code for answer in guesses] == [401] * 60 + [429]
    assert code(guesses[-1]) == (429, "rate_limited")
    assert await asked(client, key, 2) == [200, 200]
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(services), client=("2001:db8::1", 1)),
        base_url="http://localhost",
    ) as elsewhere:
        assert await asked(elsewhere, new_key(), 1) == [401]


async def test_services_on_one_redis_share_the_count(tmp_path: Path, clock: WallClock) -> None:
    """Two of them, one key: together as many as one."""
    url = database_url(f"sqlite:///{tmp_path}/voice.sqlite3", "", "")
    async with redis_server(tmp_path) as (redis, _):
        port = redis.connection_pool.connection_kwargs["port"]
        where = f"redis://127.0.0.1:{port}"
        async with opened_on(url, clock, where) as one, opened_on(url, clock, where) as two:
            key = await new_tenant(one, "acme", "pro")
            await plans.change(one.engine, PlanChange("pro", {"requests_per_minute": 4}), "test", 0.0)
            seen = []
            for services in (one, two, one, two, one):
                transport = httpx.ASGITransport(create_app(services))
                async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                    seen += await asked(client, key, 1)
    assert seen == [200, 200, 200, 200, 429]


# --- messages a month --------------------------------------------------------------------------------------


async def test_messages_are_counted_until_they_are_used_up(
    services: VoiceServices, client: httpx.AsyncClient, clock: WallClock
) -> None:
    """By tenant, whatever the key; with the new month of UTC they begin anew."""
    key = await new_tenant(services, "acme", "free")
    other = await accounts(services).new_key("acme", "other")
    caller, same = await services.callers.by_key(key), await services.callers.by_key(other)
    for number in range(50):
        await services.quota.take((caller, same)[number % 2])

    with pytest.raises(ProblemError) as refused:
        await services.quota.take(caller)

    problem = refused.value.problem
    assert (problem.status, problem.code) == (429, "quota_used_up")
    left_s = datetime(2027, 2, 1, tzinfo=UTC).timestamp() - clock()
    assert problem.more == {"limit": 50, "resets_at": "2027-02-01T00:00:00Z", "retry_after_s": left_s}
    shown = (await client.get("/api/v1/account", headers=bearer(key))).json()
    assert (shown["used"], shown["left"]) == (50, 0)

    clock.pass_s(left_s)
    shown = (await client.get("/api/v1/account", headers=bearer(key))).json()
    assert (shown["used"], shown["left"], shown["resets_at"]) == (0, 50, "2027-03-01T00:00:00Z")
    await services.quota.take(caller)


async def test_a_plan_without_bound_is_counted_and_never_used_up(services: VoiceServices) -> None:
    caller = await services.callers.by_key(await new_tenant(services, "acme", "enterprise"))
    for _ in range(60):
        await services.quota.take(caller)
    standing = await services.quota.standing(caller)
    assert (standing.used, standing.left) == (60, None)


async def test_a_plan_of_nothing_gives_nothing(services: VoiceServices) -> None:
    await plans.change(services.engine, PlanChange("free", {"messages_per_month": 0}), "test", 0.0)
    caller = await services.callers.by_key(await new_tenant(services, "acme", "free"))
    with pytest.raises(ProblemError, match="quota_used_up"):
        await services.quota.take(caller)


@pytest.mark.parametrize(
    ("error", "used"),
    [
        (ProblemError(Problem(422, "invalid", "")), 1),
        (ProblemError(Problem(503, "overloaded", "")), 0),
        (StorageError("gone"), 0),
        (RuntimeError("a fault"), 0),
        (asyncio.CancelledError(), 0),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_fails_by_our_fault_is_given_back(
    services: VoiceServices, error: BaseException, used: int
) -> None:
    """What the caller did wrong is not; the error goes on to whoever answers."""
    caller = await services.callers.by_key(await new_tenant(services, "acme", "free"))

    async def fail() -> None:
        async with services.quota.counted(caller):
            assert (await services.quota.standing(caller)).used == 1
            raise error

    with pytest.raises(type(error)):
        await fail()
    assert (await services.quota.standing(caller)).used == used


async def test_what_is_given_back_belongs_to_its_month(services: VoiceServices, clock: WallClock) -> None:
    """A message that fails after midnight of the last day takes nothing from the new month."""
    caller = await services.callers.by_key(await new_tenant(services, "acme", "free"))
    taken = await services.quota.take(caller)
    clock.pass_s(31 * 86_400)
    await services.quota.take(caller)
    await services.quota.give_back(taken)
    assert (await services.quota.standing(caller)).used == 1
    await services.quota.give_back(taken)
    clock.set_by(-31 * 86_400)
    assert (await services.quota.standing(caller)).used == 0


@pytest.mark.parametrize(
    ("at", "then"),
    [
        ((2026, 11, 27, 12), (2026, 12, 1)), ((2026, 12, 31, 23), (2027, 1, 1)), ((2028, 2, 29, 0), (2028, 3, 1)),
        ((2026, 12, 1, 0), (2027, 1, 1)),
    ],
)  # fmt: skip
def test_a_month_ends_where_the_next_begins(at: tuple[int, ...], then: tuple[int, ...]) -> None:
    """In UTC."""
    assert resets_at(datetime(*at, tzinfo=UTC).timestamp()) == datetime(*then, tzinfo=UTC)  # type: ignore[misc,arg-type]


async def _never_one_too_many(url: URL, clock: WallClock) -> None:
    """Two services on one database, a rush of seventy for fifty places."""
    async with opened_on(url, clock) as one, opened_on(url, clock) as two:
        caller = await one.callers.by_key(await new_tenant(one, "acme", "free"))

        async def take(services: VoiceServices) -> bool:
            try:
                await services.quota.take(caller)
            except ProblemError:
                return False
            return True

        got = await asyncio.gather(*(take((one, two)[number % 2]) for number in range(70)))
        assert got.count(True) == 50
        standing = await one.quota.standing(caller)
        assert (standing.used, standing.left) == (50, 0)
        await accounts(one).remove_tenant("acme")
        await plans.change(one.engine, PlanChange("free", {"messages_per_month": None}), "test", 0.0)
        with pytest.raises(ProblemError, match="not_authorised"):
            await one.quota.take(caller)


async def test_a_rush_never_takes_more_than_there_is(tmp_path: Path, clock: WallClock) -> None:
    """In SQLite; and who was removed meanwhile is told so."""
    await _never_one_too_many(database_url(f"sqlite:///{tmp_path}/voice.sqlite3", "", ""), clock)


async def test_a_rush_never_takes_more_than_there_is_in_postgresql(clock: WallClock) -> None:
    """Likewise."""
    async with postgresql() as url:
        await _never_one_too_many(url, clock)
