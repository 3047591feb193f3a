"""Weights of the voice encoder's shapes, by chance, and the file that holds them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.speakers.mel import CHANNELS
from pipeline.engines.speakers.network import LAYERS, SIZE
from tests.stack import official


def chance_weights(seed: int = 1) -> dict[str, NDArray[np.float32]]:
    """As the checkpoint of the reference names them."""
    random = np.random.default_rng(seed)

    def some(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.08, shape).astype(np.float32)

    weights = {"model_state.linear.weight": some(SIZE, SIZE), "model_state.linear.bias": some(SIZE)}
    for layer in range(LAYERS):
        weights[f"model_state.lstm.weight_ih_l{layer}"] = some(4 * SIZE, SIZE if layer else CHANNELS)
        weights[f"model_state.lstm.weight_hh_l{layer}"] = some(4 * SIZE, SIZE)
        weights[f"model_state.lstm.bias_ih_l{layer}"] = some(4 * SIZE)
        weights[f"model_state.lstm.bias_hh_l{layer}"] = some(4 * SIZE)
    return weights


def write_encoder(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint in the format of the reference's: weights in a table in a table."""
    file.parent.mkdir(parents=True, exist_ok=True)
    weights = {name.removeprefix("model_state."): value for name, value in chance_weights().items()}
    official.write_torch(file, weights, monkeypatch, legacy=True, table="model_state")
