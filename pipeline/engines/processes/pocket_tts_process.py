"""The helper process of `pipeline.engines.cloning.pocket_tts`; see `cloning_process.run`.

The library's own configurations name files of the hub; here they name those of a directory, in one folder a language.
"""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.engines.processes.cloning_process import Cloning, FloatSound, StillWanted, run
from pipeline.engines.processes.helper import HelperEngine, HelperError

_KEPT: Final = 2
"""Languages in memory, half a gigabyte each, a large one more."""


class PocketTts:
    """Models of languages, loaded when they are first asked for."""

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._models: OrderedDict[str, Any] = OrderedDict()
        folders = [folder.name for folder in sorted(weights.iterdir()) if folder.is_dir()]
        if not folders:
            raise HelperError(f"there are no weights in {weights}")
        self.rate_hz = int(self._model(folders[0]).sample_rate)

    def heard(self, reference: FloatSound, rate_hz: int, language: str) -> Any:
        import torch
        from pocket_tts.data.audio_utils import convert_audio

        model = self._model(language)
        sound = convert_audio(torch.from_numpy(reference.copy())[None], rate_hz, model.sample_rate, 1)
        return model.get_state_for_audio_prompt(sound)

    def say(self, text: str, language: str, voice: Any, wanted: StillWanted) -> FloatSound:
        pieces: list[FloatSound] = []
        stop = threading.Event()
        for piece in self._model(language).generate_audio_stream(voice, text, stop=stop):
            pieces.append(piece.detach().numpy().astype(np.float32))
            if not wanted():
                stop.set()
        return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)

    def _model(self, language: str) -> Any:
        if language not in self._models:
            while len(self._models) >= _KEPT:
                self._models.popitem(last=False)
            self._models[language] = _load(self._weights / language)
        self._models.move_to_end(language)
        return self._models[language]


def _load(folder: Path) -> Any:
    """The library's own loading, with the files of a folder."""
    import yaml
    from pocket_tts import TTSModel

    with tempfile.TemporaryDirectory() as place:
        config = Path(place) / "config.yaml"
        config.write_text(yaml.safe_dump(configuration(folder)), encoding="utf-8")
        model = TTSModel.load_model(config=config)
    if not model.has_voice_cloning:
        raise HelperError(f"the weights in {folder} are those that do not clone")
    return model


def configuration(folder: Path) -> dict[str, Any]:
    """The library's configuration of a language, with the files of a folder; one of the folder's own goes first."""
    import yaml
    from pocket_tts.utils.config import CONFIGS_DIR

    own = folder / "config.yaml"
    described = own if own.is_file() else CONFIGS_DIR / f"{folder.name}.yaml"
    tree: dict[str, Any] = yaml.safe_load(described.read_text(encoding="utf-8"))
    tree["flow_lm"]["lookup_table"]["tokenizer_path"] = str(folder / "tokenizer.json")
    tree["weights_path"] = str(folder / "model.safetensors")
    tree["weights_path_without_voice_cloning"] = None
    return tree


def load(weights: Path, _device: str) -> HelperEngine:
    """Raises HelperError."""
    return Cloning(PocketTts(weights))


if __name__ == "__main__":
    run(load)
