"""Which of several errors their caller has to see, where tasks that run side by side fail together."""

from __future__ import annotations


def most_telling(failures: BaseExceptionGroup[Exception], *expected: type[Exception]) -> Exception:
    """The error to raise for a group: what nobody expects, and is therefore a fault of ours, before all else.

    Args:
        expected: what the caller knows how to handle, the most telling kind first.

    Returns:
        One error; a group only where several were not expected.
    """
    known, faults = failures.split(expected)
    if faults is not None:
        leaves = _leaves(faults)
        return leaves[0] if len(leaves) == 1 else ExceptionGroup(failures.message, leaves)
    assert known is not None  # a group is never empty
    return min(_leaves(known), key=lambda error: _rank(error, expected))


def _rank(error: Exception, expected: tuple[type[Exception], ...]) -> int:
    return next(place for place, kind in enumerate(expected) if isinstance(error, kind))


def _leaves(group: BaseExceptionGroup[Exception]) -> list[Exception]:
    found: list[Exception] = []
    for error in group.exceptions:
        found += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
