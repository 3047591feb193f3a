"""What is recorded, on disk: mixed on one clock, playable whatever ended its writer, and seen to be over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from pipeline.audio import SPEAKING_RATE_HZ as RATE
from worker.recording.opus_file import OpusFile, length_s
from worker.recording.part_folder import PartFolder, waiting
from worker.recording.timeline import Timeline

RECORDING = "ab" * 12


def tone(hertz: float, seconds: float, level: float = 8000) -> NDArray[np.int16]:
    return (np.sin(np.arange(round(seconds * RATE)) * 2 * np.pi * hertz / RATE) * level).astype(np.int16)


def played(path: Path) -> NDArray[np.float64]:
    """The sound of a file at `RATE`."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(path)) as container:
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float64)


def strongest_hz(sound: NDArray[np.float64]) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(sound * np.hanning(len(sound))))) * RATE / len(sound))


def level(sound: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def test_sound_is_put_where_it_was_heard_and_mixed() -> None:
    """Two at once are added and clipped, between them is silence, and pieces follow each other without a seam."""
    timeline = Timeline(RATE)
    timeline.add(0.5, np.full(RATE, 20_000, np.int16), now_s=1.0)
    timeline.add(1.0, np.full(RATE, 20_000, np.int16), now_s=2.0)
    first, second, rest = (timeline.take(until, most_s=60) for until in (1.9, 2.5, 9.0))
    assert (len(first), len(second), len(rest)) == (RATE, RATE, 7 * RATE)
    assert not first[: RATE // 2].any()
    assert (first[RATE // 2 :] == 20_000).all()
    assert (second[: RATE // 2] == 32_767).all()
    assert (second[RATE // 2 :] == 20_000).all()
    assert not rest.any()


def test_what_comes_too_late_or_far_too_early_is_left_out() -> None:
    """Its place has been written; and no clock that is wrong fills the memory."""
    timeline = Timeline(RATE)
    assert len(timeline.take(2.0, most_s=60)) == 2 * RATE
    timeline.add(1.5, np.full(RATE, 9, np.int16), now_s=2.0)
    timeline.add(5000.0, np.full(RATE, 9, np.int16), now_s=2.0)
    taken = timeline.take(4.0, most_s=60)
    assert (taken[: RATE // 2] == 9).all()
    assert not taken[RATE // 2 :].any()


def test_a_long_silence_is_taken_in_pieces() -> None:
    """A language that begins late does not hold up the others."""
    timeline = Timeline(RATE)
    timeline.add(99.0, np.full(RATE, 9, np.int16), now_s=99.0)
    assert [len(timeline.take(100.0, most_s=30)) // RATE for _ in range(5)] == [30, 30, 30, 10, 0]


def test_a_file_has_what_was_written_where_it_was_written(tmp_path: Path) -> None:
    """To the sample rate's precision; Opus changes the form of the wave, not its place or tone."""
    path = tmp_path / "es.ogg"
    file = OpusFile(path, 32_000)
    for piece in (tone(600, 1), np.zeros(RATE, np.int16), tone(900, 1)):
        file.write(piece)
    file.close()
    sound = played(path)
    assert abs(len(sound) / RATE - 3.0) < 0.05
    assert abs(length_s(path) - 3.0) < 0.05
    inside = [sound[round((at + 0.1) * RATE) : round((at + 0.9) * RATE)] for at in range(3)]
    assert abs(strongest_hz(inside[0]) - 600) < 5
    assert level(inside[1]) < 30
    assert abs(strongest_hz(inside[2]) - 900) < 5


KILLED = """
import sys, time
from pathlib import Path
import numpy as np
from worker.recording.part_folder import PartFolder
folder = PartFolder(Path(sys.argv[1]), "board", sys.argv[2], 1_800_000_000.0, 32_000)
folder.line({"text": "the first words"})
second = (np.sin(np.arange(24000) * 2 * np.pi * 600 / 24000) * 8000).astype(np.int16)
for _ in range(20):
    folder.sound("es", second)
print("written", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_leaves_can_be_played(tmp_path: Path) -> None:
    """While it lives nobody takes the part; once it is killed the part is over, all but its last seconds."""
    command = [sys.executable, "-c", KILLED, str(tmp_path), RECORDING]
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, env=os.environ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        (path,) = (tmp_path / "working").iterdir()
        with waiting(path) as part:
            assert part is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    with waiting(path) as part:
        assert part is not None
        assert (part.room, part.recording, part.told.end) == ("board", RECORDING, "cut")
        assert 17 <= part.told.duration_s <= 20
        transcript, sound = part.files()
        assert transcript.read_text() == '{"text": "the first words"}\n'
        assert 17 <= len(played(sound)) / RATE <= 20
        assert abs(strongest_hz(played(sound)) - 600) < 5


def test_a_part_that_ended_says_how(tmp_path: Path) -> None:
    """How long it is and why it ended; what is no part is left alone."""
    folder = PartFolder(tmp_path, "board", RECORDING, 1_800_000_000.0, 32_000)
    folder.sound("original", tone(300, 1))
    folder.close(1.25, "limit")
    with waiting(folder.path) as part:
        assert part is not None
        assert (part.told.began_at, part.told.duration_s, part.told.end) == (1_800_000_000.0, 1.25, "limit")
        assert {path.name for path in part.files()} == {"original.ogg", "transcript.jsonl"}
    stranger = tmp_path / "working" / "photographs"
    stranger.mkdir()
    with waiting(stranger) as part:
        assert part is None


def test_languages_beyond_the_bound_get_no_file(tmp_path: Path) -> None:
    """However many come and go."""
    folder = PartFolder(tmp_path, "board", RECORDING, 0.0, 8_000)
    second = np.zeros(RATE, np.int16)
    taken = [folder.sound(f"x{chr(97 + at // 26)}{chr(97 + at % 26)}", second) for at in range(45)]
    folder.close(1.0, "stopped")
    assert taken == [True] * 39 + [False] * 6
