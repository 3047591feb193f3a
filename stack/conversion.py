"""Converts official Helsinki-NLP and Whisper models to CTranslate2, in the layout that the engines read.

CTranslate2's own loaders do the work. They walk a model by its modules and weights, whoever holds these: here that is
a tree of NumPy arrays instead of PyTorch and transformers, which are some gigabytes to install
(docs/decisions/0005-conversion-without-pytorch.md).
"""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from ctranslate2.converters import OpusMTConverter
from ctranslate2.converters.marian import load_vocab
from ctranslate2.converters.transformers import MarianMTLoader, WhisperLoader
from numpy.typing import NDArray

from pipeline.engines import checkpoints
from pipeline.engines.checkpoints import UnreadableCheckpoint, Weights
from stack.errors import FetchFailed, StackError
from stack.trust import Trust

OFFICIAL_FILES: Final = (
    "config.json", "generation_config.json", "preprocessor_config.json", "tokenizer.json", "vocab.json",
    "*.spm", "decoder.yml", "*vocab.yml", "*.npz*", "model.safetensors", "model-*-of-*.safetensors",
    "pytorch_model.bin",
)  # fmt: skip
"""What is fetched of a repository in the format of its authors."""

_WEIGHTS: Final = ("model.safetensors", "model-*-of-*.safetensors", "pytorch_model.bin", "*.npz*")
"""In order of preference; the first kind that is there is read."""
_SENTENCEPIECE = ("source.spm", "target.spm")
_WHISPER_FILES = ("tokenizer.json", "preprocessor_config.json")


class CannotConvert(StackError):
    """A model of a kind that is not known here, or one that lacks a file."""


def needed_of(seen: Trust) -> Trust:
    """A repository without the weights that are there once more in another format.

    Raises:
        FetchFailed: it holds no weights.
    """
    by_format = [[name for name in sorted(seen.files) if fnmatch(name, pattern)] for pattern in _WEIGHTS]
    chosen = next(filter(None, by_format), None)
    if chosen is None:
        raise FetchFailed(f"{seen.repository} on the hub holds no weights")
    others = set(itertools.chain.from_iterable(by_format)).difference(chosen)
    return replace(seen, files={name: file for name, file in seen.files.items() if name not in others})


def convert(source: Path, to: Path) -> None:
    """Converts the model in the directory `source`; `to` gets all that an engine needs, the weights last.

    A Whisper model keeps float16, like the published conversions; a translation model becomes int8, which is
    what a CPU computes with. Blocking, some seconds.

    Raises:
        CannotConvert, UnreadableCheckpoint: as the name says.
    """
    fresh = to.with_name(f".{to.name}.converting")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write(source, fresh)
        to.mkdir(exist_ok=True)
        for file in sorted(fresh.iterdir(), key=lambda file: file.name == "model.bin"):
            file.replace(to / file.name)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def forget(place: Path) -> None:
    """Removes a fetched original once it is converted."""
    shutil.rmtree(place, ignore_errors=True)


def kind_of(source: Path) -> str:
    """ "opus" or "whisper". Raises CannotConvert."""
    if (source / "decoder.yml").is_file():
        return "opus"
    kind = _json(source / "config.json").get("model_type")
    if kind == "marian":
        return "opus"
    if kind == "whisper":
        return "whisper"
    raise CannotConvert(f"{source} holds a model of the type {kind!r}; marian and whisper can be converted")


def target_tokens(source: Path) -> tuple[str, ...]:
    """What tells a translation model with several targets which one is meant, e.g. (">>fra<<", …)."""
    if (source / "vocab.json").is_file():
        words = list(_json(source / "vocab.json"))
    else:
        words = [word for file in source.glob("*vocab.yml") for word in load_vocab(file)]
    return tuple(sorted({word for word in words if word.startswith(">>") and word.endswith("<<")}))


def _write(source: Path, to: Path) -> None:
    if (source / "decoder.yml").is_file():
        copied: tuple[str, ...] = _SENTENCEPIECE
        _lacking(source, copied)
        try:
            OpusMTConverter(str(source)).convert(str(to), quantization="int8")
        except (ValueError, KeyError, OSError) as error:
            raise CannotConvert(f"{source} cannot be converted: {error}") from error
    else:
        copied = _write_transformers(source, to)
    for name in copied:
        shutil.copyfile(source / name, to / name)


def _write_transformers(source: Path, to: Path) -> tuple[str, ...]:
    """A model as the library transformers keeps it; what is to be copied beside the weights."""
    kind = kind_of(source)
    load, quantization, copied = _TRANSFORMERS[kind]
    _lacking(source, copied)
    try:
        spec = load(source)
        spec.validate()
    except (ValueError, KeyError, AttributeError, IndexError) as error:
        raise CannotConvert(f"{source} cannot be converted: {error}") from error
    spec.optimize(quantization=quantization)
    to.mkdir(parents=True)
    spec.save(str(to))
    return copied


