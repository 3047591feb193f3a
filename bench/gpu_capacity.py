"""How many speakers one GPU hears: pass times of a Whisper of a given shape with random weights, by batch size.

Runs by itself, with Python 3.9 and numpy, and CTranslate2 or PyTorch beside them:

    python3 gpu_capacity.py                          large-v3-turbo, CTranslate2 if it can use the GPU, else PyTorch
    python3 gpu_capacity.py --engine torch --windows 8,30 --batches 1,8,32
    python3 gpu_capacity.py --device cpu --shape tiny --batches 1,2

A random model takes the time of a real one of its shape: no weight is looked at, and the number of tokens is fixed.
PyTorch decodes without captured graphs, so its small batches are slower than they need be.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

FRAMES_A_SECOND = 100
LONGEST_S = 30
VOCABULARY = 51_866
END_OF_TEXT = 50_257
PROMPT = (50_258, 50_259, 50_360, 50_364)
"""Start, English, transcribe, no times; as large-v3 numbers them."""
_SPECIAL = {
    END_OF_TEXT: "<|endoftext|>",
    50_258: "<|startoftranscript|>",
    50_259: "<|en|>",
    50_359: "<|translate|>",
    50_360: "<|transcribe|>",
    50_363: "<|nospeech|>",
    50_364: "<|notimestamps|>",
    **{50_365 + number: f"<|{number * 0.02:.2f}|>" for number in range(1501)},
}
"""Tokens that CTranslate2 looks for by their names."""
REPEATS = 5
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Shape:
    """The size of a Whisper model."""

    name: str
    mels: int
    width: int
    heads: int
    encoder_layers: int
    decoder_layers: int


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("large-v3-turbo", 128, 1280, 20, 32, 4),
        Shape("large-v3", 128, 1280, 20, 32, 32),
        Shape("small", 80, 768, 12, 12, 12),
        Shape("base", 80, 512, 8, 6, 6),
        Shape("tiny", 80, 384, 6, 4, 4),
    )
}


@dataclass(frozen=True)
class PassTime:
    """One pass over a batch, medians in seconds."""

    window_s: float
    batch: int
    encode_s: float
    decode_s: float
    tokens: int

    @property
    def whole_s(self) -> float:
        """Of the whole batch, not of one of its speakers."""
        return self.encode_s + self.decode_s


class CannotMeasure(Exception):
    """An engine is not there or cannot use the device; says why."""


@dataclass(frozen=True)
class TimedModel:
    """What is timed. `decode` takes what `encode` gave, the batch and how many tokens; returns how many it wrote."""

    name: str
    encode: Callable[[np.ndarray], Any]
    decode: Callable[[Any, int, int], int]


def speakers(times: list[PassTime], interval_s: float) -> int:
    """How many speakers are heard with a pass each `interval_s`, the best batch size taken; 0 if none is quick enough.

    A batch has to be done before the next one is due; what is left of the interval takes further batches.
    """
    fitting = [each.batch * interval_s / each.whole_s for each in times if each.whole_s <= interval_s]
    return math.floor(max(fitting, default=0.0))


def measure(
    engine: TimedModel,
    shape: Shape,
    *,
    windows_s: list[float],
    batches: list[int],
    tokens: int,
    say: Callable[[str], None],
) -> list[PassTime]:
    """Times passes; a batch that does not fit into memory ends its window's series."""
    found = []
    for window_s in windows_s:
        for batch in batches:
            features = random_features(shape, batch, window_s)
            try:
                encode_s, decode_s, written = _timed(engine, features, batch, tokens)
            except (RuntimeError, MemoryError, ValueError) as error:
                say(f"{window_s:g} s, batch {batch}: {str(error).splitlines()[0][:120]}")
                break
            found.append(PassTime(window_s, batch, encode_s, decode_s, written))
            say(
                f"{window_s:g} s, batch {batch}: encode {encode_s * 1000:.1f} ms, decode {decode_s * 1000:.1f} ms"
            )
    return found


