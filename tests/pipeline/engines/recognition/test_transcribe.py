"""Whole recordings, with a scripted recogniser and a loudness detector."""

import numpy as np
import pytest

from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, HearingOptions
from pipeline.engines.recognition.transcribe import Transcription, speech_in, transcribe
from pipeline.events import Word
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.pipeline.engines.recognition import sounds

SECOND = 16_000
ANYBODY = HearingOptions("file", None)


async def test_words_come_in_order_with_their_segments() -> None:
    """Two stretches of sound with a pause between are two segments; silence is never recognised."""
    pcm = sounds.joined(
        np.zeros(SECOND, np.int16),
        sounds.noise(2, 5000),
        np.zeros(2 * SECOND, np.int16),
        sounds.noise(1, 5000),
    )
    one, two = Word("one", 20_000, 30_000), Word("two", 85_000, 90_000)
    recognizer = ScriptedRecognizer((one, two))

    result = await transcribe(recognizer, LoudnessDetector(), pcm, ANYBODY)

    first, second = result.segments
    assert result == Transcription((one, two), "en", (first, second))
    assert (first.words, second.words) == ((one,), (two,))
    assert first.first_sample <= SECOND < 3 * SECOND <= first.end_sample < second.first_sample
    assert recognizer.open_streams == 0


async def test_silence_has_no_words_and_no_language() -> None:
    """An empty or silent recording gives an empty transcription without asking the recogniser."""
    recognizer = ScriptedRecognizer(())
    for pcm in (np.zeros(0, np.int16), np.zeros(10 * SECOND, np.int16)):
        assert await transcribe(recognizer, LoudnessDetector(), pcm, ANYBODY) == Transcription((), "", ())
    assert recognizer.opened == []


def test_a_speech_without_pause_is_cut_where_it_is_quietest() -> None:
    """Pieces of at most 28 s, cut in the short lull at 25 s, without loss."""
    pcm = sounds.noise(40, 5000)
    pcm[25 * SECOND : 25 * SECOND + 3200] //= 20

    stretches = speech_in(LoudnessDetector(), pcm)

    (_, cut), (second, end) = stretches
    assert cut == second
    assert 25 * SECOND <= cut <= 25 * SECOND + 3200
    assert end == len(pcm)


async def test_a_failure_is_the_recognisers_own_error() -> None:
    """Not an exception group, and every stream is given back."""
    pcm = sounds.joined(sounds.noise(1, 5000), np.zeros(2 * SECOND, np.int16), sounds.noise(1, 5000))
    recognizer = ScriptedRecognizer((), failing=(3 * SECOND,))
    with pytest.raises(EngineError, match="stumbled"):
        await transcribe(recognizer, LoudnessDetector(), pcm, ANYBODY)
    assert recognizer.open_streams == 0


async def test_bad_sound_is_refused() -> None:
    """Only 16-bit mono."""
    with pytest.raises(AudioError):
        await transcribe(ScriptedRecognizer(()), LoudnessDetector(), np.zeros((9, 2), np.int16), ANYBODY)
