"""In which register each speaker is heard: the one they wish, or that of their own voice where they leave it to that.

What is measured are the newest two seconds of voiced sound, over and over: several people may speak in one track, as
in the sound of a browser's tab. They are told apart no further than this, and nothing is kept but those pitches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.speakers.mel import STEP_SAMPLES
from pipeline.engines.speakers.pitch import pitches_hz
from pipeline.recordings.register import HIGH_HZ, LOW_HZ, register_at
from pipeline.voices import Casting
from protocol.registers import BY_PITCH

VOICED_S: Final = 2.0

_PIECE_SAMPLES: Final = round(0.3 * HEARING_RATE_HZ)
_MOST_PITCHES: Final = round(VOICED_S * HEARING_RATE_HZ / STEP_SAMPLES)
_FULL_SCALE: Final = 32768.0


class PitchMeter:
    """One speaker's register, from their sound."""

    def __init__(self) -> None:
        self._pieces: list[Pcm] = []
        self._samples = 0
        self._pitches: deque[float] = deque(maxlen=_MOST_PITCHES)
        self.register = ""
        """Empty until there were `VOICED_S` of voiced sound."""

    def add(self, pcm: Pcm) -> None:
        """Takes the next sound at `HEARING_RATE_HZ`; a second of it costs some milliseconds."""
        self._pieces.append(pcm)
        self._samples += len(pcm)
        if self._samples < _PIECE_SAMPLES:
            return
        pcm = np.concatenate(self._pieces)
        found = pitches_hz(pcm.astype(np.float64) / _FULL_SCALE)
        rest = pcm[len(found) * STEP_SAMPLES :].copy()  # the next window begins there
        self._pieces, self._samples = [rest], len(rest)
        self._pitches.extend(found[np.isfinite(found)])
        if len(self._pitches) == _MOST_PITCHES:
            self.register = _register(float(np.median(self._pitches)), self.register)


class Registers:
    """Keeps a room's casting to what its speakers wish."""

    def __init__(self, casting: Casting) -> None:
        self._casting = casting
        self._wished: Mapping[str, str] = {}
        self._meters: dict[str, PitchMeter] = {}

    def look(self, wished: Mapping[str, str]) -> None:
        """Sets who wishes what, one of `REGISTERS` or `BY_PITCH`; of others nothing is known any more."""
        self._wished = dict(wished)
        by_pitch = [who for who, register in wished.items() if register == BY_PITCH]
        self._meters = {who: self._meters.get(who) or PitchMeter() for who in by_pitch}
        self._cast()

    def hear(self, speaker: str, pcm: Pcm) -> None:
        """Takes what somebody says, for whoever wishes to be heard by their pitch."""
        meter = self._meters.get(speaker)
        if meter is None:
            return
        before = meter.register
        meter.add(pcm)
        if meter.register != before:
            self._cast()

    def _cast(self) -> None:
        measured = {who: meter.register for who, meter in self._meters.items()}
        self._casting.prefer({**self._wished, **measured})


def _register(pitch_hz: float, before: str) -> str:
    """In between nobody can tell: it stays what it was, and is at first what is nearer."""
    return register_at(pitch_hz) or before or ("high" if pitch_hz * pitch_hz > LOW_HZ * HIGH_HZ else "low")
