"""What operators see: figures with their trend, the queue, what people say; nobody else sees any of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import URL

from foundation.database import transaction
from tests.auth_service.conftest import WallClock
from tests.postgresql import postgresql
from tests.voice_service.accounts import accounts, bearer, code, new_tenant, opened_on
from tests.voice_service.jobs import job
from voice_service.accounts.records import AccountRole
from voice_service.http.app import create_app
from voice_service.jobs.records import Priority
from voice_service.messages.history import HistoryEntry
from voice_service.quality.feedback import Issue, Opinion
from voice_service.storage.quality_tables import figures
from voice_service.watching.tallies import Tallies
from voice_service.wiring import VoiceServices

HOUR = 3600.0
ADMIN = (
    "/api/v1/admin/metrics",
    "/api/v1/admin/queue",
    "/api/v1/admin/feedback",
    "/api/v1/admin/audit",
    "/api/v1/admin/nodes",
)


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def watched(
    request: pytest.FixtureRequest, tmp_path: Any, clock: WallClock
) -> AsyncIterator[VoiceServices]:
    """The service on each kind of database."""
    if request.param == "sqlite":
        url = URL.create("sqlite+aiosqlite", database=str(tmp_path / "voice.sqlite3"))
        async with opened_on(url, clock) as services:
            yield services
        return
    async with postgresql() as url, opened_on(url, clock) as services:
        yield services


@pytest_asyncio.fixture
async def asking(watched: VoiceServices) -> AsyncIterator[httpx.AsyncClient]:
    """As an operator."""
    await accounts(watched).add_tenant("house", "enterprise")
    person = await accounts(watched).add_person("house", "Olga", AccountRole.OPERATOR)
    headers = bearer(await accounts(watched).new_key("house", "console", person))
    transport = httpx.ASGITransport(create_app(watched))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        yield client


async def _tenant(services: VoiceServices, name: str, plan: str) -> str:
    """Its id."""
    await accounts(services).add_tenant(name, plan)
    return next(tenant.id for tenant in await accounts(services).tenants() if tenant.name == name)


def _entry(number: int, tenant: str, at: float, **changes: Any) -> HistoryEntry:
    entry = HistoryEntry(
        id=f"{number:024x}", tenant=tenant, person=None, key="k1", status="completed", source_language="en",
        target_language="es", original_text=None, translated_text=None, input_object=None, output_object=None,
        duration_s=1.0, voice_similarity=None, processing_time_ms=1000.0, cached=False, translated_by="",
        error=None, cache_keys=[], created_at=at, completed_at=at, translation_score=0.5,
    )  # fmt: skip
    return replace(entry, **changes)


async def test_figures_tell_what_they_were_before(
    watched: VoiceServices, asking: httpx.AsyncClient, clock: WallClock
) -> None:
    """Messages, times, shares and opinions of the last hour and of the one before; by languages; over time."""
    tenant, now = await _tenant(watched, "acme", "pro"), clock()
    add = watched.messages.messages.history.add
    for number in range(20):  # 100, 200, … 2000 ms
        await add(_entry(number, tenant, now - 60 - number, processing_time_ms=100.0 * (number + 1)))
    await add(_entry(20, tenant, now - 90, status="failed", source_language=None))
    await add(_entry(21, tenant, now - 90, cached=True, processing_time_ms=1.0, target_language="de"))
    await add(_entry(22, tenant, now - HOUR - 5, processing_time_ms=4000.0, translation_score=0.25))
    await add(_entry(23, tenant, now - 3 * HOUR))
    caller = await watched.callers.by_credential(await accounts(watched).new_key("acme", "first"))
    clock.pass_s(-HOUR - 1)
    await watched.feedback.give(caller, f"{22:024x}", Opinion(rating=1))
    clock.pass_s(HOUR)
    yes = Opinion(rating=4, sounds_like_me=True, translation_correct=True)
    await watched.feedback.give(caller, f"{0:024x}", yes)
    await watched.feedback.give(caller, f"{1:024x}", Opinion(rating=3, translation_correct=False))
    clock.pass_s(1)

    found = (await asking.get(ADMIN[0], params={"hours": 1})).json()
    trends = found["trends"]
    assert {
        name: (trends[name]["now"], trends[name]["before"]) for name in trends if "request" not in name
    } == {
        "messages": (22, 1),
        "failed_messages_share": (round(1 / 22, 4), 0),
        "cached_share": (round(1 / 21, 4), 0),
        "latency_p50_ms": (1000, 4000),
        "latency_p95_ms": (1900, 4000),
        "transcript_confidence": (None, None),
        "translation_score": (0.5, 0.25),
        "signal_to_noise_db": (None, None),
        "voice_similarity": (None, None),
        "ratings": (2, 1),
        "rating": (3.5, 1),
        "sounds_like_me_share": (1, None),
        "translation_correct_share": (0.5, None),
    }
    assert trends["rating"]["change"] == 2.5
    pairs = [
        (pair["target_language"], pair["messages"]["now"], pair["ratings"]) for pair in found["languages"]
    ]
    assert pairs == [("es", 20, 2), ("de", 1, 0)]
    assert found["languages"][0]["rating"] == {"now": 3.5, "before": 1, "change": 2.5}
    points = found["points"]
    assert len(points) == 12
    assert [point["messages"] for point in points] == [0] * 11 + [22]
    assert {name: points[-1][name] for name in ("failed", "cached", "p50_ms", "p95_ms", "rating", "ratings")} == {
        "failed": 1, "cached": 1, "p50_ms": 1000, "p95_ms": 1900, "rating": 3.5, "ratings": 2,
    }  # fmt: skip


async def test_what_reaches_beyond_what_is_kept_is_not_compared(
    watched: VoiceServices, asking: httpx.AsyncClient, clock: WallClock
) -> None:
    """Half a month that is gone would look like growth."""
    await watched.messages.messages.history.add(
        _entry(1, await _tenant(watched, "acme", "pro"), clock() - 60)
    )
    found = (await asking.get(ADMIN[0], params={"hours": 744})).json()["trends"]["messages"]
    assert found == {"now": 1, "before": None, "change": None}


async def test_counts_of_several_processes_are_added(
    watched: VoiceServices, asking: httpx.AsyncClient, clock: WallClock
) -> None:
    """Requests by route, answers from before by level, voices; who died takes its last seconds with it."""
    other = Tallies(watched.engine, clock=clock, keep_days=1)
    for _ in range(5):
        other.count("request|POST /tts|2xx", 10)
        other.count("voice|af")
    other.count("request|POST /tts|5xx", 70)
    other.count("cache|redis")
    await asyncio.gather(other.add(), watched.tallies.add())
    key = await new_tenant(watched, "acme", "free")
    for shown in (key, "hive_no"):  # this process, through its own routes
        await asking.get("/api/v1/account", headers=bearer(shown))
    await watched.messages.messages._remembered.get("t", "0" * 64)

    found = (await asking.get(ADMIN[0], params={"hours": 1})).json()
    assert found["routes"] == [
        {"route": "POST /tts", "requests": 6, "refused": 0, "failed": 1, "mean_ms": 20.0},
        found["routes"][1] | {"route": "GET /api/v1/account", "requests": 2, "refused": 1, "failed": 0},
    ]
    assert found["voices"] == [{"name": "af", "times": 5}]
    assert [(level["level"], level["times"]["now"]) for level in found["cache"]] == [
        ("missed", 1),
        ("redis", 1),
    ]
    assert found["trends"]["requests_per_minute"]["now"] == round(8 / 60, 4)
    assert found["trends"]["failed_requests_share"]["now"] == round(1 / 8, 4)
    assert sum(point["failed_requests"] for point in found["points"]) == 1

    clock.pass_s(2 * 86_400)
    await other.purge()
    assert (await asking.get(ADMIN[0], params={"hours": 72})).json()["routes"] == []


async def test_counts_survive_a_database_that_does_not_answer(
    watched: VoiceServices, clock: WallClock
) -> None:
    """They are added the next time; a process that ends adds its last ones; names have a bound."""
    tallies = Tallies(watched.engine, clock=clock, keep_days=1)
    tallies.count("a|1")
    async with transaction(watched.engine) as connection:
        await connection.run_sync(figures.drop)
    with pytest.raises(Exception, match="database"):
        await tallies.add()
    tallies.count("a|1")
    async with transaction(watched.engine) as connection:
        await connection.run_sync(figures.create)
    keeping = asyncio.create_task(tallies.keep_adding("worker|w1"))
    await asyncio.sleep(0)
    keeping.cancel()
    await asyncio.wait([keeping])
    for number in range(600):
        tallies.count(f"b|{number}")
    await tallies.add()
    async with transaction(watched.engine) as connection:
        rows = (await connection.execute(figures.select())).all()
    assert {row.name: row[2] for row in rows if not row.name.startswith("b|")} == {
        "a|1": 2,
        "worker|w1": 1,
    }
    assert len(rows) == 2 + 500


async def test_the_queue_shows_what_waits_who_works_and_what_was_kept(
    watched: VoiceServices, asking: httpx.AsyncClient, clock: WallClock
) -> None:
    """By priority; leases that ran out are seen; each plan's promise beside what was measured."""
    tenant = await _tenant(watched, "acme", "pro")  # promises 10 s
    queue, kinds = watched.jobs.queue, frozenset({"count"})
    await queue.add(job("one", Priority.P0, tenant))
    claimed = await queue.claim("w1", kinds)
    assert claimed is not None
    await queue.renew("w1", claimed.id, 0.5, "translation")
    await queue.add(job("two", Priority.P2, tenant))
    for number, took_ms in enumerate((1000.0, 9000.0, 11_000.0, 12_000.0)):
        await watched.messages.messages.history.add(
            _entry(number, tenant, clock() - 10, processing_time_ms=took_ms)
        )
    watched.tallies.count("worker|w2")

    found = (await asking.get(ADMIN[1])).json()
    assert [(each["queue"], each["waiting"], each["processing"]) for each in found["queues"]] == [
        ("P0", 0, 1), ("P1", 0, 0), ("P2", 1, 0),
    ]  # fmt: skip
    assert found["queues"][2]["oldest_s"] >= 0
    assert [each["oldest_s"] for each in found["queues"][:2]] == [None, None]
    (lease,) = found["workers"][0]["jobs"]
    assert 0 < lease.pop("lease_left_s") <= 15
    assert found["workers"] == [
        {"id": "w1", "jobs": [lease]},
        {"id": "w2", "jobs": []},
    ]
    assert lease == {
        "job_id": claimed.id, "queue": "P0", "stage": "translation", "progress": 0.5, "attempts": 1,
    }  # fmt: skip
    plans = {each["plan"]: each for each in found["plans"]}
    if watched.engine.dialect.name == "sqlite":  # the test's clock is not the one of PostgreSQL
        assert plans["pro"] == {
            "plan": "pro", "queue": "P1", "promised_s": 10, "messages": 4, "p50_s": 9.0, "p95_s": 12.0,
            "kept_share": 0.5,
        }  # fmt: skip
    assert plans["free"]["messages"] == 0
    assert plans["free"]["kept_share"] is None
    assert found["webhooks_waiting"] == 0


