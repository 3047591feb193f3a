"""The encoder's network computes what an LSTM of another library computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pipeline.engines.speakers.mel import CHANNELS
from pipeline.engines.speakers.network import LAYERS, PARTIAL_FRAMES, SIZE, EncoderNetwork
from tests.pipeline.engines.speakers.tiny_encoder import chance_weights


def onnx_gates(rows: NDArray[Any]) -> NDArray[Any]:
    """From PyTorch's order of gates, input forget cell output, to that of ONNX, input output forget cell."""
    let_in, forget, fresh, let_out = np.split(rows, 4)
    return np.concatenate([let_in, let_out, forget, fresh])


def reference(weights: dict[str, NDArray[np.float32]], mels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Embeddings of partials, shape (batch, frames, channels), by onnxruntime's own LSTM."""
    constants, nodes, flow = [], [], "mels"
    for layer in range(LAYERS):
        named = {
            "w": weights[f"model_state.lstm.weight_ih_l{layer}"],
            "r": weights[f"model_state.lstm.weight_hh_l{layer}"],
        }
        biases = [weights[f"model_state.lstm.bias_{kind}_l{layer}"] for kind in ("ih", "hh")]
        tensors = {name: onnx_gates(rows)[None] for name, rows in named.items()}
        tensors["b"] = np.concatenate([onnx_gates(bias) for bias in biases])[None]
        constants += [numpy_helper.from_array(value, f"{name}{layer}") for name, value in tensors.items()]
        names = [f"{name}{layer}" for name in "wrb"]
        nodes.append(helper.make_node("LSTM", [flow, *names], [f"out{layer}"], hidden_size=SIZE))
        nodes.append(helper.make_node("Squeeze", [f"out{layer}", "one"], [f"flow{layer}"]))
        flow = f"flow{layer}"
    constants.append(numpy_helper.from_array(np.array([1], np.int64), "one"))
    shape = [PARTIAL_FRAMES, len(mels), CHANNELS]
    graph = helper.make_graph(
        nodes,
        "lstm",
        [helper.make_tensor_value_info("mels", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(flow, TensorProto.FLOAT, [PARTIAL_FRAMES, len(mels), SIZE])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    last = session.run(None, {"mels": mels.transpose(1, 0, 2)})[0][-1]
    raw = np.maximum(last @ weights["model_state.linear.weight"].T + weights["model_state.linear.bias"], 0)
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))


def mean_of_length_1(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    mean = rows.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def test_it_computes_what_another_lstm_does() -> None:
    """Three partials that overlap, as the reference lays them: 1.3 a second; the mean is of length 1."""
    weights = chance_weights()
    mels = np.abs(np.random.default_rng(2).normal(0, 1, (160 + 2 * 77, CHANNELS))).astype(np.float32)
    partials = np.stack([mels[at : at + PARTIAL_FRAMES] for at in (0, 77, 154)])

    found = EncoderNetwork.of(weights).embedding(mels)

    assert (found.shape, found.dtype.name) == ((SIZE,), "float32")
    assert found == pytest.approx(mean_of_length_1(reference(weights, partials)), abs=2e-5)
    assert float(np.linalg.norm(found)) == pytest.approx(1.0, abs=1e-5)


def test_short_speech_is_one_partial_with_silence_behind() -> None:
    """As the reference has it; of the last partial of longer speech three quarters must be there."""
    weights = chance_weights()
    mels = np.abs(np.random.default_rng(3).normal(0, 1, (160 + 77, CHANNELS))).astype(np.float32)
    short = np.pad(mels[:100], ((0, 60), (0, 0)))[None]
    network = EncoderNetwork.of(weights)

    assert network.embedding(mels[:100]) == pytest.approx(reference(weights, short)[0], abs=2e-5)
    assert network.embedding(mels[:190]) == pytest.approx(network.embedding(mels[:160]), abs=1e-5)
    assert network.embedding(mels[:200]) != pytest.approx(network.embedding(mels[:160]), abs=1e-5)


def test_weights_of_another_shape_are_refused() -> None:
    """By name; so is what is missing."""
    weights = chance_weights()
    del weights["model_state.linear.bias"]
    with pytest.raises(ValueError, match=r"linear\.bias should be of shape \(256,\); it is missing"):
        EncoderNetwork.of(weights)
    with pytest.raises(
        ValueError, match=r"lstm\.weight_hh_l2 should be of shape \(1024, 256\); its shape is"
    ):
        EncoderNetwork.of({**weights, "model_state.lstm.weight_hh_l2": np.zeros((4, 4), np.float32)})
