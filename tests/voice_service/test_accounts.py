"""Tenants, people, keys, plans: who one is, and what one may."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from config.settings import Settings
from foundation.database import reading
from foundation.http.problems import ProblemError
from tests.auth_service.conftest import WallClock
from tests.postgresql import postgresql
from tests.voice_service.accounts import accounts, bearer, code, new_tenant, opened_on
from voice_service.accounts import plans
from voice_service.accounts.keys import fingerprint
from voice_service.accounts.plans import PlanChange
from voice_service.accounts.records import AccountRole, Queue, Right
from voice_service.storage.tables import audit, keys, people, tenants, usage
from voice_service.wiring import VoiceServices


async def test_the_four_plans_are_there_from_the_beginning(services: VoiceServices) -> None:
    """As rows, each with its amount, time, queue and rights."""
    found = {plan.name: plan for plan in await plans.all_plans(services.engine)}

    assert {name: (p.messages_per_month, p.promised_s, p.queue) for name, p in found.items()} == {
        "free": (50, 30.0, Queue.P2),
        "pro": (500, 10.0, Queue.P1),
        "business": (5000, 5.0, Queue.P0),
        "enterprise": (None, 3.0, Queue.P0),
    }
    assert found["free"].rights == {Right.QUALITY_BASIC}
    assert found["pro"].rights == {Right.QUALITY_BASIC, Right.QUALITY_HIGH, Right.PROFILE}
    assert found["business"].rights == found["pro"].rights | {Right.QUALITY_PREMIUM, Right.ANALYTICS}
    assert found["enterprise"].rights == set(Right)
    assert [found["free"].covers(code) for code in ("es", "pt-BR", "ja")] == [True, True, False]
    assert found["pro"].covers("ja")


async def test_a_key_says_who_asks_and_what_they_may(
    services: VoiceServices, client: httpx.AsyncClient
) -> None:
    """Its tenant's plan and rights; a key in somebody's name has their role."""
    key = await new_tenant(services, "acme", "free")
    ana = await accounts(services).add_person("acme", "Ana", AccountRole.MEMBER)
    hers = await accounts(services).new_key("acme", "phone", ana)

    answer = await client.get("/api/v1/account", headers=bearer(key))
    assert answer.status_code == 200
    shown = answer.json()
    assert shown == {
        "tenant": shown["tenant"], "person": None, "role": "organiser",
        "plan": {
            "name": "free", "messages_per_month": 50, "promised_s": 30.0, "queue": "P2",
            "requests_per_minute": 100,
        },
        "used": 0, "left": 50, "resets_at": "2027-02-01T00:00:00Z", "rights": ["quality-basic"],
        "languages": ["de", "en", "es", "fr", "it", "pt"],
    }  # fmt: skip
    of_ana = (await client.get("/api/v1/account", headers=bearer(hers))).json()
    assert (of_ana["tenant"], of_ana["person"], of_ana["role"]) == (shown["tenant"], ana, "member")
    caller = await services.callers.by_key(hers)
    assert [caller.may(right) for right in ("quality-basic", "profile", "no such right")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "shown",
    [
        "", "hive_", "x", "hive_" + "a" * 43, "hive_" + "é" * 43, "hive_" + "a" * 10_000, "a.b.c", "..", "null",
        "hive_%00", "' OR 1=1 --", "Bearer Bearer",
    ],
)  # fmt: skip
async def test_what_is_no_key_gets_401(client: httpx.AsyncClient, key: str, shown: str) -> None:
    """In the form of RFC 9457, without saying why."""
    answer = await client.get("/api/v1/account", headers={b"authorization": f"Bearer {shown}".encode()})
    assert code(answer) == (401, "not_authorised")
    assert answer.headers["www-authenticate"] == "Bearer"
    missing = await client.get("/api/v1/account")
    basic = await client.get("/api/v1/account", headers={"authorization": f"Basic {key}"})
    assert code(missing) == code(basic) == (401, "not_authorised")
    assert missing.json() == answer.json()


async def test_a_withdrawn_key_ends_at_once(services: VoiceServices, client: httpx.AsyncClient) -> None:
    """Others of the tenant stay; withdrawing again changes nothing; who never was is said."""
    key = await new_tenant(services, "acme", "pro")
    other = await accounts(services).new_key("acme", "other")
    ids = {key.name: key.id for key in await accounts(services).keys("acme")}
    assert ids.keys() == {"first", "other"}

    await accounts(services).withdraw_key(ids["first"])
    await accounts(services).withdraw_key(ids["first"])

    assert code(await client.get("/api/v1/account", headers=bearer(key))) == (401, "not_authorised")
    assert (await client.get("/api/v1/account", headers=bearer(other))).status_code == 200
    with pytest.raises(ProblemError, match="key_unknown"):
        await accounts(services).withdraw_key("nobody's")
    (tenant,) = await accounts(services).tenants()
    assert (tenant.name, tenant.plan, tenant.keys) == ("acme", "pro", 1)


async def test_keys_are_kept_as_hashes_alone(services: VoiceServices, settings: Settings) -> None:
    """The file of the database does not hold a key."""
    key = await new_tenant(services, "acme", "pro")
    await services.callers.by_key(key)

    async with reading(services.engine) as connection:
        assert (await connection.execute(select(keys.c.fingerprint))).scalar() == fingerprint(key)
    file = services.engine.url.database
    assert file is not None
    for path in (Path(file), Path(f"{file}-wal")):
        if path.exists():
            assert key.encode() not in await asyncio.to_thread(path.read_bytes)


async def test_when_a_key_was_used_is_known_to_the_minute(services: VoiceServices, clock: WallClock) -> None:
    """Not every request writes."""
    key = await new_tenant(services, "acme", "pro")

    async def used_at() -> float | None:
        (only,) = await accounts(services).keys()
        return only.used_at

    assert await used_at() is None
    began = clock()
    await services.callers.by_key(key)
    clock.pass_s(59)
    await services.callers.by_key(key)
    assert await used_at() == began
    clock.pass_s(1)
    await services.callers.by_key(key)
    assert await used_at() == began + 60
    clock.set_by(-86_400)
    await services.callers.by_key(key)
    assert await used_at() == began + 60 - 86_400


async def test_a_plan_is_changed_without_code(services: VoiceServices, client: httpx.AsyncClient) -> None:
    """From the next request on; a new plan too; what a newer version wrote is no right here."""
    key = await new_tenant(services, "acme", "free")
    wanted = {"messages_per_month": 70, "rights": ["quality-high", "teleport"], "languages": None}
    await plans.change(services.engine, PlanChange("free", wanted), "test", 0.0)

    shown = (await client.get("/api/v1/account", headers=bearer(key))).json()
    assert (shown["left"], shown["rights"], shown["languages"]) == (70, ["quality-high"], None)

    with pytest.raises(ProblemError) as refused:
        await plans.change(services.engine, PlanChange("trial", {"queue": "P2"}), "test", 0.0)
    assert refused.value.problem.detail == "A new plan needs messages_per_month, promised_s too."
    fresh = {"messages_per_month": 0, "promised_s": 60.0, "queue": "P2", "requests_per_minute": 3}
    await plans.change(services.engine, PlanChange("trial", fresh), "test", 0.0)
    await accounts(services).set_plan("acme", "trial")
    shown = (await client.get("/api/v1/account", headers=bearer(key))).json()
    assert (shown["plan"]["name"], shown["left"], shown["plan"]["requests_per_minute"]) == ("trial", 0, 3)
    with pytest.raises(ProblemError, match="plan_unknown"):
        await accounts(services).set_plan("acme", "gold")


async def test_names_hide_nothing(services: VoiceServices) -> None:
    """And a tenant's is its own."""
    for name in ("", " ", "a" * 65, "a\nb", "a\u202eb", " a", "\ud800", "a\x00"):
        with pytest.raises(ProblemError, match="invalid"):
            await accounts(services).add_tenant(name, "pro")
    await accounts(services).add_tenant("Søren & Co. 日本", "pro")
    with pytest.raises(ProblemError, match="tenant_exists"):
        await accounts(services).add_tenant("Søren & Co. 日本", "free")
    with pytest.raises(ProblemError, match="plan_unknown"):
        await accounts(services).add_tenant("other", "gold")
    with pytest.raises(ProblemError, match="tenant_unknown"):
        await accounts(services).new_key("nobody", "first")


