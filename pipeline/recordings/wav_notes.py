"""Words about the sound of a WAV file, behind the sound: its head stays the plain one of 44 bytes that simple readers
take for granted, and whoever reads the whole file finds them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipeline.audio import AudioError

_NAMES: Final[Mapping[str, bytes]] = MappingProxyType(
    {"title": b"INAM", "artist": b"IART", "comment": b"ICMT", "copyright": b"ICOP", "encoder": b"ISFT"}
)
"""FFmpeg's common names, as RIFF has them in a list of the kind INFO."""


def with_notes(wav: bytes, metadata: Mapping[str, str]) -> bytes:
    """A whole WAV file with a list at its end. Raises AudioError for what cannot be said there."""
    if not metadata:
        return wav
    unknown = metadata.keys() - _NAMES.keys()
    if unknown or any("\0" in text for text in metadata.values()):
        raise AudioError("the sound cannot be written as this kind of file")
    notes = b"".join(_chunk(_NAMES[name], text.encode() + b"\0") for name, text in metadata.items())
    whole = wav + b"\0" * (len(wav) % 2) + _chunk(b"LIST", b"INFO" + notes)
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


def _chunk(name: bytes, data: bytes) -> bytes:
    """Of an even length, as RIFF wants it."""
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
