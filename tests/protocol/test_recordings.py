"""Pieces of recordings on their way to the token service: signed for one place, described when a part has ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocol.recordings import PartEnd, PiecePlace, RecordingError, is_signed, read_part, sign, write_part

KEY = {"api_key": "key", "api_secret": "a secret of more than thirty-two bytes"}
PLACE = PiecePlace("board", "ab" * 12, "cd" * 12, "es.ogg", 196_608)


def test_a_piece_is_good_for_its_place_and_its_bytes_alone() -> None:
    token = sign(b"sound", PLACE, **KEY)
    assert is_signed(token, b"sound", PLACE, **KEY)
    assert not is_signed(token, b"other", PLACE, **KEY)
    for other in (
        replace(PLACE, room="team"),
        replace(PLACE, recording="ef" * 12),
        replace(PLACE, part="ef" * 12),
        replace(PLACE, file="fr.ogg"),
        replace(PLACE, offset=0),
    ):
        assert not is_signed(token, b"sound", other, **KEY), other


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", sign(b"sound", PLACE, api_key="other", api_secret="x" * 40)]
)
def test_who_has_no_key_signs_nothing(token: str) -> None:
    assert not is_signed(token, b"sound", PLACE, **KEY)


def test_a_part_is_read_as_it_was_written() -> None:
    part = PartEnd(began_at=1_795_253_401.5, duration_s=61.5, end="stopped")
    assert read_part(write_part(part)) == part


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"began_at": -1, "duration_s": 1, "end": "stopped"}',
        b'{"began_at": 1, "duration_s": NaN, "end": "stopped"}',
        b'{"began_at": 1, "duration_s": 1, "end": "tired"}',
        b'{"began_at": 1, "duration_s": 1, "end": "cut", "more": 1}',
    ],
)
def test_what_is_no_part_is_refused(data: bytes) -> None:
    with pytest.raises(RecordingError):
        read_part(data)
