"""Whisper models on disk: where they lie, how one is fetched, how one is opened."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, Final

import structlog

from pipeline.engines.protocols import EngineError, EngineMissing

log = structlog.get_logger(__name__)

_NEEDED: Final = ("model.bin", "config.json", "tokenizer.json")
_FETCHED: Final = ("config.json", "preprocessor_config.json", "model.bin", "tokenizer.json", "vocabulary.*")


def find_or_fetch(model: str | Path, models_dir: Path, *, download: bool) -> Path:
    """The directory of a model; a name is looked for below `models_dir`, and fetched into it.

    Blocking; shows its progress on standard error while it fetches.

    Raises:
        EngineMissing: it is not there and may not or cannot be fetched.
    """
    place = Path(model)
    if not place.is_dir():
        name = str(model)
        if place.is_absolute() or not name or name.startswith("."):
            raise EngineMissing(f"there is no Whisper model in {place}")
        place = models_dir / name
        if not place.is_dir():
            if not download:
                raise EngineMissing(
                    f"the Whisper model {name} is not in {models_dir} and downloads are switched off; "
                    "fetch it with `hive models` or set models.download"
                )
            _fetch(name, place)
    lacking = [name for name in _NEEDED if not (place / name).is_file()]
    if lacking:
        raise EngineMissing(f"the Whisper model in {place} is not complete: {', '.join(lacking)} is missing")
    return place


def open_model(place: Path, *, device: str, compute_type: str, threads: int) -> Any:
    """A `faster_whisper.WhisperModel`. Blocking, up to seconds. Raises EngineMissing, EngineError."""
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise EngineMissing("Whisper needs faster-whisper; `pip install faster-whisper`") from error
    try:
        return WhisperModel(
            str(place),
            device=device,
            compute_type=compute_type,
            cpu_threads=threads or min(4, os.cpu_count() or 1),
            local_files_only=True,
        )
    except Exception as error:  # the tokenizer's library raises bare Exception, CTranslate2 RuntimeError
        raise EngineError(f"cannot open the Whisper model in {place}: {error}") from error


def _fetch(name: str, place: Path) -> None:
    """Fetches into a directory beside the place, so that a half-fetched model is never taken for one."""
    try:
        import huggingface_hub
        from faster_whisper import utils
    except ImportError as error:
        raise EngineMissing("Whisper needs faster-whisper; `pip install faster-whisper`") from error
    repository = name if "/" in name else utils._MODELS.get(name)
    if repository is None:
        raise EngineMissing(
            f"there is no Whisper model {name}; there are {', '.join(utils.available_models())}"
        )
    partial = place.with_name(f"{place.name}.partial")
    log.info("fetching a Whisper model", model=name, directory=str(place))
    try:
        huggingface_hub.snapshot_download(repository, allow_patterns=list(_FETCHED), local_dir=str(partial))
        shutil.rmtree(partial / ".cache", ignore_errors=True)
        partial.rename(place)
    except Exception as error:  # network and hub errors come from several libraries without a common base
        reason = str(error).partition("\n")[0]
        raise EngineMissing(f"the Whisper model {name} cannot be fetched: {reason}") from error
