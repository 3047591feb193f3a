"""Kokoro through kokoro-onnx: natural voices for some languages, on CPU or GPU.

Blocking work runs in own threads. The library keeps its phonemizer behind one lock for the whole process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.audio import AudioError, Pcm, pcm_from_floats
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineMissing,
    EngineOverloaded,
    SynthesisRequest,
    UnknownLanguage,
    Voice,
)
from pipeline.engines.sound_shaping import Shaper
from pipeline.engines.splitting import sentences
from pipeline.engines.spoken_text import spoken_text

MODEL_FILES = ("kokoro-v1.0.onnx", "kokoro-v1.0.fp16.onnx", "kokoro-v1.0.int8.onnx")
"""In order of preference."""
VOICES_FILE = "voices-v1.0.bin"

_PREFIXES = {
    "en": ("a", "b"), "en-us": ("a",), "en-gb": ("b", "a"), "es": ("e",), "fr": ("f",), "hi": ("h",),
    "it": ("i",), "pt": ("p",), "pt-br": ("p",),
}  # fmt: skip
"""First letters of the voices of a language. Japanese and Chinese are missing on purpose: the model was taught
other phonemes for them than this library makes."""

_PHONEMES = {"a": "en-us", "b": "en-gb", "e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br"}
"""What the phonemizer calls the language of a voice."""

_BEST = ("af_heart", "bf_emma", "ef_dora", "ff_siwis", "hf_alpha", "if_sara", "pf_dora")
"""Defaults, where the file has them."""

_REGISTERS = {"f": "high", "m": "low"}
_PIECE_CHARACTERS = 220


def model_file(directory: Path) -> Path:
    """The best model in a directory. Raises EngineMissing when there is none, or no voices beside it."""
    model = next((directory / name for name in MODEL_FILES if (directory / name).is_file()), None)
    if model is None or not (directory / VOICES_FILE).is_file():
        raise EngineMissing(
            f"there is no Kokoro model in {directory}; `hive models fetch kokoro`, or put "
            f"{MODEL_FILES[0]} and {VOICES_FILE} there"
        )
    return model


class KokoroSynthesizer:
    """One model with its file of voices.

    Args:
        kokoro: the library's loaded model.
        at_once: how many texts are spoken at the same time; the model uses all cores for each.
        max_waiting: how many sentences may wait.
    """

    def __init__(self, kokoro: Any, *, at_once: int = 1, max_waiting: int = 64) -> None:
        self._kokoro = kokoro
        self._names = tuple(kokoro.voices.keys())
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="kokoro")
        self._waiting, self._max_waiting = 0, max_waiting
        spoken = [language for language in _PREFIXES if "-" not in language and self._of(language)]
        self.info = EngineInfo("kokoro", "MIT", "Apache-2.0", True, True, tuple(sorted(spoken)))

    @classmethod
    async def load(cls, directory: Path, *, at_once: int = 1) -> KokoroSynthesizer:
        """Loads the model from a directory, see `MODEL_FILES` and `VOICES_FILE`. Raises EngineMissing, EngineError."""
        model = model_file(directory)
        return cls(await asyncio.to_thread(_load, model, directory / VOICES_FILE), at_once=at_once)

    def voices(self, language: str) -> tuple[Voice, ...]:
        return tuple(Voice(name, language, _REGISTERS.get(name[1], "neutral")) for name in self._of(language))

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        names = self._of(request.language)
        if not names:
            raise UnknownLanguage(request.language, self.info.languages)
        voice = request.voice if request.voice in names else names[0]
        speed = min(max(request.speed, 0.5), 2.0)
        shaper: Shaper | None = None
        for piece in sentences(spoken_text(request), _PIECE_CHARACTERS, request.language):
            pcm, rate_hz = await self._piece(piece.strip(), voice, speed)
            shaper = shaper or Shaper(rate_hz)
            if (ready := shaper.feed(pcm)).size:
                yield ready
        if shaper is not None and (ready := shaper.finish()).size:
            yield ready

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)
        self._kokoro.voices.close()

    async def _piece(self, text: str, voice: str, speed: float) -> tuple[Pcm, int]:
        if self._waiting >= self._max_waiting:
            raise EngineOverloaded("speech synthesis", 1.0)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, self._create, text, voice, speed
            )
        except RuntimeError as error:
            raise EngineError("Kokoro was closed") from error
        finally:
            self._waiting -= 1

    def _create(self, text: str, voice: str, speed: float) -> tuple[Pcm, int]:
        """Blocking; the library's messages may hold the text, so they are not passed on."""
        try:
            sound, rate_hz = self._kokoro.create(text, voice=voice, speed=speed, lang=_PHONEMES[voice[0]])
            return pcm_from_floats(np.asarray(sound)), int(rate_hz)
        except AudioError as error:
            raise EngineError(f"Kokoro made unusable sound: {error}") from error
        except Exception as error:  # noqa: BLE001  onnxruntime and phonemizer share no base class of errors
            raise EngineError(f"Kokoro could not speak the text ({type(error).__name__})") from None

    def _of(self, language: str) -> tuple[str, ...]:
        """Names of a language's voices, the default first."""
        tag = language.replace("_", "-").lower()
        prefixes = _PREFIXES.get(tag) or _PREFIXES.get(tag.partition("-")[0], ())
        fitting = [name for name in self._names if name[:1] in prefixes]
        return tuple(sorted(fitting, key=lambda name: (prefixes.index(name[0]), name not in _BEST, name)))


def _load(model: Path, voices: Path) -> Any:
    try:
        from kokoro_onnx import Kokoro
    except ImportError as error:
        raise EngineMissing("kokoro-onnx is not installed; `pip install kokoro-onnx`") from error
    # at its debug level it would write down what people say
    logging.getLogger("kokoro_onnx").setLevel(logging.WARNING)
    try:
        return Kokoro(str(model), str(voices))
    except Exception as error:  # onnxruntime's errors share no base class
        raise EngineError(f"cannot load the Kokoro model {model.name}: {error}") from error
