"""What sound files say about themselves."""

from __future__ import annotations

import struct

import pytest

from pipeline.recordings.completeness import named_s

MPEG_1, MPEG_2, MPEG_2_5 = 0xFB, 0xF3, 0xE3
"""The second byte of an mp3's frame: layer III, with no checksum."""


def first_frame(
    version: int, rate: int, *, tag: bytes = b"Xing", behind: int = 36, flags: int = 1, mark: int = 0xFF
) -> bytes:
    """The head of an mp3 that names 1000 frames, so many bytes behind the head of its first frame."""
    head = bytes((mark, version, rate << 2, 0))
    return head.ljust(behind, b"\0") + tag + struct.pack(">II", flags, 1000)


@pytest.mark.parametrize(
    ("version", "rate", "samples", "rate_hz"),
    [
        (MPEG_1, 0, 1152, 44_100),
        (MPEG_1, 1, 1152, 48_000),
        (MPEG_1, 2, 1152, 32_000),
        (0xFA, 0, 1152, 44_100),  # with a checksum
        (MPEG_2, 0, 576, 22_050),
        (MPEG_2, 1, 576, 24_000),
        (MPEG_2, 2, 576, 16_000),
        (MPEG_2_5, 0, 576, 11_025),
        (MPEG_2_5, 1, 576, 12_000),
        (MPEG_2_5, 2, 576, 8_000),
    ],
)
@pytest.mark.parametrize("behind", [13, 21, 36])
@pytest.mark.parametrize("tag", [b"Xing", b"Info"])
def test_an_mp3_names_its_frames(
    version: int, rate: int, samples: int, rate_hz: int, behind: int, tag: bytes
) -> None:
    """In seconds, in each version of the format, wherever its table stands, and behind something else too."""
    data = first_frame(version, rate, tag=tag, behind=behind)

    for before in (b"", b"ID3" + bytes(500)):
        assert named_s(before + data, "mp3", None, only_stream=True) == 1000 * samples / rate_hz
    assert named_s(data, "wav", None, only_stream=True) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(1000),
        first_frame(MPEG_1, 3),  # a rate that does not exist
        first_frame(0xEB, 0),  # a version that does not exist
        first_frame(0xFD, 0),  # layer II
        first_frame(0xDB, 0),  # no beginning of a frame
        first_frame(MPEG_1, 0, mark=0xFE),
        first_frame(MPEG_1, 0, flags=0xE),  # a table without the number
        first_frame(MPEG_1, 0, behind=30),  # a table in no frame
        first_frame(MPEG_1, 0, tag=b"LAME"),
        first_frame(MPEG_1, 0)[:-1],
        first_frame(MPEG_1, 0)[30:],
        bytes(2**16) + first_frame(MPEG_1, 0),
    ],
)
def test_an_mp3_that_names_nothing_has_no_length(data: bytes) -> None:
    """What is not such a table, or not all there, is not read as one."""
    assert named_s(data, "mp3", 5.0, only_stream=True) is None


def test_a_table_that_is_none_hides_no_other() -> None:
    """A word in a title, for instance."""
    title = b"ID3 Xing, the album".ljust(100, b"\0")
    assert named_s(title + first_frame(MPEG_1, 1, tag=b"Info"), "mp3", None, only_stream=True) == 24.0
