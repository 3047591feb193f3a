"""What the helper processes of engines that clone have in common. They run in environments of their own (`apart.py`):
beside the standard library only NumPy and what the engine brings is there.

A reference is in memory for as long as its job, on no disk, and what was computed from it goes with it. What is spoken
is marked by whoever runs them.
"""

from __future__ import annotations

import base64
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.engines.processes.helper import Emit, HelperEngine, HelperError, serve

FloatSound = NDArray[np.float32]
"""Mono sound, shape (samples,), full scale 1."""
StillWanted = Callable[[], bool]
"""Whether somebody still waits; asked between steps, which also says that the work goes on."""


class CloningModel(Protocol):
    """An engine: loaded, blocking, one text at a time."""

    rate_hz: int
    """Of what it speaks."""

    def heard(self, reference: FloatSound, rate_hz: int, language: str) -> Any:
        """What it takes from a voice. Raises HelperError."""
        ...

    def say(self, text: str, language: str, voice: Any, wanted: StillWanted) -> FloatSound:
        """Speaks one piece of text; what has come so far once nobody waits. Raises HelperError."""
        ...


class Cloning:
    """An engine as a `HelperEngine`: each piece of a text is one piece of sound."""

    def __init__(self, model: CloningModel) -> None:
        self._model = model

    def ready(self) -> dict[str, Any]:
        return {"rate_hz": self._model.rate_hz}

    def speak(self, job: dict[str, Any], emit: Emit) -> None:
        def wanted() -> bool:
            return emit(b"")

        language = job["language"]
        samples = np.frombuffer(base64.b64decode(job["reference"]), "<i2")
        reference = np.asarray(samples / 32768, np.float32)
        voice = self._model.heard(reference, job["rate_hz"], language)
        for text in job["pieces"]:
            if not wanted():
                return
            sound = self._model.say(text, language, voice, wanted)
            if not wanted() or not len(sound):
                continue
            if not emit(to_bytes(sound)):
                return


def to_bytes(sound: FloatSound) -> bytes:
    """16-bit samples in native byte order; what is louder than full scale is clipped."""
    return np.rint(np.clip(sound, -1.0, 1.0) * 32767).astype(np.int16).tobytes()


def run(load: Callable[[Path, str], HelperEngine]) -> None:
    """Runs a helper: `WEIGHTS DEVICE THREADS` on the command line.

    Args:
        load: from a directory, for "cpu" or "cuda". Raises HelperError.
    """
    weights, device, threads = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash writes nobody's voice to a disk
    stay_offline()

    def create() -> HelperEngine:
        import torch

        torch.set_num_threads(threads)
        try:
            return load(weights, device)
        except (OSError, RuntimeError, ValueError, KeyError, TypeError, ImportError) as error:
            raise HelperError(f"cannot be loaded: {type(error).__name__}: {first_line(error)}") from error

    serve(create, gives_way=True)


def stay_offline() -> None:
    """Refuses connections to any network from now on, whatever a library tries; not those of its native parts."""

    def refuse(event: str, _arguments: object) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
            raise PermissionError("an engine that clones reaches no network")

    sys.addaudithook(refuse)


def first_line(error: Exception) -> str:
    """Of what an error says, bounded: libraries tell pages."""
    return next(iter(str(error).splitlines()), "")[:300]
