"""Sound in: what somebody sends as a file, made fit for recognition, and what there is to say about it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.recordings.decoding import Flaw, Recording, TooMuchSound, decode
from pipeline.recordings.filtering import filtered
from pipeline.recordings.levelling import Loudness, levelled, measure
from pipeline.recordings.quality import clipped_share, signal_to_noise_db

SHORTEST_S: Final = 1.0

_TARGET_LUFS: Final = -20.0
_HIGHEST_DBTP: Final = -3.0
_TOLERANCE_S: Final = 0.5
"""Coders put some sound before and behind: a file of just the length that is allowed is not refused for it."""
_LACKING_S: Final = 0.05
"""The same for those that take some away."""
_KEPT_S: Final = 0.2
"""So much silence stays before and behind."""
_PAUSE_S: Final = 0.3
_SILENT_LU: Final = 35.0
"""So far below the speech is silence, unless what is there is louder."""
_SILENT_DBFS: Final = -60.0
"""What is softer is silence in any case."""
_SAMPLE_BYTES: Final = 2


class SoundFault(StrEnum):
    """Why a file is of no use."""

    EMPTY = "empty_audio"
    """There is nothing in it."""
    UNREADABLE = "bad_audio"
    """It is of no known kind, broken, or holds no sound."""
    TOO_SHORT = "audio_too_short"
    TOO_LONG = "audio_too_long"
    TOO_LARGE = "audio_too_large"
    """As a file, or decoded."""


class UnusableSound(AudioError):
    """A file that cannot be taken; the message is for the one who sent it."""

    def __init__(self, fault: SoundFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Prepared:
    """Sound that is fit for recognition."""

    pcm: Pcm
    """Mono at `HEARING_RATE_HZ`, levelled, without the silence at both ends."""
    original_samples: int
    """How long the sound in the file is."""
    trimmed_start: int
    """Samples of silence that were taken away at the beginning: to be added to every place in `pcm`."""
    trimmed_end: int
    flaws: tuple[Flaw, ...]
    """What is wrong with the file; places are those in the file."""
    loudness: Loudness
    """As it came."""
    clipped: float
    """Share of the samples at full scale, 0…1."""
    signal_to_noise_db: float | None
    """An estimate; None: silent, or too short to tell."""

    @property
    def duration_s(self) -> float:
        """Of the sound in the file."""
        return self.original_samples / HEARING_RATE_HZ

    @property
    def offset_s(self) -> float:
        """To be added to every time in `pcm`."""
        return self.trimmed_start / HEARING_RATE_HZ


def prepare(data: bytes, *, max_s: float, max_bytes: int, min_s: float = SHORTEST_S) -> Prepared:
    """Reads a file of any common kind. Blocking, some 10 ms for each second.

    Memory and time are bounded by the limits, whatever the file would unpack to.

    Args:
        max_s: the longest sound.
        max_bytes: the most that the file, and the sound in it as 16-bit mono, may take.

    Raises:
        UnusableSound: empty, too large, too long, too short, or nothing in it can be read.
    """
    recording = _read(data, max_s, max_bytes)
    pcm = recording.pcm
    if len(pcm) < (min_s - _LACKING_S) * HEARING_RATE_HZ:
        message = f"the sound is {len(pcm) / HEARING_RATE_HZ:.2f} s long; it has to be {min_s:g} s at least"
        raise UnusableSound(SoundFault.TOO_SHORT, message)
    found = measure(pcm, HEARING_RATE_HZ)
    first, end = _sounding(pcm, found)
    level = levelled(
        pcm[first:end],
        HEARING_RATE_HZ,
        target_lufs=_TARGET_LUFS,
        highest_dbtp=_HIGHEST_DBTP,
        found=found,
    )
    return Prepared(
        level,
        len(pcm),
        first,
        len(pcm) - end,
        recording.flaws,
        found,
        clipped_share(pcm),
        signal_to_noise_db(pcm, HEARING_RATE_HZ),
    )


def _read(data: bytes, max_s: float, max_bytes: int) -> Recording:
    if not data:
        raise UnusableSound(SoundFault.EMPTY, "no sound was sent: the file is empty")
    if len(data) > max_bytes:
        raise UnusableSound(SoundFault.TOO_LARGE, f"the file is larger than {max_bytes} bytes")
    fitting_s = max_bytes / (_SAMPLE_BYTES * HEARING_RATE_HZ)
    try:
        return decode(data, rate_hz=HEARING_RATE_HZ, max_s=min(max_s + _TOLERANCE_S, fitting_s))
    except TooMuchSound as error:
        if fitting_s < max_s:
            message = f"the sound in the file takes more than {max_bytes} bytes"
            raise UnusableSound(SoundFault.TOO_LARGE, message) from error
        message = f"the sound is longer than {max_s:g} s"
        raise UnusableSound(SoundFault.TOO_LONG, message) from error
    except AudioError as error:
        raise UnusableSound(SoundFault.UNREADABLE, str(error)) from error


def _sounding(pcm: Pcm, found: Loudness) -> tuple[int, int]:
    """First and end sample without the silence at both ends; all of it where there is nothing but silence."""
    if math.isinf(found.integrated_lufs):
        return 0, len(pcm)
    begins_s, ends_s = _silences_s(pcm, max(_SILENT_DBFS, found.integrated_lufs - _SILENT_LU))
    first_s, end_s = 0.0, len(pcm) / HEARING_RATE_HZ
    if begins_s and begins_s[0] <= 0 and ends_s:
        first_s = max(0.0, ends_s[0] - _KEPT_S)
    if len(begins_s) > len(ends_s):
        end_s = min(end_s, begins_s[-1] + _KEPT_S)
    first, end = int(first_s * HEARING_RATE_HZ), round(end_s * HEARING_RATE_HZ)
    return (first, end) if first < end else (0, len(pcm))


def _silences_s(pcm: Pcm, threshold_db: float) -> tuple[list[float], list[float]]:
    """When silences begin and when they end; the last may have no end."""
    # a frame can note one pause: shorter than a pause, it has no more
    frames = filtered(
        pcm,
        HEARING_RATE_HZ,
        ("silencedetect", f"noise={threshold_db:.1f}dB:duration={_PAUSE_S}"),
        piece_s=_PAUSE_S / 2,
    )
    notes = [frame.metadata for frame in frames]
    return _noted(notes, "lavfi.silence_start"), _noted(notes, "lavfi.silence_end")


def _noted(notes: Iterable[Mapping[str, str]], name: str) -> list[float]:
    return [float(note[name]) for note in notes if name in note]
