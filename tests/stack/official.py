"""Tiny models in the format of their authors, with random weights, and what such a model computes, in plain NumPy."""

from __future__ import annotations

import io
import json
import pickle
import shutil
import struct
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.fakes import random_whisper

Floats = NDArray[np.floating[Any]]
POCKET = Path(__file__).parent.parent / "data" / "opus-pocket-en-es-fr"
WIDTH, HEADS, INNER, LAYERS, POSITIONS = 16, 2, 24, 2, 64


# --- files -------------------------------------------------------------------------------------------------


def write_safetensors(file: Path, weights: dict[str, Floats]) -> None:
    header, body = {}, b""
    for name, value in weights.items():
        data = np.ascontiguousarray(value, "<f4").tobytes()
        header[name] = {
            "dtype": "F32", "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(data)],
        }  # fmt: skip
        body += data
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + body)


def write_torch(
    file: Path,
    state: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    *,
    legacy: bool = False,
    table: str = "",
) -> None:
    """As `torch.save` writes a table of tensors, in its present or its former format.

    Args:
        table: its name in a table around it, beside other things; empty: it is alone.
    """
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    class FloatStorage:
        pass

    def _rebuild_tensor_v2(*_: object) -> None:
        pass

    for thing, module in ((FloatStorage, torch), (_rebuild_tensor_v2, utils)):
        thing.__module__, thing.__qualname__ = module.__name__, thing.__name__
        setattr(module, thing.__name__, thing)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    storages: dict[str, bytes] = {}

    class Storage:
        def __init__(self, key: str, size: int) -> None:
            self.key, self.size = key, size

    class Tensor:
        def __init__(self, value: Floats) -> None:
            self.value = np.asarray(value, "<f4")

        def __reduce__(self) -> tuple[Any, ...]:
            key = str(len(storages))
            storages[key] = np.ascontiguousarray(self.value).tobytes()
            strides = tuple(step // 4 for step in np.empty(self.value.shape, "<f4").strides)
            arguments: tuple[Any, ...] = (
                Storage(key, self.value.size),
                0,
                self.value.shape,
                strides,
                False,
                {},
            )
            return _rebuild_tensor_v2, arguments

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing: object) -> object:
            if isinstance(thing, Storage):
                end = (None,) if legacy else ()
                return ("storage", FloatStorage, thing.key, "cpu", thing.size, *end)
            return None

    tensors = OrderedDict(
        (name, Tensor(value) if isinstance(value, np.ndarray) else value) for name, value in state.items()
    )
    pickled = io.BytesIO()
    Pickler(pickled, 2).dump({"step": 7, table: tensors} if table else tensors)
    if legacy:
        machine = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"long": 4}}
        head = b"".join(pickle.dumps(thing, 2) for thing in (0x1950A86A20F9469CFC6C, 1001, machine))
        numbers = b"".join(struct.pack("<q", len(data) // 4) + data for data in storages.values())
        file.write_bytes(head + pickled.getvalue() + pickle.dumps(list(storages), 2) + numbers)
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("archive/data.pkl", pickled.getvalue())
            for key, data in storages.items():
                archive.writestr(f"archive/data/{key}", data)
            archive.writestr("archive/version", "3\n")


# --- Marian ------------------------------------------------------------------------------------------------


def marian(directory: Path, *, seed: int = 3) -> dict[str, Floats]:
    """Writes all of an official translation model but its weights, which are returned; the pieces are the pocket's."""
    pieces = json.loads((POCKET / "shared_vocabulary.json").read_bytes())
    vocabulary = {piece: number for number, piece in enumerate([*pieces, "<pad>"])}
    directory.mkdir(parents=True)
    (directory / "vocab.json").write_text(json.dumps(vocabulary))
    for name in ("source.spm", "target.spm"):
        shutil.copyfile(POCKET / name, directory / name)
    config = {
        "model_type": "marian", "d_model": WIDTH, "vocab_size": len(vocabulary), "scale_embedding": True,
        "encoder_layers": LAYERS, "decoder_layers": LAYERS, "encoder_attention_heads": HEADS,
        "decoder_attention_heads": HEADS, "encoder_ffn_dim": INNER, "decoder_ffn_dim": INNER,
        "activation_function": "swish", "max_position_embeddings": POSITIONS, "normalize_before": False,
        "share_encoder_decoder_embeddings": True, "decoder_start_token_id": len(vocabulary) - 1,
    }  # fmt: skip
    (directory / "config.json").write_text(json.dumps(config))
    return marian_weights(len(vocabulary), np.random.default_rng(seed))


_ARCHIVE_CONFIG = """
type: transformer
enc-depth: 2
dec-depth: 2
transformer-heads: 2
transformer-decoder-autoreg: self-attention
transformer-no-projection: false
transformer-ffn-activation: swish
transformer-preprocess: ""
transformer-postprocess: dan
transformer-postprocess-top: ""
transformer-postprocess-emb: d
transformer-guided-alignment-layer: last
"""


def marian_archive(directory: Path, *, seed: int = 3) -> dict[str, Floats]:
    """Writes an unpacked archive of Marian with the weights of `marian`, which are returned."""
    weights = marian(directory, seed=seed)
    vocabulary = json.loads((directory / "vocab.json").read_bytes())
    for name in ("vocab.json", "config.json"):
        (directory / name).unlink()
    words = [word for word in vocabulary if word != "<pad>"]
    (directory / "opus.spm32k-spm32k.vocab.yml").write_text(
        "".join(f"{json.dumps(word, ensure_ascii=False)}: {vocabulary[word]}\n" for word in words)
    )
    (directory / "decoder.yml").write_text(
        "models: [opus.npz.best-perplexity.npz]\n"
        "vocabs: [opus.spm32k-spm32k.vocab.yml, opus.spm32k-spm32k.vocab.yml]\n"
    )
    archive: dict[str, NDArray[Any]] = {
        "special:model.yml": np.frombuffer(_ARCHIVE_CONFIG.encode() + b"\0", np.int8),
        "Wemb": weights["model.shared.weight"][:-1],
        "decoder_ff_logit_out_b": weights["final_logits_bias"][:, :-1],
    }
    theirs = {"self_attn": "self", "encoder_attn": "context"}
    for name, value in weights.items():
        _, side, layers, *rest = [*name.split("."), "", ""][:7]
        if layers != "layers":
            continue
        layer, part, *inner = [piece for piece in rest if piece]
        place, kind = f"{side}_l{int(layer) + 1}", inner[-1]
        if part in theirs:
            letter = inner[0][0]
            archive[f"{place}_{theirs[part]}_{'W' if kind == 'weight' else 'b'}{letter}"] = value.T
        elif part in ("fc1", "fc2"):
            archive[f"{place}_ffn_{'W' if kind == 'weight' else 'b'}{part[-1]}"] = value.T
        else:
            norm = (
                "ffn_ffn" if part == "final_layer_norm" else f"{theirs[part.removesuffix('_layer_norm')]}_Wo"
            )
            archive[f"{place}_{norm}_ln_{'scale' if kind == 'weight' else 'bias'}"] = value
    with (directory / "opus.npz.best-perplexity.npz").open("wb") as file:
        np.savez(file, **archive)  # type: ignore[arg-type]  # the stubs take a keyword of np.savez for an array
    return weights


def marian_weights(vocabulary: int, random: np.random.Generator) -> dict[str, Floats]:
    weights: dict[str, Floats] = {
        "model.shared.weight": random.normal(0, 0.6, (vocabulary, WIDTH)),
        "final_logits_bias": random.normal(0, 1, (1, vocabulary)),
    }
    for side in ("encoder", "decoder"):
        for layer in range(LAYERS):
            place = f"model.{side}.layers.{layer}"
            attentions = ("self_attn",) if side == "encoder" else ("self_attn", "encoder_attn")
            for attention in attentions:
                for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
                    _linear(weights, random, f"{place}.{attention}.{part}", WIDTH, WIDTH)
                _norm(weights, random, f"{place}.{attention}_layer_norm")
            _linear(weights, random, f"{place}.fc1", INNER, WIDTH)
            _linear(weights, random, f"{place}.fc2", WIDTH, INNER)
            _norm(weights, random, f"{place}.final_layer_norm")
    return {name: value.astype(np.float32) for name, value in weights.items()}


def _linear(
    weights: dict[str, Floats], random: np.random.Generator, name: str, outputs: int, inputs: int
) -> None:
    weights[f"{name}.weight"] = random.normal(0, 1.2 / np.sqrt(inputs), (outputs, inputs))
    weights[f"{name}.bias"] = random.normal(0, 0.3, outputs)


def _norm(weights: dict[str, Floats], random: np.random.Generator, name: str) -> None:
    weights[f"{name}.weight"], weights[f"{name}.bias"] = (
        random.uniform(0.7, 1.3, WIDTH),
        random.normal(0, 0.2, WIDTH),
    )


class Computed:
    """What a model of these weights computes. Source: `modeling_marian.py`, `modeling_whisper.py` of transformers."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self._weights = {name: value.astype(np.float64) for name, value in weights.items()}

    def marian_scores(self, source: list[int], target: list[int]) -> list[float]:
        """The log probability of each token of the target, shape (target,)."""
        memory = self._embedded(source)
        for layer in range(LAYERS):
            place = f"model.encoder.layers.{layer}"
            memory = self._after(
                memory, self._attend(f"{place}.self_attn", memory, memory), f"{place}.self_attn"
            )
            memory = self._feed(place, memory)
        hidden = self._embedded(target[:-1], first=True)
        for layer in range(LAYERS):
            place = f"model.decoder.layers.{layer}"
            own = self._attend(f"{place}.self_attn", hidden, hidden, causal=True)
            hidden = self._after(hidden, own, f"{place}.self_attn")
            hidden = self._after(
                hidden, self._attend(f"{place}.encoder_attn", hidden, memory), f"{place}.encoder_attn"
            )
            hidden = self._feed(place, hidden)
        logits = hidden @ self._weights["model.shared.weight"].T + self._weights["final_logits_bias"]
        logits = logits[:, :-1]  # the padding is not a word
        logits -= logits.max(axis=1, keepdims=True)
        scores = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return [float(scores[place, token]) for place, token in enumerate(target)]

    def whisper_encoded(self, features: Floats) -> Floats:
        """The output of the encoder for features of the shape (mels, frames): (frames / 2, width)."""
        hidden = _gelu(self._convolve("model.encoder.conv1", features.astype(np.float64), 1))
        hidden = _gelu(self._convolve("model.encoder.conv2", hidden, 2)).T
        hidden = hidden + self._weights["model.encoder.embed_positions.weight"][: len(hidden)]
        for layer in range(LAYERS):
            place = f"model.encoder.layers.{layer}"
            inner = self._normed(f"{place}.self_attn_layer_norm", hidden)
            hidden = hidden + self._attend(f"{place}.self_attn", inner, inner)
            inner = self._normed(f"{place}.final_layer_norm", hidden)
            hidden = hidden + self._linear(f"{place}.fc2", _gelu(self._linear(f"{place}.fc1", inner)))
        return self._normed("model.encoder.layer_norm", hidden)

    def _embedded(self, tokens: list[int], *, first: bool = False) -> Floats:
        table = self._weights["model.shared.weight"] * np.sqrt(WIDTH)
        rows = [np.zeros(WIDTH)] * first + [table[token] for token in tokens]
        half = np.arange(WIDTH // 2)
        angles = np.arange(len(rows))[:, None] / 10_000 ** (2 * half / WIDTH)
        positions: Floats = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
        return np.stack(rows) + positions

    def _linear(self, name: str, hidden: Floats) -> Floats:
        bias = self._weights.get(f"{name}.bias", np.zeros(1))
        return hidden @ self._weights[f"{name}.weight"].T + bias

    def _normed(self, name: str, hidden: Floats) -> Floats:
        centred = hidden - hidden.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt(centred.var(axis=1, keepdims=True) + 1e-5)
        normed: Floats = scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return normed

    def _after(self, hidden: Floats, added: Floats, name: str) -> Floats:
        return self._normed(f"{name}_layer_norm", hidden + added)

    def _feed(self, place: str, hidden: Floats) -> Floats:
        inner = self._linear(f"{place}.fc1", hidden)
        inner = inner / (1 + np.exp(-inner))
        return self._after(hidden, self._linear(f"{place}.fc2", inner), f"{place}.final")

    def _attend(self, name: str, hidden: Floats, memory: Floats, *, causal: bool = False) -> Floats:
        size = hidden.shape[1] // HEADS
        query = self._linear(f"{name}.q_proj", hidden) / np.sqrt(size)
        key, value = self._linear(f"{name}.k_proj", memory), self._linear(f"{name}.v_proj", memory)
        heads = []
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            scores = query[:, part] @ key[:, part].T
            if causal:
                scores = np.where(np.tri(len(hidden), dtype=bool), scores, -np.inf)
            scores = np.exp(scores - scores.max(axis=1, keepdims=True))
            heads.append(scores / scores.sum(axis=1, keepdims=True) @ value[:, part])
        return self._linear(f"{name}.out_proj", np.concatenate(heads, axis=1))

    def _convolve(self, name: str, signal: Floats, step: int) -> Floats:
        padded = np.pad(signal, ((0, 0), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, 3, axis=1)[:, ::step]
        bias = self._weights[f"{name}.bias"][:, None]
        out: Floats = np.einsum("oik,itk->ot", self._weights[f"{name}.weight"], windows) + bias
        return out


def _gelu(value: Floats) -> Floats:
    from math import erf

    out: Floats = value * 0.5 * (1 + np.vectorize(erf)(value / np.sqrt(2)))
    return out


# --- Whisper -----------------------------------------------------------------------------------------------


def whisper(directory: Path, *, seed: int = 5) -> dict[str, Floats]:
    """Writes all of an official Whisper model but its weights, which are returned."""
    random = np.random.default_rng(seed)
    random_whisper.write(directory / "made")
    shutil.copyfile(directory / "made" / "tokenizer.json", directory / "tokenizer.json")
    shutil.rmtree(directory / "made")
    mels, vocabulary = 80, 51_865
    config = {
        "model_type": "whisper", "d_model": WIDTH, "vocab_size": vocabulary, "num_mel_bins": mels,
        "encoder_layers": LAYERS, "decoder_layers": LAYERS, "encoder_attention_heads": HEADS,
        "decoder_attention_heads": HEADS, "activation_function": "gelu",
        "max_source_positions": 1500, "max_target_positions": 448,
    }  # fmt: skip
    (directory / "config.json").write_text(json.dumps(config))
    (directory / "generation_config.json").write_text(
        json.dumps(
            {
                "suppress_tokens": [1, 2], "begin_suppress_tokens": [220], "alignment_heads": [[1, 0]],
                "lang_to_id": {"<|en|>": 50_259, "<|de|>": 50_261},
            }
        )
    )  # fmt: skip
    (directory / "preprocessor_config.json").write_text(json.dumps({"feature_size": mels}))
    weights: dict[str, Floats] = {
        "model.encoder.conv1.weight": random.normal(0, 0.1, (WIDTH, mels, 3)),
        "model.encoder.conv1.bias": random.normal(0, 0.3, WIDTH),
        "model.encoder.conv2.weight": random.normal(0, 0.2, (WIDTH, WIDTH, 3)),
        "model.encoder.conv2.bias": random.normal(0, 0.3, WIDTH),
        "model.encoder.embed_positions.weight": random.normal(0, 0.5, (1500, WIDTH)),
        "model.decoder.embed_tokens.weight": random.normal(0, 0.5, (vocabulary, WIDTH)),
        "model.decoder.embed_positions.weight": random.normal(0, 0.5, (448, WIDTH)),
    }
    rest = marian_weights(2, random)
    weights |= {
        name: value for name, value in rest.items() if ".layers." in name and "k_proj.bias" not in name
    }
    for side in ("encoder", "decoder"):
        _norm(weights, random, f"model.{side}.layer_norm")
    return {name: value.astype(np.float32) for name, value in weights.items()}
