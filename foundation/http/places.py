"""How many connections there may be, in all and from one address, and who has to go when it gets tight.

A connection on which no request is under way can be closed at any time; its client opens another. So a newcomer is let
in at the cost of whoever has waited longest, and only connections that are at work can fill the house.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Connection(Protocol):
    """What is asked of a connection; asyncio's transports are some."""

    def abort(self) -> None:
        """Closes it at once."""
        ...

    def is_closing(self) -> bool:
        """Whether it is to be closed once the client has taken what it was sent."""
        ...


@dataclass(slots=True, eq=False)
class Place:
    """One connection's place."""

    address: str
    connection: Connection
    spare: bool
    """Beyond the bound: good for what must be answered in a full house, and for nothing else."""
    held: bool = True
    closing_since_s: float | None = None


class Places:
    """Counts connections."""

    def __init__(
        self,
        most: int,
        per_address: int,
        spare: int,
        *,
        speaks_for_many: Callable[[str], bool] = lambda address: False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`speaks_for_many`: whether an address is a proxy's, which is bounded by `most` alone."""
        if not 0 < per_address <= most or spare < 1:
            raise ValueError(f"bounds of connections: {most} in all, {per_address} an address, {spare} spare")
        self._most, self._per_address, self._spare = most, per_address, spare
        self._speaks_for_many, self._now = speaks_for_many, now
        self._places: OrderedDict[Place, None] = OrderedDict()
        self._of_address: Counter[str] = Counter()
        self._waiting: dict[str, OrderedDict[Place, None]] = {}
        self._spare_waiting: OrderedDict[Place, None] = OrderedDict()
        self.refused = 0
        self.closed = 0
        """Connections that had to go for others."""

    def __len__(self) -> int:
        return len(self._places)

    def enter(self, address: str, connection: Connection) -> Place | None:
        """A place for a new connection, which waits for a request; None where there is none."""
        bounded = not self._speaks_for_many(address)
        if bounded and self._of_address[address] >= self._per_address and not self._close_one_of(address):
            self.refused += 1
            return None
        if len(self._places) >= self._most:
            self._close_one_of(self._most_waiting())
        if len(self._places) >= self._most + self._spare and not self._close_first(self._spare_waiting):
            self.refused += 1
            return None
        place = Place(address, connection, spare=len(self._places) >= self._most)
        self._places[place] = None
        self._of_address[address] += 1
        self.waits(place)
        return place

    def waits(self, place: Place) -> None:
        """No request is under way."""
        if not place.held:
            return
        if place.spare:
            self._spare_waiting[place] = None
        else:
            self._waiting.setdefault(place.address, OrderedDict())[place] = None

    def works(self, place: Place) -> None:
        """A request is under way, or the connection has become a WebSocket."""
        self._spare_waiting.pop(place, None)
        waiting = self._waiting.get(place.address)
        if waiting is not None:
            waiting.pop(place, None)
            if not waiting:
                del self._waiting[place.address]

    def leave(self, place: Place) -> None:
        """The connection is closed. Doing it twice does no harm."""
        if not place.held:
            return
        place.held = False
        self.works(place)
        del self._places[place]
        self._of_address[place.address] -= 1
        if not self._of_address[place.address]:
            del self._of_address[place.address]
        if not place.spare:
            self._promote()

    def end_closing(self, patience_s: float) -> None:
        """Closes what was to be closed so long ago: its client does not take the rest of what it was sent."""
        now_s = self._now()
        for place in list(self._places):
            if not place.connection.is_closing():
                continue
            if place.closing_since_s is None:
                place.closing_since_s = now_s
            elif now_s - place.closing_since_s >= patience_s:
                place.connection.abort()

    def clear(self) -> None:
        """Closes every connection."""
        for place in list(self._places):
            self._close(place)

    def _promote(self) -> None:
        """An ordinary place is free: whoever has had a spare one longest gets it."""
        for place in self._places:
            if place.spare:
                place.spare = False
                if self._spare_waiting.pop(place, place) is None:
                    self.waits(place)
                return

    def _most_waiting(self) -> str:
        return max(self._waiting, key=lambda address: len(self._waiting[address]), default="")

    def _close_one_of(self, address: str) -> bool:
        """Closes the connection of this address that has waited longest, if there is one."""
        if waiting := self._waiting.get(address):
            return self._close_first(waiting)
        for place in self._spare_waiting:
            if place.address == address:
                return self._close(place)
        return False

    def _close_first(self, waiting: OrderedDict[Place, None]) -> bool:
        return self._close(next(iter(waiting))) if waiting else False

    def _close(self, place: Place) -> bool:
        self.leave(place)
        self.closed += 1
        place.connection.abort()
        return True
