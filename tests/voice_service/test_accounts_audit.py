"""What was done to accounts: kept without secrets and names, shown to operators, forgotten in time."""

from __future__ import annotations

import httpx

from tests.auth_service.conftest import WallClock
from tests.voice_service.accounts import accounts, bearer, code, new_tenant
from voice_service.accounts import audit, plans
from voice_service.accounts.plans import PlanChange
from voice_service.accounts.records import AccountRole
from voice_service.wiring import VoiceServices


async def _operator(services: VoiceServices) -> str:
    """Their key; four deeds."""
    await accounts(services).add_tenant("house", "enterprise")
    person = await accounts(services).add_person("house", "Olga", AccountRole.OPERATOR)
    return await accounts(services).new_key("house", "console", person)


async def test_everything_that_is_done_is_told_to_operators(
    services: VoiceServices, client: httpx.AsyncClient, clock: WallClock
) -> None:
    """Who, what, when, about what; the latest first, in pages; no name, no key."""
    operator = await _operator(services)
    key = await new_tenant(services, "acme", "free")
    (of_acme,) = await accounts(services).keys("acme")
    clock.pass_s(60)
    await accounts(services).withdraw_key(of_acme.id)
    await accounts(services).set_plan("acme", "pro")
    await plans.change(services.engine, PlanChange("pro", {"promised_s": 9.0}), "test", clock())

    answer = await client.get("/api/v1/admin/audit", headers=bearer(operator))
    deeds = answer.json()["deeds"]
    assert [deed["what"] for deed in deeds] == [
        "plan set", "plan changed", "key withdrawn", "key made", "tenant added",
        "key made", "operator added", "tenant added",
    ]  # fmt: skip
    assert deeds[2] == {
        "at": "2027-01-15T08:01:00Z", "who": "test", "what": "key withdrawn", "about": f"key {of_acme.id}",
        "tenant": deeds[3]["tenant"],
    }  # fmt: skip
    assert deeds[0]["tenant"] is None
    assert not any(word in answer.text for word in ("acme", "Olga", "console", "house", key, operator))

    pages: list[str] = []
    before: int | None = None
    while True:
        where = f"?limit=3&before={before}" if before else "?limit=3"
        page = (await client.get(f"/api/v1/admin/audit{where}", headers=bearer(operator))).json()
        pages += [deed["what"] for deed in page["deeds"]]
        if (before := page["next"]) is None:
            break
    assert pages == [deed["what"] for deed in deeds]


async def test_nobody_else_sees_it(services: VoiceServices, client: httpx.AsyncClient) -> None:
    """Not a tenant's own key, nor its organisers'; pages have bounds."""
    operator = await _operator(services)
    key = await new_tenant(services, "acme", "business")
    organiser = await accounts(services).add_person("acme", "Ana", AccountRole.ORGANISER)
    hers = await accounts(services).new_key("acme", "hers", organiser)
    for shown in (key, hers):
        answer = await client.get("/api/v1/admin/audit", headers=bearer(shown))
        assert code(answer) == (403, "not_operator")
    assert code(await client.get("/api/v1/admin/audit")) == (401, "not_authorised")
    for wrong in ("limit=0", "limit=201", "before=0", "before=x", f"before={2**63}"):
        answer = await client.get(f"/api/v1/admin/audit?{wrong}", headers=bearer(operator))
        assert code(answer) == (422, "invalid")


async def test_it_is_forgotten_in_time(services: VoiceServices, clock: WallClock) -> None:
    """A year, unless set; the service looks by itself."""
    await _operator(services)
    clock.pass_s(365 * 86_400 - 1)
    await accounts(services).set_plan("house", "pro")
    assert await audit.purge(services.engine, clock() - 365 * 86_400) == 0
    clock.pass_s(2)
    assert await audit.purge(services.engine, clock() - 365 * 86_400) == 3
    assert [deed.what for deed in (await audit.page(services.engine)).deeds] == ["plan changed"]
    assert "audit" in services.watchers
