"""Whisper on a tiny real model that knows a few hundred English words (`tests/data/whisper-pocket-en`).

It was trained on 30 s windows, so words are checked with a window that is not cut.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.audio import Pcm, seconds
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    HearingOptions,
    Hypothesis,
    UnknownLanguage,
)
from pipeline.engines.recognition.files import FileOptions, StreamReader, transcribe
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.encoding import FULL_WINDOW_S
from pipeline.engines.recognition.whisper.models import open_model
from pipeline.engines.recognition.whisper.pieces import Piece, Reading, Tuning
from pipeline.engines.recognition.whisper.reading import WhisperReader
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.events import Word
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines

FULL = Tuning(floor_s=FULL_WINDOW_S, hopeless_short=-1.2)
"""The pocket model takes all for speech, so a short text of which it is not sure is no short answer."""
ANNA = HearingOptions("anna", "en")


@pytest.fixture(scope="module")
def pocket() -> WhisperBatch:
    return WhisperBatch(open_model(sounds.POCKET_WHISPER, device="cpu", compute_type="int8", threads=1), FULL)


@asynccontextmanager
async def running(
    model: WhisperBatch, waiting: int = 64, max_speakers: int = 32
) -> AsyncIterator[WhisperRecognizer]:
    recognizer = WhisperRecognizer(WhisperReader(model, waiting=waiting), max_speakers=max_speakers)
    try:
        yield recognizer
    finally:
        await recognizer.close()


def tuned(model: WhisperBatch, tuning: Tuning) -> WhisperBatch:
    """The same weights used differently."""
    return WhisperBatch(model.model, tuning)


def edges_s(words: Sequence[Word]) -> list[float]:
    """Where words begin and end."""
    return [seconds(edge) for word in words for edge in (word.first_sample, word.end_sample)]


def probabilities(words: Sequence[Word]) -> list[float | None]:
    """How sure the model is of each."""
    return [word.probability for word in words]


def piece(name: str, **rest: object) -> Piece:
    return replace(Piece(sounds.utterance(name), 0, "en"), **rest)  # type: ignore[arg-type]


def read(model: WhisperBatch, *pieces: Piece) -> list[Reading]:
    readings = []
    for reading in model.read(pieces):
        assert isinstance(reading, Reading), reading
        readings.append(reading)
    return readings


def said(words: tuple[Word, ...]) -> str:
    return " ".join(sounds.plain(" ".join(word.text for word in words)))


async def whole(recognizer: WhisperRecognizer, options: HearingOptions, pcm: Pcm) -> Hypothesis:
    stream = await recognizer.open(options, first_sample=0)
    await stream.accept(pcm)
    try:
        return await stream.hypothesis(final=True)
    finally:
        await stream.close()


async def test_the_model_loads_from_a_directory_and_says_what_it_is() -> None:
    """An English-only model knows English only; regions are accepted, other languages are not."""
    recognizer = await WhisperRecognizer.load(
        sounds.POCKET_WHISPER,
        device="cpu",
        compute_type="int8",
        threads=1,
        models_dir=Path("none"),
        tuning=FULL,
    )
    try:
        assert (recognizer.info.name, recognizer.info.languages) == ("whisper", ("en",))
        with pytest.raises(UnknownLanguage, match="available: en"):
            await recognizer.open(HearingOptions("anna", "es"), first_sample=0)
        options = HearingOptions("anna", "en-GB")
        hypothesis = await whole(recognizer, options, sounds.utterance("rms-report"))
        assert (said(hypothesis.words), hypothesis.language) == (sounds.REPORT, "en-GB")
    finally:
        await recognizer.close()


def test_words_have_their_places(pocket: WhisperBatch) -> None:
    """Positions are in the speaker's stream, in order, within the sound; signs belong to the word before."""
    pcm = sounds.utterance("rms-budget")
    (reading,) = read(pocket, Piece(pcm, 50_000, "en"))

    assert [word.text for word in reading.words] == [
        "Today",
        "we",
        "will",
        "talk",
        "about",
        "the",
        "new",
        "budget.",
    ]
    edges = [edge for word in reading.words for edge in (word.first_sample, word.end_sample)]
    assert edges == sorted(edges)
    assert 50_000 <= edges[0] < edges[-1] <= 50_000 + len(pcm)
    talk = reading.words[3]
    assert 50_000 + 12_000 < talk.first_sample < 50_000 + 24_000


def test_a_batch_of_speakers_reads_as_each_alone(pocket: WhisperBatch) -> None:
    """Whatever shares the batch, finals and partials, short and long, with a prompt or without."""
    short = tuned(pocket, Tuning(floor_s=4, step_s=2))
    pieces = [
        piece("rms-budget"),
        piece("awb-budget", final=True),
        piece("awb-quarter"),
        piece("rms-report", prompt="Good morning everyone and welcome to the meeting. " * 3),
        piece("rms-report", final=True),
        Piece(sounds.noise(1, 2000), 0, "en"),
        Piece(np.zeros(0, np.int16), 0, "en"),
        Piece(sounds.joined(sounds.utterance("rms-budget"), sounds.utterance("awb-quarter")), 0, "en"),
    ]
    for model in (pocket, short):
        together = read(model, *pieces)
        alone = [read(model, each)[0] for each in pieces]
        for one, other in zip(together, alone, strict=True):
            assert said(one.words) == said(other.words)
            # sums of another order differ in their last digits, which moves the edge of a word by a frame now and then
            assert edges_s(one.words) == pytest.approx(edges_s(other.words), abs=0.05)
            assert probabilities(one.words) == pytest.approx(probabilities(other.words), abs=0.02)
    assert said(read(pocket, pieces[0])[0].words) == sounds.BUDGET


