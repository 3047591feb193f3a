"""Whole files through Whisper: a tiny real model for order and courtesy, real weights for the words."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import ctranslate2
import numpy as np
import pytest

from bench import readings
from bench.files import joined
from demo.wer import errors, words_of
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, HearingOptions, UnknownLanguage
from pipeline.engines.recognition.file_pieces import packed, speech_in
from pipeline.engines.recognition.files import FileOptions, FilePiece, PieceHeard, reader_of, transcribe
from pipeline.engines.recognition.quality import Quality
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.recognition.whisper import file_batch
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.file_batch import are_made_up
from pipeline.engines.recognition.whisper.file_reader import WhisperFiles
from pipeline.engines.recognition.whisper.models import open_model
from pipeline.engines.recognition.whisper.reading import WhisperReader
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.events import Word
from pipeline.text.joining import text_of
from tests.models import real_model
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines


def _said(words: Sequence[Any]) -> list[str]:
    return words_of(text_of(words, "en"), "en")


@pytest.fixture(scope="module")
def base() -> WhisperBatch:
    place = real_model("whisper-base")
    return WhisperBatch(open_model(place, device="cpu", compute_type="int8", threads=1))


@pytest.fixture(scope="module")
def pocket() -> WhisperBatch:
    return WhisperBatch(open_model(sounds.POCKET_WHISPER, device="cpu", compute_type="int8", threads=1))


@asynccontextmanager
async def _running(model: WhisperBatch) -> AsyncIterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(WhisperReader(model))
    try:
        yield recognizer
    finally:
        await recognizer.close()


# --- words, with real weights ------------------------------------------------------------------------------


@pytest.mark.parametrize("quality", list(Quality))
async def test_real_readings_come_out_as_they_were_said(base: WhisperBatch, quality: Quality) -> None:
    """Two windows of five readings and a speech in a hall, the language found by itself."""
    pause = np.zeros(HEARING_RATE_HZ, np.int16)
    parts = [*(readings.sound(name) for name in readings.AUSTEN), readings.kennedy()]
    pcm = sounds.joined(*(piece for part in parts for piece in (part, pause)))
    async with _running(base) as recognizer:
        found = await transcribe(
            reader_of(recognizer), SileroModel.load().detector(), pcm, FileOptions(quality=quality)
        )

    said = words_of(" ".join(readings.AUSTEN.values()), "en")
    assert found.language == "en"
    assert errors(said, _said(found.words)[: len(said)]).share <= 0.05
    assert {"fellow", "americans", "country"} <= set(_said(found.words))
    starts = [word.first_sample for word in found.words]
    assert starts == sorted(starts)
    assert found.words[-1].end_sample <= len(pcm)
    assert all(word.probability is not None and 0 <= word.probability <= 1 for word in found.words)
    for before, after in zip(found.segments, found.segments[1:], strict=False):
        assert before.words[-1].first_sample < after.words[0].first_sample


async def test_a_file_is_recognised_as_well_as_offline(base: WhisperBatch) -> None:
    """The same weights through faster-whisper's own `transcribe` with beam 5, on half a minute of readings."""
    recording = joined(25)
    segments, _ = base.model.transcribe(
        recording.pcm.astype(np.float32) / 32768, language="en", beam_size=5, word_timestamps=True
    )
    offline = errors(recording.words, words_of("".join(segment.text for segment in segments), "en"))
    async with _running(base) as recognizer:
        found = await transcribe(
            recognizer.files,
            SileroModel.load().detector(),
            recording.pcm,
            FileOptions("en", quality=Quality.HIGH),
        )

    assert errors(recording.words, _said(found.words)).wrong <= offline.wrong + 1


async def test_a_language_that_is_not_allowed_is_never_found(base: WhisperBatch) -> None:
    async with _running(base) as recognizer:
        found = await transcribe(
            recognizer.files,
            SileroModel.load().detector(),
            readings.sound("austen-0880"),
            FileOptions(None, ("de", "pt-BR")),
        )

    assert found.language in ("de", "pt-BR")


