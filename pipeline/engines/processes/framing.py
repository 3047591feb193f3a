"""What a process of ours and its owner send each other: kind (1 byte), job (4 bytes), length (4 bytes), as many bytes.

Only the standard library stands behind it: a process starts quickly and loads nothing but its engine.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

if TYPE_CHECKING:
    from asyncio import StreamReader

LARGEST_BYTES: Final = 64_000_000
"""More at once is nonsense: it would be ten minutes of sound."""
_HEADER: Final = struct.Struct("<BII")


class Frame(NamedTuple):
    """One message."""

    kind: int
    """What it means is agreed between the two who talk."""
    job: int
    """0 where only one thing is under way."""
    payload: bytes


def frame(kind: int, payload: bytes = b"", *, job: int = 0) -> bytes:
    """One frame, ready to be written."""
    return _HEADER.pack(kind, job, len(payload)) + payload


def read(source: BinaryIO) -> Frame | None:
    """The next frame; None once the other side has closed. Blocking."""
    header = source.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    kind, job, length = _HEADER.unpack(header)
    return Frame(kind, job, source.read(length))


async def receive(reader: StreamReader) -> Frame:
    """The next frame.

    Raises:
        IncompleteReadError: the other side has closed.
        ValueError: it is larger than `LARGEST_BYTES`.
    """
    kind, job, length = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if length > LARGEST_BYTES:
        raise ValueError(f"a frame of {length} bytes")
    return Frame(kind, job, await reader.readexactly(length))
