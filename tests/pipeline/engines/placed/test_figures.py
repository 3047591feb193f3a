"""What is known of copies."""

from __future__ import annotations

from pipeline.engines.placed.figures import CopyFigures, RoleFigures


def test_batches_of_all_copies_are_counted_together() -> None:
    role = RoleFigures()
    role.heard(CopyFigures("a", 1, {1: 1}))
    role.heard(CopyFigures("b", 1, {1: 2, 3: 1}))
    role.heard(CopyFigures("a", 2, {1: 1, 2: 1}))

    assert role.told() == {
        "copies": {"a": 2, "b": 1},
        "states": {},
        "batches": {"1": 3, "2": 1, "3": 1},
        "asked_again": 0,
    }


def test_an_answer_that_was_overtaken_takes_nothing_back() -> None:
    role = RoleFigures()
    role.heard(CopyFigures("a", 5, {1: 5}))
    role.heard(CopyFigures("a", 4, {1: 4}))

    assert role.batches == {1: 5}


def test_what_a_copy_did_that_is_gone_still_counts() -> None:
    """A counter that falls looks as if the service had been started anew."""
    now_s = 0.0
    role = RoleFigures(now=lambda: now_s)
    role.heard(CopyFigures("gone", 3, {2: 3}))
    now_s = 1000.0
    role.heard(CopyFigures("new", 1, {2: 1}))

    assert (role.told()["copies"], role.batches) == ({"new": 1}, {2: 4})
