"""Whisper models on disk: where they lie, how one is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pipeline.engines.protocols import EngineError, EngineMissing
from pipeline.machine import cores, runs_on_gpu

_NEEDED: Final = ("model.bin", "config.json", "tokenizer.json")


def installed(directory: Path) -> tuple[str, ...]:
    """Names of the models of a directory, sorted; none where there is no directory. Blocking."""
    if not directory.is_dir():
        return ()
    return tuple(sorted(place.name for place in directory.iterdir() if (place / "model.bin").is_file()))


def find(model: str | Path, models_dir: Path) -> Path:
    """The directory of a model; a name is looked for below `models_dir`. Blocking.

    Raises:
        EngineMissing: it is not there; says how to get it.
    """
    place = Path(model) if Path(model).is_dir() else _by_name(str(model), models_dir)
    lacking = [name for name in _NEEDED if not (place / name).is_file()]
    if lacking:
        raise EngineMissing(f"the Whisper model in {place} is not complete: {', '.join(lacking)} is missing")
    return place


def _by_name(name: str, models_dir: Path) -> Path:
    if Path(name).is_absolute() or not name or name.startswith("."):
        raise EngineMissing(f"there is no Whisper model in {Path(name)}")
    place = models_dir / name
    if not place.is_dir():
        raise EngineMissing(
            f"the Whisper model {name} is not in {models_dir}; `hive models fetch whisper-{name}`"
        )
    return place


def open_model(place: Path, *, device: str, compute_type: str, threads: int) -> Any:
    """A `faster_whisper.WhisperModel`. Blocking, up to seconds. Raises EngineMissing, EngineError.

    On a CPU "default" means int8: half of the time and hardly a word worse; the models are kept as float16, which
    a CPU has to work with as float32.
    """
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise EngineMissing("Whisper needs faster-whisper; `pip install faster-whisper`") from error
    try:
        on_gpu = runs_on_gpu(device)
        return WhisperModel(
            str(place),
            device="cuda" if on_gpu else "cpu",
            compute_type="int8" if compute_type == "default" and not on_gpu else compute_type,
            cpu_threads=threads or 1,  # decoding is two to four times slower with two
            # one hears, one translates; as many read files, so that these keep neither waiting; weights are shared
            num_workers=1 if on_gpu else 2 * min(2, cores()),
            local_files_only=True,
        )
    except Exception as error:  # the tokenizer's library raises bare Exception, CTranslate2 RuntimeError
        raise EngineError(f"cannot open the Whisper model in {place}: {error}") from error
