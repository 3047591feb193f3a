"""Tokens for browsers, and what is none."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
from livekit.api import AccessToken

from config.keys import DEVELOPMENT_SECRET
from tests.auth_service.conftest import WallClock
from tests.voice_service.accounts import accounts, bearer, code, new_tenant
from voice_service.accounts.tokens import AUDIENCE
from voice_service.wiring import VoiceServices

KEY = hmac.digest(DEVELOPMENT_SECRET.encode(), b"hive voice tokens", "sha256")


async def test_a_key_is_exchanged_for_a_token_that_does_the_same(
    services: VoiceServices, client: httpx.AsyncClient, clock: WallClock
) -> None:
    """For fifteen minutes, to the second; the token says nothing of the key or the tenant."""
    key = await new_tenant(services, "acme", "pro")
    answer = await client.post("/api/v1/token", headers=bearer(key))
    assert answer.status_code == 200
    made = answer.json()
    assert made["token_type"] == "Bearer"
    assert datetime.fromisoformat(made["expires_at"]).timestamp() == clock() + 900
    assert key not in str(jwt.decode(made["token"], options={"verify_signature": False}))

    by_key = (await client.get("/api/v1/account", headers=bearer(key))).json()
    by_token = await client.get("/api/v1/account", headers=bearer(made["token"]))
    assert by_token.json() == by_key
    clock.pass_s(899)
    assert (await client.get("/api/v1/account", headers=bearer(made["token"]))).status_code == 200
    clock.pass_s(1)
    ended = await client.get("/api/v1/account", headers=bearer(made["token"]))
    assert code(ended) == (401, "not_authorised")


async def test_a_token_makes_no_tokens(services: VoiceServices, client: httpx.AsyncClient) -> None:
    """Else it would live for ever."""
    key = await new_tenant(services, "acme", "pro")
    token = (await client.post("/api/v1/token", headers=bearer(key))).json()["token"]
    assert code(await client.post("/api/v1/token", headers=bearer(token))) == (401, "not_authorised")


async def test_a_withdrawn_key_ends_its_tokens(services: VoiceServices, client: httpx.AsyncClient) -> None:
    key = await new_tenant(services, "acme", "pro")
    token = (await client.post("/api/v1/token", headers=bearer(key))).json()["token"]
    (only,) = await accounts(services).keys()
    await accounts(services).withdraw_key(only.id)
    assert code(await client.get("/api/v1/account", headers=bearer(token))) == (401, "not_authorised")


async def test_what_is_no_token_of_ours_is_refused(
    services: VoiceServices, client: httpx.AsyncClient, clock: WallClock
) -> None:
    """Other algorithms, keys, audiences and times; and a room's token, signed with the same secret."""
    key = await new_tenant(services, "acme", "pro")
    (only,) = await accounts(services).keys()
    now = int(clock())
    good: dict[str, Any] = {
        "iss": "hive-voice", "aud": AUDIENCE, "sub": only.id, "iat": now, "exp": now + 900,
    }  # fmt: skip

    def signed(change: dict[str, Any], secret: bytes = KEY, algorithm: str = "HS256") -> str:
        claims = {name: value for name, value in (good | change).items() if value is not None}
        return jwt.encode(claims, secret, algorithm=algorithm)

    assert (await client.get("/api/v1/account", headers=bearer(signed({})))).status_code == 200
    token = signed({})
    head, body, signature = token.split(".")
    room = AccessToken("devkey", DEVELOPMENT_SECRET).with_identity(only.id).to_jwt()
    refused = {
        "no algorithm": jwt.encode(good, "", algorithm="none"),
        "unsigned": f"{head}.{body}.",
        "none in the head": f"{jwt.encode(good, '', algorithm='none').split('.')[0]}.{body}.{signature}",
        "another of the family": signed({}, KEY * 2, "HS512"),
        "the bare secret": signed({}, DEVELOPMENT_SECRET.encode()),
        "another audience": signed({"aud": "hive-room"}),
        "another issuer": signed({"iss": "devkey"}),
        "nobody's key": signed({"sub": "k"}),
        "too long a life": signed({"exp": now + 86_400}),
        "from tomorrow": signed({"iat": now + 86_400, "exp": now + 86_500}),
        "ended": signed({"iat": now - 900, "exp": now}),
        "time as text": signed({"exp": str(now + 900)}),
        "time as a fraction": signed({"exp": now + 900.5}),
        "a room's token": room,
        **{f"without {name}": signed({name: None}) for name in good},
        "cut": token[:-1],
        "longer": token + "A" * 5000,
    }
    seen = {
        name: (await client.get("/api/v1/account", headers=bearer(shown))).status_code
        for name, shown in refused.items()
    }
    assert set(seen.values()) == {401}, seen
    assert (await client.get("/api/v1/account", headers=bearer(key))).status_code == 200


async def test_a_clock_that_was_set_back_lengthens_no_token(
    services: VoiceServices, client: httpx.AsyncClient, clock: WallClock
) -> None:
    """A token lives as long as it was made for, and no longer for it."""
    key = await new_tenant(services, "acme", "pro")
    token = (await client.post("/api/v1/token", headers=bearer(key))).json()["token"]
    clock.set_by(-86_400)
    assert code(await client.get("/api/v1/account", headers=bearer(token))) == (401, "not_authorised")
    assert datetime.fromtimestamp(clock(), UTC).year == 2027
