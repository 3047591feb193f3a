"""A recording through the hearing stage at the pace of its sound, with a scripted recogniser."""

from __future__ import annotations

import numpy as np

from bench.hearing import figures
from bench.offline import Offline
from bench.pacing import Pacing
from bench.plain_loop import PlainResult
from bench.recording import LabelledRecording
from bench.streamed import Streamed, stream
from config.settings import Recognition
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.recognition.silero import SileroModel
from pipeline.events import Word
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.near import near

SETTINGS = Recognition(
    pass_interval_s=0.1, min_silence_s=0.3, min_speech_s=0.06, settle_s=0.3, show_after_s=0.0, show_passes=1
)


class LoudnessModel(SileroModel):
    """Hands out detectors that go by loudness."""

    def __init__(self) -> None:
        super().__init__(None)

    def detector(self) -> LoudnessDetector:  # type: ignore[override]
        return LoudnessDetector()


def word(text: str, start_s: float, end_s: float) -> Word:
    return Word(text, int(start_s * HEARING_RATE_HZ), int(end_s * HEARING_RATE_HZ))


def sound(loud_from_s: float, loud_to_s: float) -> Pcm:
    pcm = np.random.default_rng(1).integers(-4000, 4001, int(loud_to_s * HEARING_RATE_HZ)).astype(np.int16)
    pcm[: int(loud_from_s * HEARING_RATE_HZ)] = 0
    return pcm


SENTENCE = [word("good", 1.1, 1.4), word("morning", 1.45, 1.9), word("everybody", 2.0, 2.6)]
RECORDING = LabelledRecording("greeting", sound(1.0, 2.7), "en", "Good morning, everybody.")


async def heard() -> tuple[Streamed, ScriptedRecognizer]:
    recognizer = ScriptedRecognizer(SENTENCE)
    found = await stream(RECORDING, recognizer, SETTINGS, pace=Pacing.SOUND, model=LoudnessModel())
    return found, recognizer


async def test_all_words_are_heard_and_timed_on_the_clock_of_the_sound() -> None:
    found, recognizer = await heard()

    assert found.text == "good morning everybody"
    assert [each.text for each in found.words] == ["good", "morning", "everybody"]
    assert len(found.committed_s) == len(found.shown_s) == 3
    # a word is committed once 0.3 s were heard behind it and two passes agree, in frames of 0.05 s
    assert all(0.25 <= delay_s <= 0.7 for delay_s in found.committed_s)
    assert all(0.0 <= delay_s <= 0.2 for delay_s in found.newest_shown_s)
    assert found.dropped_frames == 0
    assert found.not_heard_s == 0.0
    assert found.changed_share == 0.0
    assert len(found.passes_s) >= 10
    assert recognizer.open_streams == 0


async def test_the_same_sound_gives_the_same_figures() -> None:
    """Positions are counted, so nothing depends on how fast the machine is."""
    (first, _), (second, _) = await heard(), await heard()

    assert first.committed_s == second.committed_s
    assert first.newest_shown_s == second.newest_shown_s
    assert len(first.passes_s) == len(second.passes_s)


def test_figures_of_a_recording() -> None:
    streamed = Streamed(
        text="Good evening everybody everybody",
        words=list(SENTENCE),
        newest_shown_s=[0.1, 0.3],
        shown_s=[0.2],
        committed_s=[0.4, 0.6],
        changed_share=0.25,
        passes_s=[0.05] * 4,
        processor_s=0.54,
        took_s=0.6,
    )
    offline = Offline(
        "Good morning, everybody.",
        tuple((each.text, each.first_sample, each.end_sample) for each in SENTENCE),
        0.27,
        0.3,
    )
    plain = PlainResult("Good morning", [2.0, 3.0], [0.5] * 3, processor_s=2.7, behind_s=0.4)

    found = figures(RECORDING, streamed, offline, plain)

    assert found["recording"] == {"name": "greeting", "language": "en", "seconds": 2.7, "words": 3}
    assert found["streamed"] == {
        "wrong": 0.6667, "substituted": 1, "deleted": 0, "inserted": 1,
        "cores": 0.2,
        "newest_word_shown_s": {"count": 2, "median": 0.2, "p95": 0.29, "longest": 0.3},
        "word_shown_as_it_stays_s": {"count": 1, "median": 0.2, "p95": 0.2, "longest": 0.2},
        "word_committed_s": {"count": 2, "median": 0.5, "p95": 0.59, "longest": 0.6},
        "shown_words_changed": 0.25,
        "passes": 4,
        "pass_s": {"count": 4, "median": 0.05, "p95": 0.05, "longest": 0.05},
        "dropped_frames": 0, "not_heard_s": 0.0,
        "text": "Good evening everybody everybody",
    }  # fmt: skip
    assert found["offline"] == {
        "wrong": 0.0, "substituted": 0, "deleted": 0, "inserted": 0, "cores": 0.1, "took_s": 0.3,
        "text": "Good morning, everybody.",
    }  # fmt: skip
    assert (found["plain"]["wrong"], found["plain"]["cores"]) == (0.3333, 1.0)
    assert found["ratios"] == {"cores": 0.2, "committed_median": 0.2, "committed_p95": 0.2}
    assert found["points_streamed_minus_offline"] == 66.67
    assert [(each["words"], each["streamed_wrong"], each["offline_wrong"]) for each in found["by_pause"]] == [
        (0, 0, 0), (0, 0, 0), (2, 2, 0), (1, 0, 0), (0, 0, 0),
    ]  # fmt: skip


def test_without_words_and_without_whisper_there_is_less_to_say() -> None:
    found = figures(LabelledRecording("r", RECORDING.pcm, "en", ""), Streamed(text="hello"), None, None)

    assert found["streamed"]["wrong"] is None
    assert "offline" not in found
    assert "points_streamed_minus_offline" not in found
    assert found["streamed"]["word_committed_s"] == {"count": 0, "median": 0.0, "p95": 0.0, "longest": 0.0}


def test_a_recording_knows_its_languages() -> None:
    assert RECORDING.languages == {"en"}
    assert RECORDING.words == ["good", "morning", "everybody"]
    assert RECORDING.seconds == near(2.7)