async def test_operators_read_what_people_say(
    watched: VoiceServices, asking: httpx.AsyncClient, clock: WallClock
) -> None:
    """In pages, the last first; who said it is not shown, only of which tenant it came."""
    tenant = await _tenant(watched, "acme", "pro")
    caller = await watched.callers.by_credential(await accounts(watched).new_key("acme", "first"))
    for number in range(3):
        await watched.messages.messages.history.add(_entry(number, tenant, clock()))
        said = Opinion(rating=number + 1, issue=Issue.TOO_SLOW, comment="too long" if number == 1 else None)
        await watched.feedback.give(caller, f"{number:024x}", said)
        clock.pass_s(1)
    page = (await asking.get(ADMIN[2], params={"limit": 2})).json()
    assert [entry["rating"] for entry in page["feedback"]] == [3, 2]
    assert page["feedback"][1] == {
        "job_id": f"{1:024x}", "tenant": tenant, "rating": 2, "sounds_like_me": None,
        "translation_correct": None, "issue": "too_slow", "comment": "too long", "source_language": "en",
        "target_language": "es", "changed_at": "2027-01-15T08:00:01Z",
    }  # fmt: skip
    rest = (await asking.get(ADMIN[2], params={"before": page["next"]})).json()
    assert ([entry["rating"] for entry in rest["feedback"]], rest["next"]) == ([1], None)
    with_words = (await asking.get(ADMIN[2], params={"comments": True})).json()
    assert [entry["comment"] for entry in with_words["feedback"]] == ["too long"]
    for wrong in ("x", "1e20-a", "nan-a", "1-\0", "1-é", ""):
        assert code(await asking.get(ADMIN[2], params={"before": wrong})) == (422, "wrong_cursor")


