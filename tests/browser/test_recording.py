"""Recording on the server, from the organiser's click to the files that they save: the real worker with engines that
follow a script, as what they hear and say is known then however busy the machine is."""

from __future__ import annotations

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Playwright, expect
from pydantic import SecretStr

from config.settings import LiveKit, RecordingSettings, Services
from demo.talk import TALK
from pipeline.audio import HEARING_RATE_HZ as RATE
from pipeline.audio import Pcm
from tests.browser.likeness import recognised, talk
from tests.browser.people import Person, person
from tests.browser.rooms import Rooms
from tests.browser.servers import API_KEY, API_SECRET, MediaServer, Service
from tests.fakes.engines import ToneSynthesizer
from tests.fakes.meeting import EchoTranslator, LoudnessHearing
from tests.live.conftest import SETTINGS
from tests.live.guests import TONES_HZ
from worker.join import join
from worker.recording.sending import sending
from worker.room_engines import RoomEngines

pytestmark = [pytest.mark.browser, pytest.mark.engines, pytest.mark.timeout(400)]

SENTENCES = 6
CLAUSES = 6
"""More than so many are read in Spanish while it is recorded."""
LIMIT_MS = 90_000

UNDERSTOOD = 0.2
"""Of what PocketSphinx hears in the recording so much was really said, in runs of three words; of other speech 0."""
QUIET = 60
HEARD = 0.9
"""One that had begun before the recording did is cut."""
TERM, TERM_IN_SPANISH = "two", "dos"
LAG_S = 12.0
"""Within it after a clause was said its translation is spoken, or left out as too late."""


@asynccontextmanager
async def _interpreting(
    media: MediaServer, service: Service, room: str, directory: Path
) -> AsyncIterator[None]:
    """The worker's interpreter in a room, and what sends its recordings."""
    settings = replace(
        SETTINGS,
        livekit=LiveKit(url=media.url, api_key=API_KEY, api_secret=SecretStr(API_SECRET)),
        services=Services(auth_url=service.url),
        recording=RecordingSettings(directory=directory),
    )
    engines = RoomEngines(
        LoudnessHearing(),
        EchoTranslator(*TONES_HZ),
        ToneSynthesizer(TONES_HZ, seconds_per_character=0.05),
        source_language="en",
        profile="embedded",
        capacity=lambda: None,
        recognised=lambda: (),
    )
    async with sending(settings):
        work = asyncio.create_task(join(room, settings, engines=engines))
        try:
            yield
        finally:
            work.cancel()
            await asyncio.wait({work}, timeout=20)


