"""What is known of the copies of one service's engines: how many there are, what they did, in what batches."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_FORGOTTEN_S: Final = 600.0
"""A copy of which nothing was heard for so long is left out of what is told."""


@dataclass(frozen=True, slots=True)
class CopyFigures:
    """What a copy says of itself with each answer."""

    copy: str
    """Its name at Ray Serve."""
    answered: int
    batches: Mapping[int, int]
    """How many batches of each size its models were given."""


@dataclass(slots=True)
class RoleFigures:
    """Of one service, as far as this process has heard."""

    states: dict[str, int] = field(default_factory=dict)
    """How many copies are in each of Ray Serve's states, e.g. "RUNNING"."""
    asked_again: int = 0
    """Pieces of work that a copy took with it when it ended, and that another one did."""
    now: Callable[[], float] = time.monotonic
    _copies: dict[str, CopyFigures] = field(default_factory=dict)
    _seen_s: dict[str, float] = field(default_factory=dict)
    _gone: Counter[int] = field(default_factory=Counter)
    """Batches of copies that are not told any more: what is counted must not fall."""

    def heard(self, copy: CopyFigures) -> None:
        """A copy has answered; an answer that was overtaken by a later one says nothing new."""
        known = self._copies.get(copy.copy)
        if known is None or copy.answered >= known.answered:
            self._copies[copy.copy] = copy
        self._seen_s[copy.copy] = self.now()
        self._forget()

    @property
    def batches(self) -> Counter[int]:
        """Of all copies together, by size."""
        total = Counter(self._gone)
        for copy in self._copies.values():
            total.update(copy.batches)
        return total

    def told(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "copies": {name: copy.answered for name, copy in sorted(self._copies.items())},
            "states": dict(self.states),
            "batches": {str(size): count for size, count in sorted(self.batches.items())},
            "asked_again": self.asked_again,
        }

    def _forget(self) -> None:
        oldest_s = self.now() - _FORGOTTEN_S
        for name in [name for name, seen_s in self._seen_s.items() if seen_s < oldest_s]:
            self._gone.update(self._copies.pop(name).batches)
            del self._seen_s[name]
