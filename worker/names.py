"""What people in a room are called; a name is given once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from foundation.names import confirmed, plain, short, vouched
from foundation.recent import Recent
from protocol.screens import owner_of

MOST = 1000
"""Names of so many are kept; those that were learnt first go first."""


class Called(Protocol):
    """What is looked at of a participant. They may change all but the identity."""

    @property
    def identity(self) -> str:
        """Unique in the room; never changes."""
        ...

    @property
    def name(self) -> str:
        """As they say themself: not to be trusted."""
        ...

    @property
    def metadata(self) -> str:
        """What the token service put into the token, with which a name is confirmed; they may have changed it."""
        ...


class Names:
    """Keeps the name that the token service answers for, and of others the one that they came with."""

    def __init__(self) -> None:
        self._names: Recent[str, str] = Recent(MOST)

    def meet(self, people: Iterable[Called]) -> None:
        """Learns the names of those who have none yet."""
        for person in people:
            if person.identity in self._names:
                continue
            if vouched(person.identity):
                name = confirmed(person.identity, person.metadata or "")
            else:
                name = plain(person.name or "")
            if name:
                self._names[person.identity] = name

    def of(self, identity: str) -> str:
        """What people are shown; a short form of the identity where no name is known."""
        owner = owner_of(identity)
        if owner is not None:
            return f"screen of {self.of(owner)}"
        return self._names.get(identity) or short(identity)
