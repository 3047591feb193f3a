"""People behind one address: a proxy's, an office's, a provider's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest
import structlog

from auth_service.http.app import create_app
from auth_service.serve import serve_services
from auth_service.wiring import Container
from config.settings import SettingsError
from tests.auth_service.conftest import Api, refusal, with_auth
from tests.auth_service.serving import served


def behind(api: Api, address: str) -> Api:
    """The same service, asked by somebody whose proxy says that they come from there."""
    client = api.client
    return Api(httpx.AsyncClient(base_url=client.base_url, headers={"x-forwarded-for": address}, timeout=20))


@contextlib.asynccontextmanager
async def somebody(services: Container, address: str) -> AsyncIterator[Api]:
    """Asks from an address of their own, through no proxy."""
    transport = httpx.ASGITransport(create_app(services), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="https://meet.example") as client:
        yield Api(client)


@pytest.mark.parametrize("junk", ["links", "sessions", "keys", "bodies"])
async def test_junk_keeps_nobody_of_the_same_address_out(services: Container, junk: str) -> None:
    """Whoever sends what is wrong is told to wait; those with good links, at the same address, are let in."""
    few = with_auth(services, failures_per_minute=5, joins_per_minute=5, requests_per_minute=12)
    async with somebody(few, "192.0.2.1") as api:
        room = await api.room()
        joined = (await api.join(room.guest)).json()

        async def wrong() -> httpx.Response:
            if junk == "links":
                return await api.join("guess")
            if junk == "sessions":
                return await api.client.post("/api/v1/renew", json={"session": "guess"})
            if junk == "keys":
                key = {"authorization": "Bearer guess"}
                return await api.client.get(f"/api/v1/rooms/{room.name}", headers=key)
            return await api.client.post("/api/v1/join", content=b"{")

        answers = [await wrong() for _ in range(30)]
        good = [
            await api.look(room.guest),
            await api.join(room.guest),
            await api.client.post("/api/v1/renew", json={"session": joined["session"]}),
            await api.client.get(f"/api/v1/rooms/{room.name}", headers=room.headers),
            await api.client.get("/api/v1/config"),
            await api.client.get("/health"),
        ]
    assert [answer.status_code for answer in good] == [200] * 6
    assert refusal(answers[-1]) == (429, "rate_limited")
    assert "retry-after" in answers[-1].headers


async def test_a_link_that_is_used_too_often_keeps_no_other_out(services: Container) -> None:
    """What one link may is used up by that link alone, not by others at the same address."""
    async with somebody(with_auth(services, joins_per_minute=3), "192.0.2.1") as api:
        room = await api.room()
        other = await api.invite(room, role="listener")
        answers = [(await api.join(room.guest)).status_code for _ in range(4)]
        assert (answers, (await api.join(other["token"])).status_code) == ([200, 200, 200, 429], 200)


async def test_a_new_network_of_the_same_site_is_no_new_person(services: Container) -> None:
    """IPv6 is counted by network (/64), and by site (/48): whoever has 65536 networks has not as many budgets."""
    few = with_auth(services, requests_per_minute=2)

    async def asked(address: str) -> int:
        async with somebody(few, address) as api:
            return (await api.client.get("/api/v1/config")).status_code

    one_network = [await asked(f"2001:db8:0:1::{n}") for n in range(3)]
    others = [await asked(f"2001:db8:0:{n:x}::1") for n in range(2, 20)]
    elsewhere = await asked("2001:db8:1:1::1")
    mapped = [await asked("::ffff:192.0.2.1"), await asked("192.0.2.1"), await asked("192.0.2.1")]
    assert one_network == [200, 200, 429]
    assert (others[0], others[-1], elsewhere) == (200, 429, 200)
    assert mapped == [200, 200, 429]


async def test_people_behind_a_trusted_proxy_are_counted_apart(services: Container) -> None:
    """What one of them uses up is not taken from another; nobody can say to be somebody else."""
    chosen = with_auth(services, requests_per_minute=2, trusted_proxies=("127.0.0.1",))
    async with served(chosen) as (api, _), contextlib.AsyncExitStack() as stack:
        codes = {}
        for name, said in {
            "one": "192.0.2.1",
            "other": "192.0.2.2",
            "spoofing": "192.0.2.9, 192.0.2.1",
            "spoofing a proxy": "192.0.2.9, 127.0.0.1, 192.0.2.1",
        }.items():
            person = behind(api, said)
            stack.push_async_callback(person.client.aclose)
            codes[name] = [(await person.client.get("/api/v1/config")).status_code for _ in range(2)]
    assert codes == {
        "one": [200, 200],
        "other": [200, 200],
        "spoofing": [429, 429],
        "spoofing a proxy": [429, 429],
    }


async def test_a_proxy_that_is_not_trusted_is_named_once(services: Container) -> None:
    """Its word is not taken, and the log says once what is to be set."""
    with structlog.testing.capture_logs() as logs:
        async with served(with_auth(services, requests_per_minute=2)) as (api, _):
            codes = []
            for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
                person = behind(api, address)
                codes.append((await person.client.get("/api/v1/config")).status_code)
                await person.client.aclose()
    told = [entry for entry in logs if entry.get("setting") == "trusted_proxies"]
    assert codes == [200, 200, 429]
    assert [(entry["log_level"], entry["proxy"]) for entry in told] == [("warning", "127.0.0.1")]


@pytest.mark.parametrize("entry", ["*", "proxy.example", "10.0.0.1/8", "10.0.0.0/33"])
async def test_proxies_that_cannot_be_told_are_refused(services: Container, entry: str) -> None:
    """A name, a network that is none, or everybody: the service does not start rather than trust the wrong one."""
    with pytest.raises(SettingsError, match=r"auth\.trusted_proxies"):
        async with asyncio.timeout(20):
            await serve_services(with_auth(services, port=0, trusted_proxies=(entry,)), lambda port: None)
