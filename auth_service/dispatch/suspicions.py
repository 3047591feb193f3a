"""Interpreters that their worker names no more while the media server still lists them.

That is one sign of three. It makes that they are asked at once instead of after a doubt of some seconds, and that a
successor is fetched where they do not answer. They are given up at once as well where their process is known to have
ended and no heartbeat came in a time in which one that lives must have shown one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from auth_service.livekit_server import RoomSnapshot

BEATLESS_S: Final = 2.5
"""Heartbeats are 2 s apart, and take their way."""
SUSPECTED_S: Final = 30.0
"""After so long everything else has shown that they are gone, or that they live."""


@dataclass(slots=True)
class _Suspicion:
    since_s: float
    ended: bool
    looked_s: float = float("inf")
    """When the room was first looked at since."""
    beat: str | None = None
    """Its heartbeat then: the last one may have been on its way when the process ended."""
    unanswered: bool = False


class Suspicions:
    """Those of one room."""

    def __init__(self) -> None:
        self._of: dict[str, _Suspicion] = {}

    def under_way(self, now_s: float) -> bool:
        """Whether anybody is suspected now; also while no look succeeds it ends."""
        return any(now_s - each.since_s < SUSPECTED_S for each in self._of.values())

    def begin(self, identity: str, now_s: float, *, ended: bool) -> None:
        """Args: ended: its process is known to have ended; otherwise its worker is only silent."""
        suspicion = self._of.setdefault(identity, _Suspicion(now_s, ended))
        suspicion.ended = suspicion.ended or ended

    def end(self, identity: str) -> bool:
        """Whether there was one."""
        return self._of.pop(identity, None) is not None

    def look(self, snapshot: RoomSnapshot, now_s: float) -> None:
        """Takes in who is there now. Whoever has left, or shows another heartbeat, is suspected no more."""
        beats = {agent.identity: agent.beat for agent in snapshot.agents}
        for identity, suspicion in list(self._of.items()):
            if suspicion.looked_s > now_s:
                suspicion.looked_s, suspicion.beat = now_s, beats.get(identity)
            lives = beats.get(identity) != suspicion.beat
            if identity not in beats or lives or now_s - suspicion.since_s >= SUSPECTED_S:
                del self._of[identity]

    def to_ask(self) -> frozenset[str]:
        """Who has not missed its questions yet; whoever has is not asked again, only a heartbeat counts then."""
        return frozenset(identity for identity, each in self._of.items() if not each.unanswered)

    def asked(self, answers: Mapping[str, bool], now_s: float) -> None:
        """Takes in who has answered; they are suspected no more. A room's process may outlive its worker for a moment:
        where that one has ended, an answer counts when the moment is over."""
        for identity, alive in answers.items():
            suspicion = self._of.get(identity)
            if suspicion is None:
                continue
            suspicion.unanswered = not alive
            if alive and not (suspicion.ended and now_s - suspicion.looked_s < BEATLESS_S):
                self.end(identity)

    @property
    def doubtful(self) -> frozenset[str]:
        """Who did not answer."""
        return frozenset(identity for identity, each in self._of.items() if each.unanswered)

    def dead(self, now_s: float) -> frozenset[str]:
        """Those of them for whom there is no more patience."""
        return frozenset(
            identity
            for identity in self.doubtful
            if self._of[identity].ended and now_s - self._of[identity].looked_s >= BEATLESS_S
        )
