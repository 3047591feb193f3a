"""How well voices are told apart, as the bench reckons it."""

from __future__ import annotations

import numpy as np
import pytest

from bench.voices import equal_error, similarities, text
from tests.fakes.speakers import embedding


def test_pairs_of_one_speaker_and_of_two() -> None:
    """Each pair counts once."""
    near, far = embedding(1.0, 0.0), embedding(0.0, 1.0)
    same, different = similarities({"anna": [near, near], "ben": [far], "cara": [embedding(1.0, 1.0)]})

    assert same.tolist() == pytest.approx([1.0])
    assert sorted(different.tolist()) == pytest.approx([0.0, 0.0, *[0.7071] * 3], abs=1e-3)


@pytest.mark.parametrize(
    ("same", "different", "rate"),
    [([0.9, 0.8], [0.3, 0.2], 0.0), ([0.9, 0.4, 0.8, 0.7], [0.5, 0.1, 0.2, 0.3], 0.25), ([0.5], [0.5], 0.5)],
)
def test_the_equal_error(same: list[float], different: list[float], rate: float) -> None:
    """Nothing is wrong where they are apart; one in four where one of each lies on the other's side."""
    found, threshold = equal_error(np.array(same), np.array(different))

    assert found == rate
    assert min(different) <= threshold <= max(same)


def test_the_result_is_read_by_people() -> None:
    """In four lines."""
    of = {"pairs": 3, "mean": 0.5, "p5": 0.4, "p95": 0.6}
    found = {
        "encoder": "resemblyzer", "speakers": 2, "language": "en", "same": of, "different": of,
        "equal_error": 0.05, "threshold": 0.7,
    }  # fmt: skip
    assert text(found).splitlines()[-1] == "equal error 5.0% at 0.700"
