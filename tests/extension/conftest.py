"""What tests of the extension stand on: the built extension, a media server, an installation, a meeting elsewhere."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from stack.alone import alone
from stack.ports import free_port
from tests.browser.conftest import livekit, playwright, voice
from tests.browser.interpreter import RATE_HZ, tone
from tests.browser.servers import ROOT, MediaServer, livekit_server
from tests.extension.installation import Installation, installation
from tests.extension.meeting import Pages, pages

__all__ = ["livekit", "playwright", "voice"]

BUILD_LIMIT_S = 300
TAB_HZ = 440
"""What the meeting sounds like."""
OWN_HZ = 300
"""What this person sounds like."""


@pytest.fixture(scope="session")
def extension() -> Path:
    """The built extension."""
    return build_extension()


def build_extension() -> Path:
    """Builds it anew; where it lies."""
    npm = shutil.which("npm")
    assert npm is not None, "npm is not installed"
    lock = ROOT / "build" / "extension.lock"

    async def build() -> None:
        async with alone(lock, print, "building the extension"):
            _build(npm)

    asyncio.run(build())
    return ROOT / "extension" / "dist"


def _build(npm: str) -> None:
    command = [npm, "--prefix", "web", "run", "--silent", "build:extension"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=BUILD_LIMIT_S, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory, livekit: Path) -> Iterator[MediaServer]:
    with livekit_server(livekit, tmp_path_factory.mktemp("media"), webhook_port=free_port()) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def hive(media: MediaServer) -> AsyncIterator[Installation]:
    async with installation(media.url) as serving:
        yield serving


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(tmp_path: Path) -> AsyncIterator[Pages]:
    """A page that plays a steady tone."""
    async with pages(written(tmp_path / "tab.wav", tone(TAB_HZ, 10))) as serving:
        yield serving


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A microphone before which somebody hums; in pieces, as what is steady counts as noise."""
    hum = tone(OWN_HZ, 0.4)
    return written(tmp_path / "own.wav", np.concatenate([hum, np.zeros_like(hum)] * 10))


def written(path: Path, sound: NDArray[np.int16]) -> Path:
    """A WAV file of mono sound at `RATE_HZ`."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound.tobytes())
    return path