@pytest.mark.parametrize(
    "pcm",
    [sounds.noise(5, 2000), sounds.silence(5), np.zeros(0, np.int16)],
    ids=["noise", "quiet room", "nothing"],
)
async def test_where_nobody_speaks_nothing_is_made_up(base: WhisperBatch, pcm: Pcm) -> None:
    """Given to the model without the detector of speech before it, which would keep most of it back."""
    async with _running(base) as recognizer:
        [found] = await recognizer.files.read([FilePiece(pcm, 0)], FileOptions("en"), lambda done: None)

    assert isinstance(found, PieceHeard)
    assert (found.words, found.language) == ((), "en")


@pytest.mark.parametrize("seed", [0, 1, 7])
async def test_no_sentence_is_made_up_of_a_melody(base: WhisperBatch, seed: int) -> None:
    """Given to the model alone, which chooses by chance where its first text fails: a word or two may come of it, as of
    speech in loud noise; a sentence has words without a place in the sound."""
    ctranslate2.set_random_seed(seed)
    piece = FilePiece(sounds.melody(8, seed), 0)
    async with _running(base) as recognizer:
        [found] = await recognizer.files.read([piece], FileOptions("en"), lambda done: None)

    assert isinstance(found, PieceHeard)
    assert len(found.words) <= 4


def words(*chances: float, timeless: int = 0) -> tuple[Word, ...]:
    """Words a quarter of a second long, but for some at the end."""
    places = [(4000 * at, 4000 * (at + (at < len(chances) - timeless))) for at in range(len(chances))]
    return tuple(
        Word("so", first, end, probability=chance)
        for (first, end), chance in zip(places, chances, strict=True)
    )


@pytest.mark.parametrize(
    ("found", "made_up"),
    [
        (words(0.9, 0.95, 0.9), False),
        (words(0.3, 0.4, 0.35), False),  # single words in noise as loud as they
        (words(0.2, 0.3, 0.25), True),  # "Thank you." of a melody
        (words(*[0.45] * 9, timeless=4), True),  # a sentence of a melody
        (words(0.01, 0.6, 0.5, 0.4, 0.55, 0.46, 0.51), True),  # "And that's the … video." of a melody
        (words(0.01, 0.9, 0.95, 0.9, 0.8), False),  # a name
        (words(*[0.8] * 9, timeless=4), False),
        (words(*[0.45] * 9, timeless=1), False),
        (words(), False),
    ],
)
def test_what_nobody_said_is_known(found: tuple[Word, ...], made_up: bool) -> None:
    """By how sure Whisper is, and more strictly where it finds no place for the words."""
    assert are_made_up(found) is made_up


@pytest.mark.parametrize("name", ["austen-0870", "cards-002", "cards-005"])
async def test_words_in_loud_noise_are_kept(base: WhisperBatch, name: str) -> None:
    """As loud as the speech: what Whisper is less sure of is not taken for made up."""
    said = readings.sound(name).astype(np.float64)
    noise = np.random.default_rng(1).normal(0, np.std(said), len(said))
    pcm = np.clip(said + noise, -32768, 32767).astype(np.int16)
    async with _running(base) as recognizer:
        [found] = await recognizer.files.read([FilePiece(pcm, 0)], FileOptions("en"), lambda done: None)

    assert isinstance(found, PieceHeard)
    assert len(found.words) >= 3


async def test_a_hint_writes_a_name_as_it_is_spelt(base: WhisperBatch) -> None:
    """The reading says "Dashwood"; with another spelling as the hint it comes out in that one or as before."""
    piece = FilePiece(readings.sound("austen-0870"), 0)
    async with _running(base) as recognizer:
        [hinted] = await recognizer.files.read(
            [piece], FileOptions("en", hints=("Mr. John Dashwoode",)), lambda done: None
        )

    assert isinstance(hinted, PieceHeard)
    assert "Dashwoode" in text_of(hinted.words, "en")


async def test_a_language_that_the_model_lacks_is_told(base: WhisperBatch) -> None:
    async with _running(base) as recognizer:
        with pytest.raises(UnknownLanguage):
            await recognizer.files.read(
                [FilePiece(sounds.noise(1, 9), 0)], FileOptions("tlh"), lambda done: None
            )


# --- order, courtesy and failure ---------------------------------------------------------------------------


