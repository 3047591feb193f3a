"""Recording on the server, from the organiser's click to the files that they save: real worker, real engines."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import av
import numpy as np
import pytest
from playwright.async_api import Playwright, expect

from demo.hearing import spectrum
from pipeline.audio import HEARING_RATE_HZ as RATE
from pipeline.audio import Pcm
from tests.browser.likeness import recognised, spoken_again, talk
from tests.browser.people import Person, person
from tests.browser.real import real_stack
from tests.browser.rooms import Rooms

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.timeout(400)]

SENTENCES = 6
CLAUSES = 5
"""As many are read in Spanish before the recording ends."""
READ_LIMIT_MS = 120_000
ARRIVE_LIMIT_MS = 60_000

UNDERSTOOD = 0.5
"""Of what PocketSphinx hears in the recording so much stands in what it has recognised in the meeting."""
ALIKE = 0.5
"""As in `likeness`: what is heard has 0.65 and more, what is not at most 0.28."""
SPOKEN_WITHIN_S = 30.0
"""After a clause was said its translation was spoken, or left out as too late."""
LEAD_S = 0.5


def _played(path: Path) -> Pcm:
    """The sound of a file, as recognisers take it."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    pcm: Pcm = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return pcm


def _level(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2))) if len(pcm) else 0.0


async def _saved(somebody: Person, selector: str, path: Path) -> Path:
    async with somebody.page.expect_download(timeout=ARRIVE_LIMIT_MS) as coming:
        await somebody.page.locator(selector).click()
    await (await coming.value).save_as(path)
    return path


async def test_a_meeting_is_recorded_on_the_server(
    playwright: Playwright, web: Path, livekit: Path, tmp_path: Path
) -> None:
    """Everybody is told, also at the door; what was said and spoken can be heard in the files, where the transcript has
    it; all of it can be had as a Word document, and is deleted at a click."""
    voice = talk(tmp_path / "talk.wav", SENTENCES, pause_s=0.8)
    async with (
        real_stack(livekit, tmp_path, web=web) as stack,
        aiohttp.ClientSession(stack.auth_url) as http,
        person(playwright, voice=voice) as emma,
        person(playwright) as ana,
        person(playwright) as luc,
    ):
        meeting = await Rooms(http).create(guests="listener", languages=("en", "es"))
        await emma.join(meeting.organiser_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await emma.open_panel("organise")
        section = emma.page.locator(".server-recordings")
        await section.locator("button:not([disabled])").first.click()

        for somebody in (emma, ana):
            await expect(somebody.page.locator(".server-recording")).to_be_visible(timeout=ARRIVE_LIMIT_MS)
            await expect(somebody.page.locator("[data-server-recording=true]")).to_contain_text("recorded")
        await luc.page.goto(meeting.guest_link)
        await expect(luc.page.locator(".notice-warning")).to_contain_text("recorded on the server")
        passages = ana.page.locator('.passage [lang="es"]')
        await expect(passages.nth(CLAUSES)).to_be_visible(timeout=READ_LIMIT_MS)

        await section.locator(".button-danger").first.click()
        await expect(ana.page.locator(".server-recording")).to_be_hidden(timeout=ARRIVE_LIMIT_MS)
        await expect(section.locator("li[data-state=ready]")).to_be_visible(timeout=ARRIVE_LIMIT_MS)
        original = await _saved(emma, ".recordings [data-file='original.ogg']", tmp_path / "original.ogg")
        spanish = await _saved(emma, ".recordings [data-file='es.ogg']", tmp_path / "es.ogg")
        await section.locator("[data-file='transcript.jsonl']").click()
        await section.locator(".save select").last.select_option("json")
        written = await _saved(emma, ".recordings .save .button-main", tmp_path / "aligned.json")
        await section.locator(".save select").last.select_option("docx")
        word = await _saved(emma, ".recordings .save .button-main", tmp_path / "aligned.docx")
        await _heard_where_it_is_written(original, spanish, await _lines(http, meeting.room, meeting.organiser_token))
        _has_both_languages(word, json.loads(written.read_text()))

        await section.locator("li .button-danger").click()
        await emma.page.locator("dialog .button-danger").click()
        await expect(section.locator("li")).to_have_count(0, timeout=ARRIVE_LIMIT_MS)
        left = tmp_path / "recordings"
        assert [path for path in await asyncio.to_thread(lambda: list(left.rglob("*.ogg"))) if path.is_file()] == []
        assert (emma.errors, ana.errors) == ([], [])


async def _lines(http: aiohttp.ClientSession, room: str, token: str) -> list[dict[str, Any]]:
    """The transcript as it was recorded."""
    headers = {"Authorization": f"Bearer {token}"}
    async with http.get(f"/api/v1/rooms/{room}/recordings", headers=headers) as answer:
        (recording,) = (await answer.json())["recordings"]
    (part,) = recording["parts"]
    query = {"part": part["id"], "name": "transcript.jsonl"}
    path = f"/api/v1/rooms/{room}/recordings/{recording['id']}/file"
    async with http.get(path, params=query, headers=headers) as answer:
        return [json.loads(line) for line in (await answer.text()).splitlines()]


async def _heard_where_it_is_written(original: Path, spanish: Path, lines: list[dict[str, Any]]) -> None:
    """The words are in the sound: those of the floor are recognised, those of the voice sound as when said again."""
    floor, voice = _played(original), _played(spanish)
    assert abs(len(floor) - len(voice)) <= 2 * RATE
    said = [line for line in lines if line["language"] == "en"]
    translated = [line for line in lines if line["language"] == "es" and not line["note"]]
    assert len(translated) >= CLAUSES
    assert {line["name"] for line in lines} == {"Emma"}
    share = await recognised(floor, " ".join(line["text"] for line in said))
    assert share >= UNDERSTOOD, f"{share:.2f} of what is in the recording was said"

    silences = [
        _level(floor[round(before["end_s"] * RATE) : round(after["start_s"] * RATE)])
        for before, after in zip(said, said[1:], strict=False)
        if after["start_s"] - before["end_s"] > 0.5
    ]
    words = [_level(floor[round(line["start_s"] * RATE) : round(line["end_s"] * RATE)]) for line in said]
    assert min(words) > 100, "every clause is heard where it is written"
    assert not silences or np.median(silences) < np.median(words) / 4, "and between them there is less"

    first_s = min(line["start_s"] for line in translated)
    assert _level(voice[: round((first_s - LEAD_S) * RATE)]) < 20, "nothing is spoken before anything was said"
    found = []
    for line in translated:
        (clause, *_) = [*await spoken_again([line["text"]], "es"), None]
        if clause is not None:
            begin = round(line["start_s"] * RATE)
            found.append(clause.likeness(spectrum(voice[begin : begin + round(SPOKEN_WITHIN_S * RATE)])))
    assert len(found) >= 2
    assert np.median(found) > ALIKE, f"what is written was spoken there: {found}"


def _has_both_languages(word: Path, written: dict[str, Any]) -> None:
    """A file that opens, with every text of the transcript in it."""
    assert set(written["languages"]) == {"en", "es"}
    with zipfile.ZipFile(word) as file:
        assert file.testzip() is None
        document = file.read("word/document.xml").decode()
    assert "Emma" in document
    texts = [text for entry in written["entries"] for text in entry["texts"].values()]
    assert len(texts) >= 2
    for text in texts:
        assert text.replace("&", "&amp;").replace("<", "&lt;") in document.replace("&apos;", "'").replace("&quot;", '"')
