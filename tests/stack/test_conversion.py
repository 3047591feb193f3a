"""Official models, converted: the result computes what the original computes."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
import sentencepiece

from config.settings import Models
from pipeline.engines import checkpoints
from pipeline.engines.checkpoints import UnreadableCheckpoint
from pipeline.engines.translation.opus import models as opus_models
from stack import conversion, converting
from stack.conversion import CannotConvert
from stack.errors import StackError
from tests.stack import official

Save = Callable[[Path, dict[str, official.Floats], pytest.MonkeyPatch], None]


def as_safetensors(place: Path, weights: dict[str, official.Floats], monkeypatch: pytest.MonkeyPatch) -> None:
    official.write_safetensors(place / "model.safetensors", weights)


def as_torch(place: Path, weights: dict[str, official.Floats], monkeypatch: pytest.MonkeyPatch) -> None:
    official.write_torch(place / "pytorch_model.bin", weights, monkeypatch)


def as_legacy(place: Path, weights: dict[str, official.Floats], monkeypatch: pytest.MonkeyPatch) -> None:
    official.write_torch(place / "pytorch_model.bin", weights, monkeypatch, legacy=True)


@pytest.mark.parametrize("save", [as_safetensors, as_torch, as_legacy])
async def test_a_translation_model_scores_as_the_original(
    save: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its weights come in, the converted model gives each token the original's probability."""
    source = tmp_path / "opus-mt-en-es"
    weights = official.marian(source)
    save(source, weights, monkeypatch)

    place = await converting.convert(str(source), Models(directory=tmp_path / "models"))

    _scores_alike(place, json.loads((source / "vocab.json").read_bytes()), weights)


async def test_an_archive_of_marian_scores_as_the_original(tmp_path: Path) -> None:
    """An unpacked archive of Marian is taken as it is; the model itself adds the end of the source."""
    source = tmp_path / "opus-mt-en-fr"
    weights = official.marian_archive(source)

    place = await converting.convert(str(source), Models(directory=tmp_path / "models"))

    words = json.loads((place / "shared_vocabulary.json").read_bytes())
    model = opus_models.read(place)
    assert (model.adds_end_token, model.pairs[0].prefix) == (True, ">>fra<<")
    _scores_alike(place, {word: number for number, word in enumerate(words)}, weights, adds_end=True)


def _scores_alike(
    place: Path, numbers: dict[str, int], weights: dict[str, official.Floats], *, adds_end: bool = False
) -> None:
    """The probability of each token of a translation, beside what the weights say that it is."""
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(place / "source.spm"))
    first = pieces.encode("We opened four new stations.", out_type=str)
    second = pieces.encode("The country is open.", out_type=str)
    translator = ctranslate2.Translator(str(place), device="cpu", compute_type="float32")
    scored = translator.score_batch([first if adds_end else [*first, "</s>"]], [second])[0]
    wanted = official.Computed(weights).marian_scores(
        [numbers[piece] for piece in [*first, "</s>"]],
        [numbers[piece] for piece in [*second, "</s>"]],
    )
    assert np.ptp(wanted) > 3  # a model that gave all tokens the same would prove nothing
    assert scored.log_probs == pytest.approx(wanted, abs=0.15)  # weights are rounded to eight bits


async def test_a_converted_model_is_one_that_the_engine_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Languages, licence and the token of the target are noted for the engine; a pair's own name is enough."""
    source = tmp_path / "opus-mt-en-fr"
    as_safetensors(source, official.marian(source), monkeypatch)

    place = await converting.convert(str(source), Models(directory=tmp_path / "models"))

    assert place == tmp_path / "models" / "opus" / "opus-mt-en-fr"
    (model,) = opus_models.find(tmp_path / "models" / "opus")
    assert model.pairs == (opus_models.ModelDirection(source="en", target="fr", prefix=">>fra<<"),)
    assert model.licence == "Apache-2.0"
    assert not model.adds_end_token
    assert sorted(path.name for path in place.iterdir()) == [
        "config.json", "hive.json", "model.bin", "shared_vocabulary.json", "source.spm", "target.spm",
    ]  # fmt: skip


