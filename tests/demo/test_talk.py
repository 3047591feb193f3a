"""Recordings for the demo: read by the same decoder as files sent to the speech service."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from demo.talk import RATE_HZ, TalkError, load_recording
from tests.fakes.sound_files import encoded, wav

SOUND = (np.sin(np.arange(3 * 16_000) * 0.17) * 9000).astype(np.int16)


def test_a_damaged_recording_is_used_and_told(tmp_path: Path) -> None:
    """The readable part comes back, with one line for each thing that is missing."""
    path = tmp_path / "talk.flac"
    data = encoded(SOUND, "flac", "flac", 48_000)
    path.write_bytes(data[: len(data) // 2])
    told: list[str] = []
    pcm = load_recording(path, told.append)
    assert 1.0 < len(pcm) / RATE_HZ < 2.0
    assert told
    assert all(line.startswith("talk.flac at 1.") for line in told)


def test_without_anybody_to_tell_it_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "talk.wav"
    path.write_bytes(wav(SOUND)[:-1000])
    load_recording(path)
    assert "breaks off" in capsys.readouterr().err


def test_the_name_of_a_file_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "talk.mp3"
    path.write_bytes(wav(SOUND))
    assert len(load_recording(path)) == 3 * RATE_HZ


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "cannot read"),
        (b"", "empty"),
        (b"no sound", "not a known kind"),
        (wav(SOUND[:1000]), "less than a tenth"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, data: bytes | None, reason: str) -> None:
    path = tmp_path / "talk.wav"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(TalkError, match=reason):
        load_recording(path)
