"""Keys over HTTP: who may make, see and withdraw which."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from foundation.database import reading
from tests.voice_service.accounts import accounts, bearer, code, new_tenant
from voice_service.accounts import own_keys
from voice_service.accounts.records import AccountRole
from voice_service.storage.tables import audit, keys
from voice_service.wiring import VoiceServices

KEYS = "/api/v1/account/keys"


@pytest.fixture
async def owner(services: VoiceServices) -> dict[str, str]:
    """Of the tenant itself."""
    return bearer(await new_tenant(services, "acme", "pro"))


async def of_person(
    services: VoiceServices, role: AccountRole, tenant: str = "acme"
) -> tuple[str, dict[str, str]]:
    """Id, and a key."""
    person = await accounts(services).add_person(tenant, role.value, role)
    return person, bearer(await accounts(services).new_key(tenant, "own", person))


async def test_a_key_is_shown_once_and_kept_as_a_hash(
    client: httpx.AsyncClient, services: VoiceServices, owner: dict[str, str]
) -> None:
    made = await client.post(KEYS, headers=owner, json={"name": "server"})
    assert made.status_code == 201
    shown = made.json()["key"]
    assert (await client.get("/api/v1/account", headers=bearer(shown))).json()["role"] == "organiser"
    listed = await client.get(KEYS, headers=owner)
    assert {key["name"] for key in listed.json()["keys"]} == {"first", "server"}
    assert shown not in listed.text
    async with reading(services.engine) as connection:
        kept = [str(row) for row in await connection.execute(select(keys))]
        told = [(row.what, row.about) for row in await connection.execute(select(audit).order_by(audit.c.id))]
    assert not any(shown in row for row in kept)
    assert told[-1] == ("key made", f"key {made.json()['id']}")


async def test_a_key_that_is_withdrawn_is_over_at_once(
    client: httpx.AsyncClient, owner: dict[str, str]
) -> None:
    """With its tokens; withdrawing it twice is no error, and one may withdraw the key that one shows."""
    made = (await client.post(KEYS, headers=owner, json={"name": "server"})).json()
    own = bearer(made["key"])
    token = (await client.post("/api/v1/token", headers=own)).json()["token"]
    assert (await client.delete(f"{KEYS}/{made['id']}", headers=own)).status_code == 204
    for shown in (own, bearer(token)):
        assert code(await client.get("/api/v1/account", headers=shown)) == (401, "not_authorised")
    assert (await client.delete(f"{KEYS}/{made['id']}", headers=owner)).status_code == 204


async def test_members_and_tokens_make_no_keys(
    client: httpx.AsyncClient, services: VoiceServices, owner: dict[str, str]
) -> None:
    _, member = await of_person(services, AccountRole.MEMBER)
    token = bearer((await client.post("/api/v1/token", headers=owner)).json()["token"])
    for headers, refused in ((member, (403, "not_organiser")), (token, (401, "not_authorised"))):
        assert code(await client.post(KEYS, headers=headers, json={"name": "a"})) == refused
        assert code(await client.get(KEYS, headers=headers)) == refused
        assert code(await client.delete(f"{KEYS}/x", headers=headers)) == refused


async def test_nobody_becomes_an_operator_by_a_key(
    client: httpx.AsyncClient, services: VoiceServices, owner: dict[str, str]
) -> None:
    """Nor ends an operator's; an operator may both."""
    person, operator = await of_person(services, AccountRole.OPERATOR)
    wish = {"name": "mine", "person": person}
    assert code(await client.post(KEYS, headers=owner, json=wish)) == (403, "not_operator")
    (theirs,) = [
        key for key in (await client.get(KEYS, headers=owner)).json()["keys"] if key["person"] == person
    ]
    assert code(await client.delete(f"{KEYS}/{theirs['id']}", headers=owner)) == (403, "not_operator")

    made = await client.post(KEYS, headers=operator, json=wish)
    assert (await client.get("/api/v1/account", headers=bearer(made.json()["key"]))).json()[
        "role"
    ] == "operator"
    assert (await client.delete(f"{KEYS}/{theirs['id']}", headers=operator)).status_code == 204


async def test_other_tenants_keys_and_people_are_not_there(
    client: httpx.AsyncClient, services: VoiceServices, owner: dict[str, str]
) -> None:
    other = bearer(await new_tenant(services, "other", "pro"))
    person, _ = await of_person(services, AccountRole.MEMBER, "other")
    theirs = (await client.get(KEYS, headers=other)).json()["keys"][0]["id"]

    assert code(await client.delete(f"{KEYS}/{theirs}", headers=owner)) == (404, "key_unknown")
    wish = {"name": "a", "person": person}
    assert code(await client.post(KEYS, headers=owner, json=wish)) == (404, "person_unknown")
    assert (await client.get("/api/v1/account", headers=other)).status_code == 200


@pytest.mark.parametrize("name", ["", "a" * 65, "a\u202eb", "\ud800"])
async def test_a_name_is_something_one_sees(
    client: httpx.AsyncClient, owner: dict[str, str], name: str
) -> None:
    body = (
        b'{"name": "\\ud800"}'
        if name == "\ud800"
        else httpx.Request("POST", "http://x", json={"name": name}).content
    )
    answer = await client.post(KEYS, headers={**owner, "content-type": "application/json"}, content=body)
    assert answer.status_code in {400, 422}


async def test_keys_have_an_end(
    client: httpx.AsyncClient, owner: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_keys, "MOST_KEYS", 2)
    made = await client.post(KEYS, headers=owner, json={"name": "second"})
    assert code(await client.post(KEYS, headers=owner, json={"name": "third"})) == (409, "too_many_keys")
    await client.delete(f"{KEYS}/{made.json()['id']}", headers=owner)
    assert (await client.post(KEYS, headers=owner, json={"name": "third"})).status_code == 201
