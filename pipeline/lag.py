"""The law that keeps a language channel's lag bounded: faster, shorter pauses, then skipping.

Nothing here has a clock or a task: numbers in, decisions out. `docs/decisions/0007-the-law-of-lag.md` derives it.

Source: interpreters speak faster to catch up (DOI 10.7202/008039ar), then leave something out. Adapting to how fast the
source comes lowers the lag (Zheng et al. 2020, arXiv 2010.10048). Speech up to some 275 words a minute is understood as
well as at its normal rate (Foulke and Sticht 1969, Psychological Bulletin 72).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from config.settings import SpeechSettings

BUSY_SHARE = 0.92
"""So much of the time is spoken where speech comes in faster than at the normal speed: what is left are the pauses."""

CATCH_UP_S = 10.0
"""A lag above the limit is borne as long as it will be worked off within this time."""

MOST_WAITING = 1000
"""More clauses than this never wait in a language, whatever the law."""

PRESSED = 0.9
"""What is reported of a voice that would be too slow, as long as nothing is late."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How things are when the next clause is chosen."""

    starts_in_s: float
    """Until what is being said has been heard."""
    next_s: float
    """How long the next clause takes to say at normal speed."""
    behind_it_s: float
    """The same for all that waits behind it."""
    waited_s: float
    """How long the next clause will have waited for its turn when it begins."""
    lag_s: float
    """From the end of its source clause until it begins."""
    demand: float
    """Seconds of speech, at normal speed, that come in each second; see `Demand`."""
    cost: float
    """Seconds of work for a second of speech; see `RenderCosts`."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How to say a clause."""

    speed: float
    """1.0 is the voice's normal rate."""
    pause_s: float
    """The longest pause, at the end of a sentence; shorter ones in proportion."""


def pace(backlog: Backlog, settings: SpeechSettings, usual: float = 1.0) -> Pace:
    """As fast as speech comes in, faster while some of it waits, with pauses the shorter the faster.

    Where nothing is late the speed is the `usual` one of the room, which only sets where the way to the others begins:
    what is late is spoken as fast as ever. The speed rises evenly to `max_speed` at `hurried_queue_s` of waiting, from
    there to `rushed_speed` halfway to `max_lag_s`.
    """
    late_s = max(backlog.waited_s, backlog.behind_it_s)
    hurry = _share(late_s, settings.relaxed_queue_s, settings.hurried_queue_s)
    rush = _share(
        late_s, settings.hurried_queue_s, (settings.hurried_queue_s + max(settings.max_lag_s, 0)) / 2
    )
    hurried = max(usual, settings.max_speed)
    rushed = max(hurried, settings.rushed_speed)
    speed = usual + hurry * (hurried - usual) + rush * (rushed - hurried)
    speed = max(speed, min(backlog.demand / BUSY_SHARE, settings.rushed_speed))
    return at_speed(speed, settings)


def turn_by_turn(settings: SpeechSettings) -> SpeechSettings:
    """The law where a turn is spoken once its speaker has finished it: all of it, at the voice's own speed."""
    return replace(never_skipping(settings), max_speed=1.0, rushed_speed=1.0, prepare=False)


def never_skipping(settings: SpeechSettings) -> SpeechSettings:
    """The law for what is left of such turns when they are no longer kept apart: faster, but all of it."""
    return replace(settings, max_lag_s=math.inf, waiting_clauses=MOST_WAITING)


def at_speed(speed: float, settings: SpeechSettings) -> Pace:
    """The pauses that go with a speed."""
    haste = _share(speed, 1.0, settings.max_speed)
    return Pace(speed, settings.pause_s + haste * (settings.least_pause_s - settings.pause_s))


def skips(backlog: Backlog, settings: SpeechSettings) -> bool:
    """Whether to leave out everything but the newest clause.

    Only when the next one would begin more than `max_lag_s` after it was said, and the fastest speech would not work
    off what waits within `CATCH_UP_S`.
    """
    return backlog.lag_s > settings.max_lag_s and catch_up_s(backlog, settings) > CATCH_UP_S


def catch_up_s(backlog: Backlog, settings: SpeechSettings) -> float:
    """How long until nothing waits any more, at the fastest; infinity where more comes in than can be said."""
    capacity = settings.rushed_speed / max(1.0, backlog.cost)
    spare = capacity - backlog.demand
    work_s = backlog.starts_in_s + backlog.next_s + backlog.behind_it_s
    return work_s / spare if spare > 0.01 else math.inf


def pressure(backlog: Backlog, settings: SpeechSettings) -> float:
    """Work that comes in by work that gets done, for the rendering; 1 and more: it cannot keep up. See `load`.

    Speech that takes too long to say, rather than to render, is no such pressure: it is skipped.
    """
    busy = backlog.cost * min(1.0, backlog.demand / settings.rushed_speed)
    return busy if backlog.lag_s > settings.max_lag_s / 2 else min(busy, PRESSED)


def _share(value: float, low: float, high: float) -> float:
    """Where a value lies between two marks, 0…1."""
    if high <= low:
        return float(value > low)
    return min(1.0, max(0.0, (value - low) / (high - low)))
