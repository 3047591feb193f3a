"""CTranslate2 and sentencepiece on a small model in the production format."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    EngineOverloaded,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
)
from pipeline.engines.translation.opus import models as opus_models
from pipeline.engines.translation.opus.decoding import (
    Decoded,
    LoadedModel,
    Sentence,
    continues,
    repeats,
    wants_context,
)
from pipeline.engines.translation.opus.models import ModelDescriptionError, ModelDirection, OpusModel
from pipeline.engines.translation.opus.translator import OpusTranslator

POCKET = Path(__file__).parents[3] / "data" / "opus-pocket-en-es-fr"
QUALITY = "Today we will talk about the quality of the translation."
CALIDAD = "Hoy hablaremos sobre la calidad de la traducción."


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A directory of models, as operators have it."""
    (tmp_path / "pocket").symlink_to(POCKET)
    (tmp_path / "unrelated").mkdir()
    (tmp_path / "notes.txt").write_text("not a model")
    return tmp_path


@pytest_asyncio.fixture
async def opus(models: Path) -> AsyncIterator[OpusTranslator]:
    translator = await OpusTranslator.load(models, threads=1)
    yield translator
    await translator.close()


@pytest.mark.engines
async def test_one_model_several_targets(opus: OpusTranslator) -> None:
    """The prefix of the pair decides the language; the result names engine and route."""
    spanish = await opus.translate(TranslationRequest(QUALITY, "en", "es"))
    assert replace(spanish, score=None) == TranslationResult(CALIDAD, "opus", ("en", "es"))
    french = TranslationRequest("The budget is ready.", "en-GB", "fr", draft=True)
    assert replace(await opus.translate(french), score=None) == TranslationResult(
        "Le budget est à point.", "opus", ("en-GB", "fr")
    )
    assert opus.info.languages == ("en", "es", "fr")
    assert opus.info.weights_licence == "Apache-2.0"


@pytest.mark.engines
async def test_many_at_once_and_long_texts(opus: OpusTranslator) -> None:
    """Requests of several languages share the model; a long text is translated sentence by sentence."""
    answers = await asyncio.gather(
        *(opus.translate(TranslationRequest(QUALITY, "en", target)) for target in ("es", "fr") * 10)
    )
    assert [answer.text for answer in answers[::2]] == [CALIDAD] * 10

    long = await opus.translate(TranslationRequest(f"{QUALITY} " * 40, "en", "es"))
    assert long.text == " ".join([CALIDAD] * 40)

    with pytest.raises(EngineError, match="100000 characters, opus takes 20000"):
        await opus.translate(TranslationRequest("a" * 100_000, "en", "es"))


@pytest.mark.engines
async def test_strange_text_is_survived(opus: OpusTranslator) -> None:
    """Control characters, emoji, other scripts and endless words neither fail nor disturb what follows."""
    for text in ("", " \n", "...", "😀", "\x00\x01\x1b[0m", "你好 مرحبا", "x" * 3000, "\ud800"):
        await opus.translate(TranslationRequest(text, "en", "es"))

    assert (await opus.translate(TranslationRequest("...", "en", "es"))).text == "..."
    assert (await opus.translate(TranslationRequest(QUALITY, "en", "es"))).text == CALIDAD


@pytest.mark.engines
async def test_a_cancelled_request_leaves_the_model_usable(opus: OpusTranslator) -> None:
    """Whoever gives up does not hold up the others."""
    tasks = [asyncio.create_task(opus.translate(TranslationRequest(QUALITY, "en", "es"))) for _ in range(5)]
    await asyncio.sleep(0.01)
    for task in tasks[:4]:
        task.cancel()

    assert (await tasks[4]).text == CALIDAD
    await asyncio.wait(tasks)


@pytest.mark.engines
async def test_context_that_makes_the_model_lose_the_sentence_is_dropped(opus: OpusTranslator) -> None:
    """A model that was never taught two sentences at once translates as if there were no context."""
    alone = await opus.translate(TranslationRequest("It is ready.", "en", "es"))
    after = await opus.translate(
        TranslationRequest("It is ready.", "en", "es", context=((QUALITY, CALIDAD),))
    )

    assert set(alone.text.lower().rstrip(".").split()) & set(after.text.lower().rstrip(".").split())


async def test_unknown_pairs_and_missing_models(opus: OpusTranslator, tmp_path: Path) -> None:
    """A pair without a model is refused with what there is; no models at all says how to get some."""
    with pytest.raises(UnknownLanguage, match="es to en is not available; available: en, es, fr"):
        await opus.translate(TranslationRequest("hola", "es", "en"))
    for directory in (tmp_path / "unrelated", tmp_path / "nowhere"):
        with pytest.raises(EngineMissing, match="no translation model"):
            await OpusTranslator.load(directory)


