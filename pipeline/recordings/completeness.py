"""Whether a sound file is whole: what its own structure says, beside what could be read.

FFmpeg says so for some kinds only; for the others it takes the length of what is there.

Source:
    RIFF: "Multimedia Programming Interface and Data Specifications 1.0" (1991); RF64: EBU Tech 3306.
    Ogg: RFC 3533. FLAC: RFC 9639. EBML and Matroska: RFC 8794, RFC 9559. Boxes of MP4: ISO/IEC 14496-12.
    Number of frames in an mp3: the "Xing" or "Info" table that encoders write into its first frame.
    Apple Core Audio Format 1.0; Sony Wave64.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from itertools import islice
from typing import Final

MP4: Final = "mov,mp4,m4a,3gp,3g2,mj2"
MATROSKA: Final = "matroska,webm"

_NAMED_LENGTHS: Final = frozenset({"flac", "aiff", "au", "ogg", MP4})
"""Kinds whose length FFmpeg reads in the file, even where sound is missing in it."""

_UNKNOWN_RIFF: Final = 0x7FFFF000
"""Writers to a pipe, who cannot know, put something of this size or more, or 0."""

_LINKS: Final = 256

_FLAC_HEAD: Final = re.compile(rb"fLaC[\x00\x80]\x00\x00\x22")
"""The mark and the head of STREAMINFO, which is always first."""

_UNKNOWN_W64: Final = 2**40

_UNKNOWN_LENGTH_ALLOWED: Final = frozenset({b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"})
"""Segment and Cluster."""

_EBML_ELEMENTS: Final = _UNKNOWN_LENGTH_ALLOWED | frozenset(
    bytes.fromhex(name)
    for name in (
        *("1a45dfa3", "114d9b74", "1549a966", "1654ae6b", "1c53bb6b", "1043a770", "1254c367", "1941a469"),
        *("ec", "bf", "e7", "a7", "ab", "a3", "a0"),
    )
)
"""What may stand in a file, a Segment or a Cluster."""

_BOXES: Final = frozenset(
    name.encode("ascii")
    for name in (
        "ftyp",
        "moov",
        "mdat",
        "moof",
        "free",
        "skip",
        "wide",
        "uuid",
        "styp",
        "sidx",
        "ssix",
        "mfra",
    )
)

_XING_PLACES: Final = (36, 21, 13)
"""So far behind the head of its frame the table stands: it depends on version and channels."""
_XING_HAS_FRAMES: Final = 1

_MP3_RATES_HZ: Final = (44_100, 48_000, 32_000)
_MP3_VERSIONS: Final = {3: (1152, 1), 2: (576, 2), 0: (576, 4)}
"""MPEG 1, 2 and 2.5: samples in a frame, and what the rates are divided by."""


class FileEnding(Enum):
    """How a file ends."""

    WHOLE = auto()
    """As it should, or nothing in it tells."""
    CUT_OFF = auto()
    """Before its own structure says."""
    BROKEN = auto()
    """With something that is none of its parts."""


def named_s(data: bytes, kind: str, container_s: float | None, *, only_stream: bool) -> float | None:
    """How long the sound is by the file's own word; None where it gives none.

    Args:
        kind: FFmpeg's name of the format.
        container_s: what FFmpeg takes for the length.
        only_stream: whether the file holds nothing else, such as pictures.
    """
    if kind in _NAMED_LENGTHS or (kind == MATROSKA and only_stream):
        return container_s
    return _xing_s(data) if kind == "mp3" else None


def ending(data: bytes, kind: str) -> FileEnding:
    """How a file of a kind ends."""
    if kind == MATROSKA:
        return _ebml_ending(data)
    is_cut_off = _CUT_OFF_TESTS.get(kind)
    return FileEnding.CUT_OFF if is_cut_off is not None and is_cut_off(data) else FileEnding.WHOLE


def _riff_is_cut_off(data: bytes) -> bool:
    size: int = struct.unpack_from("<I", data, 4)[0]
    if data[:4] == b"RF64" and data[12:16] == b"ds64":
        size = struct.unpack_from("<Q", data, 20)[0]
    elif not 0 < size < _UNKNOWN_RIFF:
        return False
    return len(data) + 1 < size + 8  # the last byte may be one of padding


def _w64_is_cut_off(data: bytes) -> bool:
    size: int = struct.unpack_from("<Q", data, 16)[0] if len(data) >= 24 else 0
    return 8 < size - len(data) < _UNKNOWN_W64


def _caf_is_cut_off(data: bytes) -> bool:
    at = 8
    while at + 12 <= len(data):
        name, size = struct.unpack_from(">4sq", data, at)
        at += 12 + size
        if size < 0 or name == b"data":  # a size of -1 goes to the end of the file
            return at > len(data) if size >= 0 else False
    return True


def _boxes_are_cut_off(data: bytes) -> bool:
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size == 1 and at + 16 <= len(data):
            size = struct.unpack_from(">Q", data, at + 8)[0]
        if size < 8 or name not in _BOXES:  # 0 goes to the end of the file; others are no boxes
            break
        at += size
    return at > len(data) or b"moov" not in data


def links(data: bytes) -> list[int]:
    """Where the files begin that were put one behind the other in an Ogg or FLAC file, at most `_LINKS`."""
    if data.startswith(b"fLaC"):
        return [match.start() for match in islice(_FLAC_HEAD.finditer(data), _LINKS)] or [0]
    pages = _ogg_pages(data) if data.startswith(b"OggS") else ()
    return [0, *islice(_later_beginnings(data, pages), _LINKS - 1)]


def _later_beginnings(data: bytes, pages: Iterable[int]) -> Iterator[int]:
    """The first page of each further file: one that begins a stream, behind one that does not."""
    beginning = True
    for at in pages:
        begins = bool(data[at + 5] & 2)
        if begins and not beginning:
            yield at
        beginning = begins


def _ogg_is_cut_off(data: bytes) -> bool:
    """Whether the last whole page is not the one that ends the stream."""
    last = max(_ogg_pages(data), default=None)
    return last is None or not data[last + 5] & 4


def _ogg_pages(data: bytes) -> Iterator[int]:
    """Where whole pages begin."""
    at = data.find(b"OggS")
    while 0 <= at <= len(data) - 27:
        table = data[at + 27 : at + 27 + data[at + 26]]
        end = at + 27 + len(table) + sum(table)
        whole = len(table) == data[at + 26] and end <= len(data)
        if whole:
            yield at
        at = data.find(b"OggS", end if whole else at + 4)


def _ebml_ending(data: bytes) -> FileEnding:
    """Walks over the elements of the file, and over those within one whose length is not known."""
    at = 0
    while at < len(data):
        name = data[at : at + _vint_length(data[at])]
        if name not in _EBML_ELEMENTS:
            return FileEnding.BROKEN
        at += len(name)
        length = _vint_length(data[at]) if at < len(data) else 1
        if at + length > len(data):
            return FileEnding.CUT_OFF
        unknown = (1 << 7 * length) - 1
        size = int.from_bytes(data[at : at + length]) & unknown
        at += length
        if size == unknown and name in _UNKNOWN_LENGTH_ALLOWED:
            continue  # its children follow as if they were its neighbours
        if at + size > len(data):
            return FileEnding.CUT_OFF
        at += size
        if name == b"\x18\x53\x80\x67":
            return FileEnding.WHOLE
    return FileEnding.WHOLE


def _vint_length(first: int) -> int:
    return 9 - first.bit_length()


def _xing_s(data: bytes) -> float | None:
    """The number of frames that the first frame of an mp3 names, as seconds."""
    for tag in (b"Xing", b"Info"):
        at = data.find(tag, 0, 2**16)
        if at < 0 or at + 12 > len(data):
            continue
        flags, frames = struct.unpack_from(">II", data, at + 4)
        frame = _mp3_frame_before(data, at) if flags & _XING_HAS_FRAMES else None
        if frame is not None:
            samples, rate_hz = frame
            return float(frames * samples / rate_hz)
    return None


def _mp3_frame_before(data: bytes, at: int) -> tuple[int, int] | None:
    """Samples and rate of the frame that holds a Xing tag."""
    heads = (at - behind for behind in _XING_PLACES if at >= behind)
    return next((frame for head in heads if (frame := _mp3_frame(data[head : head + 3]))), None)


def _mp3_frame(head: bytes) -> tuple[int, int] | None:
    """How many samples an mp3's frame with this head holds, and their rate; None for what is no such head."""
    if (
        head[0] != 0xFF or head[1] & 0xE6 != 0xE2
    ):  # eleven bits that mark a frame, then its version, then layer III
        return None
    version, rate = head[1] >> 3 & 3, head[2] >> 2 & 3
    if version not in _MP3_VERSIONS or rate >= len(_MP3_RATES_HZ):
        return None
    samples, divisor = _MP3_VERSIONS[version]
    return samples, _MP3_RATES_HZ[rate] // divisor


_CUT_OFF_TESTS: Final = {
    "wav": _riff_is_cut_off,
    "w64": _w64_is_cut_off,
    "caf": _caf_is_cut_off,
    "ogg": _ogg_is_cut_off,
    MP4: _boxes_are_cut_off,
}
"""For each kind whose structure tells; EBML, which tells more, apart."""