def test_a_last_look_that_fails_is_read_again_in_a_longer_window(pocket: WhisperBatch) -> None:
    """Where the short window runs on without an end, the result is that of the longer one."""
    mean = Tuning(
        floor_s=2, margin_s=0, step_s=0.5, spare_tokens=0, tokens_per_s=2.5, retry_s=FULL_WINDOW_S, short_s=0
    )
    cut = tuned(pocket, mean)
    full = tuned(pocket, replace(mean, floor_s=FULL_WINDOW_S))

    (again,) = read(cut, piece("awb-quarter", final=True))
    (direct,) = read(full, piece("awb-quarter", final=True))

    assert (again.retried, direct.retried) == (True, False)
    assert again.words == direct.words
    assert 1 <= len(again.words) <= 8  # capped by the length of the sound


def test_a_quick_look_that_fails_is_told_and_costs_no_second_one(pocket: WhisperBatch) -> None:
    """What ran on without an end is not believed; the next look will see more."""
    mean = tuned(pocket, Tuning(floor_s=2, margin_s=0, step_s=0.5, spare_tokens=0, tokens_per_s=2.5))

    (reading,) = read(mean, piece("awb-quarter"))

    assert (reading.doubtful, reading.retried, reading.words) == (True, False, ())


def test_a_hurried_last_look_is_read_as_any_other(pocket: WhisperBatch) -> None:
    """In the short window and greedily: it says what a quick look at the same sound says, doubts included."""
    for tuning in (Tuning(), Tuning(floor_s=2, margin_s=0, step_s=0.5, spare_tokens=0, tokens_per_s=2.5)):
        model = tuned(pocket, tuning)
        quick, hurried, thorough = read(
            model,
            piece("awb-quarter"),
            piece("awb-quarter", final=True, hurried=True),
            piece("awb-quarter", final=True),
        )
        assert hurried == quick
        assert not thorough.doubtful


def test_one_piece_that_falls_back_leaves_the_others_alone(pocket: WhisperBatch) -> None:
    """In one batch one piece needs the longer window, the other keeps its words of the short one."""
    mean = tuned(pocket, Tuning(floor_s=10, spare_tokens=1, tokens_per_s=2.75))
    names = ("rms-budget", "rms-report", "awb-quarter", "awb-budget")
    pieces = [piece(name, final=True) for name in names]

    together = read(mean, *pieces)

    assert {reading.retried for reading in together} == {True, False}
    assert [r.words for r in together] == [read(mean, each)[0].words for each in pieces]


no_speech = pytest.mark.parametrize(
    "pcm",
    [
        np.zeros(48_000, np.int16),
        sounds.silence(3),
        sounds.noise(3, 2000),
        sounds.noise(3, 20_000),
        np.zeros(0, np.int16),
        np.full(7, 100, np.int16),
    ],
    ids=["digital silence", "quiet room", "noise", "clipped noise", "nothing", "seven samples"],
)


@no_speech
def test_what_is_not_speech_has_no_words(pocket: WhisperBatch, pcm: Pcm) -> None:
    """Neither as partial nor as final, in the cut window nor in the full one."""
    for model in (pocket, tuned(pocket, replace(FULL, floor_s=Tuning().floor_s))):
        for final in (False, True):
            (reading,) = read(model, Piece(pcm, 0, "en", final=final))
            assert reading.words == ()


def test_a_last_look_in_the_full_window_is_believed_up_to_where_it_runs_on(pocket: WhisperBatch) -> None:
    """There is no longer window to read it again in, so what stands before the end is kept, as after a retry."""
    short = Tuning(spare_tokens=0, tokens_per_s=2.5)

    (reading,) = read(tuned(pocket, short), piece("awb-budget", final=True))
    (look,) = read(tuned(pocket, replace(short, floor_s=FULL_WINDOW_S)), piece("awb-budget"))

    assert (reading.retried, reading.doubtful) == (False, False)
    assert said(reading.words) == "today we will talk about the new"
    assert (look.doubtful, look.words) == (True, ())


async def test_speakers_due_at_the_same_moment_share_a_batch(pocket: WhisperBatch) -> None:
    """Four streams that ask together are read in one call; each gets its own words."""
    batches: list[int] = []

    class Counting(WhisperBatch):
        def read(self, pieces):  # type: ignore[no-untyped-def]
            batches.append(len(pieces))
            return super().read(pieces)

    told = {"rms-budget": sounds.BUDGET, "awb-budget": sounds.BUDGET, "rms-report": sounds.REPORT}
    async with running(Counting(pocket.model, FULL)) as recognizer:
        heard = await asyncio.gather(
            *(whole(recognizer, HearingOptions(name, "en"), sounds.utterance(name)) for name in told)
        )

    assert [said(hypothesis.words) for hypothesis in heard] == list(told.values())
    assert batches == [3]


