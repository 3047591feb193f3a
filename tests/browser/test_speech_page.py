"""The page of the voice service: a key, a text, a voice, and sound to hear and to keep."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright, expect

from pipeline.engines.synthesis.espeak import EspeakSynthesizer
from tests.browser.axe import barriers
from tests.browser.people import person
from tests.voice_service.speech import key_of, read_wav, served, settings_in, speaking

pytestmark = pytest.mark.browser

SMALL = (320, 640)


async def _is_clean(page: Page) -> None:
    """No barrier, and nothing beyond the side of the screen."""
    assert await barriers(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.timeout(300)
async def test_a_text_is_spoken_heard_kept_and_found_again(
    playwright: Playwright, web: Path, tmp_path: Path
) -> None:
    """By keyboard where that is told, on a screen of 320 px in the dark; refusals stand at their field."""
    settings = settings_in(tmp_path)
    settings = replace(settings, voice=replace(settings.voice, web_directory=web))
    engine = await EspeakSynthesizer.load()
    try:
        async with (
            speaking(settings, engine) as services,
            served(services) as url,
            person(playwright, size=SMALL, color_scheme="dark", accept_downloads=True) as visitor,
        ):
            page = visitor.page
            await page.goto(url)
            await page.get_by_label("Language of this page").select_option("ar")
            await expect(page.locator("h1")).to_have_text("تحويل النص إلى كلام")
            assert await page.evaluate("document.documentElement.dir") == "rtl"
            await _is_clean(page)
            await page.locator(".page-language").select_option("en")
            await page.get_by_label("Key of the API").fill("wrong")
            await page.keyboard.press("Enter")
            await expect(page.locator("#key-problem")).to_contain_text("valid key")
            await _is_clean(page)
            visitor.errors.clear()  # the browser writes down each refusal

            await page.get_by_label("Key of the API").fill(await key_of(services))
            await page.keyboard.press("Enter")
            await expect(page.locator(".voice-card").first).to_be_visible()
            await page.get_by_label("Language", exact=True).select_option("es")
            await expect(page.get_by_role("radio").first).to_have_value("es")
            await page.get_by_role("button", name="Listen to es+f2").click()
            await expect(page.get_by_role("button", name="Stop es+f2")).to_be_visible()

            text = page.get_by_label("Text", exact=True)
            await text.press("Control+Enter")
            await expect(page.locator("#text-problem")).to_have_text("Write something to be spoken.")
            await expect(text).to_be_focused()
            await text.fill("🙂" * 501)
            await expect(page.locator("#text-problem")).to_have_text("Leave out 1 of the 501 characters.")
            await _is_clean(page)

            await text.fill("Buenos días a todos.")
            await expect(page.locator("#text-count")).to_contain_text("20 of 500")
            await page.get_by_label("Speed").fill("0.5")
            await text.press("Control+Enter")
            await expect(page.locator(".waveform")).to_be_visible()
            await page.wait_for_function("document.querySelector('audio').duration > 1")
            await _is_clean(page)
            async with page.expect_download() as saving:
                await page.get_by_role("button", name="Download as WAV").click()
            saved = await saving.value
            assert saved.suggested_filename == "Buenos-días-a-todos.wav"
            rate_hz, slow = read_wav(await asyncio.to_thread(Path(await saved.path()).read_bytes))
            assert (rate_hz, len(slow) > 24_000) == (24_000, True)

            await page.get_by_label("Format").select_option("mp3")
            await page.get_by_role("button", name="Speak", exact=True).click()
            await expect(page.get_by_role("button", name="Download as MP3")).to_be_visible()

            await page.reload()
            await expect(page.locator(".speech-history li")).to_have_count(2)
            await expect(page.locator(".voice-card").first).to_be_visible()
            await page.get_by_role("button", name="Show again").last.click()
            await expect(page.get_by_role("button", name="Download as WAV")).to_be_visible()
            await page.get_by_role("button", name="Clear the history").click()
            await expect(page.locator(".speech-history")).to_have_count(0)
            await page.reload()
            await expect(page.locator(".voice-card").first).to_be_visible()
            await expect(page.locator(".speech-history")).to_have_count(0)
            await page.get_by_role("button", name="Forget the key").click()
            assert await page.evaluate("sessionStorage.length") == 0
            await expect(page.get_by_label("Key of the API")).to_be_visible()

            await page.goto(f"{url}/docs")
            await expect(page.locator(".opblock-summary-path", has_text="/tts").first).to_be_visible()
            await page.goto(f"{url}/redoc")
            await expect(page.get_by_text("Speaks a text").first).to_be_visible()
            # Redoc asks for a logo from elsewhere, which the policy of the page does not let it have
            assert [error for error in visitor.errors if "logo-mini.svg" not in error] == []
    finally:
        await engine.close()
