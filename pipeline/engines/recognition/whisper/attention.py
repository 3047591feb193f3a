"""Where each token lies in the sound, by how the decoder's attention moves.

Source:
    openai/whisper, `timing.py`: attention of some heads, standardised over the tokens, smoothed by a median over time,
    averaged, and the cheapest path through it (dynamic time warping).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_SMOOTHED: Final = 7
"""Places of the sound that the median is taken over."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """Like CTranslate2's `WhisperAlignmentResult`."""

    alignments: list[tuple[int, int]]
    """The path: which token, which place of the sound, both from 0 on."""
    text_token_probs: list[float]


def align(attention: NDArray[np.float32], probabilities: list[float], places: int) -> Alignment:
    """Finds the path.

    Args:
        attention: (heads, tokens + 1, places of the window).
        probabilities: of each token.
        places: those that hold sound, at most.
    """
    heard = attention[:, :, :places]
    heard = heard / np.maximum(heard.sum(axis=2, keepdims=True), 1e-9)
    deviation = np.maximum(heard.std(axis=1, keepdims=True), 1e-9)
    standard = (heard - heard.mean(axis=1, keepdims=True)) / deviation
    return Alignment(_cheapest_path(-_smoothed(standard).mean(axis=0)), probabilities)


def _smoothed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median along the last axis, mirrored at its ends."""
    beside = _SMOOTHED // 2
    if values.shape[-1] <= beside:
        return values
    padded = np.pad(values, ((0, 0), (0, 0), (beside, beside)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _SMOOTHED, axis=-1)
    return np.asarray(np.partition(windows, beside, axis=-1)[..., beside], np.float32)


def _cheapest_path(costs: NDArray[np.float32]) -> list[tuple[int, int]]:
    """From the first token and place to the last of both, each step one further in either or in both.

    Args:
        costs: (tokens, places).
    """
    rows, columns = costs.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for row in range(rows):
        # along a row: what comes from above or from the corner, or the sum of the costs since then
        above = np.minimum(total[row, :-1], total[row, 1:])
        until = np.cumsum(costs[row].astype(np.float64))
        before = np.concatenate(([0.0], until[:-1]))
        total[row + 1, 1:] = until + np.minimum.accumulate(above - before)
    path: list[tuple[int, int]] = []
    row, column = rows, columns
    while row > 0 and column > 0:
        path.append((row - 1, column - 1))
        corner, above_it, left = total[row - 1, column - 1], total[row - 1, column], total[row, column - 1]
        if corner <= above_it and corner <= left:
            row, column = row - 1, column - 1
        elif above_it <= left:
            row -= 1
        else:
            column -= 1
    return path[::-1]
