"""Voices of a few kilobytes in the real formats of Piper and Kokoro: each sign becomes a stretch of a tone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

SAMPLES_PER_SIGN = 600
_OPSET, _IR = 17, 9


def write_piper(directory: Path, name: str, *, code: str, rate_hz: int = 22_050, speakers: int = 1) -> None:
    """NAME.onnx and NAME.onnx.json: inputs `input`, `input_lengths`, `scales` and, with several speakers, `sid`."""
    several = speakers > 1
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if several:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, ["batch"]))
    nodes = [
        helper.make_node("Cast", ["input_lengths"], ["length"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", "one"], ["length_scale"]),
        helper.make_node("Mul", ["length", "length_scale"], ["scaled"]),
        *_tone("scaled", "sid" if several else None),
        helper.make_node("Reshape", ["sound", "shape"], ["output"]),
    ]
    _save(directory / f"{name}.onnx", nodes, inputs, "output", [1, 1, 1, "samples"])
    config = {
        "audio": {"sample_rate": rate_hz, "quality": "medium"},
        "espeak": {"voice": code.partition("_")[0]},
        "language": {"code": code, "family": code.partition("_")[0]},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": speakers,
        "speaker_id_map": {f"speaker{number}": number for number in range(speakers)} if several else {},
    }
    (directory / f"{name}.onnx.json").write_text(json.dumps(config))


def write_kokoro(directory: Path, names: list[str]) -> None:
    """kokoro-v1.0.onnx and voices-v1.0.bin: inputs `tokens`, `style` and `speed`; one style a voice, (510, 1, 256)."""
    inputs = [
        helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, "tokens"]),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
        helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
    ]
    nodes = [
        helper.make_node("Shape", ["tokens"], ["tokens_shape"]),
        helper.make_node("Gather", ["tokens_shape", "one"], ["count"]),
        helper.make_node("Cast", ["count"], ["length"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["length", "speed"], ["scaled"]),
        helper.make_node("ReduceMean", ["style"], ["mean"], keepdims=0),
        helper.make_node("Reshape", ["mean", "flat"], ["kind"]),
        *_tone("scaled", "kind"),
        helper.make_node("Reshape", ["sound", "flat"], ["audio"]),
    ]
    _save(directory / "kokoro-v1.0.onnx", nodes, inputs, "audio", ["samples"])
    styles = {name: np.full((510, 1, 256), index, np.float32) for index, name in enumerate(names)}
    with (directory / "voices-v1.0.bin").open("wb") as file:
        np.savez(file, **styles)  # type: ignore[arg-type]


def _tone(length: str, kind: str | None) -> list[onnx.NodeProto]:
    """`length` signs long, a tone whose pitch rises with `kind`, on `sound`."""
    return [
        helper.make_node("Mul", [length, "samples_per_sign"], ["float_samples"]),
        helper.make_node("Cast", ["float_samples"], ["samples_1d"], to=TensorProto.INT64),
        helper.make_node("Squeeze", ["samples_1d"], ["samples"]),
        helper.make_node("Range", ["zero", "samples", "step"], ["positions"]),
        helper.make_node("Cast", ["positions"], ["time"], to=TensorProto.FLOAT),
        helper.make_node("Cast", [kind or "zero_1d"], ["kind_float"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["kind_float", "four"], ["pitch"]),
        helper.make_node("Mul", ["pitch", "hundredth"], ["frequency"]),
        helper.make_node("Mul", ["time", "frequency"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["wave"]),
        helper.make_node("Mul", ["wave", "half"], ["sound"]),
    ]


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    output: str,
    shape: list[int | str],
) -> None:
    constants: dict[str, NDArray[Any]] = {
        "one": np.array([1], np.int64),
        "zero": np.array(0, np.int64),
        "step": np.array(1, np.int64),
        "zero_1d": np.array([0], np.int64),
        "flat": np.array([-1], np.int64),
        "shape": np.array([1, 1, 1, -1], np.int64),
        "samples_per_sign": np.array([SAMPLES_PER_SIGN], np.float32),
        "four": np.array([4], np.float32),
        "hundredth": np.array([0.01], np.float32),
        "half": np.array([0.5], np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "voice",
        inputs,
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
    onnx.save(model, str(path))
