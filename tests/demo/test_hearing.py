from __future__ import annotations

import numpy as np

from bench.readings import DIRECTORY
from demo.hearing import ENOUGH, Spectrum, match, spectrum
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.recordings.decoding import decode


def reading(number: str) -> Pcm:
    """A real reading."""
    file = DIRECTORY / f"austen-{number}.flac"
    return decode(file.read_bytes(), rate_hz=HEARING_RATE_HZ, max_s=60.0).pcm


def later(pcm: Pcm, seams_s: list[float], pause_s: float) -> Pcm:
    """With a pause at each seam, as a channel makes one that plays a clause in pieces."""
    pieces = np.split(pcm, [int(at_s * HEARING_RATE_HZ) for at_s in seams_s])
    pause = np.zeros(int(pause_s * HEARING_RATE_HZ), np.int16)
    return np.concatenate([part for piece in pieces for part in (piece, pause)])


def heard(said: Pcm) -> Spectrum:
    """In the middle of a recording."""
    quiet = np.random.default_rng(1).normal(0, 20, 3 * HEARING_RATE_HZ).astype(np.int16)
    return spectrum(np.concatenate([quiet, said, quiet]))


def test_the_same_words_are_found_where_they_are() -> None:
    said = reading("0880")
    found = match(heard(said), spectrum(said), at_s=2.5)

    assert found.similarity > 0.95
    assert abs(found.shift_s - 0.5) <= 0.02


def test_a_clause_that_was_played_in_pieces_is_found() -> None:
    """One long clause, with pauses of 40 to 120 ms between its pieces."""
    said = reading("0870")
    for pause_s in (0.04, 0.08, 0.12):
        found = match(heard(later(said, [1.3, 3.1], pause_s)), spectrum(said), at_s=3.0)
        assert found.similarity > ENOUGH, pause_s


def test_other_words_are_not_found() -> None:
    """Each reading among all others of the same voice, and half of the clause alone is not the whole."""
    names = ("0870", "0880", "0890", "0920", "0930")
    for name in names:
        there = heard(reading(name))
        for other in set(names) - {name}:
            assert match(there, spectrum(reading(other)), at_s=3.0).similarity < ENOUGH, (name, other)
    said = reading("0870")
    assert match(heard(said[: len(said) // 2]), spectrum(said), at_s=3.0).similarity < 0.8


def test_what_is_longer_than_the_recording_is_not_there() -> None:
    said = reading("0890")
    assert match(spectrum(said[:HEARING_RATE_HZ]), spectrum(said), at_s=0.0).similarity == -1.0
