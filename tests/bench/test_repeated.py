"""A message asked for again, from each level, with programs of their own and the engines that need no download."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench import readings
from bench.repeated import measure, text
from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ
from pipeline.recordings.finishing import AudioFormat, encode


@pytest.mark.engines
@pytest.mark.timeout(300)
async def test_each_level_answers_what_came_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service is new twice: then Redis remembers, and when that is empty, the objects."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path))
    said: list[str] = []
    sound = encode(readings.sound("austen-0880"), HEARING_RATE_HZ, AudioFormat.WAV)
    found = await measure([sound], Settings(profile="embedded"), target="es", say=said.append)

    levels = ["first", "memory", *(["redis"] if shutil.which("redis-server") else []), "objects"]
    assert list(found["levels"]) == levels
    assert {level: found["levels"][level]["count"] for level in levels} == {
        level: 5 if level == "memory" else 1 for level in levels
    }
    assert len(said) == len(levels) - 1


def test_each_level_has_its_row() -> None:
    """With whether it keeps what is promised; the first time is promised nothing."""
    took = {"count": 3, "median": 0.2, "p95": 0.4, "longest": 0.6}
    found = {
        "messages": 3, "promised_s": 0.5, "machine": {"cores": 2, "load_before": 0.5, "load_after": 1.5},
        "levels": {"first": took, "memory": took | {"longest": 0.5}, "objects": took},
    }  # fmt: skip
    written = text(found)
    assert "| first | 3 | 0.200 | 0.400 | 0.600 | – |" in written
    assert "| memory | 3 | 0.200 | 0.400 | 0.500 | yes |" in written
    assert "| objects | 3 | 0.200 | 0.400 | 0.600 | no |" in written