def random_features(shape: Shape, batch: int, window_s: float) -> np.ndarray:
    """Shape (batch, mels, frames), float32."""
    frames = round(min(window_s, LONGEST_S) * FRAMES_A_SECOND)
    return np.random.default_rng(1).normal(0, 0.5, (batch, shape.mels, frames)).astype(np.float32)


def _timed(engine: TimedModel, features: np.ndarray, batch: int, tokens: int) -> tuple[float, float, int]:
    encodes, decodes, written = [], [], 0
    for number in range(REPEATS + 2):
        began = time.perf_counter()
        encoded = engine.encode(features)
        between = time.perf_counter()
        written = engine.decode(encoded, batch, tokens)
        if number >= 2:  # the first passes load kernels and fill pools of memory
            encodes.append(between - began)
            decodes.append(time.perf_counter() - between)
    return statistics.median(encodes), statistics.median(decodes), written


# --- CTranslate2 -----------------------------------------------------------------------------------------


def ctranslate2_engine(shape: Shape, device: str, compute_type: str, directory: Path) -> TimedModel:
    """Raises CannotMeasure."""
    try:
        import ctranslate2
    except (ImportError, OSError) as error:
        raise CannotMeasure(f"CTranslate2 cannot be loaded: {error}") from error
    if device == "cuda" and ctranslate2.get_cuda_device_count() == 0:
        raise CannotMeasure("CTranslate2 sees no GPU")
    try:
        write_random_model(shape, directory)
        model = ctranslate2.models.Whisper(
            str(directory), device=device, compute_type=compute_type, intra_threads=1, inter_threads=1
        )
        # libraries of CUDA are loaded at the first product of matrices
        model.encode(ctranslate2.StorageView.from_array(random_features(shape, 1, 1.0)))
    except (RuntimeError, ValueError, OSError) as error:
        raise CannotMeasure(f"CTranslate2 cannot use {device}: {error}") from error

    def encode(features: np.ndarray) -> Any:
        encoded = model.encode(ctranslate2.StorageView.from_array(features), to_cpu=False)
        # work on the GPU goes on when the call is back; a small copy waits for it
        if device == "cuda":
            encoded.to_device(ctranslate2.Device.cpu)
        return encoded

    def decode(encoded: Any, batch: int, tokens: int) -> int:
        results = model.generate(
            encoded,
            [list(PROMPT)] * batch,
            beam_size=1,
            max_length=longest(tokens, len(PROMPT)),
            suppress_tokens=[END_OF_TEXT],
            suppress_blank=False,
        )
        return len(results[0].sequences_ids[0])

    return TimedModel(f"ctranslate2 {ctranslate2.__version__} {model.compute_type}", encode, decode)


def longest(tokens: int, prompt: int) -> int:
    """What CTranslate2 has to be told so that it writes `tokens`: it takes half of it, and all of it but the prompt."""
    return max(2 * tokens, tokens + prompt)


def write_random_model(shape: Shape, directory: Path) -> None:
    """Writes a model of a shape in CTranslate2's format, float16."""
    import ctranslate2

    width, inner = shape.width, 4 * shape.width
    source = np.random.default_rng(1).normal(0, 0.02, _BLOCK).astype(np.float16)

    def weights(*size: int) -> np.ndarray:
        return np.resize(source, size)

    def normalise(norm: Any) -> None:
        norm.gamma, norm.beta = np.ones(width, np.float16), np.zeros(width, np.float16)

    def linear(layer: Any, outputs: int, inputs: int) -> None:
        layer.weight, layer.bias = weights(outputs, inputs), np.zeros(outputs, np.float16)

    spec = ctranslate2.specs.WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    for conv, inputs in ((spec.encoder.conv1, shape.mels), (spec.encoder.conv2, width)):
        conv.weight, conv.bias = weights(width, inputs, 3), np.zeros(width, np.float16)
    spec.encoder.position_encodings.encodings = weights(1500, width)
    spec.decoder.embeddings.weight = weights(VOCABULARY, width)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.decoder.position_encodings.encodings = weights(448, width)
    spec.decoder.scale_embeddings = False
    for part, is_decoder in ((spec.encoder, False), (spec.decoder, True)):
        normalise(part.layer_norm)
        for layer in part.layer:
            attentions: list[tuple[Any, tuple[int, ...]]] = [(layer.self_attention, (3, 1))]
            if is_decoder:
                attentions.append((layer.attention, (1, 2, 1)))
            for attention, widths in attentions:
                normalise(attention.layer_norm)
                for number, each in enumerate(attention.linear):
                    linear(each, widths[number] * width, width)
            normalise(layer.ffn.layer_norm)
            linear(layer.ffn.linear_0, inner, width)
            linear(layer.ffn.linear_1, width, inner)
    spec.register_vocabulary([_SPECIAL.get(number, f"t{number}") for number in range(VOCABULARY)])
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], []
    spec.config.lang_ids, spec.config.alignment_heads = [50_259], [(0, 0)]
    spec.validate()
    spec.optimize("float16")
    directory.mkdir(parents=True, exist_ok=True)
    spec.save(str(directory))


