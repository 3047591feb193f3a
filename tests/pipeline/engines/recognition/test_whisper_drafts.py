"""Looks that check what the look before has written: the same words as without a draft, whatever the draft says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.audio import Pcm, seconds
from pipeline.engines.protocols import EngineError, HearingOptions
from pipeline.engines.recognition.whisper import drafted_decoder
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.drafted_decoder import (
    DraftedDecoder,
    Floats,
    Rules,
    products_are_right,
)
from pipeline.engines.recognition.whisper.encoding import FULL_WINDOW_S, encode
from pipeline.engines.recognition.whisper.models import open_model
from pipeline.engines.recognition.whisper.pieces import Piece, Reading, Tuning
from pipeline.engines.recognition.whisper.reading import WhisperReader
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.engines.recognition.whisper.weights import read_weights
from pipeline.text.joining import text_of
from tests.models import real_model
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines

FULL = Tuning(floor_s=FULL_WINDOW_S, hopeless_short=-1.2)
"""The pocket model was trained on the whole window."""


class CountingDecoder(DraftedDecoder):
    """Notes how many tokens each step takes."""

    steps: list[int]

    def step(
        self, tokens: Sequence[int], rows: Sequence[int], before: list[Floats], heard: Mapping[str, Floats]
    ) -> tuple[Floats, Floats, list[Floats]]:
        self.steps.append(len(tokens))
        return super().step(tokens, rows, before, heard)


class Both:
    """The same weights with drafts and without."""

    def __init__(self, place: Path, tuning: Tuning) -> None:
        model = open_model(place, device="cpu", compute_type="int8", threads=1)
        drafted = CountingDecoder.load(place)
        assert isinstance(drafted, CountingDecoder)
        self.counting, drafted.steps = drafted, []
        self.plain, self.drafting = WhisperBatch(model, tuning), WhisperBatch(model, tuning, drafted)

    def steps(self, piece: Piece) -> list[int]:
        """How many tokens went into each step of a look."""
        self.counting.steps.clear()
        self.drafting.read([piece])
        return list(self.counting.steps)


@pytest.fixture(scope="module")
def pocket() -> Both:
    return Both(sounds.POCKET_WHISPER, FULL)


@pytest.fixture(scope="module")
def base() -> Both:
    return Both(real_model("whisper-base"), Tuning())


def read(model: WhisperBatch, piece: Piece) -> Reading:
    (reading,) = model.read([piece])
    assert isinstance(reading, Reading), reading
    return reading


def texts(reading: Reading) -> list[str]:
    return [word.text for word in reading.words]


def edges_s(reading: Reading) -> list[float]:
    return [seconds(edge) for word in reading.words for edge in (word.first_sample, word.end_sample)]


@pytest.mark.parametrize("name", ["rms-budget", "rms-report", "awb-quarter"])
def test_a_look_reads_what_ctranslate2_reads(pocket: Both, name: str) -> None:
    """The same words at the same places, as sure."""
    piece = Piece(sounds.utterance(name), 0, "en")

    plain, drafted = read(pocket.plain, piece), read(pocket.drafting, piece)

    assert texts(drafted) == texts(plain) != []
    assert edges_s(drafted) == pytest.approx(edges_s(plain), abs=0.1)
    assert drafted.log_probability == pytest.approx(plain.log_probability, abs=0.1)
    # the first token is less sure where CTranslate2 looks at it again, as a mark of time may stand there
    assert [word.probability for word in drafted.words[1:]] == pytest.approx(
        [word.probability for word in plain.words[1:]], abs=0.15
    )


@pytest.mark.parametrize("name", ["rms-budget", "awb-people"])
def test_real_weights_read_alike(base: Both, name: str) -> None:
    """Words and places, in a window that is cut."""
    piece = Piece(sounds.utterance(name), 0, "en")

    plain, drafted = read(base.plain, piece), read(base.drafting, piece)

    assert texts(drafted) == texts(plain) != []
    assert edges_s(drafted) == pytest.approx(edges_s(plain), abs=0.1)


SAID = "Today we will talk about the new budget."


@pytest.mark.parametrize(
    "draft",
    [
        SAID,
        "Today we will talk about",
        "we will talk about the new budget.",
        "Today we can explain about the new budget.",
        "Today we will talk about the very new budget.",
        "Today will talk about the new budget.",
        "Today we will talk about the new budget. Today we will talk about the new budget.",
        "The doctor said that we need more people to help us in the morning.",
        "budget new the about talk will we today",
        "¿Qué? 今日は",
        "no " * 300,
        "Today we will talk about the new budget.<|endoftext|> Today we will",
        "<|startoftranscript|><|en|>",
    ],
    ids=[
        "right", "its beginning", "its end", "a word wrong", "a word too many", "a word missing", "twice",
        "something else", "backwards", "unknown signs", "longer than any text",
        "a sign that ends it", "other signs of the decoder",
    ],
)  # fmt: skip
def test_a_draft_changes_no_word(pocket: Both, draft: str) -> None:
    """Right or wrong, it only changes how long it takes."""
    piece = Piece(sounds.utterance("rms-budget"), 0, "en", expected=draft)

    reading = read(pocket.drafting, piece)

    assert " ".join(texts(reading)) == SAID
    assert edges_s(reading) == pytest.approx(
        edges_s(read(pocket.drafting, replace(piece, expected=""))), abs=0.05
    )


def test_what_was_expected_is_checked_in_one_step(pocket: Both) -> None:
    """One for a draft that holds, one for each token without one, few where it goes wrong on the way."""
    piece = Piece(sounds.utterance("rms-budget"), 0, "en")
    without = pocket.steps(piece)

    assert len(pocket.steps(replace(piece, expected=SAID))) == 1
    assert len(pocket.steps(replace(piece, expected="Today we will talk about the old budget."))) <= 4
    assert len(without) > 8
    assert without[1:] == [1] * (len(without) - 1)


def test_a_text_that_does_not_end_is_cut_off_and_told(pocket: Both) -> None:
    """As with CTranslate2: no longer than the sound allows, and not to be believed."""
    tuning = replace(FULL, tokens_per_s=0.0, spare_tokens=4)
    model = WhisperBatch(pocket.drafting.model, tuning, pocket.counting)

    reading = read(model, Piece(sounds.utterance("rms-budget"), 0, "en"))

    assert (reading.doubtful, reading.words) == (True, ())


@pytest.mark.parametrize("pcm", [sounds.silence(3), sounds.noise(3, 2000), np.zeros(16_000, np.int16)])
def test_where_nobody_speaks_no_draft_makes_words(base: Both, pcm: Pcm) -> None:
    """What was said before is not said again because it was expected."""
    piece = Piece(pcm, 0, "en", expected="ask not what your country can do for you")

    assert read(base.drafting, piece).words == ()


@pytest.mark.parametrize("draft", ["{}<|endoftext|> and so on", "{}<|endoftext|>", "<|startoftranscript|>{}"])
def test_a_sign_of_the_decoder_in_a_draft_is_none_of_it(base: Both, draft: str) -> None:
    """Whoever's words spell out what ends a text, no such sign is among their words."""
    model, piece = base.drafting.model, Piece(sounds.utterance("rms-budget"), 0, "en")
    tokenizer = base.drafting.tokenizer("en")
    said = " " + " ".join(texts(read(base.drafting, piece)))
    rules = Rules(tuple(base.drafting.suppressed), tokenizer.eot, tokenizer.no_speech)
    prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
    (sound,) = np.array(encode(model, [piece.pcm], 8))

    written = base.counting.write(sound, prompt, tokenizer.encode(draft.format(said)), rules, 60, 0)

    assert tokenizer.decode(written.tokens) == said
    assert max(written.tokens) < tokenizer.eot


