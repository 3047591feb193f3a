"""Sound as a file that can be played whatever becomes of its writer: Ogg, a page each second, Opus."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import av

from pipeline.audio import SPEAKING_RATE_HZ, Pcm

OPUS_RATE_HZ: Final = 48_000
"""What positions in Ogg pages count in, whatever the sound's rate. Source: RFC 7845, 4."""
_PAGE_US: Final = "1000000"
_TAIL_BYTES: Final = 128 * 1024
"""The last page lies within it: pages are shorter than 64 KiB. Source: RFC 3533, 6."""


class OpusFile:
    """Mono sound at `SPEAKING_RATE_HZ`. Every method may raise OSError, and works in a thread as well as another."""

    def __init__(self, path: Path, bits_per_s: int) -> None:
        try:
            self._container = av.open(
                str(path), "w", format="ogg", options={"flush_packets": "1", "page_duration": _PAGE_US}
            )
        except av.FFmpegError as error:
            raise OSError(type(error).__name__) from error
        self._stream: Any = self._container.add_stream(
            "libopus",
            rate=SPEAKING_RATE_HZ,
            options={"application": "audio", "frame_duration": "20", "compression_level": "4"},
        )
        self._stream.bit_rate = bits_per_s
        self._stream.layout = "mono"
        self._written = 0

    def write(self, pcm: Pcm) -> None:
        """Sound that follows what was written before."""
        frame = av.AudioFrame.from_ndarray(pcm[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = SPEAKING_RATE_HZ, self._written
        self._written += len(pcm)
        self._mux(frame)

    def close(self) -> None:
        """Writes what the encoder still held, and the end."""
        try:
            if self._written:
                self._mux(None)
        finally:
            try:
                self._container.close()
            except av.FFmpegError as error:
                raise OSError(type(error).__name__) from error

    def _mux(self, frame: av.AudioFrame | None) -> None:
        try:
            self._container.mux(self._stream.encode(frame))
        except av.FFmpegError as error:
            raise OSError(type(error).__name__) from error


def length_s(path: Path) -> float:
    """How long the sound of an Ogg file is that may have no end; 0 where it has no sound. Raises OSError."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL_BYTES))
        tail = file.read()
    at = tail.rfind(b"OggS")
    while at >= 0:
        position = int.from_bytes(tail[at + 6 : at + 14], "little", signed=True)
        if len(tail) >= at + 14 and position > 0:
            return position / OPUS_RATE_HZ
        at = tail.rfind(b"OggS", 0, at)
    return 0.0
