"""The page and the service's answers in fewer bytes, over real connections."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from auth_service.wiring import Container
from foundation.http.compression import coding_for
from tests.auth_service.serving import served

PLAIN = b"export const words = 1;\n" * 100
BROTLI, GZIP = b"what a compressor made", gzip.compress(PLAIN, mtime=0)
YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def dist(services: Container) -> Path:
    directory = services.settings.auth.web_directory
    (directory / "assets").mkdir(parents=True)
    for name, content in {
        "index.html": b"<title>HIVE</title>",
        "index.html.gz": gzip.compress(b"<title>HIVE</title>"),
        "assets/app-1.js": PLAIN,
        "assets/app-1.js.br": BROTLI,
        "assets/app-1.js.gz": GZIP,
        "mark.svg": b"<svg/>",
    }.items():
        (directory / name).write_bytes(content)
    return directory


@asynccontextmanager
async def asking(services: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with served(services) as (api, _):
        api.client.headers.pop("accept-encoding", None)
        yield api.client


async def _raw(
    client: httpx.AsyncClient, path: str, method: str = "GET", **headers: str
) -> tuple[httpx.Response, bytes]:
    """An answer, and its body as it crossed the wire."""
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.stream(method, path, headers={"accept-encoding": "identity"} | asked) as answer:
        return answer, b"".join([piece async for piece in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", ""),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("identity", ""),
        ("identity;q=1, br;q=0.5", ""),
        ("identity;q=0.5, br;q=1.0", "br"),
        ("gzip;q=1.001", ""),
        ("gzip;q=often", ""),
        ("brotli, gzipped", ""),
        (", ,;,", ""),
        ("deflate," * 100 + "br", ""),
    ],
)
def test_a_client_gets_the_smallest_coding_that_it_takes(accepted: str, coding: str) -> None:
    """By its weights; what cannot be read counts for nothing."""
    assert coding_for(accepted, ("br", "gzip")) == coding


@pytest.mark.parametrize(
    ("accepted", "body", "coding"),
    [
        ("gzip, deflate, br", BROTLI, "br"),
        ("gzip", GZIP, "gzip"),
        ("identity", PLAIN, None),
        ("br;q=0", PLAIN, None),
    ],
)
async def test_a_file_goes_out_in_the_form_that_the_build_wrote(
    services: Container, dist: Path, accepted: str, body: bytes, coding: str | None
) -> None:
    """With its own type, length and tag, and word to caches that there are others; a HEAD says the same."""
    async with asking(services) as client:
        answer, raw = await _raw(client, "/assets/app-1.js", accept_encoding=accepted)
        assert (raw, answer.headers.get("content-encoding")) == (body, coding)
        assert answer.headers["content-length"] == str(len(body))
        assert answer.headers["content-type"].startswith("text/javascript")
        assert (answer.headers["vary"], answer.headers["cache-control"]) == ("Accept-Encoding", YEAR)
        head, nothing = await _raw(client, "/assets/app-1.js", "HEAD", accept_encoding=accepted)
        assert nothing == b""
        for name in ("content-encoding", "content-length", "content-type", "etag", "vary"):
            assert head.headers.get(name) == answer.headers.get(name), name


async def test_each_form_has_a_tag_of_its_own_and_is_sent_once(services: Container, dist: Path) -> None:
    """A browser that has it is told so, whatever path of the app leads to the page; another form is sent anew."""
    async with asking(services) as client:
        for path in ("/assets/app-1.js", "/", "/join"):
            tags = [
                (await _raw(client, path, accept_encoding=accepted))[0].headers["etag"]
                for accepted in ("br, gzip", "gzip", "identity")
            ]
            assert len(set(tags)) == (3 if path.startswith("/assets") else 2)
            again, raw = await _raw(client, path, accept_encoding="gzip", if_none_match=tags[1])
            assert (again.status_code, raw, again.headers["vary"]) == (304, b"", "Accept-Encoding")
            other, _ = await _raw(client, path, accept_encoding="identity", if_none_match=tags[1])
            assert other.status_code == 200


async def test_a_range_is_a_range_of_the_form_that_is_sent(services: Container, dist: Path) -> None:
    """So that a download that was cut off goes on; with the tag of another form everything is sent."""
    async with asking(services) as client:
        whole, _ = await _raw(client, "/assets/app-1.js", accept_encoding="gzip")
        part, raw = await _raw(client, "/assets/app-1.js", accept_encoding="gzip", range="bytes=5-9")
        assert (part.status_code, raw) == (206, GZIP[5:10])
        assert part.headers["content-range"] == f"bytes 5-9/{len(GZIP)}"
        assert (part.headers["content-encoding"], part.headers["etag"]) == ("gzip", whole.headers["etag"])
        other, raw = await _raw(
            client,
            "/assets/app-1.js",
            accept_encoding="br",
            range="bytes=5-9",
            if_range=whole.headers["etag"],
        )
        assert (other.status_code, raw) == (200, BROTLI)


async def test_compressed_forms_have_no_address_of_their_own(services: Container, dist: Path) -> None:
    """A file without such a form is sent as it is, and so is one that was changed by hand after the build."""
    async with asking(services) as client:
        for path in ("/assets/app-1.js.br", "/index.html.gz", "/assets/app-1.js.gz"):
            assert (await _raw(client, path))[0].status_code == 404
        answer, raw = await _raw(client, "/mark.svg", accept_encoding="br, gzip")
        assert (raw, "content-encoding" in answer.headers, "vary" in answer.headers) == (
            b"<svg/>",
            False,
            False,
        )
        changed = dist / "assets/app-1.js"
        changed.write_bytes(b"changed")
        later = changed.stat().st_mtime + 3600
        os.utime(changed, (later, later))
        assert (await _raw(client, "/assets/app-1.js", accept_encoding="br, gzip"))[1] == b"changed"


async def test_long_answers_of_the_service_are_compressed(services: Container, dist: Path) -> None:
    """For those who take it; short ones are not worth it."""
    async with asking(services) as client:
        described, raw = await _raw(client, "/openapi.json", accept_encoding="gzip, br")
        assert described.headers["content-encoding"] == "gzip"
        plain, whole = await _raw(client, "/openapi.json", accept_encoding="gzip;q=0")
        assert "content-encoding" not in plain.headers
        assert json.loads(gzip.decompress(raw)) == json.loads(whole)
        assert len(raw) < len(whole) / 4
        short, _ = await _raw(client, "/api/v1/config", accept_encoding="gzip")
        assert "content-encoding" not in short.headers
