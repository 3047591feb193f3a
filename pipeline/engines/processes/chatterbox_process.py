"""The helper process of `pipeline.engines.cloning.chatterbox`; see `cloning_process.run`."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.engines.processes.cloning_process import (
    Cloning,
    FloatSound,
    StillWanted,
    run,
    to_bytes,
)
from pipeline.engines.processes.helper import HelperEngine


class Chatterbox:
    """The multilingual model. It speaks a piece of text at once: nobody can stop it within one."""

    def __init__(self, weights: Path, device: str) -> None:
        from chatterbox.mtl_tts import ChatterboxMultilingualTTS

        self._model = ChatterboxMultilingualTTS.from_local(weights, device)
        self.rate_hz = int(self._model.sr)

    def heard(self, reference: FloatSound, rate_hz: int, _language: str) -> Any:
        self._model.prepare_conditionals(wav_in_memory(reference, rate_hz))
        conditions, self._model.conds = self._model.conds, None  # nothing of a voice stays with the model
        return conditions

    def say(self, text: str, language: str, voice: Any, _wanted: StillWanted) -> FloatSound:
        self._model.conds = voice
        try:
            spoken = self._model.generate(text, language_id=language)
        finally:
            self._model.conds = None
        return np.asarray(spoken.squeeze(0).numpy(), np.float32)


def wav_in_memory(sound: FloatSound, rate_hz: int) -> io.BytesIO:
    """The library reads files; this one is on no disk."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate_hz)
        writer.writeframes(to_bytes(sound))
    file.seek(0)
    return file


def load(weights: Path, device: str) -> HelperEngine:
    """Raises HelperError."""
    return Cloning(Chatterbox(weights, device))


if __name__ == "__main__":
    run(load)