async def test_languages_without_a_common_model_go_through_english(tmp_path: Path) -> None:
    """Two models that meet in English make a route."""
    for name in ("opus-mt-de-en", "en-fr"):
        (tmp_path / name).symlink_to(POCKET)
    found = [
        OpusModel(name, tmp_path / name, "Apache-2.0", True, (ModelDirection(source=s, target=t),), False)
        for name, s, t in (("a", "de", "en"), ("b", "en", "fr"))
    ]
    opus = OpusTranslator(found)

    assert opus.route("de", "fr") == ("de", "en", "fr")
    assert opus.route("fr", "de") is None
    await opus.close()


# --- descriptions ----------------------------------------------------------------------------------------


def model(directory: Path, name: str, hive: object = None, config: object = None) -> Path:
    """A directory that looks like a model."""
    place = directory / name
    place.mkdir()
    for file in ("model.bin", "source.spm", "target.spm"):
        (place / file).write_bytes(b"")
    if hive is not None:
        (place / "hive.json").write_text(hive if isinstance(hive, str) else json.dumps(hive))
    if config is not None:
        (place / "config.json").write_text(json.dumps(config))
    return place


def test_names_tell_the_pair(tmp_path: Path) -> None:
    """The usual names need no description; who ends the source is read from the converter's file."""
    assert opus_models.read(model(tmp_path, "opus-mt-en-es", config={"add_source_eos": True})) == OpusModel(
        "opus-mt-en-es",
        tmp_path / "opus-mt-en-es",
        "unknown",
        True,
        (ModelDirection(source="en", target="es"),),
        True,
    )
    for name, pair in (
        ("opus-mt-tc-big-fr-en", ("fr", "en")),
        ("de-en", ("de", "en")),
        ("opus-en-zh", ("en", "zh")),
    ):
        found = opus_models.read(model(tmp_path, name))
        assert (found.pairs, found.adds_end_token) == (
            (ModelDirection(source=pair[0], target=pair[1]),),
            False,
        )


@pytest.mark.parametrize(
    ("hive", "fault"),
    [
        ('{"pairs": [', "Invalid JSON"),
        ({"pairs": [{"source": "en"}]}, r"pairs\.0\.target: "),
        ({"pairs": [{"source": "en", "target": "es", "perfix": "x"}]}, r"pairs\.0\.perfix: "),
        ({"licence": "MIT"}, '"pairs" is needed'),
        ({"pairs": "en-es"}, "pairs: "),
    ],
)
def test_a_wrong_description_is_named(tmp_path: Path, hive: object, fault: str) -> None:
    """The error names the file and what is wrong in it."""
    place = model(tmp_path, "mine", hive)

    with pytest.raises(ModelDescriptionError, match=fault) as caught:
        opus_models.read(place)
    assert str(place / "hive.json") in str(caught.value)


def test_an_incomplete_model_is_named(tmp_path: Path) -> None:
    """A model without its tokenizer is an error, not a model that is passed over."""
    (model(tmp_path, "en-es") / "target.spm").unlink()

    with pytest.raises(ModelDescriptionError, match=r"en-es lacks target\.spm"):
        opus_models.find(tmp_path)


async def test_non_commercial_models_need_a_setting(tmp_path: Path) -> None:
    """Weights that forbid commercial use are left out unless that was accepted."""
    model(tmp_path, "nc", {"commercial_use": False, "pairs": [{"source": "en", "target": "de"}]})
    model(tmp_path, "en-es")

    careful = await OpusTranslator.load(tmp_path)
    free = await OpusTranslator.load(tmp_path, allow_non_commercial=True)

    assert (careful.route("en", "de"), free.route("en", "de")) == (None, ("en", "de"))
    assert (careful.info.commercial_use, free.info.commercial_use) == (True, False)
    await careful.close()
    await free.close()


@pytest.mark.engines
async def test_faults_of_a_model_are_errors_in_words(tmp_path: Path) -> None:
    """A prefix that the model does not know and files that are no model are reported when it is loaded."""
    wrong = {"pairs": [{"source": "en", "target": "de", "prefix": ">>deu<<"}]}
    shutil.copytree(POCKET, tmp_path / "wrong", copy_function=shutil.copyfile)
    (tmp_path / "wrong" / "hive.json").write_text(json.dumps(wrong))
    model(tmp_path, "en-es", config={})
    opus = await OpusTranslator.load(tmp_path)

    with pytest.raises(EngineError, match="does not know the prefix >>deu<<"):
        await opus.translate(TranslationRequest("Yes.", "en", "de"))
    with pytest.raises(EngineError, match="cannot load the translation model en-es"):
        await opus.translate(TranslationRequest("Yes.", "en", "es"))
    await opus.close()


