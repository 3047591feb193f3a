"""What waits to be spoken in one language: in order, how much it is, and what is left out of it."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.channel import Channel
from pipeline.clock import Monotonic
from pipeline.events import NotSpoken, Speech, Translation, Trouble
from pipeline.lag import MOST_WAITING, Backlog
from pipeline.speech_rates import Demand, SpeakingRate


class SpeechQueue:
    """Translations in the order in which they came, at most `capacity`; beyond it the oldest is left out.

    Args:
        rate: how long text takes to say.
        report: told of what is left out; must not block.
    """

    def __init__(
        self,
        capacity: int,
        *,
        rate: SpeakingRate,
        report: Callable[[Speech | Trouble], None],
        now: Monotonic,
    ) -> None:
        self.capacity = capacity
        self._rate, self._report, self._now = rate, report, now
        self._waiting: Channel[tuple[Translation, float]] = Channel(MOST_WAITING)
        """With the time at which each was said here."""
        self._demand = Demand()
        self._left_out = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def next_speaker(self) -> str | None:
        """Whose words wait first; None while nothing waits."""
        return self._waiting.waiting[0][0].clause.speaker if self._waiting else None

    def put(self, translation: Translation) -> None:
        """Takes the next translation; never blocks."""
        expected_s = self._rate.expect_s(translation.text)
        self._demand.add(self._now(), translation.clause.offset_at_s, expected_s)
        self.leave_out(f"{self.capacity} clauses were waiting", keep=self.capacity - 1)
        self._waiting.put_nowait((translation, self._now()))

    def take(self) -> tuple[Translation, float]:
        """What waits first, and when it was put. Raises asyncio.QueueEmpty."""
        return self._waiting.take_nowait()

    def gap(self) -> bool:
        """Whether something was left out since the last time that somebody asked."""
        left_out, self._left_out = self._left_out, False
        return left_out

    def leave_out(self, reason: str, *, keep: int = 0) -> None:
        """Leaves out the oldest, so that `keep` remain; listeners will be told by a signal."""
        while len(self._waiting) > keep:
            self._leave_out(self._waiting.take_nowait()[0], reason)

    def clear(self, reason: str) -> None:
        """Drops everything, as if it had never been there: nobody listened."""
        for translation, _ in self._waiting.take_all():
            self._report(NotSpoken(translation, reason))

    def backlog(self, *, starts_in_s: float, cost: float) -> Backlog:
        """How things are for the translation that waits first, if there is one.

        Args:
            starts_in_s: until what is being said has been heard.
            cost: of the voice that will say it.
        """
        now_s, waiting = self._now(), self._waiting.waiting
        lengths_s = [self._rate.expect_s(translation.text) for translation, _ in waiting]
        waited_s = lag_s = 0.0
        if waiting:
            first, said_at_s = waiting[0]
            waited_s = now_s + starts_in_s - said_at_s
            lag_s = now_s + starts_in_s - first.clause.offset_at_s
        return Backlog(
            starts_in_s=starts_in_s,
            next_s=sum(lengths_s[:1]),
            behind_it_s=sum(lengths_s[1:]),
            waited_s=waited_s,
            lag_s=lag_s,
            demand=self._demand.at(now_s),
            cost=cost,
        )

    async def change(self) -> None:
        """Returns when something comes or goes, or `wake` is called."""
        await self._waiting.change()

    def wake(self) -> None:
        """Lets whoever waits for a change look again."""
        self._waiting.wake()

    def _leave_out(self, translation: Translation, reason: str) -> None:
        self._left_out = True
        self._report(NotSpoken(translation, reason))