async def test_nobody_gets_a_key_in_the_name_of_anothers_person(services: VoiceServices) -> None:
    await accounts(services).add_tenant("acme", "pro")
    await accounts(services).add_tenant("other", "pro")
    ana = await accounts(services).add_person("acme", "Ana", AccountRole.MEMBER)
    with pytest.raises(ProblemError, match="person_unknown"):
        await accounts(services).new_key("other", "stolen", ana)


async def _everything_of_a_tenant_goes(services: VoiceServices) -> None:
    key = await new_tenant(services, "acme", "pro")
    left = await new_tenant(services, "other", "pro")
    ana = await accounts(services).add_person("acme", "Ana", AccountRole.MEMBER)
    await accounts(services).new_key("acme", "phone", ana)
    await services.quota.take(await services.callers.by_key(key))

    await accounts(services).remove_tenant("acme")

    async with reading(services.engine) as connection:
        kept = [
            (await connection.execute(select(func.count()).select_from(table))).scalar()
            for table in (tenants, people, keys, usage)
        ]
        told = " ".join(
            f"{row.who} {row.what} {row.about}" for row in await connection.execute(select(audit))
        )
    assert kept == [1, 0, 1, 0]
    assert "tenant removed" in told
    assert not any(word in told for word in ("acme", "Ana", "phone", key))
    await services.callers.by_key(left)
    with pytest.raises(ProblemError, match="not_authorised"):
        await services.callers.by_key(key)
    with pytest.raises(ProblemError, match="tenant_unknown"):
        await accounts(services).remove_tenant("acme")