# --- PyTorch ---------------------------------------------------------------------------------------------


def torch_engine(shape: Shape, device: str) -> TimedModel:
    """The same shape in plain PyTorch, float16 on a GPU. Raises CannotMeasure."""
    try:
        torch: Any = importlib.import_module("torch")  # no dependency of the project: it is there or not
    except (ImportError, OSError) as error:
        raise CannotMeasure(f"PyTorch cannot be loaded: {error}") from error
    functional = torch.nn.functional
    if device == "cuda" and not torch.cuda.is_available():
        raise CannotMeasure("PyTorch sees no GPU")
    kind = torch.float16 if device == "cuda" else torch.float32
    width, heads, inner = shape.width, shape.heads, 4 * shape.width

    def weights(*size: int) -> Any:
        return torch.randn(*size, device=device, dtype=kind) * 0.02

    def layer(cross: bool) -> dict[str, Any]:
        made = {"qkv": weights(3 * width, width), "out": weights(width, width)}
        made |= {"up": weights(inner, width), "down": weights(width, inner)}
        if cross:
            made |= {
                "q2": weights(width, width),
                "kv2": weights(2 * width, width),
                "out2": weights(width, width),
            }
        return made

    encoder = [layer(False) for _ in range(shape.encoder_layers)]
    decoder = [layer(True) for _ in range(shape.decoder_layers)]
    conv1, conv2 = weights(width, shape.mels, 3), weights(width, width, 3)
    places, token_places, embedding = weights(1500, width), weights(448, width), weights(VOCABULARY, width)

    def norm(x: Any) -> Any:
        return functional.layer_norm(x, (width,))

    def split(x: Any, parts: int) -> Any:
        batch, length, _ = x.shape
        return x.view(batch, length, parts, heads, width // heads).permute(2, 0, 3, 1, 4).unbind(0)

    def merge(x: Any) -> Any:
        return x.transpose(1, 2).reshape(x.shape[0], -1, width)

    def feed_forward(x: Any, each: dict[str, Any]) -> Any:
        return x + functional.linear(functional.gelu(functional.linear(norm(x), each["up"])), each["down"])

    def wait() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    def encode(features: np.ndarray) -> Any:
        x = torch.from_numpy(features).to(device, kind)
        x = functional.gelu(functional.conv1d(x, conv1, padding=1))
        x = functional.gelu(functional.conv1d(x, conv2, stride=2, padding=1)).transpose(1, 2)
        x = x + places[: x.shape[1]]
        for each in encoder:
            q, k, v = split(functional.linear(norm(x), each["qkv"]), 3)
            attended = functional.scaled_dot_product_attention(q, k, v)
            x = feed_forward(x + functional.linear(merge(attended), each["out"]), each)
        x = norm(x)
        wait()
        return x

    def decode(encoded: Any, batch: int, tokens: int) -> int:
        crossed = [split(functional.linear(encoded, each["kv2"]), 2) for each in decoder]
        length = tokens + len(PROMPT)
        size = (batch, heads, length, width // heads)
        cache = [[torch.empty(size, device=device, dtype=kind) for _ in range(2)] for _ in decoder]
        token = torch.tensor([list(PROMPT)] * batch, device=device)
        at = 0
        for _ in range(tokens):
            x = functional.embedding(token, embedding) + token_places[at : at + token.shape[1]]
            until = at + token.shape[1]
            for number, each in enumerate(decoder):
                q, k, v = split(functional.linear(norm(x), each["qkv"]), 3)
                keys, values = cache[number]
                keys[:, :, at:until], values[:, :, at:until] = k, v
                attended = functional.scaled_dot_product_attention(
                    q, keys[:, :, :until], values[:, :, :until], is_causal=at == 0
                )
                x = x + functional.linear(merge(attended), each["out"])
                (q2,) = split(functional.linear(norm(x), each["q2"]), 1)
                attended = functional.scaled_dot_product_attention(q2, *crossed[number])
                x = feed_forward(x + functional.linear(merge(attended), each["out2"]), each)
            scores = functional.linear(norm(x[:, -1:]), embedding)
            token = scores.argmax(-1)
            at = until
        wait()
        return tokens

    without_gradients = torch.inference_mode()
    name = f"torch {torch.__version__} {str(kind).partition('.')[2]}"
    return TimedModel(name, without_gradients(encode), without_gradients(decode))


# --- running ---------------------------------------------------------------------------------------------


def open_engine(
    wanted: str, shape: Shape, device: str, compute_type: str, directory: Path, say: Callable[[str], None]
) -> TimedModel:
    """The wanted engine; with "auto" CTranslate2, else PyTorch. Raises CannotMeasure."""
    reasons = []
    if wanted in ("auto", "ctranslate2"):
        try:
            return ctranslate2_engine(shape, device, compute_type, directory)
        except CannotMeasure as error:
            reasons.append(str(error))
            say(str(error))
    if wanted in ("auto", "torch"):
        try:
            return torch_engine(shape, device)
        except CannotMeasure as error:
            reasons.append(str(error))
    raise CannotMeasure("; ".join(reasons))


def device_name(device: str) -> str:
    """What the GPU calls itself, as far as PyTorch can tell."""
    if device != "cuda":
        return device
    try:
        return str(importlib.import_module("torch").cuda.get_device_name())
    except (ImportError, OSError, RuntimeError):
        return device


def report(
    engine: str, device: str, shape: Shape, times: list[PassTime], interval_s: float
) -> dict[str, Any]:
    """Everything measured, and what it comes to for each window."""
    windows = sorted({each.window_s for each in times})
    return {
        "kind": "gpu capacity",
        "engine": engine,
        "device": device,
        "shape": asdict(shape),
        "interval_s": interval_s,
        "passes": [{**asdict(each), "whole_s": round(each.whole_s, 6)} for each in times],
        "speakers": {
            f"{window_s:g} s": speakers([each for each in times if each.window_s == window_s], interval_s)
            for window_s in windows
        },
    }


def main() -> int:
    """Measures and prints JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=("auto", "ctranslate2", "torch"), default="auto")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--compute-type", default="float16", help="of CTranslate2")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="large-v3-turbo")
    parser.add_argument("--windows", default="8,12,30", help="seconds of sound in a pass")
    parser.add_argument("--batches", default="1,2,4,8,16,32,64")
    parser.add_argument("--tokens", type=int, default=30, help="written in a pass; 8 s of speech are some 30")
    parser.add_argument("--interval", type=float, default=0.5, help="seconds between two passes of a speaker")
    parser.add_argument("--out", type=Path, help="a file for the JSON as well")
    options = parser.parse_args()
    shape = SHAPES[options.shape]

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as directory:
        try:
            engine = open_engine(
                options.engine, shape, options.device, options.compute_type, Path(directory) / "model", say
            )
        except CannotMeasure as error:
            say(f"nothing could be measured: {error}")
            return 3
        say(f"{engine.name}, {shape.name}")
        times = measure(
            engine,
            shape,
            windows_s=[float(part) for part in options.windows.split(",")],
            batches=[int(part) for part in options.batches.split(",")],
            tokens=options.tokens,
            say=say,
        )
    found = report(engine.name, device_name(options.device), shape, times, options.interval)
    text = json.dumps(found, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
