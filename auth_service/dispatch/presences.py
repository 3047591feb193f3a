"""Which workers are connected, which interpreters each of them runs, and which have lost theirs."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from protocol.presence import RunningInterpreter

MOST_WORKERS: Final = 512


class Presences:
    """Takes in what workers name, and tells what they name no more.

    An interpreter that another connection names as well is not missed: its worker has come back before the service
    knew that it had gone.

    Args:
        missed: told of each whose worker names it no more; whether its process is known to have ended, or its worker is
            only silent.
        named: told of each that is named.
    """

    def __init__(
        self,
        missed: Callable[[RunningInterpreter, bool], None],
        named: Callable[[RunningInterpreter], None],
        *,
        most: int = MOST_WORKERS,
    ) -> None:
        self._missed, self._to_name, self._most = missed, named, most
        self._running: dict[Hashable, frozenset[RunningInterpreter]] = {}

    def __len__(self) -> int:
        return len(self._running)

    def begin(self, connection: Hashable) -> bool:
        """Whether there is room for one more connection; then it names nothing yet."""
        if len(self._running) >= self._most:
            return False
        self._running[connection] = frozenset()
        return True

    def told(self, connection: Hashable, running: frozenset[RunningInterpreter]) -> None:
        """Takes in what a worker runs now. What it runs no more has ended under its eyes."""
        before, self._running[connection] = self._running[connection], running
        for each in running:
            self._to_name(each)
        self._miss(before - running, ended=True)

    def left(self, connection: Hashable) -> None:
        """The worker has taken its leave, or we have: nothing follows from it."""
        self._running.pop(connection, None)

    def torn(self, connection: Hashable) -> None:
        """The worker's machine has closed the connection, and the worker had not: its process has ended."""
        self._miss(self._running.pop(connection, frozenset()), ended=True)

    def silent(self, connection: Hashable) -> None:
        """Nothing comes any more: the worker or its network hangs."""
        self._miss(self._running.pop(connection, frozenset()), ended=False)

    def _miss(self, gone: frozenset[RunningInterpreter], *, ended: bool) -> None:
        missed = gone.difference(*self._running.values()) if gone else gone
        for each in sorted(missed):
            self._missed(each, ended)
