"""The operator's page: an operator's key, figures as plots and tables, the queue, trials to begin, end and promote."""

from __future__ import annotations

import os
import platform
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, Playwright, expect

from pipeline.engines.synthesis.espeak import EspeakSynthesizer
from tests.auth_service.conftest import WallClock
from tests.browser.axe import barriers
from tests.browser.people import person
from tests.voice_service.accounts import accounts
from tests.voice_service.jobs import job
from tests.voice_service.speech import served, settings_in, speaking
from tests.voice_service.test_watching import _entry
from voice_service.accounts.records import AccountRole
from voice_service.jobs.records import Priority
from voice_service.messages.tuning import Exposure
from voice_service.quality.feedback import Issue, Opinion
from voice_service.wiring import VoiceServices

pytestmark = pytest.mark.browser

SMALL, LARGE = (320, 640), (1280, 900)
SHOTS = os.environ.get("SCREENSHOTS_OF_TESTS", "")


async def _is_clean(page: Page, name: str) -> None:
    """No barrier, and nothing beyond the side of the screen."""
    if SHOTS:
        await page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    assert await barriers(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def _a_day(services: VoiceServices) -> tuple[str, str]:
    """Messages, opinions and a job of a tenant; keys of the tenant and of an operator."""
    await accounts(services).add_tenant("acme", "pro")
    tenant = (await accounts(services).tenants())[0].id
    key = await accounts(services).new_key("acme", "first")
    caller = await services.callers.by_credential(key)
    for number in range(40):
        entry = _entry(
            number, tenant, services.clock() - 60 - number * 1800, processing_time_ms=400.0 + 90 * (number % 9),
            cached=number % 4 == 0, status="failed" if number == 7 else "completed",
            target_language=("es", "de", "pt")[number % 3],
        )  # fmt: skip
        await services.messages.messages.history.add(entry)
        comment = "The name <b>Ana</b> was wrong." if number == 3 else None
        said = Opinion(rating=1 + number % 5, issue=Issue.WRONG_WORDS, comment=comment)
        await services.feedback.give(caller, entry.id, said)
    await services.jobs.queue.add(job("one", Priority.P2, tenant))
    assert isinstance(services.clock, WallClock)
    services.clock.pass_s(1)
    await accounts(services).add_tenant("house", "enterprise")
    olga = await accounts(services).add_person("house", "Olga", AccountRole.OPERATOR)
    return key, await accounts(services).new_key("house", "console", olga)


async def _clearly_better(services: VoiceServices) -> None:
    """Twenty people on each side of the one trial that runs, and its rule applied."""
    (trial,), _ = await services.trials.in_force()
    tenant = next(each for each in await accounts(services).tenants() if each.name == "acme").id
    caller = await services.callers.by_credential(await accounts(services).new_key("acme", "second"))
    for number in range(40):
        entry = _entry(1000 + number, tenant, services.clock())
        await services.messages.messages.history.add(entry)
        variant = ("now", "new")[number % 2]
        await services.trials.expose(entry.id, [Exposure(trial.id, trial.unit(tenant, str(number)), variant)])
        await services.feedback.give(
            caller, entry.id, Opinion(rating=2 if variant == "now" else 5 - number % 4 // 3)
        )
    assert await services.trials.judge(trial)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("size", "scheme"), [(SMALL, "dark"), (LARGE, "light")])
async def test_an_operator_looks_and_tries_something(
    playwright: Playwright, web: Path, tmp_path: Path, size: tuple[int, int], scheme: str
) -> None:
    """Everybody else is refused; what people wrote is shown as text; promoting takes two steps."""
    settings = settings_in(tmp_path)
    settings = replace(settings, voice=replace(settings.voice, web_directory=web))
    engine = await EspeakSynthesizer.load()
    try:
        async with (
            speaking(settings, engine) as services,
            served(services) as url,
            person(playwright, size=size, color_scheme=scheme) as visitor,
        ):
            key, operator = await _a_day(services)
            page = visitor.page
            await page.goto(f"{url}/admin")
            await page.get_by_label("Language of this page").select_option("ar")
            await expect(page.locator("h1")).to_have_text("حال واجهة API")
            assert await page.evaluate("document.documentElement.dir") == "rtl"
            await page.locator(".page-language").select_option("en")
            await page.get_by_label("Key of an operator").fill(key)
            await page.keyboard.press("Enter")
            await expect(page.locator("#key-problem")).to_contain_text("Only an operator")
            await _is_clean(page, f"admin-key-{size[0]}")
            visitor.errors.clear()  # the browser writes down each refusal

            await page.get_by_label("Key of an operator").fill(operator)
            await page.keyboard.press("Enter")
            figures = page.locator(".figures > div")
            await expect(figures.filter(has_text="Voice messages")).to_contain_text("40")
            await expect(page.locator(".plot-box").first).to_be_visible()
            rating = page.get_by_role("figure", name="Rating")
            await rating.locator("summary").click()
            await expect(rating.get_by_role("row").nth(1)).to_be_visible()
            languages = page.get_by_role("region", name="Quality by languages")
            await expect(languages.get_by_role("row", name="en → es")).to_contain_text("14")
            queue = page.get_by_role("region", name="Jobs by priority")
            await expect(queue.get_by_role("row", name="P2")).to_contain_text("1")
            machines = page.get_by_role("region", name="Machines and how busy they are")
            await expect(machines.get_by_role("row", name=platform.node())).to_contain_text("GiB")
            await expect(machines.get_by_role("row", name="127.0.0.1:9")).to_contain_text("does not answer")
            await expect(page.get_by_text("The name <b>Ana</b> was wrong.")).to_be_visible()
            await _is_clean(page, f"admin-{size[0]}")
            for language in ("de", "ar", "ja"):
                await page.locator(".page-language").select_option(language)
                await expect(page.locator(f"html[lang={language}]")).to_have_count(1)
                await _is_clean(page, f"admin-{size[0]}-{language}")
            await page.locator(".page-language").select_option("en")

            await page.get_by_text("Begin a trial").click()
            await page.get_by_label("Name of the trial").fill("Careful ears")
            await page.get_by_label("Tried value").select_option("high")
            await page.get_by_label("People of each half").fill("20")
            await _is_clean(page, f"admin-form-{size[0]}")
            await page.get_by_role("button", name="Begin", exact=True).click()
            trial = page.get_by_role("article", name="Careful ears")
            await expect(trial).to_contain_text("too few people yet")
            await _clearly_better(services)
            await page.get_by_label("Time", exact=True).select_option("1")
            await expect(trial).to_contain_text("a variant is better")
            await trial.get_by_role("button", name="Promote new").click()
            await trial.get_by_role("button", name="Yes, new for everybody").click()
            await expect(page.get_by_text("For everybody: recogniser is high.")).to_be_visible()
            await _is_clean(page, f"admin-trial-{size[0]}")
            await page.get_by_role("button", name="Take back recogniser").click()
            await expect(page.locator(".trial-default")).to_have_count(0)

            assert await page.evaluate("Object.keys(sessionStorage).join()") == "hive.operator.key"
            kept = await page.evaluate("JSON.stringify(localStorage)")
            assert operator not in kept, "of this page it keeps the language alone"
            await page.get_by_role("button", name="Forget the key").click()
            assert await page.evaluate("sessionStorage.length") == 0
            await expect(page.locator(".figures")).to_have_count(0)
            assert visitor.errors == []
    finally:
        await engine.close()