async def test_a_model_with_several_targets_must_be_told_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no target token fits the language, the tokens that there are are named; one that is said is taken."""
    source = tmp_path / "opus-mt-en-ROMANCE"
    as_safetensors(source, official.marian(source), monkeypatch)
    settings = Models(directory=tmp_path / "models")

    with pytest.raises(StackError, match="the name opus-mt-en-ROMANCE does not tell what the model is"):
        await converting.convert(str(source), settings)
    with pytest.raises(CannotConvert, match=r"say with --prefix which is meant of >>fra<< >>spa<<"):
        await converting.convert(str(source), settings, name="opus-en-ca")
    with pytest.raises(CannotConvert, match=r"does not know >>cat<<; it knows >>fra<< >>spa<<"):
        await converting.convert(str(source), settings, name="opus-en-ca", prefix=">>cat<<")
    place = await converting.convert(str(source), settings, name="opus-en-ca", prefix=">>spa<<")

    assert json.loads((place / "hive.json").read_bytes())["pairs"] == [
        {"source": "en", "target": "ca", "prefix": ">>spa<<"}
    ]


async def test_a_whisper_model_encodes_as_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The encoder's output is the original's; tokens, languages and heads for word times are taken over."""
    source = tmp_path / "whisper-small"
    source.mkdir()
    weights = official.whisper(source)
    as_safetensors(source, weights, monkeypatch)

    place = await converting.convert(str(source), Models(directory=tmp_path / "models"))

    assert place == tmp_path / "models" / "whisper" / "small"
    assert {"model.bin", "config.json", "tokenizer.json"} <= {path.name for path in place.iterdir()}
    config = json.loads((place / "config.json").read_bytes())
    assert (config["lang_ids"], config["alignment_heads"], config["suppress_ids"]) == (
        [50_259, 50_261], [[1, 0]], [1, 2],
    )  # fmt: skip
    features = np.random.default_rng(1).normal(0, 1, (80, 100)).astype(np.float32)
    model = ctranslate2.models.Whisper(str(place), device="cpu", compute_type="float32")
    assert model.is_multilingual
    encoded = model.encode(ctranslate2.StorageView.from_array(features[None]), to_cpu=True)
    assert np.array(encoded)[0] == pytest.approx(
        official.Computed(weights).whisper_encoded(features), abs=0.02
    )


def test_what_cannot_be_converted_says_why(tmp_path: Path) -> None:
    """Another kind of model, a lacking file: each names itself; nothing half-made is left."""
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    with pytest.raises(CannotConvert, match="of the type 't5'; marian and whisper can be converted"):
        conversion.convert(tmp_path, tmp_path / "out" / "model")
    (tmp_path / "config.json").write_text('{"model_type": "marian"}')
    with pytest.raises(CannotConvert, match=r"lacks source\.spm, target\.spm"):
        conversion.convert(tmp_path, tmp_path / "out" / "model")
    assert list((tmp_path / "out").iterdir()) == []


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch was-run",)


def test_a_checkpoint_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pickle that would call something is refused by the name of what it would call."""
    monkeypatch.chdir(tmp_path)
    official.write_torch(tmp_path / "pytorch_model.bin", {"a": np.zeros(2), "b": _Evil()}, monkeypatch)
    (tmp_path / "old.bin").write_bytes(pickle.dumps(_Evil()))

    with pytest.raises(UnreadableCheckpoint, match=r"it holds posix\.system, which is not a weight"):
        checkpoints.read(tmp_path / "pytorch_model.bin")
    with pytest.raises(UnreadableCheckpoint, match=r"it holds posix\.system"):
        checkpoints.read(tmp_path / "old.bin")
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize("legacy", [False, True])
def test_weights_are_read_as_they_were_written(
    legacy: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shapes and numbers come back; a file that breaks off is refused."""
    weights = {"a.weight": np.arange(6.0).reshape(2, 3), "b": np.array([0.5])}
    file = tmp_path / "pytorch_model.bin"
    official.write_torch(file, weights, monkeypatch, legacy=legacy)

    read = checkpoints.read(file)

    assert {name: value.tolist() for name, value in read.items()} == {
        name: value.tolist() for name, value in weights.items()
    }
    official.write_torch(tmp_path / "in.bin", weights, monkeypatch, legacy=legacy, table="model_state")
    assert {f"model_state.{name}" for name in weights} == set(checkpoints.read(tmp_path / "in.bin"))
    if legacy:
        file.write_bytes(file.read_bytes()[:-3])
        with pytest.raises(UnreadableCheckpoint, match="breaks off"):
            checkpoints.read(file)


def test_bfloat16_becomes_float32(tmp_path: Path) -> None:
    """Numbers that NumPy has no type for are widened, without loss."""
    header = json.dumps({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    numbers = (np.array([1.5, -3.0], "<f4").view("<u4") >> 16).astype("<u2").tobytes()
    (tmp_path / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + numbers)

    assert checkpoints.read(tmp_path / "model.safetensors")["a"].tolist() == [1.5, -3.0]
