"""Sound out: speech as a file of a common kind, as loud as speech should be; whole, or as it is made."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, cast

import av
import numpy as np
import soxr

from pipeline.audio import AudioError, Pcm
from pipeline.recordings.levelling import levelled
from pipeline.recordings.wav_notes import with_notes


class AudioFormat(StrEnum):
    """A kind of file that sound can be had in."""

    WAV = "wav"
    """16-bit PCM, not compressed."""
    MP3 = "mp3"
    OGG = "ogg"
    """Opus."""
    FLAC = "flac"
    M4A = "m4a"
    """AAC."""
    WEBM = "webm"
    """Opus."""


MEDIA_TYPES: Final[Mapping[AudioFormat, str]] = MappingProxyType(
    {
        AudioFormat.WAV: "audio/wav",
        AudioFormat.MP3: "audio/mpeg",
        AudioFormat.OGG: "audio/ogg",
        AudioFormat.FLAC: "audio/flac",
        AudioFormat.M4A: "audio/mp4",
        AudioFormat.WEBM: "audio/webm",
    }
)

STREAMED: Final = frozenset({AudioFormat.WAV, AudioFormat.MP3, AudioFormat.OGG, AudioFormat.WEBM})
"""What can be sent before its end is known. In FLAC and M4A the head says how long the sound is."""

_BITS_PER_S: Final = 64_000
"""Plenty for one voice, in Opus, AAC and MP3 alike."""
_LOWEST_RATE_HZ, _HIGHEST_RATE_HZ = 1000, 192_000


@dataclass(frozen=True, slots=True)
class _Kind:
    """What FFmpeg calls the file and what is in it."""

    container: str
    codec: str
    streamed: tuple[tuple[str, str], ...] = ()
    """What FFmpeg is told beside it where the file is written as it is made."""


_KINDS: Final[Mapping[AudioFormat, _Kind]] = MappingProxyType(
    {
        AudioFormat.WAV: _Kind("wav", "pcm_s16le"),
        # without a way back to the head there is nowhere to write the number of frames
        AudioFormat.MP3: _Kind("mp3", "libmp3lame", (("write_xing", "0"),)),
        AudioFormat.OGG: _Kind("ogg", "libopus", (("page_duration", "200000"), ("flush_packets", "1"))),
        AudioFormat.FLAC: _Kind("flac", "flac"),
        AudioFormat.M4A: _Kind("ipod", "aac"),
        AudioFormat.WEBM: _Kind("webm", "libopus", (("live", "1"), ("cluster_time_limit", "200"))),
    }
)
_SAME_BYTES: Final = {"fflags": "+bitexact"}
"""No version, date or random number in the file: the same sound gives the same bytes."""


def encode(
    pcm: Pcm,
    rate_hz: int,
    format: AudioFormat,  # noqa: A002  the word of whoever asks for a file
    *,
    level: bool = True,
    metadata: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Mono sound as a whole file. Blocking.

    Args:
        level: bring it to the loudness of speech (see `levelling`); silence and noise stay as they are.
        metadata: FFmpeg's common names, such as "title" and "comment"; in WAV they stand behind the sound.

    Raises:
        AudioError: not 16-bit mono, an impossible rate, or metadata that cannot be written.
    """
    _check(pcm, rate_hz)
    if level:
        pcm = levelled(pcm, rate_hz)
    file = io.BytesIO()
    behind = metadata if format is AudioFormat.WAV else {}
    writer = _Writer(file, _KINDS[format], {}, rate_hz, {} if behind else metadata)
    writer.write(pcm)
    writer.close()
    return with_notes(file.getvalue(), behind)


