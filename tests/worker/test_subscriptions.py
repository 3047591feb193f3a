"""Which microphones are asked for, and when again."""

from __future__ import annotations

import pytest

from tests.fakes.clock import HandClock
from tests.fakes.livekit_room import FakeMicrophone
from worker.subscriptions import Subscriptions

PATIENCE_S = 3.0


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def subscriptions(clock: HandClock) -> Subscriptions:
    return Subscriptions(clock, patience_s=PATIENCE_S)


def test_what_came_is_asked_for_once(subscriptions: Subscriptions, clock: HandClock) -> None:
    """However long it is there."""
    anna = FakeMicrophone("anna1")
    subscriptions.ask("anna", anna)
    clock.move(10 * PATIENCE_S)
    subscriptions.ask("anna", anna)
    assert anna.asked == [True]


def test_what_does_not_come_is_asked_for_again(subscriptions: Subscriptions, clock: HandClock) -> None:
    """Each time after the patience has ended, counted from the last request."""
    anna = FakeMicrophone("anna1", lost=3)
    for moved_s, asked in ((0, 1), (PATIENCE_S - 1, 1), (1, 2), (PATIENCE_S - 1, 2), (1, 3)):
        clock.move(moved_s)
        subscriptions.ask("anna", anna)
        assert len(anna.asked) == asked


def test_another_microphone_takes_the_place_of_the_first(subscriptions: Subscriptions) -> None:
    """At once: the first is given up, even where it never came."""
    first, second = FakeMicrophone("anna1", lost=1), FakeMicrophone("anna2")
    subscriptions.ask("anna", first)
    subscriptions.ask("anna", second)
    assert (first.asked, second.asked) == ([True, False], [True])


def test_what_is_gone_is_not_given_up(subscriptions: Subscriptions) -> None:
    """A publication that ended needs no request; returning under the same name it is asked for as new."""
    first, second = FakeMicrophone("anna1"), FakeMicrophone("anna2")
    subscriptions.ask("anna", first)
    subscriptions.keep({})
    subscriptions.ask("anna", second)
    assert (first.asked, second.asked) == ([True], [True])


def test_only_the_microphone_that_they_have_is_given_up(subscriptions: Subscriptions) -> None:
    """And only if it was asked for."""
    anna, bea = FakeMicrophone("anna1"), FakeMicrophone("bea1")
    subscriptions.ask("anna", anna)
    subscriptions.keep({"anna": anna})
    subscriptions.give_up("bea", bea)
    subscriptions.give_up("anna", FakeMicrophone("anna2"))
    assert (anna.asked, bea.asked) == ([True], [])
    subscriptions.ask("anna", anna)
    subscriptions.give_up("anna", anna)
    subscriptions.give_up("anna", anna)
    assert anna.asked == [True, True, False]


def test_after_a_reconnect_everything_is_asked_for_again(subscriptions: Subscriptions) -> None:
    """Also what is here: the server may have forgotten who wanted it."""
    anna = FakeMicrophone("anna1")
    subscriptions.ask("anna", anna)
    subscriptions.forget()
    subscriptions.ask("anna", anna)
    assert anna.asked == [True, True]
