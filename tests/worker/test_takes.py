"""The numbers of interpreters."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from worker.takes import Takes


def test_each_speaker_counts_from_one() -> None:
    """Whoever else is there."""
    takes = Takes()

    assert [takes.next(who) for who in ("anna", "ben", "anna", "anna", "ben")] == [1, 1, 2, 3, 2]


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.integers(1, 5))
def test_no_number_comes_twice_and_little_is_kept(speakers: list[str], most: int) -> None:
    """However many come and go: what was said before keeps its name."""
    takes = Takes(most)
    given_out = [(who, takes.next(who)) for who in speakers]

    assert len(set(given_out)) == len(given_out)
    assert len(takes) <= most
