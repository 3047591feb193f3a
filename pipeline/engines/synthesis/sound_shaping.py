"""What every synthesiser's sound goes through: silence cut at the ends, one rate, even loudness."""

from __future__ import annotations

import math

import numpy as np
import soxr

from pipeline.audio import SPEAKING_RATE_HZ, Pcm

_EMPTY = np.zeros(0, np.int16)


class SilenceTrimmer:
    """Cuts silence before the first and after the last sound, shortens long pauses; so that clauses join tightly.

    Args:
        keep_s: how much silence stays at the ends.
        pause_s: how much of a pause inside stays.
        threshold: samples up to this are silence, full scale 32768.
    """

    def __init__(
        self, rate_hz: float, *, keep_s: float = 0.008, pause_s: float = 0.3, threshold: int = 100
    ) -> None:
        self._keep, self._pause = int(keep_s * rate_hz), int(pause_s * rate_hz)
        self._threshold = threshold
        self._held = _EMPTY
        self._begun = False

    def feed(self, pcm: Pcm) -> Pcm:
        """Returns what is certain to be heard; silence is held back until sound follows it."""
        loud = np.flatnonzero((pcm > self._threshold) | (pcm < -self._threshold))
        if not loud.size:
            self._held = np.concatenate((self._held, pcm))[: max(self._pause, self._keep)]
            return _EMPTY
        end = int(loud[-1]) + 1
        if self._begun:
            sound = np.concatenate((self._held, pcm[:end]))
        else:
            before = np.concatenate((self._held, pcm[: loud[0]]))
            sound = np.concatenate((before[len(before) - min(self._keep, len(before)) :], pcm[loud[0] : end]))
        self._begun = True
        self._held = pcm[end:][: max(self._pause, self._keep)]
        return sound

    def finish(self) -> Pcm:
        """Returns what is kept of the silence at the end."""
        return self._held[: self._keep] if self._begun else _EMPTY


class Resampler:
    """Brings a stream of sound to `SPEAKING_RATE_HZ`."""

    def __init__(self, rate_hz: float) -> None:
        same = rate_hz == SPEAKING_RATE_HZ
        self._stream = None if same else soxr.ResampleStream(rate_hz, SPEAKING_RATE_HZ, 1, dtype="int16")

    def feed(self, pcm: Pcm, *, last: bool = False) -> Pcm:
        """Returns what is ready; with `last` all the rest."""
        if self._stream is None:
            return pcm
        return np.asarray(self._stream.resample_chunk(pcm, last=last), np.int16)


class Shaper:
    """Trimming and resampling of one stream in one step."""

    def __init__(self, rate_hz: float) -> None:
        self._trimmer, self._resampler = SilenceTrimmer(rate_hz), Resampler(rate_hz)

    def feed(self, pcm: Pcm) -> Pcm:
        return self._resampler.feed(self._trimmer.feed(pcm))

    def finish(self) -> Pcm:
        return self._resampler.feed(self._trimmer.finish(), last=True)


class Leveller:
    """Brings a voice to an even loudness: measures its speech as it comes and follows slowly.

    Args:
        target_dbfs: RMS of the spoken parts.
        most_gain: no more amplification than this.
    """

    def __init__(self, target_dbfs: float = -22.0, most_gain: float = 8.0) -> None:
        self._target = 32768 * 10 ** (target_dbfs / 20) / math.sqrt(2)
        self._most_gain = most_gain
        self._level = 0.0

    def feed(self, pcm: Pcm) -> Pcm:
        """Scales one sentence; never clips."""
        floats = pcm.astype(np.float64)
        loud = floats[np.abs(floats) > 300]
        if not loud.size:
            return pcm
        level = math.sqrt(np.mean(np.square(loud)))
        self._level = level if self._level == 0 else 0.8 * self._level + 0.2 * level
        gain = min(self._target / self._level, self._most_gain, 32000 / float(np.abs(floats).max()))
        return np.rint(floats * gain).astype(np.int16)
