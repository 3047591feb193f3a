"""What is told of a request once it is over."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from foundation.http.observing import ObservedRequest, RequestObserver


def app(told: list[ObservedRequest]) -> FastAPI:
    """With a route that answers as its path says, and one that fails."""
    made = FastAPI()

    @made.api_route("/rooms/{room}", methods=["GET", "POST", "PURGE"])
    async def answer(room: str) -> str:
        if room == "missing":
            raise HTTPException(404)
        if room == "broken":
            raise RuntimeError("broken")
        return room

    made.add_middleware(RequestObserver, tell=told.append)
    return made


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/rooms/secret", ("GET", "/rooms/{room}", 200)),
        ("POST", "/rooms/missing", ("POST", "/rooms/{room}", 404)),
        ("GET", "/rooms/broken", ("GET", "/rooms/{room}", 500)),
        ("PURGE", "/rooms/secret", ("other", "/rooms/{room}", 200)),
        ("GET", "/secret", ("GET", "", 404)),
        ("HEAD", "/rooms/secret", ("HEAD", "/rooms/{room}", 405)),
    ],
)
async def test_each_request_is_told_by_its_route(method: str, path: str, found: tuple[str, str, int]) -> None:
    """Never by its path, which may hold a secret; one that fails counts as such."""
    told: list[ObservedRequest] = []
    transport = httpx.ASGITransport(app(told), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        await client.request(method, path)

    assert [(one.method, one.route, one.status) for one in told] == [found]
    assert told[0].took_s >= 0


async def test_what_is_no_request_passes() -> None:
    """The beginning and end of a service go through as they are."""
    told: list[ObservedRequest] = []
    seen: list[str] = []

    async def inner(scope: object, receive: object, send: object) -> None:
        seen.append(scope["type"])  # type: ignore[index]

    await RequestObserver(inner, told.append)({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
    assert (seen, told) == (["lifespan"], [])
