"""Marks sound as made by a machine, in the sound itself: PerTh's watermark without its library, which wants PyTorch.

A network adds to the spectrum below 2 kHz what nobody hears; a second one tells whether it is there, also after MP3,
Opus and other rates. It says that a sound was made by a machine, not by whose: there is no message in it.

Source:
    Resemble AI's Perth 1.0.1 (`perth_net_implicit`): spectra of 2048 samples at 32 kHz, each 320, in decibels from -180
    to 15 brought to 0…1; seven convolutions over time, of one, five times seven, and one frame.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr
from numpy.typing import NDArray

from config.settings import Models
from pipeline.audio import Pcm
from pipeline.engines import checkpoints
from pipeline.engines.protocols import EngineError, EngineMissing

DIRECTORY: Final = "watermark"
WEIGHTS_FILE: Final = "perth.pt"
NAME: Final = "perth 1.0.1"
SURE: Final = 0.9
"""From this confidence on a sound is taken for marked: what was marked had 1.00, pieces of what was not up to 0.59."""

_RATE_HZ: Final = 32_000
_WINDOW, _STEP = 2048, 320
_BANDS: Final = 128
"""Up to 2 kHz."""
_HIDDEN: Final = 256
_LEAST_DB, _MOST_DB = -180.0, 15.0
_AUDIBLE: Final = 0.05
"""Frames with less, of the loudest one, are silence: they are not marked, and tell nothing."""
_LEAST_SAMPLES: Final = 4 * _WINDOW
"""Shorter sound is padded with silence."""
_BLOCK: Final = 4
"""Frames that are multiplied at once: OpenBLAS does products of up to 2^18 multiplications in the thread that asks."""
_SLOPE: Final = 0.01
"""Of the leaky ReLU below 0."""

_Floats = NDArray[np.float32]


class Watermark:
    """The two networks; may be used by several threads at once. All calls block."""

    name: Final = NAME

    def __init__(self, encoder: _Network, decoders: tuple[_Network, _Network, _Network]) -> None:
        self._encoder, self._decoders = encoder, decoders

    @classmethod
    def load(cls, models: Path) -> Watermark:
        """From the directory of models. Raises EngineMissing, EngineError."""
        file = _file(models)
        try:
            weights = {name.removeprefix("model."): array for name, array in checkpoints.read(file).items()}
            encoder = _Network.of(weights, "encoder.layers", _BANDS)
            slow, normal, fast = (_Network.of(weights, f"decoder.{which}_layers", 2) for which in _SPEEDS)
        except ValueError as error:
            raise EngineError(f"the watermark cannot be read: {error}") from error
        return cls(encoder, (slow, normal, fast))

    def marked(self, pcm: Pcm, rate_hz: int) -> Pcm:
        """The same sound with the mark in it; silence stays silence. What is above 2 kHz is not touched."""
        if not pcm.any():
            return pcm
        spectra = _spectra(_heard(pcm, rate_hz))
        levels = _levels(spectra)
        change = self._encoder.run(levels[:, :_BANDS]) * _audible(levels)[:, None]
        factor = 10.0 ** (change * ((_MOST_DB - _LEAST_DB) / 20)) - 1.0
        added = np.zeros_like(spectra)
        added[:, :_BANDS] = spectra[:, :_BANDS] * factor
        mark = soxr.resample(_sound(added), _RATE_HZ, rate_hz)[: len(pcm)]
        out = pcm.astype(np.float64)
        out[: len(mark)] += mark * 32768
        return np.rint(np.clip(out, -32768, 32767)).astype(np.int16)

    def confidence(self, pcm: Pcm, rate_hz: int) -> float:
        """How sure it is that the mark is in a sound, 0…1; 0 for silence."""
        if not pcm.any():
            return 0.0
        levels = _levels(_spectra(_heard(pcm, rate_hz)))
        bands, audible = levels[:, :_BANDS], _audible(levels)
        attention, found = np.array(
            [
                _judged(network, bands, audible, times)
                for network, times in zip(self._decoders, _TIMES, strict=True)
            ]
        ).T
        shares = np.exp(attention - attention.max())
        return float(np.clip((found * shares).sum() / shares.sum(), 0.0, 1.0))


_SPEEDS: Final = ("slow", "normal", "fast")
_TIMES: Final = (1.25, 1.0, 0.75)
"""Of each decoder: it finds what was stretched."""


class _Network:
    """Convolutions over time; weights of each of shape (frames, width in, width out)."""

    def __init__(self, layers: list[tuple[_Floats, _Floats]]) -> None:
        self._layers = layers

    @classmethod
    def of(cls, weights: Mapping[str, NDArray[Any]], prefix: str, out: int) -> _Network:
        """Raises ValueError: one is missing or of another shape."""
        shapes = [(_HIDDEN, _BANDS, 1), *[(_HIDDEN, _HIDDEN, 7)] * 5, (out, _HIDDEN, 1)]
        layers = []
        for at, shape in enumerate(shapes):
            weight = _named(weights, f"{prefix}.{at}.conv.weight", shape)
            bias = _named(weights, f"{prefix}.{at}.conv.bias", shape[:1])
            layers.append((np.ascontiguousarray(weight.transpose(2, 1, 0)), bias))
        return cls(layers)

    def run(self, frames: _Floats) -> _Floats:
        """From shape (frames, width) to (frames, width out)."""
        for weight, bias in self._layers[:-1]:
            frames = _convolved(frames, weight) + bias
            frames = np.maximum(frames, frames * np.float32(_SLOPE))
        weight, bias = self._layers[-1]
        return _convolved(frames, weight) + bias


def _named(weights: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> _Floats:
    found = weights.get(name)
    if found is None or found.shape != shape:
        told = "it is missing" if found is None else f"its shape is {found.shape}"
        raise ValueError(f"{name} should be of shape {shape}; {told}")
    return np.asarray(found, np.float32)


def _convolved(frames: _Floats, weight: _Floats) -> _Floats:
    """With as many frames as before: there is silence around them."""
    span, width, out = weight.shape
    count = -(-len(frames) // _BLOCK)
    padded = np.zeros((count * _BLOCK + span - 1, width), np.float32)
    padded[span // 2 : span // 2 + len(frames)] = frames
    summed = np.zeros((count, _BLOCK, out), np.float32)
    for at in range(span):
        summed += padded[at : at + count * _BLOCK].reshape(count, _BLOCK, width) @ weight[at]
    return summed.reshape(-1, out)[: len(frames)]


def _judged(network: _Network, bands: _Floats, audible: _Floats, times: float) -> tuple[float, float]:
    """Of one decoder: how far it is to be believed, and what it found."""
    count = len(bands)
    wanted = int(count * times)
    places = np.linspace(0, count - 1, wanted)
    below = np.floor(places).astype(int)
    above, share = np.minimum(below + 1, count - 1), (places - below)[:, None].astype(np.float32)
    heard = network.run(bands[below] * (1 - share) + bands[above] * share)
    counts = audible[(np.arange(wanted) * count // wanted)]
    attention, found = (heard * counts[:, None]).sum(axis=0) / counts.sum()
    return float(attention), float(found)


def _heard(pcm: Pcm, rate_hz: int) -> _Floats:
    """At the rate of the networks, in -1…1."""
    sound = soxr.resample(pcm.astype(np.float32) / 32768, rate_hz, _RATE_HZ)
    return np.pad(np.asarray(sound, np.float32), (0, max(0, _LEAST_SAMPLES - len(sound))))


def _window() -> _Floats:
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW), np.float32)


def _spectra(sound: _Floats) -> NDArray[np.complex64]:
    """One each `_STEP`, centred on it; shape (frames, 1025)."""
    mirrored = np.pad(sound, _WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(mirrored, _WINDOW)[::_STEP]
    return np.fft.rfft(frames * _window(), axis=1).astype(np.complex64)


def _sound(spectra: NDArray[np.complex64]) -> _Floats:
    """The other way round, by windows that are added up."""
    window = _window()
    frames = np.fft.irfft(spectra, _WINDOW, axis=1).astype(np.float32) * window
    whole = np.zeros((len(frames) - 1) * _STEP + _WINDOW, np.float32)
    weights = np.zeros_like(whole)
    for at, frame in enumerate(frames):
        whole[at * _STEP : at * _STEP + _WINDOW] += frame
        weights[at * _STEP : at * _STEP + _WINDOW] += window * window
    middle = slice(_WINDOW // 2, len(whole) - _WINDOW // 2)
    return np.asarray(whole[middle] / weights[middle], np.float32)


def _levels(spectra: NDArray[np.complex64]) -> _Floats:
    """Decibels from the least to the most, as 0…1."""
    decibels = 20 * np.log10(np.maximum(np.abs(spectra), 10.0 ** (_LEAST_DB / 20)))
    return np.asarray((decibels - _LEAST_DB) / (_MOST_DB - _LEAST_DB), np.float32)


def _audible(levels: _Floats) -> _Floats:
    """1 for frames in which something is, else 0; shape (frames,)."""
    sums = levels.sum(axis=1)
    return np.asarray(sums > sums.max() * _AUDIBLE, np.float32)


def look(models: Models) -> str:
    """See `pipeline.engines.homes.Home.look`."""
    return f"weights {_file(models.directory).name}"


def _file(models: Path) -> Path:
    """Raises EngineMissing."""
    file = models / DIRECTORY / WEIGHTS_FILE
    if not file.is_file():
        raise EngineMissing(f"there is no watermark in {file.parent}; `hive models fetch watermark`")
    return file


async def load_watermark(models: Models) -> Watermark:
    """Raises EngineMissing, EngineError."""
    return await asyncio.to_thread(Watermark.load, models.directory)
