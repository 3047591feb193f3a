"""The helper process of `pipeline.engines.cloning.chatterbox`; see `cloning_process.run`."""

from __future__ import annotations

import io
import sys
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
        _keep_from_the_network(weights)
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


def _keep_from_the_network(weights: Path) -> None:
    """Two things that the library fetches while it loads: the table that writes Chinese, which lies beside the weights,
    and a model that parts Chinese words, without which the text is written sign by sign."""
    sys.modules["spacy_pkuseg"] = None  # type: ignore[assignment]  # as Python marks what cannot be imported
    from chatterbox.models.tokenizers import tokenizer

    def beside_the_weights(repo_id: str, filename: str, **_places: object) -> str:
        return str(weights / filename)

    tokenizer.hf_hub_download = beside_the_weights


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
