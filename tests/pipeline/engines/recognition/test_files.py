"""Whole recordings, with a scripted recogniser and a loudness detector."""

from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError
from pipeline.engines.recognition.file_pieces import packed, speech_in
from pipeline.engines.recognition.files import (
    FileOptions,
    FilePiece,
    PieceHeard,
    PieceResult,
    Progress,
    StreamReader,
    Transcription,
    transcribe,
)
from pipeline.events import NotHeard, Word
from tests.fakes.engines import LoudnessDetector, ScriptedRecognizer
from tests.pipeline.engines.recognition import sounds

SECOND = 16_000
ANYBODY = FileOptions()


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

    result = await transcribe(StreamReader(recognizer), LoudnessDetector(), pcm, ANYBODY)

    first, second = result.segments
    assert result == Transcription((one, two), "en", (first, second))
    assert (first.words, second.words) == ((one,), (two,))
    assert first.first_sample <= SECOND < 3 * SECOND <= first.end_sample < second.first_sample
    assert recognizer.open_streams == 0


async def test_silence_has_no_words_and_no_language() -> None:
    """An empty or silent recording gives an empty transcription without asking the recogniser."""
    recognizer = ScriptedRecognizer(())
    for pcm in (np.zeros(0, np.int16), np.zeros(10 * SECOND, np.int16)):
        assert await transcribe(StreamReader(recognizer), LoudnessDetector(), pcm, ANYBODY) == Transcription(
            (), "", ()
        )
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


async def test_a_failure_costs_its_place_only_and_is_told() -> None:
    """The other stretch is there; every stream is given back."""
    pcm = sounds.joined(sounds.noise(1, 5000), np.zeros(2 * SECOND, np.int16), sounds.noise(1, 5000))
    word = Word("two", 50_000, 60_000)
    recognizer = ScriptedRecognizer((word,), failing=(SECOND,))

    result = await transcribe(StreamReader(recognizer), LoudnessDetector(), pcm, ANYBODY)

    assert result.words == (word,)
    [missed] = result.not_heard
    assert missed == NotHeard(0, missed.end_sample, "the model stumbled")
    assert SECOND <= missed.end_sample < 2 * SECOND
    assert recognizer.open_streams == 0


async def test_where_nothing_can_be_recognised_the_failure_is_the_recognisers_own() -> None:
    recognizer = ScriptedRecognizer((), failing=(SECOND,))

    with pytest.raises(EngineError, match="stumbled"):
        await transcribe(StreamReader(recognizer), LoudnessDetector(), sounds.noise(1, 5000), ANYBODY)


async def test_how_much_is_done_is_told() -> None:
    pcm = sounds.joined(*(p for _ in range(4) for p in (sounds.noise(1, 5000), np.zeros(SECOND, np.int16))))
    told: list[float] = []

    await transcribe(
        StreamReader(ScriptedRecognizer(())), LoudnessDetector(), pcm, ANYBODY, progress=told.append
    )

    assert told == [0.25, 0.5, 0.75, 1.0]


async def test_a_word_has_none_of_the_silence_around_its_stretch() -> None:
    """Whisper lets the last word before a pause last until the first word behind it."""
    pcm = sounds.joined(sounds.noise(1, 5000), np.zeros(2 * SECOND, np.int16), sounds.noise(1, 5000))
    heard = PieceHeard((Word("one", 0, 40_000), Word("two", 40_000, 60_000)), "en")

    result = await transcribe(_Packing(heard), LoudnessDetector(), pcm, ANYBODY)

    one, two = result.segments
    assert one.words == (Word("one", 0, one.end_sample),)
    assert two.words == (Word("two", two.first_sample, 60_000),)
    assert one.end_sample < 2 * SECOND < two.first_sample <= 3 * SECOND


class _Packing:
    """Says the same of each piece."""

    packs = True

    def __init__(self, heard: PieceHeard) -> None:
        self._heard = heard

    async def read(
        self, pieces: Sequence[FilePiece], options: FileOptions, progress: Progress
    ) -> list[PieceResult]:
        return [self._heard for _ in pieces]


def test_stretches_are_packed_into_windows_but_not_over_long_pauses() -> None:
    seconds = [(0, 10), (11, 20), (21, 27), (28, 31), (36, 40), (41, 69)]
    stretches = [(first * SECOND, end * SECOND) for first, end in seconds]

    found = [(first // SECOND, end // SECOND) for first, end in packed(stretches)]

    assert found == [(0, 27), (28, 31), (36, 40), (41, 69)]
    assert packed([]) == []


async def test_bad_sound_is_refused() -> None:
    """Only 16-bit mono."""
    with pytest.raises(AudioError):
        await transcribe(
            StreamReader(ScriptedRecognizer(())), LoudnessDetector(), np.zeros((9, 2), np.int16), ANYBODY
        )