async def test_everything_of_a_tenant_goes_with_it(services: VoiceServices) -> None:
    """People, keys, use. What stays is that it was removed, by ids that lead to nobody."""
    await _everything_of_a_tenant_goes(services)


async def test_everything_of_a_tenant_goes_with_it_in_postgresql(clock: WallClock) -> None:
    """Likewise."""
    async with postgresql() as url, opened_on(url, clock) as services:
        await _everything_of_a_tenant_goes(services)


async def test_a_person_goes_with_their_keys(services: VoiceServices, client: httpx.AsyncClient) -> None:
    await accounts(services).add_tenant("acme", "pro")
    ana = await accounts(services).add_person("acme", "Ana", AccountRole.ORGANISER)
    hers = await accounts(services).new_key("acme", "phone", ana)
    assert [(p.id, p.tenant, p.name, p.role) for p in await accounts(services).people()] == [
        (ana, "acme", "Ana", AccountRole.ORGANISER)
    ]
    await accounts(services).remove_person(ana)
    assert code(await client.get("/api/v1/account", headers=bearer(hers))) == (401, "not_authorised")
    assert await accounts(services).people("acme") == []


async def test_a_tenant_chooses_what_is_done_with_its_messages(
    services: VoiceServices, client: httpx.AsyncClient, key: str
) -> None:
    """By an organiser with a key; everything is off at first, and the audit table has it."""
    mine = {"authorization": f"Bearer {key}"}
    path = "/api/v1/account/choices"
    off = {"keeps_messages": False, "remembers_messages": False, "translates_outside": False}
    assert (await client.get(path, headers=mine)).json() == off

    wanted = off | {"remembers_messages": True}
    assert (await client.put(path, headers=mine, json=wanted)).json() == wanted
    assert (await client.get(path, headers=mine)).json() == wanted
    assert (await client.put(path, headers=mine, json={"keeps_messages": True})).status_code == 422
    token = (await client.post("/api/v1/token", headers=mine)).json()["token"]
    answer = await client.put(path, headers={"authorization": f"Bearer {token}"}, json=off)
    assert answer.status_code == 401
    async with reading(services.engine) as connection:
        deeds = (await connection.execute(select(audit).order_by(audit.c.id.desc()))).all()
    assert deeds[0].what == "choices changed"
    assert "remembers_messages on" in deeds[0].about
