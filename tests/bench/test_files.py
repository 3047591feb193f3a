"""The file that `hive bench files` makes of the readings, and how its figures are told."""

from __future__ import annotations

from bench import readings
from bench.files import joined, text
from tests.near import near


def test_the_readings_are_joined_to_the_wanted_length_the_same_each_time() -> None:
    once, again = joined(60), joined(60)

    assert 60 <= once.seconds < 75
    assert (once.pcm == again.pcm).all()
    assert once.text == again.text
    assert any(said in once.text for said in readings.AUSTEN.values())
    assert joined(120).seconds == near(2 * once.seconds, within=25)


def test_each_way_has_its_row_with_words_and_time() -> None:
    found = {
        "engine": "whisper",
        "model": "base",
        "recording": {"name": "readings", "language": "en", "seconds": 60.0, "words": 130},
        "machine": {"cores": 2, "load_before": 0.5, "load_after": 1.5},
        "results": {
            "high": {"wrong": 0.022, "took_s": 6.0, "real_time_factor": 0.1, "cores": 0.18},
            "offline": {"wrong": None, "took_s": 12.0, "real_time_factor": 0.2, "cores": 0.21},
        },
    }

    written = text(found)

    assert "2 cores, load 0.5 before and 1.5 after" in written
    assert "| service, high | 2.2 % | 6.0 | 0.100 | 0.180 |" in written
    assert "| offline, beam 5 | – | 12.0 | 0.200 | 0.210 |" in written
