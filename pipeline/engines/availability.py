"""Which engines could be loaded here: a look at libraries, programs and models, without loading any."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from config.settings import Models, Settings
from pipeline.engines.protocols import EngineError, EngineMissing
from pipeline.engines.synthesis import kokoro, kokoro_phonemes, piper
from pipeline.engines.table import ENGINES, Engine
from pipeline.engines.translation.apertium import modes as apertium_modes
from pipeline.engines.translation.opus import models as opus_models


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether an engine could be loaded now."""

    engine: Engine
    present: bool
    detail: str
    """What was found, or what is missing."""


def available(settings: Settings) -> tuple[Availability, ...]:
    """Looks for each engine of `ENGINES`, in that order; loads none. Blocking, a few file look-ups."""
    return tuple(_look(engine, settings.models) for engine in ENGINES)


def _look(engine: Engine, models: Models) -> Availability:
    try:
        return Availability(engine, True, _LOOKS[engine.name](models))
    except EngineError as error:
        return Availability(engine, False, str(error))


def _look_for_pocketsphinx(models: Models) -> str:
    _library("pocketsphinx", "pocketsphinx")
    return "installed, with its English model"


def _look_for_whisper(models: Models) -> str:
    _library("faster_whisper", "faster-whisper")
    names = whisper_models(models)
    if not names:
        raise EngineMissing(
            f"there is no Whisper model in {models.directory / 'whisper'}; "
            "fetch one, e.g. `hive models fetch whisper-base`"
        )
    return f"models {', '.join(names)}"


def _look_for_apertium(models: Models) -> str:
    modes = apertium_modes.installed()
    return f"pairs {', '.join(f'{mode.source}→{mode.target}' for mode in modes if not mode.variant)}"


def _look_for_opus(models: Models) -> str:
    _library("ctranslate2", "ctranslate2")
    found = opus_models.find(models.directory / "opus")
    usable = [model for model in found if model.commercial_use or models.allow_non_commercial]
    if not usable:
        raise EngineMissing(
            "all translation models are for non-commercial use; if yours is, set models.allow_non_commercial"
        )
    return f"models {', '.join(model.name for model in usable)}"


def _look_for_espeak(models: Models) -> str:
    import ctypes.util

    library = ctypes.util.find_library("espeak-ng")
    if library is None:
        raise EngineMissing("libespeak-ng is not installed; on Debian: `apt-get install espeak-ng`")
    return f"library {library}"


def _look_for_piper(models: Models) -> str:
    _library("piper", "piper-tts")
    voices = piper.find(models.directory / "piper", allow_non_commercial=models.allow_non_commercial)
    return f"voices {', '.join(voice.name for voice in voices)}"


def _look_for_kokoro(models: Models) -> str:
    _library("kokoro_onnx", "kokoro-onnx")
    name = kokoro.model_file(models.directory / "kokoro").name
    lacking = []
    for language in kokoro_phonemes.LANGUAGES:
        try:
            kokoro_phonemes.check(language)
        except EngineMissing as error:
            lacking.append(str(error).removeprefix("Kokoro's phonemes "))
    return f"model {name}" + "".join(f"; {reason}" for reason in lacking)


_LOOKS = {
    "pocketsphinx": _look_for_pocketsphinx,
    "whisper": _look_for_whisper,
    "apertium": _look_for_apertium,
    "opus": _look_for_opus,
    "espeak": _look_for_espeak,
    "piper": _look_for_piper,
    "kokoro": _look_for_kokoro,
}


def _library(module: str, package: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise EngineMissing(f"{package} is not installed; `pip install {package}`")


def whisper_models(models: Models) -> tuple[str, ...]:
    """Names of the Whisper models on disk, sorted."""
    directory: Path = models.directory / "whisper"
    if not directory.is_dir():
        return ()
    return tuple(sorted(place.name for place in directory.iterdir() if (place / "model.bin").is_file()))


def has_gpu() -> bool:
    """Whether CTranslate2 can use a GPU here."""
    try:
        import ctranslate2
    except ImportError:
        return False
    return bool(ctranslate2.get_cuda_device_count() > 0)
