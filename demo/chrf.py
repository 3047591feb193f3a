"""chrF: how much of a translation's characters a reference translation shares.

Source:
    Popović, chrF: character n-gram F-score for automatic MT evaluation, 2015; orders 1 to 6, recall counted twice
    as much as precision (chrF2), blanks left out, orders without n-grams passed over: as sacreBLEU does by default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

ORDERS = 6
BETA = 2.0


def chrf(pairs: Iterable[tuple[str, str]]) -> float:
    """0…100 for (translation, reference) pairs together, as one corpus; 0 for none."""
    made, wanted, shared = [0] * ORDERS, [0] * ORDERS, [0] * ORDERS
    for translation, reference in pairs:
        for order in range(ORDERS):
            ours, theirs = _ngrams(translation, order + 1), _ngrams(reference, order + 1)
            made[order] += ours.total()
            wanted[order] += theirs.total()
            shared[order] += (ours & theirs).total()
    counted = [order for order in range(ORDERS) if made[order] and wanted[order]]
    if not counted:
        return 0.0
    precision, recall = (
        sum(shared[order] / all_of[order] for order in counted) / len(counted) for all_of in (made, wanted)
    )
    return 100 * _f_score(precision, recall)


def _f_score(precision: float, recall: float) -> float:
    """The weighted harmonic mean of both; recall counts `BETA` times as much."""
    if precision + recall == 0:
        return 0.0
    return (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def _ngrams(text: str, order: int) -> Counter[str]:
    plain = "".join(text.split())
    return Counter(plain[start : start + order] for start in range(len(plain) - order + 1))
