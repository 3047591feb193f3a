"""The pages of the service, and the headers of all its answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from config.settings import Settings
from voice_service.http.app import create_app
from voice_service.wiring import opened


@pytest_asyncio.fixture
async def visitor(settings: Settings, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """In front of a built page."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    for name in ("index", "speech", "docs", "redoc"):
        (dist / f"{name}.html").write_text(f"<title>{name}</title>")
    (dist / "assets" / "app-1.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    voice = replace(
        settings.voice, web_directory=dist, public_url="https://voice.example.org", secret=SecretStr("s" * 40)
    )
    async with opened(replace(settings, development=False, voice=voice)) as services:
        transport = httpx.ASGITransport(create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="https://voice.example.org") as client:
            yield client


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/", 200, "<title>speech</title>"),
        ("/docs", 200, "<title>docs</title>"),
        ("/redoc", 200, "<title>redoc</title>"),
        ("/assets/app-1.js", 200, "1"),
        ("/index.html", 404, None),
        ("/speech.html", 404, None),
        ("/join", 404, None),
        ("/assets/gone.js", 404, None),
        ("/..%2fsecret.txt", 404, None),
    ],
)
async def test_each_path_has_its_page_or_nothing(
    visitor: httpx.AsyncClient, path: str, status: int, body: str | None
) -> None:
    """The pages of the meeting are not served here."""
    answer = await visitor.get(path)

    assert answer.status_code == status
    if body is None:
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert answer.text == body


async def test_every_answer_carries_the_security_headers(visitor: httpx.AsyncClient) -> None:
    """Scripts, sound and connections from here alone; no frame; HTTPS where the service is reached by it."""
    for path in ("/", "/health", "/voices", "/gone", "/openapi.json"):
        headers = (await visitor.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'; script-src 'self'; style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "connect-src 'self'; " in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["strict-transport-security"] == "max-age=31536000"


async def test_the_api_describes_itself(visitor: httpx.AsyncClient) -> None:
    """Without a key, and without leave to load anything from elsewhere."""
    tree = (await visitor.get("/openapi.json")).json()

    refused = tree["paths"]["/tts"]["post"]["responses"]
    assert {"200", "400", "401", "404", "406", "500", "503"} <= set(refused)
    assert set(refused["200"]["content"]) == {"audio/wav", "audio/mpeg", "audio/ogg", "audio/flac"}
    assert refused["400"]["content"].keys() == {"application/json"}


async def test_pages_of_other_sites_may_ask_where_the_operator_says_so(settings: Settings) -> None:
    """Theirs alone, and with a key as everybody else: a browser asks first."""
    voice = replace(settings.voice, cors_origins=("https://shop.example",))
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    async with opened(replace(settings, voice=voice)) as services:
        transport = httpx.ASGITransport(create_app(services))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            may = await client.options("/tts", headers={"origin": "https://shop.example", **asked})
            other = await client.options("/tts", headers={"origin": "https://other.example", **asked})
            keyless = await client.post("/tts", json={}, headers={"origin": "https://shop.example"})

    assert (may.status_code, may.headers["access-control-allow-origin"]) == (200, "https://shop.example")
    assert "authorization" in may.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in may.headers
    assert "access-control-allow-origin" not in other.headers
    assert (keyless.status_code, keyless.headers["access-control-allow-origin"]) == (
        401,
        "https://shop.example",
    )


async def test_without_a_built_page_the_api_is_there(client: httpx.AsyncClient, settings: Settings) -> None:
    """A path without a page is not found, and health is told."""
    assert (await client.get("/gone")).status_code == 404
    assert (await client.get("/health")).status_code == 200
