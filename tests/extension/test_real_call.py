"""Calls elsewhere with everything real: pairing, private rooms, worker and engines, Chromium with the extension.

What a person hears, and what the other end of a call receives, is written down by Whisper and compared with captions.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from faster_whisper import WhisperModel
from playwright.async_api import Page, Playwright, expect

from stack.local import Stack
from tests.browser.conftest import web
from tests.browser.interpreter import tone
from tests.browser.likeness import heard, talk
from tests.browser.people import Heard
from tests.browser.real import real_stack
from tests.extension.browsing import calling, granted, new_code, received, visitor
from tests.extension.conftest import written
from tests.extension.meeting import certificate, pages
from tests.models import real_model

__all__ = ["web"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.engines,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(500),
]

SENTENCES = 6
CAPTIONED = 3
"""So many clauses are waited for before it is listened."""
LISTEN_S = 20.0
MOST_LISTENING = 5
"""So often the other end is listened to: on a full machine the first translation takes its time."""
FOUND = 4
"""So many long words that Whisper writes down stand in the captions; others of espeak-ng it mistakes."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory, web: Path, livekit: Path) -> AsyncIterator[Stack]:
    async with real_stack(livekit, tmp_path_factory.mktemp("real"), web=web) as running:
        yield running


async def test_a_talk_in_a_tab_is_heard_and_read_in_another_language(
    playwright: Playwright, extension: Path, stack: Stack, tmp_path: Path
) -> None:
    """English in the tab, Spanish over it and on its page; what is heard is what is read."""
    async with (
        pages(talk(tmp_path / "talk.wav", SENTENCES, pause_s=0.8)) as elsewhere,
        visitor(playwright, extension, tmp_path / "profile") as somebody,
    ):
        await somebody.pair(str(stack.auth_url), await new_code(str(stack.auth_url)))
        await somebody.keep(hear="es", theirs="en", mine="es", balance=1)
        page = await somebody.context.new_page()
        await page.goto(f"{elsewhere.url}/plays")
        await somebody.start(page)
        lines = page.locator("hive-captions .line-text[data-kind=translation][lang=es]")
        await expect(lines.nth(0)).to_be_visible(timeout=120_000)
        async with asyncio.timeout(120):
            while len(_words(" ".join(await lines.all_text_contents()))) < 6 * CAPTIONED:
                await asyncio.sleep(0.2)
        listened, read = await asyncio.gather(somebody.listen(LISTEN_S), _read(page, LISTEN_S))
        await expect(page.locator("hive-captions .lag")).to_contain_text("behind")
    written_down = _written_down(listened, "es")
    print(f"heard: {written_down}\nread: {read}")
    assert len(_words(written_down)) > 8
    assert len(_stems(written_down) & _stems(read)) >= FOUND


async def test_the_other_end_of_a_call_understands_who_speaks_another_language(
    playwright: Playwright, extension: Path, stack: Stack, tmp_path: Path
) -> None:
    """English at the microphone, Spanish at the other end of a call that takes itself for Meet."""
    quiet = written(tmp_path / "quiet.wav", tone(440, 1) * 0)
    voice = talk(tmp_path / "voice.wav", SENTENCES, pause_s=0.8)
    async with pages(quiet, tls=certificate(tmp_path)) as elsewhere:
        hosts = f"MAP meet.google.com:443 127.0.0.1:{elsewhere.port}"
        folder = granted(extension, tmp_path / "granted")
        async with visitor(playwright, folder, tmp_path / "profile", voice=voice, hosts=hosts) as somebody:
            await somebody.pair(str(stack.auth_url), await new_code(str(stack.auth_url)))
            await somebody.keep(
                hear="off", theirs="es", mine="en", microphone=True, speak="always", read="both"
            )
            async with calling(somebody) as (here, there):
                await somebody.start(here)
                others = here.locator("hive-captions .others")
                await expect(others).to_have_text(
                    "The others hear the translation of your voice.", timeout=60_000
                )
                own = here.locator("hive-captions [data-speaker=you] .line-text")
                await expect(own.first).to_be_visible(timeout=120_000)
                written_down = ""
                for _ in range(MOST_LISTENING):
                    arrived = await received(there, LISTEN_S)
                    written_down += await asyncio.to_thread(_written_down, arrived, "es")
                    if len(_words(written_down)) > 8:
                        break
    print(f"received: {written_down}")
    spanish = {"que", "de", "la", "el", "los", "las", "en", "con", "y", "un", "una", "por", "hemos", "agua"}
    words = _words(written_down)
    assert len(words) > 8
    assert sum(word in spanish for word in words) / len(words) > 0.25


async def _read(page: Page, seconds: float) -> str:
    """All captions that stand over a page within a while, and some that stood there before."""
    seen: dict[str, None] = {}
    async with asyncio.timeout(seconds + 30):
        for _ in range(int(seconds)):
            for text in await page.locator("hive-captions .line-text").all_text_contents():
                seen[text] = None
            await asyncio.sleep(1)
    return " ".join(seen)


def _written_down(sound: Heard, language: str) -> str:
    model = WhisperModel(str(real_model("whisper-base")), device="cpu", compute_type="int8", cpu_threads=1)
    pcm = heard(sound.sound, sound.rate_hz).astype(np.float32) / 32768
    segments, _ = model.transcribe(pcm, language=language, beam_size=1, vad_filter=True)
    return " ".join(segment.text for segment in segments)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _stems(text: str) -> set[str]:
    """How long words begin: Whisper may hear another ending."""
    return {word[:5] for word in _words(text) if len(word) >= 5}
