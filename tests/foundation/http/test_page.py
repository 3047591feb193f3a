from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from foundation.http.compression import CompressedAnswers
from foundation.http.page import PAGE_POLICY, Headers, Page, security_headers

START = "<title>start</title>" * 100


async def _much(request: object) -> PlainTextResponse:
    return PlainTextResponse("words " * 1000)


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A service with a page of two views and a file that the build compressed."""
    (tmp_path / "assets").mkdir()
    (tmp_path.parent / "secret.txt").write_text("secret")
    (tmp_path / "index.html").write_text(START)
    (tmp_path / "index.html.gz").write_bytes(gzip.compress(START.encode()))
    (tmp_path / "docs.html").write_text("docs")
    (tmp_path / "assets" / "app-1.js").write_text("1")
    page = Page(tmp_path, {"": "index.html", "docs": "docs.html"}, rest="index.html")
    app = Starlette(routes=[Route("/api/much", _much), Mount("/", page)])
    app.add_middleware(CompressedAnswers)
    app.add_middleware(Headers, headers=security_headers(PAGE_POLICY, public_url="https://a.example"))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://a.example", headers={"accept-encoding": ""}
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "body", "caching"),
    [
        ("/", 200, START, "no-cache"),
        ("/docs", 200, "docs", "no-cache"),
        ("/join", 200, START, "no-cache"),
        ("/captions/a.b", 200, START, "no-cache"),
        ("/assets/app-1.js", 200, "1", "public, max-age=31536000, immutable"),
        ("/assets/gone.js", 404, None, "no-store"),
        ("/index.html", 200, START, "no-cache"),
        ("/index.html.gz", 404, None, "no-store"),
        ("/api/none", 404, None, "no-store"),
        ("/gone.png", 404, None, "no-store"),
        ("/..%2fsecret.txt", 404, None, "no-store"),
    ],
)
async def test_each_path_has_its_page_or_nothing(
    client: httpx.AsyncClient, path: str, status: int, body: str | None, caching: str
) -> None:
    """What only the page knows gets its start; the service's own paths and files that are not there get none."""
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, caching)
    if body is not None:
        assert answer.text == body


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/", "/gone.png", "/api/much"):
        headers = (await client.get(path)).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in security_headers(PAGE_POLICY, public_url="http://a.example")
    assert (
        "microphone=(self)"
        in security_headers({}, public_url="", allowed=["microphone"])["permissions-policy"]
    )


async def test_the_smallest_form_that_a_client_takes_goes_out(client: httpx.AsyncClient) -> None:
    """A file as the build compressed it, an answer of the service as it goes, each only to whoever takes it."""
    packed = await client.get("/", headers={"accept-encoding": "gzip"})
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", START)
    assert packed.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in (await client.get("/")).headers
    again = await client.get(
        "/", headers={"accept-encoding": "gzip", "if-none-match": packed.headers["etag"]}
    )
    assert again.status_code == 304
    much = await client.get("/api/much", headers={"accept-encoding": "gzip;q=0.5, *;q=0"})
    assert (much.headers["content-encoding"], much.text) == ("gzip", "words " * 1000)
    assert (
        "content-encoding"
        not in (await client.get("/api/much", headers={"accept-encoding": "gzip;q=0"})).headers
    )


async def test_without_a_built_page_there_is_nothing(tmp_path: Path) -> None:
    app = Starlette(routes=[Mount("/", Page(tmp_path, {"": "index.html"}))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://a.example") as client:
        assert (await client.get("/")).status_code == 404
