"""The helper process of `pipeline.engines.synthesis.espeak`: libespeak-ng through ctypes, sound over standard output.

Run as `python -m pipeline.engines.processes.espeak_process NAME…`; each NAME is a voice that may be asked for.
The library is GPL, keeps global state and is not safe for threads: it has this process for itself.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from pathlib import Path
from typing import Any

from pipeline.engines.processes.helper import Emit, HelperError, serve

# names and numbers as in speak_lib.h
_AUDIO_OUTPUT_SYNCHRONOUS = 2
_POS_CHARACTER = 1
_CHARS_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_INITIALIZE_DONT_EXIT = 0x8000
_BUFFER_MS = 60

_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """libespeak-ng in synchronous mode: sound comes in a callback, during the call."""

    def __init__(self, names: list[str]) -> None:
        self._library = _library()
        self._rate_hz = self._library.espeak_Initialize(
            _AUDIO_OUTPUT_SYNCHRONOUS, _BUFFER_MS, None, _INITIALIZE_DONT_EXIT
        )
        if self._rate_hz <= 0:
            raise HelperError("espeak-ng does not find its data; install the package espeak-ng-data")
        self._names = names
        self._emit: Emit | None = None
        self._heard = _CALLBACK(self._on_sound)  # kept: the library holds no reference
        self._library.espeak_SetSynthCallback(self._heard)

    def ready(self) -> dict[str, Any]:
        path = ctypes.c_char_p()
        self._library.espeak_Info.restype = ctypes.c_char_p
        version = self._library.espeak_Info(ctypes.byref(path)) or b""
        variants = Path((path.value or b"").decode()) / "voices" / "!v"
        return {
            "version": version.decode(),
            "rate_hz": self._rate_hz,
            "names": [name for name in self._names if self._set_voice(name)],
            "variants": sorted(file.name for file in variants.iterdir()) if variants.is_dir() else [],
        }

    def speak(self, job: dict[str, Any], emit: Emit) -> None:
        if not self._set_voice(job["voice"]):
            raise HelperError(f"espeak-ng has no voice {job['voice']}")
        for parameter, value in ((_RATE, job["rate"]), (_PITCH, job["pitch"]), (_VOLUME, 100), (_RANGE, 50)):
            self._library.espeak_SetParameter(parameter, int(value), 0)
        text = job["text"].encode("utf-8", "replace")
        self._emit = emit
        try:
            if self._library.espeak_Synth(text, len(text) + 1, 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None):
                raise HelperError("espeak-ng refused the text")
        finally:
            self._emit = None

    def _set_voice(self, name: str) -> bool:
        """An unknown name leaves the previous voice in place, so the answer matters."""
        return bool(self._library.espeak_SetVoiceByName(name.encode()) == 0)

    def _on_sound(self, samples: Any, count: int, _events: int) -> int:
        """Called by the library; 1 makes it stop."""
        if not samples or count <= 0:
            return 0
        sound = ctypes.string_at(samples, 2 * count)
        return 0 if self._emit is not None and self._emit(sound) else 1


def _library() -> Any:
    for name in ("libespeak-ng.so.1", ctypes.util.find_library("espeak-ng")):
        try:
            library = ctypes.CDLL(name) if name else None
        except OSError:
            continue
        if library is not None:
            library.espeak_Synth.argtypes = [
                ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int,
                ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p,
            ]  # fmt: skip
            library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
            return library
    raise HelperError("libespeak-ng is not installed; on Debian: `apt-get install espeak-ng`")


if __name__ == "__main__":
    serve(lambda: Espeak(sys.argv[1:]), gives_way=True)