def _played(path: Path) -> Pcm:
    """The sound of a file, as recognisers take it."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    pcm: Pcm = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    return pcm


def _between(pcm: Pcm, first_s: float, end_s: float) -> NDArray[np.float64]:
    return pcm[max(0, round(first_s * RATE)) : round(end_s * RATE)].astype(np.float64)


def _level(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(sound**2))) if len(sound) else 0.0


def _has_tone(sound: NDArray[np.float64], hertz: float) -> bool:
    """Whether a tone is the strongest of a fifth of a second somewhere in the sound."""
    pieces = [sound[at : at + RATE // 5] for at in range(0, len(sound) - RATE // 5, RATE // 10)]
    return any(
        _level(piece) > 300 and abs(float(np.argmax(np.abs(np.fft.rfft(piece)))) * 5 - hertz) <= 10
        for piece in pieces
    )


async def _saved(somebody: Person, selector: str, path: Path) -> Path:
    async with somebody.page.expect_download(timeout=LIMIT_MS) as coming:
        await somebody.page.locator(selector).click()
    await (await coming.value).save_as(path)
    return path


async def test_a_meeting_is_recorded_on_the_server(
    playwright: Playwright, servers: tuple[MediaServer, Service], rooms: Rooms, tmp_path: Path
) -> None:
    """Everybody is told, also at the door; what was said and spoken can be heard in the files where the transcript has
    it; all of it can be had as a Word document, and is deleted at a click."""
    media, service = servers
    voice = talk(tmp_path / "talk.wav", SENTENCES, pause_s=0.8)
    meeting = await rooms.create(guests="listener", languages=None)
    async with (
        _interpreting(media, service, meeting.room, tmp_path / "worker"),
        person(playwright, voice=voice) as emma,
        person(playwright) as ana,
        person(playwright) as luc,
    ):
        await emma.join(meeting.organiser_link, "Emma")
        await ana.join(meeting.guest_link, "Ana")
        await ana.hear("es")
        await emma.open_panel("organise")
        section = emma.page.locator(".server-recordings")
        await section.locator(".actions button:not([disabled])").first.click(timeout=LIMIT_MS)

        for somebody in (emma, ana):
            await expect(somebody.page.locator(".server-recording")).to_be_visible(timeout=LIMIT_MS)
            await expect(somebody.page.locator("[data-server-recording=true]")).to_contain_text(
                "recorded", timeout=LIMIT_MS
            )
        spanish_read = ana.page.locator('.passage-text[data-language="es"] .clause:not(:has(.tentative))')
        before = await spanish_read.count()
        await luc.page.goto(meeting.guest_link)
        await expect(luc.page.locator(".notice-warning")).to_contain_text(
            "recorded on the server", timeout=LIMIT_MS
        )
        await expect(spanish_read.nth(before + CLAUSES)).to_be_attached(timeout=LIMIT_MS)

        await section.locator(".button-danger").first.click()
        await expect(ana.page.locator(".server-recording")).to_be_hidden(timeout=LIMIT_MS)
        await expect(section.locator("li[data-state=ready]")).to_be_visible(timeout=LIMIT_MS)
        original = await _saved(emma, ".recordings [data-file='original.ogg']", tmp_path / "original.ogg")
        spanish = await _saved(emma, ".recordings [data-file='es.ogg']", tmp_path / "es.ogg")
        await section.locator("[data-file='transcript.jsonl']").click()
        await section.locator(".save select").last.select_option("json")
        written = await _saved(emma, ".recordings .save .button-main", tmp_path / "aligned.json")
        await section.locator(".save select").last.select_option("docx")
        word = await _saved(emma, ".recordings .save .button-main", tmp_path / "aligned.docx")
        await emma.page.screenshot(path=tmp_path / "organise.png")
        lines = await _lines(rooms, meeting.room, meeting.organiser_token)
        await _heard_where_it_is_written(_played(original), _played(spanish), lines)
        _has_both_languages(word, json.loads(written.read_text()))
        await _say_how_it_is_written(emma, TERM, TERM_IN_SPANISH)
        await section.locator(".save select").last.select_option("json")
        anew = await _saved(emma, ".recordings .save .button-main", tmp_path / "corrected.json")
        _has_the_term_where_it_was_said(json.loads(written.read_text()), json.loads(anew.read_text()))

        await section.locator("li .actions .button-danger").click()
        await emma.page.locator("dialog .button-danger").click()
        await expect(section.locator("li")).to_have_count(0, timeout=LIMIT_MS)
        assert (emma.errors, ana.errors) == ([], [])


async def _say_how_it_is_written(organiser: Person, term: str, spanish: str) -> None:
    """A glossary after the meeting; its switch in the record is on from the start."""
    page = organiser.page
    await page.get_by_role("button", name="Edit glossary").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Term", exact=True).first.fill(term)
    await organiser.choose(dialog.get_by_role("combobox").first, "es")
    await dialog.get_by_label("Written in Spanish").first.fill(spanish)
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("switch", name="Correct terms by the glossary")).to_be_checked()


def _has_the_term_where_it_was_said(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Nothing but the term is another in Spanish; the original is as it was said."""
    said = [entry["texts"] for entry in before["entries"]]
    assert any(TERM in texts["es"].split() for texts in said if "es" in texts)
    assert [entry["texts"] for entry in after["entries"]] == [
        {
            language: " ".join(TERM_IN_SPANISH if word == TERM else word for word in text.split())
            if language == "es"
            else text
            for language, text in texts.items()
        }
        for texts in said
    ]


async def _lines(rooms: Rooms, room: str, token: str) -> list[dict[str, Any]]:
    """The transcript as it was recorded."""
    path = f"/api/v1/rooms/{room}/recordings"
    headers = {"Authorization": f"Bearer {token}"}
    async with rooms.http.get(path, headers=headers) as answer:
        (recording,) = (await answer.json())["recordings"]
    (part,) = recording["parts"]
    query = {"part": part["id"], "name": "transcript.jsonl"}
    async with rooms.http.get(f"{path}/{recording['id']}/file", params=query, headers=headers) as answer:
        return [json.loads(line) for line in (await answer.text()).splitlines()]


async def _heard_where_it_is_written(floor: Pcm, voice: Pcm, lines: list[dict[str, Any]]) -> None:
    """The words are in the sound of the floor, and where they are written; the voice of Spanish follows."""
    assert abs(len(floor) - len(voice)) <= 2 * RATE
    said = [line for line in lines if line["language"] == "en"]
    translated = [line for line in lines if line["language"] == "es"]
    assert len(translated) >= CLAUSES
    assert {line["name"] for line in lines} == {"Emma"}

    share = await recognised(floor, " ".join(line.text for line in TALK[:SENTENCES]))
    assert share >= UNDERSTOOD, f"{share:.2f} of what is in the recording was said"
    levels = [_level(_between(floor, line["start_s"], line["end_s"])) for line in said]
    heard = [level > QUIET for level in levels]
    assert np.mean(heard) > HEARD, f"clauses are heard where they are written: {levels}"

    spoken = [
        _has_tone(_between(voice, line["start_s"], line["start_s"] + LAG_S), TONES_HZ["es"])
        for line in translated
    ]
    assert sum(spoken) >= len(spoken) / 2, f"what is written was spoken there: {spoken}"
    assert not _has_tone(_between(floor, 0, len(floor) / RATE), TONES_HZ["es"]), (
        "the floor has no interpreter"
    )


def _has_both_languages(word: Path, written: dict[str, Any]) -> None:
    """A file that opens, with every text of the transcript in it."""
    assert set(written["languages"]) == {"en", "es"}
    with zipfile.ZipFile(word) as file:
        assert file.testzip() is None
        document = file.read("word/document.xml").decode()
    texts = [text for entry in written["entries"] for text in entry["texts"].values()]
    assert len(texts) >= 2
    assert [text for text in ("Emma", *texts) if text not in document] == []
