"""Detection and lock of the language on a multilingual model with random weights."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.engines.protocols import EngineError, HearingOptions, Hypothesis, UnknownLanguage
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.models import open_model
from pipeline.engines.recognition.whisper.pieces import Piece, Reading, Tuning
from pipeline.engines.recognition.whisper.reading import WhisperReader
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from tests.fakes import random_whisper
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines

BELIEVING = Tuning(floor_s=4, hopeless=-99, hopeless_short=-99, no_speech=1)
"""Random weights are never sure of anything."""


@pytest.fixture(scope="module")
def babel(tmp_path_factory: pytest.TempPathFactory) -> WhisperBatch:
    place = random_whisper.write(tmp_path_factory.mktemp("whisper") / "random")
    return WhisperBatch(open_model(place, device="cpu", compute_type="int8", threads=1), BELIEVING)


class Hearing(WhisperBatch):
    """The real model, except that the test says which language it hears."""

    def __init__(self, model: WhisperBatch, languages: Sequence[Mapping[str, float]]) -> None:
        super().__init__(model.model, model.tuning)
        self._script = list(languages)
        self.asked: list[tuple[str, bool]] = []

    def read(self, pieces: Sequence[Piece]) -> list[Reading | EngineError]:
        self.asked += [(piece.language, piece.detect) for piece in pieces]
        readings = super().read(pieces)
        return [
            replace(reading, languages=self._script.pop(0))
            if piece.detect and isinstance(reading, Reading)
            else reading
            for piece, reading in zip(pieces, readings, strict=True)
        ]


async def utterance(recognizer: WhisperRecognizer, options: HearingOptions) -> Hypothesis:
    stream = await recognizer.open(options, first_sample=0)
    await stream.accept(sounds.utterance("rms-budget"))
    try:
        return await stream.hypothesis(final=True)
    finally:
        await stream.close()


def test_the_model_knows_its_languages(babel: WhisperBatch) -> None:
    """Multilingual by its number of tokens, as CTranslate2 decides it."""
    assert babel.multilingual
    assert len(babel.languages) >= 99
    assert {"de", "en", "es", "zh"} <= set(babel.languages)


def test_detection_gives_a_probability_for_each_language(babel: WhisperBatch) -> None:
    """With or without words, alone or in a batch, and only where it was asked for; it changes no word."""
    pcm = sounds.utterance("rms-budget")
    # a few tokens only: before random weights begin to repeat themselves, which is left out
    few = WhisperBatch(babel.model, replace(BELIEVING, tokens_per_s=0.5))
    only, beside, without = few.read(
        [
            Piece(pcm, 0, "", detect=True),
            Piece(pcm, 0, "de", final=True, detect=True),
            Piece(pcm, 0, "de", final=True),
        ]
    )
    assert isinstance(only, Reading)
    assert isinstance(beside, Reading)
    assert isinstance(without, Reading)
    assert set(only.languages) == set(babel.languages) - {"yue"}
    assert sum(only.languages.values()) == pytest.approx(1, abs=0.01)
    assert (only.words, without.languages) == ((), {})
    assert beside.words == without.words != ()
    assert dict(beside.languages) == pytest.approx(dict(only.languages), abs=1e-4)


@pytest.mark.parametrize(
    ("tag", "name"),
    [("nb-NO", "no"), ("nn", "nn"), ("iw", "he"), ("in", "id"), ("jv", "jw"), ("zh_Hans_CN", "zh")],
)
async def test_other_codes_are_heard_as_the_model_names_them(
    babel: WhisperBatch, tag: str, name: str
) -> None:
    """What browsers report opens a stream, and the model is asked in its own words."""
    model = Hearing(babel, [{name: 0.99}])
    recognizer = WhisperRecognizer(WhisperReader(model))
    await utterance(recognizer, HearingOptions("anna", tag))
    await recognizer.close()
    assert model.asked[0] == (name, False)


async def test_only_allowed_languages_are_found(babel: WhisperBatch) -> None:
    """Whatever the model takes random sound for, the answer is one of the room's."""
    recognizer = WhisperRecognizer(WhisperReader(babel))
    options = HearingOptions("anna", None, ("es-MX", "fr"))
    found = {(await utterance(recognizer, options)).language for _ in range(3)}
    await recognizer.close()
    assert len(found) == 1
    assert found <= {"es-MX", "fr"}


async def test_a_language_is_detected_once_and_changes_only_after_two_contradictions(
    babel: WhisperBatch,
) -> None:
    """The change shows as the language of the hypothesis; a speaker who is forgotten is detected anew."""
    spanish, german = {"es": 0.97, "de": 0.03}, {"es": 0.1, "de": 0.9}
    model = Hearing(babel, [spanish, spanish, german, spanish, german, german, german])
    recognizer = WhisperRecognizer(WhisperReader(model))
    options = HearingOptions("anna", None, ("de", "es"))

    languages = [(await utterance(recognizer, options)).language for _ in range(6)]
    await recognizer.forget("anna")
    after = (await utterance(recognizer, options)).language
    await recognizer.close()

    assert languages == ["es", "es", "es", "es", "es", "de"]
    assert after == "de"
    # each stretch of speech is asked about once, before its words are read in the language that it turns out to be
    assert model.asked[:4] == [("", True), ("es", False), ("", True), ("es", False)]


async def test_a_language_that_is_certain_changes_at_once(babel: WhisperBatch) -> None:
    """The first utterance after a change is not written in the language before."""
    model = Hearing(babel, [{"es": 0.97, "de": 0.03}, {"es": 0.01, "de": 0.99}])
    recognizer = WhisperRecognizer(WhisperReader(model))
    options = HearingOptions("anna", None, ("de", "es"))
    languages = [(await utterance(recognizer, options)).language for _ in range(2)]
    await recognizer.close()
    assert languages == ["es", "de"]
    assert model.asked == [("", True), ("es", False), ("", True), ("de", False)]


async def test_a_declared_language_is_kept_whatever_is_heard(babel: WhisperBatch) -> None:
    """Words are read in it before anything is detected, and regions are kept."""
    model = Hearing(babel, [{"es": 0.99}])
    recognizer = WhisperRecognizer(WhisperReader(model))
    hypothesis = await utterance(recognizer, HearingOptions("anna", "pt-BR", ("en",)))
    with pytest.raises(UnknownLanguage):
        await recognizer.open(HearingOptions("anna", "tlh"), first_sample=0)
    await recognizer.close()
    assert hypothesis.language == "pt-BR"
    assert model.asked == [("pt", False), ("", True)]


async def test_speakers_of_different_languages_share_the_model(babel: WhisperBatch) -> None:
    """Each has their own language in one tick, also one without spaces."""
    recognizer = WhisperRecognizer(WhisperReader(babel))
    heard = await asyncio.gather(
        *(utterance(recognizer, HearingOptions(code, code)) for code in ("de", "zh", "ar", "en"))
    )
    await recognizer.close()
    assert [hypothesis.language for hypothesis in heard] == ["de", "zh", "ar", "en"]
    for hypothesis in heard:
        assert all(
            0 <= word.first_sample <= word.end_sample <= hypothesis.heard_to for word in hypothesis.words
        )


def test_the_cap_on_tokens_holds(babel: WhisperBatch, tmp_path: Path) -> None:
    """Random weights never end a text: what comes out is no longer than speech can be, in the full window."""
    pcm = sounds.utterance("rms-budget")
    (reading,) = babel.read([Piece(pcm, 0, "en", final=True)])
    assert isinstance(reading, Reading)
    assert reading.retried
    assert len(reading.words) <= 12 + 10 * len(pcm) / 16_000