async def test_a_cut_forgets_sound_and_makes_it_the_prompt(pocket: WhisperBatch) -> None:
    """What lies before the cut is not read again; the rest keeps its places."""
    both = sounds.joined(sounds.utterance("rms-budget"), sounds.utterance("rms-report"))
    middle = len(sounds.utterance("rms-budget"))
    async with running(pocket) as recognizer:
        stream = await recognizer.open(ANNA, first_sample=1000)
        for at in range(0, len(both), 5000):
            await stream.accept(both[at : at + 5000])
        first = await stream.hypothesis()
        stream.cut(1000 + middle, "Today we will talk about the new budget.")
        second = await stream.hypothesis(final=True)
        await stream.close()

    assert first.heard_to == second.heard_to == 1000 + len(both)
    assert said(second.words) == sounds.REPORT
    assert all(word.first_sample >= 1000 + middle for word in second.words)


async def test_more_than_thirty_seconds_keep_the_newest(pocket: WhisperBatch) -> None:
    """The buffer never exceeds the model's window, even if nobody cuts it."""
    async with running(pocket) as recognizer:
        stream = await recognizer.open(ANNA, first_sample=0)
        for _ in range(4):
            await stream.accept(sounds.silence(10))
        await stream.accept(sounds.utterance("rms-report"))
        hypothesis = await stream.hypothesis()
        await stream.close()

    assert hypothesis.heard_to == 640_000 + len(sounds.utterance("rms-report"))
    assert hypothesis.words
    assert all(word.first_sample >= hypothesis.heard_to - 480_000 for word in hypothesis.words)


async def test_too_many_streams_and_requests_are_told_so(pocket: WhisperBatch) -> None:
    """The error says when to try again; what was waiting is still answered."""
    async with running(pocket, waiting=4, max_speakers=5) as recognizer:
        streams = [await recognizer.open(ANNA, first_sample=0) for _ in range(5)]
        with pytest.raises(EngineOverloaded):
            await recognizer.open(ANNA, first_sample=0)
        for stream in streams:
            await stream.accept(sounds.utterance("rms-budget"))
        looks = await asyncio.gather(*(s.hypothesis() for s in streams), return_exceptions=True)
        for stream in streams:
            await stream.close()

    refused = [look for look in looks if isinstance(look, EngineOverloaded)]
    answered = [said(look.words) for look in looks if isinstance(look, Hypothesis)]
    assert (len(refused), answered) == (3, [sounds.BUDGET] * 2)


async def test_a_cancelled_look_makes_room_for_the_newer_one(pocket: WhisperBatch) -> None:
    """A look that nobody waits for any more is not computed; the stream goes on."""
    async with running(pocket) as recognizer:
        stream = await recognizer.open(ANNA, first_sample=0)
        await stream.accept(sounds.utterance("rms-budget"))
        look = asyncio.create_task(stream.hypothesis())
        await asyncio.sleep(0)
        look.cancel()
        with pytest.raises(asyncio.CancelledError):
            await look
        assert said((await stream.hypothesis(final=True)).words) == sounds.BUDGET
        await stream.close()


async def test_bad_sound_and_late_calls_are_refused(pocket: WhisperBatch) -> None:
    """Floats raise, empty sound is nothing; after a last look the stream goes on, after the close it is over."""
    async with running(pocket) as recognizer:
        stream = await recognizer.open(ANNA, first_sample=7)
        with pytest.raises(EngineError, match="16-bit mono"):
            await stream.accept(np.full(160, np.nan, np.float32))
        await stream.accept(np.zeros(0, np.int16))
        assert await stream.hypothesis(final=True) == Hypothesis((), "en", 7)
        assert await stream.hypothesis() == Hypothesis((), "en", 7)
        await stream.close()
        await stream.close()
        with pytest.raises(EngineError, match="over"):
            await stream.hypothesis()
        with pytest.raises(EngineError, match="over"):
            await stream.accept(np.zeros(160, np.int16))
        left_open = await recognizer.open(ANNA, first_sample=0)
    with pytest.raises(EngineError, match="closed"):
        await left_open.hypothesis()


async def test_a_recording_is_transcribed_in_segments(pocket: WhisperBatch) -> None:
    """Sentences between pauses come in order, with their places in the recording."""
    pause = sounds.silence(1)
    names = ["rms-budget", "rms-report", "awb-quarter"]
    pcm = sounds.joined(pause, *(p for name in names for p in (sounds.speech(name), pause)))
    async with running(pocket) as recognizer:
        result = await transcribe(StreamReader(recognizer), SileroModel.load().detector(), pcm, FileOptions())

    assert (result.language, len(result.segments)) == ("en", 3)
    texts = [said(segment.words) for segment in result.segments]
    assert texts[:2] == [sounds.BUDGET, sounds.REPORT]
    starts = [word.first_sample for word in result.words]
    assert starts == sorted(starts)
