"""Whisper as a translator: what it takes and what it refuses, and with real weights what comes out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import numpy as np
import pytest

from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import (
    EngineError,
    HearingOptions,
    SynthesisRequest,
    TranslationRequest,
    TranslationResult,
    Translator,
    UnknownLanguage,
)
from pipeline.engines.recognition.whisper.batch import WhisperBatch
from pipeline.engines.recognition.whisper.models import open_model
from pipeline.engines.recognition.whisper.pieces import Piece, Reading, Tuning
from pipeline.engines.recognition.whisper.reading import WhisperReader
from pipeline.engines.recognition.whisper.recognizer import WhisperRecognizer
from pipeline.engines.recognition.whisper.translator import WhisperTranslator
from pipeline.engines.synthesis.espeak import EspeakSynthesizer
from pipeline.engines.translation.chain import TranslatorChain
from pipeline.text.glossary import Entry, Glossary
from tests.fakes import random_whisper
from tests.fakes.translators import TableTranslator, WordTranslator
from tests.models import real_model
from tests.pipeline.engines.recognition import sounds

pytestmark = pytest.mark.engines

SPEECH = sounds.utterance("rms-budget")


class Asked(WhisperBatch):
    """Keeps what the model is asked."""

    def __init__(self, model: WhisperBatch, tuning: Tuning) -> None:
        super().__init__(model.model, tuning)
        self.pieces: list[Piece] = []

    def read(self, pieces):  # type: ignore[no-untyped-def]
        self.pieces += pieces
        return super().read(pieces)


@pytest.fixture(scope="module")
def babel(tmp_path_factory: pytest.TempPathFactory) -> WhisperBatch:
    place = random_whisper.write(tmp_path_factory.mktemp("whisper") / "random")
    return WhisperBatch(open_model(place, device="cpu", compute_type="int8", threads=1))


@pytest.fixture
async def asked(babel: WhisperBatch) -> AsyncIterator[tuple[WhisperTranslator, Asked]]:
    """A translator over random weights, which believes whatever comes."""
    model = Asked(babel, Tuning(hopeless=-99, hopeless_short=-99, no_speech=2, tokens_per_s=1))
    recognizer = WhisperRecognizer(WhisperReader(model))
    yield WhisperTranslator(recognizer), model
    await recognizer.close()


async def test_it_goes_from_every_language_to_english(asked: tuple[WhisperTranslator, Asked]) -> None:
    """And nowhere else; it says that it needs sound, and what it is."""
    translator, _ = asked

    assert translator.route("es-MX", "en-GB") == ("es-MX", "en-GB")
    assert translator.route("nb", "en") == ("nb", "en")
    for source, target in (("en", "en"), ("en-US", "en-GB"), ("es", "fr"), ("en", "es"), ("tlh", "en")):
        assert translator.route(source, target) is None
    assert (translator.info.name, translator.info.uses_sound) == ("whisper", True)
    assert {"en", "es", "zh"} <= set(translator.info.languages)


async def test_the_sound_is_translated_and_not_the_text(asked: tuple[WhisperTranslator, Asked]) -> None:
    """The model is asked once, for English, in its own name of the language."""
    translator, model = asked
    result = await translator.translate(TranslationRequest("God morgen", "nb-NO", "en-GB", sound=SPEECH))

    (piece,) = model.pieces
    assert (piece.language, piece.into_english, piece.final, piece.prompt) == ("no", True, True, "")
    assert piece.pcm is SPEECH
    assert (result.engine, result.route, result.from_sound) == ("whisper", ("nb-NO", "en-GB"), True)
    assert result.text
    assert result.score is not None
    assert result.score < 0


async def test_terms_in_the_text_are_a_hint(asked: tuple[WhisperTranslator, Asked]) -> None:
    """As they are wanted in English, each once, however few they are; those that were not said are not."""
    translator, model = asked
    glossary = Glossary(
        (
            Entry("colmena", "es", {"en": "HIVE"}),
            Entry("junta directiva", "es", {"en": "executive board"}),
            Entry("Sevilla", "es"),
        )
    )
    text = "La colmena de Sevilla y otra colmena"
    with suppress(EngineError):  # random weights may write down what nobody believes
        await translator.translate(TranslationRequest(text, "es", "en", sound=SPEECH, glossary=glossary))

    (piece,) = model.pieces
    assert piece.prompt == "Glossary: HIVE, Sevilla."
    tokenizer = model.tokenizer("es", True)
    hint = tokenizer.encode(" Glossary: HIVE, Sevilla.")
    assert model._draft(0, piece).prompt[: 1 + len(hint)] == [tokenizer.sot_prev, *hint]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (TranslationRequest("hola", "es", "en"), "there is no sound"),
        (TranslationRequest("hola", "es", "en", sound=SPEECH[:3199]), "there is no sound"),
        (TranslationRequest("hola", "es", "en", draft=True, sound=SPEECH), "finished clauses only"),
        (TranslationRequest("hola", "es", "en", sound=np.zeros(32_000, np.int16)), "no words in the sound"),
    ],
    ids=["text alone", "too short", "draft", "silence"],
)
async def test_what_it_cannot_do_is_refused(
    asked: tuple[WhisperTranslator, Asked], request_: TranslationRequest, message: str
) -> None:
    """So that the next engine of a chain is asked."""
    with pytest.raises(EngineError, match=message):
        await asked[0].translate(request_)


@pytest.mark.parametrize(("source", "target"), [("en", "en-GB"), ("es", "fr"), ("tlh", "en")])
async def test_other_pairs_are_unknown(
    asked: tuple[WhisperTranslator, Asked], source: str, target: str
) -> None:
    """English is not translated into itself."""
    translator, model = asked
    with pytest.raises(UnknownLanguage, match=f"{source} to {target} is not available"):
        await translator.translate(TranslationRequest("hola", source, target, sound=SPEECH))
    assert model.pieces == []


class Saying(WhisperBatch):
    """Takes everything to say the same."""

    def __init__(self, model: WhisperBatch, text: str) -> None:
        super().__init__(model.model)
        self._text = text

    def read(self, pieces: Sequence[Piece]) -> list[Reading | EngineError]:
        return [Reading(text=self._text, log_probability=-0.5) for _ in pieces]


@pytest.mark.parametrize(
    ("text", "written", "doubtful"),
    [
        ("Mañana abrimos la colmena en Sevilla.", "HIVE. HIVE.", True),
        ("Mañana abrimos la colmena en Sevilla.", "Tomorrow HIVE.", False),
        ("¡La colmena!", "HIVE", False),
        ("colmena, colmena, colmena y colmena", "HIVE HIVE HIVE HIVE", False),
        ("Mañana abrimos la casa en Sevilla.", "Tomorrow.", False),
    ],
)
async def test_a_hint_that_comes_back_alone_is_doubtful(
    babel: WhisperBatch, text: str, written: str, doubtful: bool
) -> None:
    """Where more was said than terms, so that another engine is asked."""
    recognizer = WhisperRecognizer(WhisperReader(Saying(babel, written)))
    glossary = Glossary((Entry("colmena", "es", {"en": "HIVE"}),))
    request = TranslationRequest(text, "es", "en", sound=SPEECH, glossary=glossary)
    result = await WhisperTranslator(recognizer).translate(request)
    await recognizer.close()

    assert result.text == written
    assert result.doubt == ("only_terms" if doubtful else "")


async def test_a_model_that_knows_english_only_translates_nothing() -> None:
    """It is refused when it is built."""
    model = open_model(sounds.POCKET_WHISPER, device="cpu", compute_type="int8", threads=1)
    recognizer = WhisperRecognizer(WhisperReader(WhisperBatch(model)))
    with pytest.raises(EngineError, match="knows English only"):
        WhisperTranslator(recognizer)
    await recognizer.close()


async def test_the_recogniser_outlives_its_translator(asked: tuple[WhisperTranslator, Asked]) -> None:
    """Whoever loaded the model closes it; then translations fail with the reason."""
    translator, _ = asked
    await translator.close()
    await translator.translate(TranslationRequest("hola", "es", "en", sound=SPEECH))
    await translator._recognizer.close()
    with pytest.raises(EngineError, match="Whisper was closed"):
        await translator.translate(TranslationRequest("hola", "es", "en", sound=SPEECH))


# --- real weights ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base() -> WhisperBatch:
    place = real_model("whisper-base")
    return WhisperBatch(open_model(place, device="cpu", compute_type="int8", threads=1))


async def spoken(text: str, language: str) -> Pcm:
    """As espeak says it, at the rate of hearing."""
    voices = await EspeakSynthesizer.load()
    try:
        request = SynthesisRequest(text, language, "", speed=0.8)
        pieces = [piece async for piece in voices.synthesize(request)]
    finally:
        await voices.close()
    pcm = np.concatenate(pieces)
    moments = np.arange(0, len(pcm), 24_000 / HEARING_RATE_HZ)
    heard = np.interp(moments, np.arange(len(pcm)), pcm).astype(np.int16)
    return sounds.joined(sounds.silence(0.3), heard, sounds.silence(0.4))


async def test_spanish_speech_becomes_english_text(base: WhisperBatch) -> None:
    """The same model writes down what it hears and says it in English."""
    pcm = await spoken("Buenos días a todos. Hoy vamos a hablar con los doctores.", "es")
    recognizer = WhisperRecognizer(WhisperReader(base))
    translator = WhisperTranslator(recognizer)
    result = await translator.translate(TranslationRequest("Buenos días a todos.", "es", "en", sound=pcm))
    stream = await recognizer.open(HearingOptions("anna", "es"), first_sample=0)
    await stream.accept(pcm)
    heard = await stream.hypothesis(final=True)
    await stream.close()
    await recognizer.close()

    assert result == TranslationResult(
        result.text, "whisper", ("es", "en"), score=result.score, from_sound=True
    )
    assert {"to", "today", "we", "are", "going", "talk"} <= set(sounds.plain(result.text))
    assert {"buenos", "días", "hoy", "vamos"} <= set(sounds.plain(" ".join(w.text for w in heard.words)))


async def test_noise_is_not_translated(base: WhisperBatch) -> None:
    """What is no speech gives an error, so that no sentence is made up."""
    recognizer = WhisperRecognizer(WhisperReader(base))
    translator = WhisperTranslator(recognizer)
    for pcm in (sounds.noise(2, 2000), sounds.melody(3)):
        with pytest.raises(EngineError, match="no words in the sound"):
            await translator.translate(TranslationRequest("hola", "es", "en", sound=pcm))
    await recognizer.close()


class Counted(WhisperBatch):
    """Counts what the model is asked."""

    def __init__(self, model: WhisperBatch) -> None:
        super().__init__(model.model)
        self.pieces: list[Piece] = []

    def read(self, pieces: Sequence[Piece]) -> list[Reading | EngineError]:
        self.pieces += pieces
        return super().read(pieces)


async def heard(model: WhisperBatch, request: TranslationRequest, *readers: Translator) -> TranslationResult:
    """What a chain makes of a request in which some read first and Whisper listens."""
    recognizer = WhisperRecognizer(WhisperReader(model))
    try:
        return await TranslatorChain([*readers, WhisperTranslator(recognizer)]).translate(request)
    finally:
        await recognizer.close()


TERMS = [
    (
        "El año pasado abrimos cuatro estaciones nuevas con el consejo.",
        Entry("consejo", "es", {"en": "Council"}),
    ),
    ("Usamos Kubernetes en todos los proyectos de la empresa.", Entry("Kubernetes", "es")),
    ("Buenos días. Vamos a hablar con el señor Siemens.", Entry("Siemens", "es")),
    ("Hoy vamos a hablar de la estación nueva.", Entry("estación", "es", {"en": "Base Camp"})),
]


@pytest.mark.parametrize(("said", "term"), TERMS, ids=[term.source for _, term in TERMS])
async def test_a_term_holds_through_real_weights(base: WhisperBatch, said: str, term: Entry) -> None:
    """In one decode, as the glossary writes it; what else it may be called is known to one that reads."""
    model = Counted(base)
    pcm, glossary = await spoken(said, "es"), Glossary((term,))
    recognizer = WhisperRecognizer(WhisperReader(model))
    reader = WordTranslator("r", {("es", "en"): {"estación": "Station."}})
    chain = TranslatorChain([WhisperTranslator(recognizer), reader])
    result = await chain.translate(TranslationRequest(said, "es", "en", sound=pcm, glossary=glossary))
    await recognizer.close()

    assert len(model.pieces) == 1
    assert (result.engine, result.doubt) == ("whisper", "")
    assert term.written("en") in result.text


async def test_real_weights_have_a_second_opinion_on_a_number(base: WhisperBatch) -> None:
    """The translator that reads has another number: what was heard is taken; one that is right is not checked."""
    said = "Hoy vamos a hablar de 350 casas nuevas."
    pcm = await spoken("Hoy vamos a hablar de trescientas cincuenta casas nuevas.", "es")
    request = TranslationRequest(said, "es", "en", sound=pcm, second_opinion=True)
    model = Counted(base)

    wrong = TableTranslator("r", {("es", "en"): "Today we are going to talk about 530 new houses."})
    result = await heard(model, request, wrong)
    assert (result.engine, result.doubt, len(model.pieces)) == ("whisper", "", 1)
    assert {"today", "350", "houses"} <= set(sounds.plain(result.text))

    right = TableTranslator("r", {("es", "en"): "Today we are going to talk about 350 new houses."})
    assert (await heard(model, request, right)).engine == "r"
    assert len(model.pieces) == 1


async def test_spanish_speech_reaches_a_third_language_through_english(base: WhisperBatch) -> None:
    """Whisper and one that reads English, where nobody goes from Spanish to French."""
    said = "Buenos días a todos. Hoy vamos a hablar con los doctores."
    onward = TableTranslator(
        "o", {("en", "fr"): "Bonjour à tous. Aujourd'hui nous parlons avec les docteurs."}
    )
    request = TranslationRequest(said, "es", "fr", sound=await spoken(said, "es"))
    result = await heard(base, request, onward)

    assert (result.engine, result.route, result.from_sound) == ("whisper+o", ("es", "en", "fr"), True)
    (asked,) = onward.asked
    assert {"today", "talk"} <= set(sounds.plain(asked.text))
