"""A room's recorder: what was said, spoken and captioned while somebody wanted it, on one clock."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.settings import RecordingSettings
from pipeline.audio import SPEAKING_RATE_HZ as RATE
from pipeline.engines.protocols import EngineError, TranslationRequest, TranslationResult
from pipeline.events import Caption
from pipeline.text.glossary import Glossary
from tests.worker.recording.test_files import level, played, strongest_hz, tone
from worker.captions import Line
from worker.recording.part_folder import WaitingPart, waiting
from worker.recording.recorder import RoomRecorder

FIRST, SECOND = "ab" * 12, "cd" * 12


@dataclass
class Bench:
    """A recorder in a folder of its own."""

    directory: Path
    settings: RecordingSettings
    changes: list[bool] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recorder = RoomRecorder(
            "board",
            self.settings,
            name_of=str.title,
            changed=lambda: self.changes.append(self.recorder.running),
            failed=lambda name, error: self.failures.append(type(error).__name__),
            translate=self._translate,
        )

    async def _translate(self, request: TranslationRequest) -> TranslationResult:
        """Translates nothing but the terms, as the glossary has them."""
        if request.target == "fr":
            raise EngineError("no French today")
        text = request.text
        for entry in request.glossary.entries:
            text = text.replace(entry.source, entry.written(request.target))
        return TranslationResult(f"[{request.target}] {text}", "fake", (request.source, request.target))

    async def over(self, number: int = 1) -> list[WaitingPart]:
        """Waits until so many parts have ended."""
        while len(found := self.parts()) < number:
            await asyncio.sleep(0.05)
        return found

    def parts(self) -> list[WaitingPart]:
        found = []
        for path in sorted((self.directory / "working").glob("*")):
            with waiting(path) as part:
                if part is not None:
                    found.append(part)
        return sorted(found, key=lambda part: part.told.began_at)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, RecordingSettings(directory=tmp_path))


def caption(text: str, language: str, at_s: float, *, final: bool = True, **more: Any) -> Line:
    return Line(
        Caption(
            speaker="ana",
            segment="1-1",
            language=language,
            source_language="en",
            committed=text,
            tentative="",
            final=final,
            onset_at_s=at_s,
            offset_at_s=at_s + 0.5,
            **more,
        ),
        take=1,
    )


def glossary(**translations: str) -> Glossary:
    """How "hive" is written."""
    return Glossary.parse({"entries": [{"source": "hive", "language": "en", "translations": translations}]})


def lines(part: WaitingPart) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (part.path / "transcript.jsonl").read_text().splitlines()]


async def test_sound_and_words_are_aligned(bench: Bench) -> None:
    """A language that was first heard late is silent until then, and its words stand where its sound is."""
    now = asyncio.get_running_loop().time
    bench.recorder.want(FIRST)
    bench.recorder.begin()
    began_s = now()
    await asyncio.sleep(1.2)
    spoken_s = now()
    for at in range(10):  # in pieces, as a channel plays them
        bench.recorder.sound("es", spoken_s + at / 10, tone(600, 0.1))
    bench.recorder.caption(caption("good morning", "en", spoken_s))
    bench.recorder.caption(caption("buenos días", "es", spoken_s, doubt="numbers changed"))
    bench.recorder.caption(caption("buenos", "es", spoken_s, final=False))
    bench.recorder.caption(caption("said before", "en", began_s - 5.0))
    await asyncio.sleep(2.0)
    bench.recorder.want("")
    (part,) = await bench.over()
    assert (part.told.end, bench.changes[0], bench.changes[-1], bench.failures) == (
        "stopped",
        True,
        False,
        [],
    )
    sounds = {path.stem: played(path) for path in part.files() if path.suffix == ".ogg"}
    assert sounds.keys() == {"original", "es"}
    assert abs(len(sounds["es"]) - len(sounds["original"])) <= RATE
    expected_s = spoken_s - began_s
    written = lines(part)
    assert [(line["language"], line["text"], line["name"]) for line in written] == [
        ("en", "good morning", "Ana"),
        ("es", "buenos días", "Ana"),
    ]
    assert written[1]["doubt"] == "numbers changed"
    assert abs(written[0]["start_s"] - expected_s) < 0.1
    loud = np.flatnonzero(np.abs(sounds["es"]) > 2000)
    assert abs(loud[0] / RATE - written[1]["start_s"]) < 0.1
    assert abs(loud[-1] / RATE - (written[1]["start_s"] + 1.0)) < 0.1
    assert abs(strongest_hz(sounds["es"][loud[0] : loud[-1]]) - 600) < 5
    assert level(sounds["original"]) < 5
    await bench.recorder.finish()


async def test_another_recording_is_another_part(bench: Bench) -> None:
    """The organiser stops one and begins the next before the first is written."""
    bench.recorder.begin()
    bench.recorder.want(FIRST)
    await asyncio.sleep(0.2)
    bench.recorder.want(SECOND)
    await bench.over(1)
    while not bench.recorder.running:
        await asyncio.sleep(0.02)
    await bench.recorder.finish()
    assert [part.recording for part in await bench.over(2)] == [FIRST, SECOND]


async def test_an_interpreter_that_stands_by_records_nothing(bench: Bench) -> None:
    """It is told the wish before it begins."""
    bench.recorder.want(FIRST)
    await asyncio.sleep(0.1)
    assert (bench.recorder.running, bench.parts()) == (False, [])
    await bench.recorder.finish()


async def test_a_recording_ends_at_its_bounds_and_is_not_begun_again(bench: Bench) -> None:
    """What is recorded until then is there; the wish alone does not begin it anew."""
    bench.recorder = Bench(bench.directory, replace(bench.settings, max_hours=1.5 / 3600)).recorder
    bench.recorder.begin()
    bench.recorder.want(FIRST)
    (part,) = await bench.over()
    assert part.told.end == "limit"
    bench.recorder.want(FIRST)
    await asyncio.sleep(0.1)
    assert not bench.recorder.running
    await bench.recorder.finish()


async def test_a_full_disk_ends_the_recording_and_is_told(bench: Bench, tmp_path: Path) -> None:
    """Nobody believes any longer that it is recorded."""
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "big").write_bytes(b"x" * 1_000_001)
    full = Bench(tmp_path, replace(bench.settings, max_total_bytes=1_000_000))
    full.recorder.begin()
    full.recorder.want(FIRST)
    while not full.failures:
        await asyncio.sleep(0.02)
    assert (full.failures, full.recorder.running, full.parts()) == (["OSError"], False, [])
    await full.recorder.finish()


async def test_what_is_heard_at_the_very_end_is_in_it(bench: Bench) -> None:
    """An interpreter that is dismissed has said its last words a moment before."""
    now = asyncio.get_running_loop().time
    bench.recorder.begin()
    bench.recorder.want(FIRST)
    await asyncio.sleep(0.3)
    bench.recorder.sound("fr", now(), tone(900, 0.4))
    bench.recorder.caption(caption("les derniers mots", "fr", now()))
    await asyncio.sleep(0.4)
    await bench.recorder.finish()
    (part,) = bench.parts()
    assert [line["text"] for line in lines(part)] == ["les derniers mots"]
    sound = played(part.path / "fr.ogg")
    assert np.count_nonzero(np.abs(sound) > 2000) > 0.2 * RATE


async def test_a_correction_of_the_glossary_is_written_into_the_transcript(bench: Bench) -> None:
    """Where the term was said, in the languages that were translated; what fails stays as it was."""
    now = asyncio.get_running_loop().time
    bench.recorder.begin()
    bench.recorder.want(FIRST)
    for language, text in (("en", "open the hive"), ("es", "abra la colmena"), ("fr", "ouvrez la ruche")):
        bench.recorder.caption(caption(text, language, now()))
    other = caption("good morning", "en", now())
    bench.recorder.caption(replace(other, take=2))
    bench.recorder.caption(replace(caption("buenos días", "es", now()), take=2))
    bench.recorder.correct(Glossary(), glossary(es="HIVE"))
    await asyncio.sleep(0.2)
    bench.recorder.want("")
    (part,) = await bench.over()
    assert [(line["language"], line["text"]) for line in lines(part)[5:]] == [("es", "[es] open the HIVE")]
    assert lines(part)[5]["segment"] == lines(part)[1]["segment"]

    bench.recorder.correct(glossary(es="HIVE"), glossary(es="Colmena"))
    _, corrections = await bench.over(2)
    assert corrections.recording == FIRST
    assert [(line["part"], line["text"]) for line in lines(corrections)] == [
        (part.part, "[es] open the Colmena")
    ]
    assert [path.name for path in corrections.files()] == ["transcript.jsonl"]
    await bench.recorder.finish()
