from __future__ import annotations

from dataclasses import dataclass

import pytest

from foundation.http.places import Place, Places
from tests.fakes.clock import HandClock


@dataclass(eq=False)
class Line:
    """A connection that notes what is done to it."""

    aborted: bool = False
    closing: bool = False

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.closing


def entered(places: Places, address: str) -> tuple[Line, Place]:
    line = Line()
    place = places.enter(address, line)
    assert place is not None
    return line, place


def test_who_waits_longest_makes_room_for_a_newcomer() -> None:
    """In a full house the oldest connection without a request is closed, and the newcomer gets its place."""
    places = Places(3, 3, 1)
    lines = [entered(places, "a")[0] for _ in range(3)]
    newcomer, place = entered(places, "b")
    assert [line.aborted for line in [*lines, newcomer]] == [True, False, False, False]
    assert (len(places), place.spare, places.closed) == (3, False, 1)


def test_an_address_makes_room_for_itself() -> None:
    """Who has as many connections as one address may loses the oldest idle one of their own, never somebody else's."""
    places = Places(10, 2, 1)
    other, _ = entered(places, "b")
    first, _ = entered(places, "a")
    entered(places, "a")
    third, _ = entered(places, "a")
    assert (other.aborted, first.aborted, third.aborted, len(places)) == (False, True, False, 3)


def test_an_address_whose_connections_all_work_gets_no_more() -> None:
    """Work is not interrupted for a newcomer of the same address; other addresses are still let in."""
    places = Places(10, 2, 1)
    for _ in range(2):
        places.works(entered(places, "a")[1])
    assert places.enter("a", Line()) is None
    assert places.enter("b", Line()) is not None
    assert places.refused == 1


def test_a_proxy_is_bounded_by_the_whole_house_alone() -> None:
    """Behind a proxy's address there are many people."""
    places = Places(5, 2, 1, speaks_for_many=lambda address: address == "proxy")
    for _ in range(5):
        places.works(entered(places, "proxy")[1])
    assert places.enter("proxy", Line()) is not None  # a spare one
    assert places.enter("proxy", Line()) is not None  # in the place of that one, which waits


def test_a_house_full_of_work_has_spare_places() -> None:
    """Beyond the bound a few get spare places; when somebody leaves, one of these becomes an ordinary one."""
    places = Places(2, 2, 2)
    working = [entered(places, address)[1] for address in "ab"]
    for place in working:
        places.works(place)
    spare = [entered(places, address)[1] for address in "cd"]
    assert [place.spare for place in spare] == [True, True]
    for place in spare:
        places.works(place)
    assert places.enter("e", Line()) is None
    places.leave(working[0])
    places.leave(working[0])
    assert ([place.spare for place in spare], len(places)) == ([False, True], 3)


def test_the_address_that_waits_most_goes_first() -> None:
    """Somebody with many idle connections loses one before somebody with a single older one does."""
    places = Places(4, 4, 1)
    single, _ = entered(places, "single")
    many = [entered(places, "many")[0] for _ in range(3)]
    entered(places, "newcomer")
    assert (single.aborted, [line.aborted for line in many]) == (False, [True, False, False])


def test_a_connection_that_does_not_close_is_cut() -> None:
    """Who does not take the last bytes within the patience is cut off; who is not closing is left alone."""
    clock = HandClock()
    places = Places(4, 4, 1, now=clock)
    slow, _ = entered(places, "a")
    other, _ = entered(places, "b")
    slow.closing = True
    places.end_closing(10)
    clock.move(9)
    places.end_closing(10)
    early = slow.aborted
    clock.move(1)
    places.end_closing(10)
    assert (early, slow.aborted, other.aborted) == (False, True, False)


@pytest.mark.parametrize(("most", "per_address", "spare"), [(0, 0, 1), (5, 6, 1), (5, 0, 1), (5, 5, 0)])
def test_bounds_that_let_nobody_in_are_refused(most: int, per_address: int, spare: int) -> None:
    """At least one an address, no more than in all, and at least one spare."""
    with pytest.raises(ValueError, match="bounds of connections"):
        Places(most, per_address, spare)
