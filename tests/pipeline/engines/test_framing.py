"""What processes of ours and their owners send each other."""

from __future__ import annotations

import asyncio
import io

import pytest

from pipeline.engines.processes.framing import LARGEST_BYTES, Frame, frame, read, receive

MESSAGES = [Frame(1, 0, b""), Frame(7, 2**32 - 1, b"\x00sound"), Frame(255, 3, b"x" * 100_000)]


def written() -> bytes:
    return b"".join(frame(kind, payload, job=job) for kind, job, payload in MESSAGES)


def test_a_blocking_reader_gets_what_was_sent() -> None:
    """Then nothing, once the other side has closed, even in the middle of a header."""
    source = io.BytesIO(written() + b"\x01\x00")

    assert [read(source) for _ in MESSAGES] == MESSAGES
    assert read(source) is None


async def test_an_owner_gets_what_was_sent() -> None:
    """However it is cut on its way."""
    reader = asyncio.StreamReader()
    data = written()
    for at in range(0, len(data), 7):
        reader.feed_data(data[at : at + 7])
    reader.feed_eof()

    assert [await receive(reader) for _ in MESSAGES] == MESSAGES
    with pytest.raises(asyncio.IncompleteReadError):
        await receive(reader)


async def test_an_owner_waits_for_no_nonsense() -> None:
    """A length that nobody would send is not read."""
    reader = asyncio.StreamReader()
    reader.feed_data(frame(1, bytes(LARGEST_BYTES + 1))[:100])

    with pytest.raises(ValueError, match=f"a frame of {LARGEST_BYTES + 1} bytes"):
        await receive(reader)