async def test_a_speaker_is_heard_the_same_look_for_look(base: Both) -> None:
    """Real weights: what looks at a growing sentence say at last, and the words on the way, mostly checked."""
    pcm = sounds.joined(sounds.utterance("rms-report"), sounds.utterance("rms-budget"))
    written = checked = 0
    for model in (base.plain, base.drafting):
        recognizer = WhisperRecognizer(WhisperReader(model))
        stream = await recognizer.open(HearingOptions("anna", "en"), first_sample=0)
        base.counting.steps.clear()
        for begin in range(0, len(pcm), 5600):
            await stream.accept(pcm[begin : begin + 5600])
            hypothesis = await stream.hypothesis()
            written += len(hypothesis.words)
        checked = len(base.counting.steps)
        assert sounds.plain(text_of(hypothesis.words, "en")) == f"{sounds.REPORT} {sounds.BUDGET}".split()
        await stream.close()
        await recognizer.close()
    # half of the words are the other model's, and tokens are more than words
    assert checked < written / 2 / 1.5


class Overflowing:
    """A session whose sums of products do not get beyond 16 bits, in rows from a number on."""

    def __init__(self, from_row: int) -> None:
        self._from_row = from_row

    def run(self, outputs: None, feeds: dict[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        x = feeds["x"]
        right = np.full((len(x), 16), x.shape[1] * 0.99, np.float32)
        right[self._from_row :] *= 0.5
        return [right]


@pytest.mark.parametrize("from_row", [0, 3, 15])
def test_a_processor_with_wrong_products_is_not_used(monkeypatch: pytest.MonkeyPatch, from_row: int) -> None:
    """CTranslate2 writes all looks there, whether single rows come out wrong or many; here they are right."""
    assert products_are_right()
    monkeypatch.setattr(drafted_decoder, "_session", lambda model: Overflowing(from_row))

    assert not products_are_right()
    assert DraftedDecoder.load(sounds.POCKET_WHISPER) is None


def test_a_look_that_the_runtime_fails_at_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that CTranslate2 fails at: the speaker is told, others are heard."""
    both = Both(sounds.POCKET_WHISPER, FULL)
    step = both.counting.step
    piece = Piece(sounds.utterance("rms-budget"), 0, "en")

    def failing(tokens: list[int], *rest: Any) -> Any:
        monkeypatch.setattr(both.counting, "step", step)
        return step([10**9], *rest)  # no token of the model's

    monkeypatch.setattr(both.counting, "step", failing)
    (alone,) = both.drafting.read([piece])
    monkeypatch.setattr(both.counting, "step", failing)
    together = both.drafting.read([piece, piece])

    assert isinstance(alone, EngineError)
    assert [texts(each) for each in together if isinstance(each, Reading)] == [SAID.split()] * 2


@pytest.mark.parametrize("lacking", ["decoder/num_heads", "decoder/layer_1/ffn/linear_1/bias"])
async def test_a_decoder_of_another_kind_is_left_to_ctranslate2(
    monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    """Named otherwise, or stored in a type that only CTranslate2 knows: everything is heard all the same."""
    known = read_weights(sounds.POCKET_WHISPER / "model.bin")
    others = {name: values for name, values in known.items() if name != lacking}
    monkeypatch.setattr(drafted_decoder, "read_weights", lambda path: others)

    assert DraftedDecoder.load(sounds.POCKET_WHISPER) is None

    def unreadable(path: Path) -> None:
        raise EngineError("the weights in model.bin cannot be read: KeyError")

    monkeypatch.setattr(drafted_decoder, "read_weights", unreadable)
    recognizer = await WhisperRecognizer.load(
        sounds.POCKET_WHISPER, models_dir=Path("none"), device="cpu", tuning=FULL
    )
    stream = await recognizer.open(HearingOptions("anna", "en"), first_sample=0)
    await stream.accept(sounds.utterance("rms-budget"))
    hypothesis = await stream.hypothesis()
    await stream.close()
    await recognizer.close()

    assert text_of(hypothesis.words, "en") == SAID
