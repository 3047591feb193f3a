"""Sound files: any common kind in, WAV out."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, AudioError, Pcm, pcm_from_floats

RAW_TYPES = frozenset({"audio/pcm", "audio/l16"})
"""Media types of bare 16-bit little-endian mono sound."""

_CONTAINERS = "aac,ac3,aiff,amr,asf,au,avi,caf,flac,matroska,webm,mov,mp4,m4a,mp3,mpegts,ogg,w64,wav"
"""No playlists: those would make FFmpeg open what they name."""

_UNKNOWN_LENGTH = 0xFFFFFFFF


class TooMuchSound(Exception):
    """The file is longer than asked for."""


def decode(data: bytes, *, max_s: float) -> Pcm:
    """Reads the first sound track of a file as 16 kHz mono. Blocking.

    Raises:
        AudioError: not a sound file that FFmpeg knows, broken, empty, or with NaN in it.
        TooMuchSound: longer than `max_s`.
    """
    if not data:
        raise AudioError("no sound was sent")
    limit, total, pieces = int(max_s * HEARING_RATE_HZ), 0, []
    try:
        for samples in _floats(data):
            pieces.append(pcm_from_floats(samples))
            total += len(samples)
            if total > limit:
                raise TooMuchSound
    except (FFmpegError, ValueError, OverflowError) as error:
        if isinstance(error, AudioError):
            raise
        raise AudioError("the sound cannot be read: not a known kind of file, or broken") from error
    if not total:
        raise AudioError("the file holds no sound")
    return np.concatenate(pieces)


def raw(data: bytes, parameters: dict[str, str], *, max_s: float) -> Pcm:
    """Reads bare 16-bit sound.

    Args:
        parameters: of the media type, `rate` and `channels`.

    Raises:
        AudioError: another rate or more channels, half a sample, or nothing.
        TooMuchSound: longer than `max_s`.
    """
    if parameters.get("rate", str(HEARING_RATE_HZ)) != str(HEARING_RATE_HZ):
        raise AudioError(f"bare sound must have {HEARING_RATE_HZ} samples a second")
    if parameters.get("channels", "1") != "1":
        raise AudioError("bare sound must be mono")
    if not data:
        raise AudioError("no sound was sent")
    if len(data) % 2:
        raise AudioError("16-bit sound has an even number of bytes")
    if len(data) // 2 > max_s * HEARING_RATE_HZ:
        raise TooMuchSound
    return np.frombuffer(data, "<i2").astype(np.int16)


def _floats(data: bytes) -> Iterator[np.ndarray[Any, np.dtype[np.float32]]]:
    with av.open(
        io.BytesIO(data), mode="r", options={"format_whitelist": _CONTAINERS}, io_open=_refuse
    ) as container:
        if not container.streams.audio:
            raise AudioError("the file holds no sound")
        # As floats: a NaN would otherwise become a sample that looks like any other.
        resampler = av.AudioResampler(format="flt", layout="mono", rate=HEARING_RATE_HZ)
        for frame in container.decode(container.streams.audio[0]):
            for piece in resampler.resample(frame):
                yield piece.to_ndarray()[0]
        for piece in resampler.resample(None):
            yield piece.to_ndarray()[0]


def _refuse(*_: Any) -> Any:
    """A sound file that names other files gets none of them."""
    raise AudioError("the file refers to other files")


def wav_header(samples: int | None = None) -> bytes:
    """The head of a WAV file with 16-bit mono sound at the speaking rate.

    Args:
        samples: None while their number is not known; readers then read to the end.

    Source:
        RIFF WAVE, "Multimedia Programming Interface and Data Specifications 1.0" (1991).
    """
    size = _UNKNOWN_LENGTH if samples is None else samples * 2
    whole = _UNKNOWN_LENGTH if samples is None else size + 36
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SPEAKING_RATE_HZ, SPEAKING_RATE_HZ * 2, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", whole, b"WAVE") + form + struct.pack("<4sI", b"data", size)
