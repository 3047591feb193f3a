"""Where tokens lie, by how attention moves: the cheapest path, whatever it has to go through."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.engines.recognition.whisper.attention import align


def looking_at(*spans: tuple[int, int], places: int, heads: int = 3) -> NDArray[np.float32]:
    """Attention of tokens that each look at a span of places, a little at all others."""
    attention = np.full((heads, len(spans), places), 0.01, np.float32)
    for token, (begin, end) in enumerate(spans):
        attention[:, token, begin:end] = 1.0
    shares: NDArray[np.float32] = attention / attention.sum(axis=2, keepdims=True)
    return shares


def begins(attention: NDArray[np.float32], places: int) -> list[int]:
    """The first place of each token."""
    path = align(attention, [], places).alignments
    return [min(place for token, place in path if token == each) for each in range(attention.shape[1])]


def test_tokens_begin_where_attention_moves_on_to_them() -> None:
    """Long and short ones; what lies behind the sound does not count."""
    attention = looking_at((0, 20), (20, 28), (28, 60), (60, 70), places=100)
    attention[:, :, 70:] += 0.5  # what the window holds behind the sound

    assert begins(attention, 70) == [0, 20, 28, 60]


def test_a_path_goes_through_all_tokens_and_places_one_step_at_a_time() -> None:
    """From the first to the last of both; the probabilities go along."""
    attention = np.random.default_rng(3).random((4, 9, 40)).astype(np.float32)

    found = align(attention, [0.5] * 8, 31)

    steps = {
        (after[0] - before[0], after[1] - before[1])
        for before, after in zip(found.alignments, found.alignments[1:], strict=False)
    }
    assert (found.alignments[0], found.alignments[-1]) == ((0, 0), (8, 30))
    assert steps <= {(1, 1), (1, 0), (0, 1)}
    assert found.text_token_probs == [0.5] * 8


@pytest.mark.parametrize("seed", range(10))
def test_no_other_path_is_cheaper(seed: int) -> None:
    """Beside all paths, one by one, without smoothing: fewer places than the median takes."""
    attention = np.random.default_rng(seed).random((1, 4, 3)).astype(np.float32)
    heard = attention / attention.sum(axis=2, keepdims=True)
    standard = (heard - heard.mean(axis=1, keepdims=True)) / heard.std(axis=1, keepdims=True)
    costs = -standard[0]

    def cheapest(token: int, place: int) -> float:
        before = [
            (token - 1, place - 1), (token - 1, place), (token, place - 1),
        ]  # fmt: skip
        reached = [cheapest(*each) for each in before if min(each) >= 0]
        return float(costs[token, place]) + (min(reached) if reached else 0.0)

    path = align(attention, [], 3).alignments
    assert sum(float(costs[each]) for each in path) == pytest.approx(cheapest(3, 2), abs=1e-5)


def test_a_single_token_over_one_place_has_a_path() -> None:
    """The least there can be."""
    assert align(np.ones((2, 1, 1), np.float32), [], 1).alignments == [(0, 0)]
