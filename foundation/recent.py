"""What was set or used last, of so many: memory that does not grow, however many come by."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(OrderedDict[K, V], Generic[K, V]):
    """The `most` entries that were set or used last, the oldest first; whatever is older is forgotten.

    Looking at an entry, as by `get`, is not using it. Of 0 entries nothing is remembered.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._most:
            self.popitem(last=False)

    def use(self, key: K) -> V | None:
        """The value of a key, which becomes the youngest; None where there is none."""
        if key not in self:
            return None
        self.move_to_end(key)
        return self[key]

    def make_room(self) -> V | None:
        """Forgets the oldest entry where one more would be too many; its value, if there was one to forget."""
        return self.popitem(last=False)[1] if self and len(self) >= self._most else None