# --- looking at results ----------------------------------------------------------------------------------


def test_loops_of_the_decoder_are_seen() -> None:
    """A run of words that follows itself again and again is a loop; ordinary repetition is not."""
    assert repeats("socios socios socios")
    assert repeats("de la casa de la casa de la casa")
    assert not repeats("no, no es verdad")
    assert not repeats("step by step by step")
    assert not repeats("")


def test_only_a_faithful_translation_in_context_is_taken() -> None:
    """One that is cut off, merged, empty, or lost a name or number is dropped."""
    alone = "Ella vio 3 informes con Maria ayer."
    source = "She saw 3 reports with Maria yesterday."

    assert continues("Ella ha visto 3 informes con Maria ayer.", alone, source)
    assert not continues("", alone, source)
    assert not continues("Ella.", alone, source)
    assert not continues("Ella vio 30 informes con Maria ayer.", alone, source)
    assert not continues("Ella vio 3 informes con alguien ayer.", alone, source)
    assert not continues(f"{alone} {alone} {alone}", alone, source)


def test_context_is_used_where_it_can_help() -> None:
    """Short pieces and those that begin with a pronoun or conjunction lean on what was said before."""
    assert wants_context("It was expensive for the whole department this year.")
    assert wants_context("and the budget of the marketing department is ready")
    assert wants_context("Very good.")
    assert not wants_context("The budget of the marketing department is ready.")


@pytest.mark.engines
def test_batches_mix_beams_and_contexts() -> None:
    """Answers come in the order of the questions, whatever each of them asked for."""
    loaded = LoadedModel(opus_models.read(POCKET), device="cpu", compute_type="default", threads=1)
    spanish, french = opus_models.read(POCKET).pairs
    plain = loaded.translate([Sentence(QUALITY, spanish, 1)])

    assert [decoded.text for decoded in plain] == [CALIDAD]
    mixed = loaded.translate(
        [
            Sentence(QUALITY, spanish, 2),
            Sentence("The budget is ready.", french, 1),
            Sentence(QUALITY, spanish, 1, ("The report is ready.", "El informe es a punto.")),
        ]
    )
    assert [decoded.text for decoded in mixed[:2]] == [CALIDAD, "Le budget est à point."]


class ScriptedDecoder(LoadedModel):
    """Rows of the real tokenizer; what they are decoded to stands in a table."""

    def __init__(self, answers: dict[tuple[str, str, int], str]) -> None:
        super().__init__(opus_models.read(POCKET), device="cpu", compute_type="default", threads=1)
        self._answers = answers

    def _decode(self, rows: Sequence[Any], beam: int, **options: Any) -> list[Decoded]:
        asked = [(self._source.decode(row.source[1:]), self._target.decode(row.prefix), beam) for row in rows]
        score = -2.0 if options == {"no_repeat_ngram_size": 3} else -1.0
        return [Decoded(self._answers[question], score, 1) for question in asked]


@pytest.mark.engines
def test_context_and_loops_decide_which_decoding_is_taken() -> None:
    """The one in context where it says the same; a second, careful one where the first was caught in a loop."""
    spanish = opus_models.read(POCKET).pairs[0]
    loop, context = "no no no", ("The report is ready.", "El informe es a punto.")
    loaded = ScriptedDecoder(
        {
            ("We will talk.", "", 2): "Hablaremos.",
            ("The quality.", "", 1): "La calidad.",
            ("The report is ready. The quality.", context[1], 1): "Esta calidad.",
            ("The budget.", "", 1): "El presupuesto.",
            ("The report is ready. The budget.", context[1], 1): "El informe es a punto, y el presupuesto.",
            ("Today.", "", 2): "hoy hoy hoy hoy",
            ("Today.", "", 4): "Hoy.",
            ("The translation.", "", 1): loop,
            ("The translation.", "", 4): loop,
            (loop, "", 1): loop,
        }
    )

    decoded = loaded.translate(
        [
            Sentence("We will talk.", spanish, 2),
            Sentence("The quality.", spanish, 1, context),
            Sentence("Today.", spanish, 2),
            Sentence("The budget.", spanish, 1, context),
            Sentence("The translation.", spanish, 1),
            Sentence(loop, spanish, 1),
        ]
    )

    assert [(it.text, it.score) for it in decoded] == [
        ("Hablaremos.", -1.0),
        ("Esta calidad.", -1.0),
        ("Hoy.", -2.0),
        ("El presupuesto.", -1.0),
        (loop, -2.0),
        (loop, -1.0),
    ]
    assert loaded.translate([]) == []


