"""What a channel learns of its speech."""

from __future__ import annotations

import pytest

from pipeline.speech_rates import DEMAND_S, Demand, RenderCosts, SpeakingRate


def test_the_rate_is_learnt_from_what_was_said() -> None:
    """After some clauses the estimate is near the truth, whatever it began with, at any speed."""
    rate = SpeakingRate(seconds_per_letter=0.01)
    for _ in range(30):
        rate.learn("x" * 50, took_s=4.0, at_speed=1.25)

    assert rate.expect_s("x" * 100, at_speed=1.0) == pytest.approx(10.0, rel=0.05)


def test_a_few_letters_teach_nothing() -> None:
    """ "Oh." may be as long as a sentence."""
    rate = SpeakingRate()
    rate.learn("oh", took_s=4.0, at_speed=1.0)
    rate.learn("x" * 50, took_s=0.0, at_speed=1.0)

    assert rate.expect_s("x" * 100) == pytest.approx(6.5)


@pytest.mark.parametrize(("speech_s", "every_s"), [(3.0, 3.0), (1.0, 2.0), (6.0, 5.0), (0.5, 0.5)])
def test_demand_is_the_share_of_the_time_that_is_spoken(speech_s: float, every_s: float) -> None:
    """In the mean, from the first clauses on, whatever their rhythm."""
    demand = Demand()
    seen = []
    for number in range(100):
        at_s = 100 + number * every_s
        demand.add(at_s, at_s - 1, speech_s)
        seen += [demand.at(100 + (number + share) * every_s) for share in (0.25, 0.75)]

    late = seen[round(2 * DEMAND_S / every_s) :]
    assert sum(late) / len(late) == pytest.approx(speech_s / every_s, rel=0.1)
    assert min(late) > 0.8 * speech_s / every_s
    assert max(late) < 1.25 * speech_s / every_s


def test_demand_fades_in_silence() -> None:
    """Nothing at first, next to nothing after a minute; one clause alone is no flood."""
    demand = Demand()
    assert demand.at(1000.0) == 0.0
    demand.add(1000.0, 999.0, 4.0)
    assert demand.at(1000.0) < 0.5
    assert demand.at(1064.0) < 0.05


def test_what_comes_all_at_once_is_no_more_than_it_was() -> None:
    """After a stall the demand is that of the people who spoke."""
    demand = Demand()
    for number in range(10):
        demand.add(1030.0, 1000.0 + 3 * number, 3.0)

    assert demand.at(1030.0) == pytest.approx(1.0, rel=0.1)


def test_a_cost_is_the_middle_of_the_last_pieces() -> None:
    """One stall says nothing, a machine that became slow is noticed after three pieces."""
    costs = RenderCosts()
    for took_s in (4.0, 1.0, 1.0):
        costs.learn("anna", took_s, 2.0)
    assert (costs.of("anna"), costs.least("anna")) == (0.5, 0.5)
    for _ in range(3):
        costs.learn("anna", 3.0, 2.0)
    assert (costs.of("anna"), costs.least("anna")) == (1.5, 0.5)
    for _ in range(5):
        costs.learn("anna", 3.0, 2.0)
    assert costs.least("anna") == 1.5


def test_a_new_voice_costs_what_the_last_one_did() -> None:
    """Until it has been heard itself."""
    costs = RenderCosts(assumed=0.2)
    assert (costs.of("anna"), costs.known("anna")) == (0.2, False)
    costs.learn("anna", 1.0, 2.0)
    costs.learn("ben", 1.0, 0.0)  # nothing came of it
    assert (costs.of("ben"), costs.known("ben")) == (0.5, False)


def test_costs_of_many_voices_take_bounded_room() -> None:
    """The voice heard longest ago is forgotten."""
    costs = RenderCosts()
    for number in range(100):
        costs.learn(str(number), 1.0, 1.0)
    assert [costs.known(name) for name in ("0", "35", "36", "99")] == [False, False, True, True]
