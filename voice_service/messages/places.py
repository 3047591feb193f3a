"""How much may be under way at once, in all and for one tenant."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from foundation.http.problems import ProblemError, overloaded


class MessagePlaces:
    """Counts what is under way. Who finds no place is told to come again; nobody waits here."""

    def __init__(self, most: int, per_tenant: int, *, retry_after_s: float) -> None:
        self._most, self._per_tenant, self._retry_after_s = most, min(per_tenant, most), retry_after_s
        self._taken: Counter[str] = Counter()

    @contextlib.contextmanager
    def taken(self, tenant: str) -> Iterator[None]:
        """Holds a place. Raises ProblemError(503) where there is none."""
        if self._taken.total() >= self._most or self._taken[tenant] >= self._per_tenant:
            raise ProblemError(overloaded("Too many messages are under way.", self._retry_after_s))
        self._taken[tenant] += 1
        try:
            yield
        finally:
            self._taken[tenant] -= 1
            if not self._taken[tenant]:
                del self._taken[tenant]
