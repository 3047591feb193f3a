"""The helper process of `pipeline.engines.synthesis.piper`: piper-tts, one voice a file, sound over standard output.

Run as `python -m pipeline.engines.processes.piper_process DIRECTORY`. The library is GPL: only this process loads it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from foundation.recent import Recent
from pipeline.engines.onnx_options import session_options
from pipeline.engines.processes.helper import Emit, HelperError, serve
from pipeline.machine import voice_threads

_KEPT = 4
"""Voices in memory, some 100 MB each."""


class Piper:
    """Voices of one directory, loaded when they are first asked for.

    Args:
        threads: how many a voice may use.
    """

    def __init__(self, directory: Path, threads: int) -> None:
        try:
            import onnxruntime
            from piper import PiperConfig, PiperVoice, SynthesisConfig
        except ImportError as error:
            raise HelperError("piper-tts is not installed; `pip install piper-tts`") from error
        self._config = SynthesisConfig

        def load(name: str) -> Any:
            file = directory / f"{name}.onnx"
            described = json.loads(file.with_name(f"{name}.onnx.json").read_bytes())
            session = onnxruntime.InferenceSession(
                str(file), session_options(threads), providers=["CPUExecutionProvider"]
            )
            return PiperVoice(session, PiperConfig.from_dict(described))

        self._load = load  # `PiperVoice.load` would take all cores
        self._voices: Recent[str, Any] = Recent(_KEPT)

    def ready(self) -> dict[str, Any]:
        return {}

    def speak(self, job: dict[str, Any], emit: Emit) -> None:
        voice = self._voice(job["voice"])
        config = self._config(
            speaker_id=job["speaker"],
            length_scale=voice.config.length_scale / job["speed"],
            normalize_audio=False,  # would bring each sentence to its own loudness
        )
        for chunk in voice.synthesize(job["text"], config):
            if not emit(chunk.audio_int16_bytes):
                return

    def _voice(self, name: str) -> Any:
        voice = self._voices.use(name)
        if voice is None:
            self._voices.make_room()  # before one more is loaded
            try:
                voice = self._voices[name] = self._load(name)
            except Exception as error:  # onnxruntime's errors share no base; what it says names only the file
                raise HelperError(f"cannot load the voice {name}: {error}") from error
        return voice


if __name__ == "__main__":
    serve(lambda: Piper(Path(sys.argv[1]), voice_threads()), gives_way=True)
