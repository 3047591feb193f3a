"""The helper process of `pipeline.engines.cloning.xtts`; see `cloning_process.run`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.engines.processes.cloning_process import Cloning, FloatSound, StillWanted, run
from pipeline.engines.processes.helper import HelperEngine

_CONDITIONED_S: Final = 30
"""So much of a reference shapes how somebody speaks, in chunks of six seconds."""


class Xtts:
    """The model as the library builds and loads it."""

    def __init__(self, weights: Path, device: str) -> None:
        from TTS.tts.configs.xtts_config import XttsConfig
        from TTS.tts.models.xtts import Xtts as XttsModel

        config = XttsConfig()
        config.load_json(str(weights / "config.json"))
        self._model = XttsModel.init_from_config(config)
        self._model.load_checkpoint(config, checkpoint_dir=str(weights), use_deepspeed=False)
        self._model.to(device)
        self.rate_hz = int(config.model_args.output_sample_rate)

    def heard(self, reference: FloatSound, rate_hz: int, _language: str) -> Any:
        import torch

        sound = torch.from_numpy(reference.copy())[None].to(self._model.device)
        latents = self._model.get_gpt_cond_latents(sound, rate_hz, length=_CONDITIONED_S, chunk_length=6)
        return latents, self._model.get_speaker_embedding(sound, rate_hz)

    def say(self, text: str, language: str, voice: Any, wanted: StillWanted) -> FloatSound:
        latents, embedding = voice
        pieces: list[FloatSound] = []
        for piece in self._model.inference_stream(text, language, latents, embedding):
            pieces.append(piece.detach().cpu().numpy().astype(np.float32))
            if not wanted():
                break
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def load(weights: Path, device: str) -> HelperEngine:
    """Raises HelperError."""
    return Cloning(Xtts(weights, device))


if __name__ == "__main__":
    run(load)