class Encoder:
    """Sound as a file while it is made: pieces in, bytes out. Not levelled, as its end is not known. Blocking.

    Args:
        format: one of `STREAMED`.
        metadata: as for `encode`.

    Raises:
        ValueError: the kind of file needs its end before its beginning.
        AudioError: an impossible rate, or metadata that cannot be written.
    """

    def __init__(
        self,
        rate_hz: int,
        format: AudioFormat,  # noqa: A002  as for `encode`
        *,
        metadata: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        if format not in STREAMED:
            raise ValueError(f"{format} cannot be written while its sound is made")
        _check(np.zeros(0, np.int16), rate_hz)
        self._rate_hz = rate_hz
        self._pipe = _Pipe()
        kind = _KINDS[format]
        self._writer = _Writer(self._pipe, kind, dict(kind.streamed), rate_hz, metadata)

    def write(self, pcm: Pcm) -> bytes:
        """Takes sound that follows what was written; gives what is ready, the head first. May be empty.

        Raises:
            AudioError: not 16-bit mono.
        """
        _check(pcm, self._rate_hz)
        self._writer.write(pcm)
        return self._pipe.take()

    def close(self) -> bytes:
        """Gives the rest, and frees what the encoder holds. Safe to call twice: there is nothing more then."""
        self._writer.close()
        return self._pipe.take()


class _Pipe:
    """A file that can only be written on: FFmpeg sees that by the methods it lacks."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


class _Writer:
    """One file on its way through FFmpeg."""

    def __init__(
        self,
        file: Any,
        kind: _Kind,
        options: Mapping[str, str],
        rate_hz: int,
        metadata: Mapping[str, str],
    ) -> None:
        rates = av.Codec(kind.codec, "w").audio_rates
        self._rate_hz = _nearest(rate_hz, rates) if rates else rate_hz
        self._resampler = (
            None
            if self._rate_hz == rate_hz
            else soxr.ResampleStream(rate_hz, self._rate_hz, 1, dtype="int16")
        )
        self._written = 0
        self._closed = False
        self._compressed = kind.codec not in ("pcm_s16le", "flac")
        self._container = av.open(file, "w", format=kind.container, options={**_SAME_BYTES, **options})
        try:
            self._container.metadata.update(metadata)
            self._stream = cast(av.AudioStream, self._container.add_stream(kind.codec, rate=self._rate_hz))
            self._stream.layout = "mono"
            if self._compressed:
                self._stream.bit_rate = _BITS_PER_S
            self._container.start_encoding()
        except (av.FFmpegError, ValueError, TypeError) as error:
            raise AudioError("the sound cannot be written as this kind of file") from error

    def write(self, pcm: Pcm) -> None:
        """Sound that follows what was written before."""
        if self._resampler is not None:
            pcm = self._resampler.resample_chunk(pcm)
        self._encode(pcm)

    def close(self) -> None:
        """Writes what the encoder still held, and the end."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._resampler is not None:
                self._encode(self._resampler.resample_chunk(np.zeros(0, np.int16), last=True))
            if not self._written and self._compressed:  # whoever reads it finds a sound, if a silent one
                self._encode(np.zeros(self._rate_hz // 50, np.int16))
            self._container.mux(self._stream.encode(None))
        finally:
            self._container.close()

    def _encode(self, pcm: Pcm) -> None:
        for first in range(0, len(pcm), self._rate_hz):
            piece = np.ascontiguousarray(pcm[None, first : first + self._rate_hz])
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            frame.sample_rate, frame.pts = self._rate_hz, self._written
            self._written += piece.shape[1]
            self._container.mux(self._stream.encode(frame))


def _check(pcm: Pcm, rate_hz: int) -> None:
    if pcm.ndim != 1 or pcm.dtype != np.int16:
        raise AudioError(f"expected 16-bit mono sound, got {pcm.dtype} {pcm.shape}")
    if not _LOWEST_RATE_HZ <= rate_hz <= _HIGHEST_RATE_HZ:
        raise AudioError(f"there is no sound with {rate_hz} samples a second")


def _nearest(rate_hz: int, rates: Sequence[int]) -> int:
    """The lowest rate of a codec that loses nothing, else its highest."""
    return min((rate for rate in rates if rate >= rate_hz), default=max(rates))
