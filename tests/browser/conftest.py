"""What every browser test stands on: the built page, the media server, the service that lets people in."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Playwright, async_playwright, expect

from stack import webapp
from stack.alone import alone
from stack.livekit_server import obtain
from stack.ports import free_port
from tests.browser.people import PATIENCE_MS
from tests.browser.rooms import Rooms
from tests.browser.servers import ROOT, MediaServer, Service, auth_service, livekit_server

HERE = Path(__file__).parent

expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests here share one event loop, as browsers live in it, but for those that have one of their module."""
    for item in items:
        if item.path.parent == HERE and pytest_asyncio.is_async_test(item) and not _has_a_loop(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def _has_a_loop(item: pytest.Item) -> bool:
    return any("loop_scope" in mark.kwargs for mark in item.iter_markers("asyncio"))


@pytest.fixture(scope="session")
def web() -> Path:
    """The built page; built here where nobody did, or where a source is newer."""
    folder = ROOT / "web"
    told: list[str] = []

    async def build() -> bool:
        async with alone(ROOT / "build" / "web.lock", told.append, "building the page"):
            return webapp.ensure(folder, told.append)

    assert asyncio.run(build()), "; ".join(told)
    return folder / "dist"


@pytest.fixture(scope="session")
def livekit() -> Path:
    """The media server's program; built or fetched where it is missing."""
    return asyncio.run(obtain())


@pytest.fixture(scope="session")
def servers(
    tmp_path_factory: pytest.TempPathFactory, web: Path, livekit: Path
) -> Iterator[tuple[MediaServer, Service]]:
    directory = tmp_path_factory.mktemp("servers")
    port = free_port()
    with (
        livekit_server(livekit, directory, webhook_port=port) as media,
        auth_service(
            directory,
            media,
            port=port,
            web=web,
            settings={"HIVE_RECORDING__DIRECTORY": str(directory / "recordings")},
        ) as service,
    ):
        yield media, service


@pytest.fixture
def media(servers: tuple[MediaServer, Service]) -> MediaServer:
    return servers[0]


@pytest_asyncio.fixture(loop_scope="session")
async def rooms(servers: tuple[MediaServer, Service]) -> AsyncIterator[Rooms]:
    async with aiohttp.ClientSession(servers[1].url) as http:
        yield Rooms(http)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    async with async_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute of somebody talking: 48 kHz, mono. A microphone's noise suppression leaves speech alone."""
    path = tmp_path_factory.mktemp("voices") / "talk.wav"
    words = " ".join(["Good morning everyone. Let us begin with the report of last week."] * 8)
    raw = path.with_name("raw.wav")
    subprocess.run(["espeak-ng", "-v", "en", "-s", "150", "-w", str(raw), words], check=True)
    convert = ["ffmpeg", "-loglevel", "error", "-y", "-i", str(raw), "-ar", "48000", "-ac", "1", str(path)]
    subprocess.run(convert, check=True)
    return path