async def test_who_looks_is_noted_once_an_hour(asking: httpx.AsyncClient, clock: WallClock) -> None:
    """A page that looks every half minute would else bury what was done."""

    async def deeds() -> list[str]:
        found = (await asking.get(ADMIN[3])).json()["deeds"]
        return [deed["what"] for deed in found if deed["what"].endswith("read")]

    for _ in range(3):
        for path in ADMIN[:3]:
            assert (await asking.get(path)).status_code == 200
    assert await deeds() == ["feedback read", "queue read", "figures read"]
    clock.pass_s(HOUR)
    await asking.get(ADMIN[0])
    assert await deeds() == ["figures read", "feedback read", "queue read", "figures read"]


@pytest.mark.parametrize("path", ADMIN)
async def test_nobody_else_sees_it(services: VoiceServices, client: httpx.AsyncClient, path: str) -> None:
    """Not a tenant's own key, nor its organisers'."""
    key = await new_tenant(services, "acme", "business")
    organiser = await accounts(services).add_person("acme", "Ana", AccountRole.ORGANISER)
    for shown in (key, await accounts(services).new_key("acme", "hers", organiser)):
        assert code(await client.get(path, headers=bearer(shown))) == (403, "not_operator")
    assert code(await client.get(path)) == (401, "not_authorised")


@pytest.mark.parametrize("hours", ["0", "745", "x", "1.5", "-1"])
async def test_hours_have_bounds(services: VoiceServices, client: httpx.AsyncClient, hours: str) -> None:
    """A month at most."""
    await accounts(services).add_tenant("house", "enterprise")
    person = await accounts(services).add_person("house", "Olga", AccountRole.OPERATOR)
    headers = bearer(await accounts(services).new_key("house", "console", person))
    answer = await client.get(ADMIN[0], params={"hours": hours}, headers=headers)
    assert code(answer) == (422, "invalid")
