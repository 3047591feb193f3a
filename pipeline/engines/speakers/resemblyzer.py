"""Resemblyzer's voice encoder without its library, which wants PyTorch: the weights are read, the network is NumPy.

Blocking work runs in a thread of its own, which gives way to recognition.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.settings import Models
from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.engines import checkpoints
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineMissing,
    EngineOverloaded,
    SpeakerTraits,
    TooLittleSpeech,
)
from pipeline.engines.recognition.silero import FRAME_SAMPLES, SileroModel
from pipeline.engines.speakers.mel import mel_spectrogram, power_spectra
from pipeline.engines.speakers.network import EncoderNetwork
from pipeline.engines.speakers.pitch import pitches_hz
from pipeline.priority import lower_thread_priority

DIRECTORY: Final = "voice-encoder"
WEIGHTS_FILE: Final = "pretrained.pt"
LEAST_S: Final = 1.0
"""With less speech a voice is not measured."""
MOST_S: Final = 60.0
"""Of more speech the first minute tells as much."""
MOST_WAITING: Final = 16

_SPEECH: Final = 0.5
_KEPT_FRAMES: Final = 3
"""So much of what is beside speech stays: about the 0.1 s of the reference."""
_LEVEL: Final = 10 ** (-30 / 20)
"""RMS to which speech is brought, full scale 1: the network hears power, not decibels."""


def look(models: Models) -> str:
    """See `Home.look`."""
    return f"weights {_weights_file(models.directory).name}"


async def load_encoder(models: Models) -> Resemblyzer:
    """Raises EngineMissing, EngineError."""
    return await Resemblyzer.load(_weights_file(models.directory))


def _weights_file(models: Path) -> Path:
    path = models / DIRECTORY / WEIGHTS_FILE
    if not path.is_file():
        raise EngineMissing(f"there is no voice encoder in {path.parent}; `hive models fetch voice-encoder`")
    return path


class Resemblyzer:
    """A `SpeakerEncoder`.

    Args:
        voice_activity: what tells where somebody speaks.
        threads: one thread, which does the work.
    """

    def __init__(
        self, network: EncoderNetwork, voice_activity: SileroModel, threads: ThreadPoolExecutor
    ) -> None:
        self._network, self._voice_activity, self._threads = network, voice_activity, threads
        self._waiting = 0
        self.info = EngineInfo("resemblyzer", "Apache-2.0", "Apache-2.0", True, True, ())

    @classmethod
    async def load(cls, weights: Path) -> Resemblyzer:
        """Raises EngineMissing, EngineError."""
        threads = ThreadPoolExecutor(1, thread_name_prefix="voices", initializer=lower_thread_priority)
        try:
            network, voice_activity = await asyncio.get_running_loop().run_in_executor(
                threads, _load, weights
            )
        except BaseException:
            threads.shutdown(wait=False)
            raise
        return cls(network, voice_activity, threads)

    async def describe(self, pcm: Pcm) -> SpeakerTraits:
        if self._waiting >= MOST_WAITING:
            raise EngineOverloaded("measuring voices", 2.0)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._describe, pcm)
        except RuntimeError as error:
            raise EngineError("the voice encoder was closed") from error
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    def _describe(self, pcm: Pcm) -> SpeakerTraits:
        if pcm.ndim != 1 or pcm.dtype != np.int16:
            raise AudioError(f"expected 16-bit mono sound, got {pcm.dtype} {pcm.shape}")
        speech, speech_s = self._speech(pcm)
        if speech_s < LEAST_S:
            raise TooLittleSpeech(speech_s, LEAST_S)
        pitches = pitches_hz(speech)
        voiced = pitches[np.isfinite(pitches)]
        return SpeakerTraits(
            self._network.embedding(mel_spectrogram(speech)),
            speech_s,
            float(np.median(voiced)) if voiced.size else 0.0,
            _brightness_hz(speech, np.isfinite(pitches)),
        )

    def _speech(self, pcm: Pcm) -> tuple[NDArray[np.float64], float]:
        """What is speech in it, in one piece and of even level, and how many seconds that are."""
        detector = self._voice_activity.detector()
        count = len(pcm) // FRAME_SAMPLES
        frames = pcm[: count * FRAME_SAMPLES].reshape(count, FRAME_SAMPLES)
        spoken = np.zeros(count, bool)
        heard = 0
        for at, frame in enumerate(frames):
            if heard * FRAME_SAMPLES > MOST_S * HEARING_RATE_HZ:
                break
            spoken[at] = detector.probability(frame) >= _SPEECH
            heard += int(spoken[at])
        speech = frames[_widened(spoken)].reshape(-1).astype(np.float64) / 32768
        level = float(np.sqrt(np.mean(np.square(speech)))) if speech.size else 0.0
        return speech * (_LEVEL / level if level else 1.0), heard * FRAME_SAMPLES / HEARING_RATE_HZ


def _widened(spoken: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """With some frames before and behind each stretch of speech."""
    padded = np.pad(spoken, 2 * _KEPT_FRAMES)
    near = np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * _KEPT_FRAMES + 1).any(axis=1))
    return np.asarray(near[_KEPT_FRAMES : _KEPT_FRAMES + len(spoken)])


def _brightness_hz(speech: NDArray[np.float64], voiced: NDArray[np.bool_]) -> float:
    """Mean spectral centroid, by amplitude, of the voiced frames; 0 where there are none."""
    amplitudes = np.sqrt(power_spectra(speech)[: len(voiced)][voiced])
    if not amplitudes.size:
        return 0.0
    bins = np.linspace(0.0, HEARING_RATE_HZ / 2, amplitudes.shape[1])
    return float(np.mean(amplitudes @ bins / np.maximum(amplitudes.sum(axis=1), 1e-12)))


def _load(weights: Path) -> tuple[EncoderNetwork, SileroModel]:
    try:
        network = EncoderNetwork.of(checkpoints.read(weights))
    except (OSError, ValueError) as error:
        raise EngineError(f"cannot load the voice encoder {weights.name}: {error}") from error
    return network, SileroModel.load()
