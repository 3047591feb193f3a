"""The page of what a machine carries says what was measured, and nothing that was copied by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.result import as_json
from bench.rooms import curves
from bench.rooms.shape import LoadShape
from bench.rooms.sweep import key
from scripts.capacity import PAGE, written

ABOUT = {
    "machine": {"processor": "a processor", "cores": 2, "memory_mib": 2048, "load_before": 0.5},
    "profile": "cpu",
    "engines": {"recognition": "whisper base", "speech": "piper"},
}


def point(speakers: int, *, keeps_up: bool) -> dict[str, object]:
    spread = {"count": 9, "median": 0.2, "p95": 0.4, "longest": 0.5}
    return {
        "shape": LoadShape(speakers=speakers, seconds=40).as_json(),
        "keeps_up": keeps_up,
        "bearing": [{"question": "nothing was lost", "holds": keeps_up, "detail": ""}],
        "caption_latency_s": spread,
        "translation_ttft_s": spread,
        "word_retraction_rate": 0.02,
        "words": {"words": 100, "heard": 99, "right": 95},
        "languages": {"es": {"spoken": 0.97, "ear_voice_s": spread}},
        "use": {
            "speech": {"cores": 0.6, "memory_mib": 900},
            "clients": {"cores": 0.1, "memory_mib": 90},
            "room process 1": {"cores": 0.12, "memory_mib": 80},
        },
    }


def test_a_block_is_written_anew_from_its_result(tmp_path: Path) -> None:
    points = {
        key(LoadShape(speakers=count, seconds=40)): point(count, keeps_up=count < 2) for count in (1, 2)
    }
    (tmp_path / "small.json").write_text(as_json(curves.kept(ABOUT, points, complete=True)))
    page = "Before.\n<!-- measured: small -->\nold\n<!-- end -->\nBehind.\n"

    new, plots = written(page, tmp_path)

    assert new.startswith("Before.\n<!-- measured: small -->\n2 cores of a processor, 2 GiB, load 0.5 before")
    assert new.endswith("<!-- end -->\nBehind.\n")
    assert "old" not in new
    assert "| speakers at once | 1 | nothing was lost |" in new
    assert "| 2 | 200 / 400 | 200 / 400 | 2.0 % | 99.0 % | 97.0 % | 0.2 | 0.60 | 0.12 | 0.10 | no |" in new
    assert {path.name for path in plots} == {
        f"small-{plot}.svg" for plot in ("captions", "ttft", "spoken", "cores", "room")
    }
    assert written(new, tmp_path) == (new, plots)


def test_a_result_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        written("<!-- measured: none -->\n<!-- end -->", tmp_path)


def test_the_page_is_as_it_was_measured() -> None:
    """`.venv/bin/python scripts/capacity.py` writes it."""
    page = PAGE.read_text(encoding="utf-8")
    new, plots = written(page, PAGE.parent / "capacity")

    assert new == page
    assert {path: path.read_text(encoding="utf-8") for path in plots} == plots