class CapitalModel(LoadedModel):
    """Translates into capitals, a token for each word; fails at what it is told to."""

    def __init__(self, failing: str = "") -> None:
        self.asked: list[Sentence] = []
        self._failing = failing

    def translate(self, sentences: Sequence[Sentence]) -> list[Decoded]:
        self.asked += sentences
        if any(sentence.text == self._failing for sentence in sentences):
            raise RuntimeError("out of memory")
        return [Decoded(it.text.upper(), -float(len(it.text)), len(it.text.split())) for it in sentences]


class WithModel(OpusTranslator):
    """The translator on a model that the test made."""

    def __init__(self, model: LoadedModel, **options: Any) -> None:
        super().__init__([opus_models.read(POCKET)], **options)
        self._made = model

    def _load(self, model: OpusModel) -> LoadedModel:
        return self._made


async def test_a_text_is_asked_for_sentence_by_sentence() -> None:
    """Only the first leans on what was said before; the score is that of the tokens; drafts are decoded greedily."""
    model = CapitalModel()
    translator = WithModel(model)
    request = TranslationRequest("It is. \x07 We will talk today.", "en", "es", context=(("Yes.", "Sí."),))

    result = await translator.translate(request)
    first, second = model.asked
    draft = await translator.translate(replace(request, draft=True))
    many = await translator.translate(TranslationRequest("It is so. " * 40, "en", "es"))
    await translator.close()

    assert result.text == draft.text == "IT IS. WE WILL TALK TODAY."
    assert result.score == pytest.approx(-(6 * 2 + 19 * 4) / 6)
    assert (first.text, first.beam, first.context) == ("It is.", 2, ("Yes.", "Sí."))
    assert (second.text, second.beam, second.context) == ("We will talk today.", 2, None)
    assert {(it.beam, it.context) for it in model.asked[2:4]} == {(1, None)}
    assert many.text == " ".join(["IT IS SO."] * 40)


async def test_a_sentence_that_fails_fails_its_text() -> None:
    """As the engine's own error, whether the model fails or there is no room."""
    translator = WithModel(CapitalModel("It is not."))
    with pytest.raises(EngineError):
        await translator.translate(TranslationRequest("It is. It is not. It is.", "en", "es"))
    await translator.close()

    full = WithModel(CapitalModel(), max_waiting=1)
    with pytest.raises(EngineOverloaded):
        await full.translate(TranslationRequest("It is. It is not. It is.", "en", "es", draft=True))
    await full.close()


@pytest.mark.engines
def test_the_score_is_the_mean_log_probability_of_a_token() -> None:
    """As CTranslate2 gives it for the same tokens when it is asked to score them, whatever the beam."""
    loaded = LoadedModel(opus_models.read(POCKET), device="cpu", compute_type="default", threads=1)
    spanish = opus_models.read(POCKET).pairs[0]

    for beam in (1, 2):
        (decoded,) = loaded.translate([Sentence(QUALITY, spanish, beam)])
        source = [spanish.prefix, *loaded._source.encode(QUALITY, out_type=str)]
        source += [] if loaded._model.adds_end_token else ["</s>"]
        target = loaded._target.encode(CALIDAD, out_type=str)
        (scored,) = loaded._translator.score_batch([source], [target])
        mean = sum(scored.log_probs) / len(scored.log_probs)
        assert decoded.tokens == len(target)
        assert decoded.score == pytest.approx(mean, abs=0.05)


@pytest.mark.engines
async def test_the_score_of_nonsense_is_lower(opus: OpusTranslator) -> None:
    """It tells a sentence the model knows from letters without meaning; over several sentences it is a mean."""

    async def score(text: str) -> float:
        result = await opus.translate(TranslationRequest(text, "en", "es"))
        assert result.score is not None
        return result.score

    known, nonsense = await score(QUALITY), await score("Xqj zkq vqx brrr.")
    assert nonsense < known <= 0
    assert await score(f"{QUALITY} {QUALITY}") == pytest.approx(known, abs=0.05)
    assert (await opus.translate(TranslationRequest("...", "en", "es"))).score is None