def _lacking(source: Path, names: tuple[str, ...]) -> None:
    lacking = [name for name in names if not (source / name).is_file()]
    if lacking:
        raise CannotConvert(f"{source} lacks {', '.join(lacking)}")


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise CannotConvert(f"{file} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise CannotConvert(f"{file} is not a table")
    return content


def _weights(source: Path) -> Weights:
    for pattern in _WEIGHTS:
        if files := sorted(source.glob(pattern)):
            weights: Weights = {}
            for file in files:
                weights |= _read(file)
            return {name: np.array(value, np.float32) for name, value in weights.items()}
    raise CannotConvert(f"{source} holds no weights")


def _read(file: Path) -> Weights:
    try:
        return checkpoints.read(file)
    except UnreadableCheckpoint as error:
        raise CannotConvert(str(error)) from error


# --- modules -----------------------------------------------------------------------------------------------


class _Module(SimpleNamespace):
    """Weights and parts of a module by attribute, as a PyTorch module has them; numbered parts are a list."""


def _tree(weights: Mapping[str, NDArray[Any]]) -> Any:
    """Modules out of names such as "model.encoder.layers.0.fc1.weight"."""
    nested: dict[str, Any] = {}
    for name, value in weights.items():
        place = nested
        *path, last = name.split(".")
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value

    def module(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        if part and all(name.isdecimal() for name in part):
            return [module(part[name]) for name in sorted(part, key=int)]
        return _Module(**{name: module(inner) for name, inner in part.items()})

    return module(nested)


def _set_linear(loader: Any, spec: Any, module: Any, quant_type: object = None) -> None:
    """As CTranslate2's, which asks whether the module is one of transformers' own."""
    spec.weight = module.weight
    if getattr(module, "bias", None) is not None:
        spec.bias = module.bias


class _Marian(MarianMTLoader):  # type: ignore[misc]  # the library has no types
    set_linear: Callable[..., None] = _set_linear

    def get_model_spec(self, model: Any) -> Any:
        bias = model.final_logits_bias
        model.final_logits_bias = None
        spec = super().get_model_spec(model)
        if (
            bias is not None and bias.any()
        ):  # over the vocabulary, with the padding that the loader has cut off
            spec.decoder.projection.bias = bias.reshape(-1)[: spec.decoder.projection.weight.shape[0]]
        return spec


class _Whisper(WhisperLoader):  # type: ignore[misc]  # the library has no types
    set_linear: Callable[..., None] = _set_linear


def _marian(source: Path) -> Any:
    config = SimpleNamespace(**_json(source / "config.json"))
    if not getattr(config, "share_encoder_decoder_embeddings", True):
        raise CannotConvert(f"{source} has a vocabulary for each side, which is not supported")
    weights = _weights(source)
    shared = weights["model.shared.weight"]
    positions = _positions(config.max_position_embeddings, config.d_model)
    for side in ("encoder", "decoder"):
        weights.setdefault(f"model.{side}.embed_tokens.weight", shared)
        weights.setdefault(f"model.{side}.embed_positions.weight", positions)
    weights.setdefault("lm_head.weight", shared)
    model = _tree(weights)
    model.config = model.model.encoder.config = model.model.decoder.config = config
    model.final_logits_bias = getattr(model, "final_logits_bias", None)
    vocabulary = _json(source / "vocab.json")
    tokenizer = SimpleNamespace(get_vocab=lambda: vocabulary, eos_token="</s>", unk_token="<unk>")
    return _Marian()(model, tokenizer)


def _positions(count: int, width: int) -> NDArray[np.float32]:
    """Marian's sine positions, which newer checkpoints leave out: all sines, then all cosines. Shape (count, width).

    Source: `MarianSinusoidalPositionalEmbedding` in transformers.
    """
    angles = np.arange(count)[:, None] / np.power(10_000, 2 * (np.arange(width) // 2) / width)[None, :]
    return np.concatenate([np.sin(angles[:, 0::2]), np.cos(angles[:, 1::2])], axis=1).astype(np.float32)


def _whisper(source: Path) -> Any:
    from tokenizers import Tokenizer

    config = SimpleNamespace(**_json(source / "config.json"))
    weights = _weights(source)
    weights.setdefault("proj_out.weight", weights["model.decoder.embed_tokens.weight"])
    model = _tree(weights)
    model.config = model.model.encoder.config = model.model.decoder.config = config
    model.name_or_path = ""
    generation = source / "generation_config.json"
    model.generation_config = SimpleNamespace(**_json(generation)) if generation.is_file() else None
    try:
        words = Tokenizer.from_file(str(source / "tokenizer.json"))
    except Exception as error:  # the tokenizer's library raises bare Exception
        raise CannotConvert(f"{source / 'tokenizer.json'} cannot be read: {error}") from error
    return _Whisper()(model, SimpleNamespace(get_vocab=words.get_vocab))


_TRANSFORMERS: Final = {
    "opus": (_marian, "int8", _SENTENCEPIECE),
    "whisper": (_whisper, "float16", _WHISPER_FILES),
}
"""How each kind is read, how exact its weights are kept, and what is copied beside them."""
