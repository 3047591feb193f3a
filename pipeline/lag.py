"""How a language channel keeps its lag bounded: first faster, then skipping.

Interpreters do the same: they speak faster to catch up (DOI 10.7202/008039ar), then leave something out.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.settings import SpeechSettings
from pipeline.events import Translation


def speed(waiting_s: float, settings: SpeechSettings) -> float:
    """How fast to speak while `waiting_s` seconds of speech wait: 1.0 to `max_speed`, evenly in between."""
    span = settings.hurried_queue_s - settings.relaxed_queue_s
    share = (
        (waiting_s - settings.relaxed_queue_s) / span
        if span > 0
        else float(waiting_s > settings.relaxed_queue_s)
    )
    return 1.0 + min(1.0, max(0.0, share)) * (settings.max_speed - 1.0)


def to_skip(waiting: Sequence[Translation], start_at_s: float, settings: SpeechSettings) -> list[Translation]:
    """Which of the waiting translations not to speak, if the first of them could start at `start_at_s`.

    Nothing, as long as the first would be heard within `max_lag_s` after it was said; otherwise everything but
    the newest clause of the newest speaker. A translation with nothing behind it is always spoken.
    """
    if len(waiting) < 2 or start_at_s - waiting[0].clause.offset_at_s <= settings.max_lag_s:
        return []
    return list(waiting[:-1])


class SpeakingRate:
    """Learns how long text takes to say in one language, to know how much speech is waiting."""

    def __init__(self, seconds_per_character: float = 0.065) -> None:
        self._seconds_per_character = seconds_per_character

    def expect_s(self, text: str, at_speed: float = 1.0) -> float:
        """How long `text` will take."""
        return len(text) * self._seconds_per_character / at_speed

    def learn(self, text: str, took_s: float, at_speed: float) -> None:
        """Notes that `text` took `took_s` seconds at that speed."""
        if len(text) >= 10 and took_s > 0:
            seen = took_s * at_speed / len(text)
            self._seconds_per_character += 0.2 * (seen - self._seconds_per_character)
