"""Which of several errors is told."""

from __future__ import annotations

import pytest

from foundation.failures import most_telling

BROKEN, LATE, REFUSED, BUG = OSError("reset"), TimeoutError("late"), PermissionError("no"), KeyError("bug")


def group(*errors: Exception) -> ExceptionGroup[Exception]:
    return ExceptionGroup("several", errors)


@pytest.mark.parametrize(
    ("failures", "told"),
    [
        (group(BROKEN), BROKEN),
        (group(BUG), BUG),
        (group(BROKEN, BUG), BUG),
        (group(BUG, BROKEN), BUG),
        (group(BROKEN, LATE, REFUSED), REFUSED),
        (group(LATE, group(BROKEN, group(BUG))), BUG),
        (group(group(BROKEN), REFUSED), REFUSED),
        (group(BROKEN, OSError("second")), BROKEN),
    ],
)
def test_a_fault_of_ours_is_never_hidden(failures: ExceptionGroup[Exception], told: Exception) -> None:
    """An error that nobody expects goes before those that are, and those go in the order of the caller."""
    assert most_telling(failures, PermissionError, OSError, TimeoutError) is told


def test_several_faults_are_told_together() -> None:
    """None of them is hidden behind another."""
    other = AttributeError("bug")

    told = most_telling(group(BROKEN, BUG, group(other, LATE)), OSError, TimeoutError)

    assert isinstance(told, ExceptionGroup)
    assert told.exceptions == (BUG, other)