@dataclass
class _GatedBatch:
    """Reads nothing, as slowly as the test wants, and notes how much it was given at once."""

    gate: threading.Event = field(default_factory=threading.Event)
    sizes: list[int] = field(default_factory=list)
    failing: int = -1
    """Pieces that begin here cannot be read."""

    def read(self, pieces: Sequence[FilePiece], reading: file_batch.BatchOptions) -> list[PieceHeard]:
        self.sizes.append(len(pieces))
        assert self.gate.wait(10)
        if any(piece.first_sample == self.failing for piece in pieces):
            raise RuntimeError("out of memory")
        return [PieceHeard((), reading.language) for _ in pieces]


@asynccontextmanager
async def _files(
    gated: _GatedBatch, *, live: list[bool], lanes: int = 1, batch: int = 2
) -> AsyncIterator[WhisperFiles]:
    model: Any = SimpleNamespace(languages=("en",), multilingual=False)
    files = WhisperFiles(model, live=lambda: live[0], lanes=lanes, batch=batch)
    files._files = gated  # type: ignore[assignment]
    try:
        yield files
    finally:
        gated.gate.set()
        await files.close()


def _pieces(count: int) -> list[FilePiece]:
    return [FilePiece(np.zeros(160, np.int16), at) for at in range(count)]


async def test_files_go_in_batches_and_tell_how_far_they_are() -> None:
    gated, told = _GatedBatch(), list[int]()
    gated.gate.set()
    async with _files(gated, live=[False]) as files:
        results = await files.read(_pieces(5), FileOptions("en"), told.append)

    assert results == [PieceHeard((), "en")] * 5
    assert gated.sizes == [2, 2, 1]
    assert told == [1, 2, 3, 4, 5]


async def test_while_somebody_speaks_a_file_goes_piece_by_piece_and_waits_between() -> None:
    """After a piece the file holds still until nobody speaks any more."""
    gated, live, told = _GatedBatch(), [True], list[int]()
    async with _files(gated, live=live) as files:
        reading = asyncio.create_task(files.read(_pieces(5), FileOptions("en"), told.append))
        await asyncio.sleep(0.3)  # the piece takes its time
        gated.gate.set()
        await asyncio.sleep(0.3)
        assert gated.sizes == [1]
        live[0] = False
        await reading

    assert gated.sizes == [1, 2, 2]


async def test_whoever_gives_up_stops_the_work_behind_the_batch_in_hand() -> None:
    gated = _GatedBatch()
    async with _files(gated, live=[False]) as files:
        reading = asyncio.create_task(files.read(_pieces(50), FileOptions("en"), lambda done: None))
        while not gated.sizes:
            await asyncio.sleep(0.01)
        reading.cancel()
        gated.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await files.read(_pieces(1), FileOptions("en"), lambda done: None)

    assert gated.sizes == [2, 1]


async def test_a_piece_that_fails_fails_alone() -> None:
    gated = _GatedBatch(failing=1)
    gated.gate.set()
    async with _files(gated, live=[False], batch=4) as files:
        results = await files.read(_pieces(4), FileOptions("en"), lambda done: None)

    assert [isinstance(result, EngineError) for result in results] == [False, True, False, False]
    assert "memory" not in str(results[1])


async def test_a_look_of_a_live_speaker_is_what_files_wait_for(pocket: WhisperBatch) -> None:
    reader = WhisperReader(pocket)
    recognizer = WhisperRecognizer(reader)
    try:
        assert not reader._somebody_speaks()
        stream = await recognizer.open(HearingOptions("anna", "en"), first_sample=0)
        await stream.accept(sounds.utterance("rms-budget"))
        await stream.hypothesis()
        assert reader._somebody_speaks()
        await stream.close()
    finally:
        await recognizer.close()


async def test_after_the_end_no_file_is_taken(pocket: WhisperBatch) -> None:
    async with _running(pocket) as recognizer:
        pass
    with pytest.raises(EngineError, match="closed"):
        await recognizer.files.read(_pieces(1), FileOptions("en"), lambda done: None)


def test_a_minute_of_readings_fits_into_few_windows() -> None:
    recording = joined(60)

    pieces = packed(speech_in(SileroModel.load().detector(), recording.pcm))

    assert 3 <= len(pieces) <= 5
    assert all(end - first <= 30 * HEARING_RATE_HZ for first, end in pieces)
