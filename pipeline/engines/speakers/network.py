"""The network of Resemblyzer's encoder in NumPy: three LSTM layers, a linear one, ReLU, length 1.

Source:
    L. Wan et al., "Generalized end-to-end loss for speaker verification" (2018), as Resemblyzer 0.1.4 trained it; the
    equations of an LSTM are those of `torch.nn.LSTM`, gates in the order input, forget, cell, output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.protocols import SpeakerEmbedding
from pipeline.engines.speakers.mel import CHANNELS, STEP_SAMPLES

LAYERS: Final = 3
SIZE: Final = 256
PARTIAL_FRAMES: Final = 160
PARTIAL_SAMPLES: Final = PARTIAL_FRAMES * STEP_SAMPLES
_STEP_FRAMES: Final = 77
"""Between the beginnings of two partials: 1.3 of them a second, as the reference has it."""
_LEAST_COVERED: Final = 0.75
"""Of the last partial, unless it is the only one."""
_AT_ONCE: Final = 16
"""Partials that go through the network together."""
_BLOCKS: Final = 16
"""A frame's product with a layer's weights is cut into so many, 4 for each gate. OpenBLAS does products of up to 2^18
multiplications in the thread that asks; larger ones are shared out, and on a busy machine the threads then wait for one
another some hundred times a second of speech."""
_BLOCK: Final = 4 * SIZE // _BLOCKS
assert _AT_ONCE * SIZE * _BLOCK <= 2**18

_Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Layer:
    inwards: _Floats
    """Shape (width of what comes in, 4 · SIZE)."""
    back: _Floats
    """Shape (`_BLOCKS`, SIZE, `_BLOCK`)."""
    bias: _Floats

    def run(self, sequence: _Floats) -> _Floats:
        """From shape (batch, frames, width) to (batch, frames, SIZE)."""
        batch, frames, _ = sequence.shape
        driven = (sequence @ self.inwards + self.bias).reshape(batch, frames, _BLOCKS, _BLOCK)
        driven = np.ascontiguousarray(driven.transpose(1, 2, 0, 3))
        hidden = np.zeros((batch, SIZE), np.float32)
        cell = np.zeros((_BLOCKS // 4, batch, _BLOCK), np.float32)
        out = np.empty((batch, frames, SIZE), np.float32)
        for at in range(frames):
            let_in, forget, fresh, let_out = np.split(driven[at] + hidden @ self.back, 4)
            cell = _sigmoid(forget) * cell + _sigmoid(let_in) * np.tanh(fresh)
            hidden = (_sigmoid(let_out) * np.tanh(cell)).transpose(1, 0, 2).reshape(batch, SIZE)
            out[:, at] = hidden
        return out


class EncoderNetwork:
    """Weights alone; may be used by several threads at once."""

    def __init__(self, layers: tuple[_Layer, ...], weight: _Floats, bias: _Floats) -> None:
        self._layers, self._weight, self._bias = layers, weight, bias

    @classmethod
    def of(cls, weights: Mapping[str, NDArray[Any]]) -> EncoderNetwork:
        """From the weights of a checkpoint of the reference.

        Raises:
            ValueError: one is missing or of another shape; says which.
        """
        layers = tuple(
            _Layer(
                _named(weights, f"lstm.weight_ih_l{at}", (4 * SIZE, SIZE if at else CHANNELS)).T,
                _blocked(_named(weights, f"lstm.weight_hh_l{at}", (4 * SIZE, SIZE)).T),
                _named(weights, f"lstm.bias_ih_l{at}", (4 * SIZE,))
                + _named(weights, f"lstm.bias_hh_l{at}", (4 * SIZE,)),
            )
            for at in range(LAYERS)
        )
        linear = _named(weights, "linear.weight", (SIZE, SIZE)).T
        return cls(layers, linear, _named(weights, "linear.bias", (SIZE,)))

    def embedding(self, mels: _Floats) -> SpeakerEmbedding:
        """Of one voice: the mean of all partials.

        Args:
            mels: of its speech, shape (frames, `CHANNELS`); padded with silence where it is shorter than a partial.
        """
        partials = _partials(mels)
        found = [self._through(partials[at : at + _AT_ONCE]) for at in range(0, len(partials), _AT_ONCE)]
        mean = np.concatenate(found).mean(axis=0, keepdims=True)
        embedding: SpeakerEmbedding = _of_length_1(mean)[0]
        return embedding

    def _through(self, batch: _Floats) -> _Floats:
        for layer in self._layers:
            batch = layer.run(batch)
        return _of_length_1(np.maximum(batch[:, -1] @ self._weight + self._bias, 0.0))


def _blocked(weights: _Floats) -> _Floats:
    """From shape (SIZE, 4 · SIZE) to (`_BLOCKS`, SIZE, `_BLOCK`)."""
    return np.ascontiguousarray(weights.reshape(SIZE, _BLOCKS, _BLOCK).transpose(1, 0, 2))


def _partials(mels: _Floats) -> _Floats:
    """Shape (partials, `PARTIAL_FRAMES`, `CHANNELS`)."""
    begins = list(range(0, max(1, len(mels) - PARTIAL_FRAMES + _STEP_FRAMES + 1), _STEP_FRAMES))
    covered = (len(mels) - begins[-1]) / PARTIAL_FRAMES
    if len(begins) > 1 and covered < _LEAST_COVERED:
        begins.pop()
    padded = np.pad(mels, ((0, max(0, begins[-1] + PARTIAL_FRAMES - len(mels))), (0, 0)))
    return np.stack([padded[begin : begin + PARTIAL_FRAMES] for begin in begins])


def _of_length_1(rows: _Floats) -> _Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-6), np.float32)


def _sigmoid(numbers: _Floats) -> _Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * numbers)), np.float32)  # overflows nowhere


def _named(weights: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> _Floats:
    found = weights.get(f"model_state.{name}")
    if found is None or found.shape != shape:
        told = "it is missing" if found is None else f"its shape is {found.shape}"
        raise ValueError(f"{name} should be of shape {shape}; {told}")
    return np.ascontiguousarray(found, np.float32)
