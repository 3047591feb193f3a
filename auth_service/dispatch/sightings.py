"""How long things in a room have been as they are, by a clock that nobody sets.

Times in the database and those that the media server names come from other clocks, which may be wrong or be set; so
they are compared with nothing here: each service counts from when it first saw a thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auth_service.dispatch.suspicions import Suspicions
from auth_service.livekit_server import Agent, RoomSnapshot
from auth_service.storage.records import Assignment

DOUBT_S = 5.0
"""Without a heartbeat for so long an interpreter is asked whether it lives; beats are 2 s apart."""
PATIENCE_S = 8.0
"""Without a heartbeat and without an answer for so long it may be removed."""
PUBLISHING_PATIENCE_S = 12.0
"""The same while it publishes sound: its media may flow on."""
QUESTIONS = 3
SUSPECTED_QUESTIONS = 2
"""To one whose worker does not name it any more: that is a sign by itself."""


@dataclass(frozen=True, slots=True)
class Ages:
    """What a decision is made from, besides what is seen now; all in s."""

    unchanged_s: float = 0.0
    """Since it was invited or dismissed."""
    dispatched_s: float = 0.0
    """Since the last dispatch was made."""
    present_s: Mapping[str, float] = field(default_factory=dict)
    """For each agent how long it has been in the room."""
    doubtful: frozenset[str] = frozenset()
    """Agents with no heartbeat and no answer."""
    dead: frozenset[str] = frozenset()
    """Those among them for whom there is no more patience."""


@dataclass(slots=True)
class _Life:
    first_s: float
    beat: str | None
    beat_s: float


@dataclass(slots=True)
class _Since:
    """A value, and since when it has been that."""

    value: object
    at_s: float

    def age(self, value: object, now_s: float) -> float:
        if value != self.value:
            self.value, self.at_s = value, now_s
        return now_s - self.at_s


class RoomSightings:
    """What was seen of one room so far."""

    def __init__(self, now_s: float) -> None:
        self._change, self._dispatch = _Since(None, now_s), _Since(None, now_s)
        self._claim, self._sent = _Since(None, now_s), _Since(None, float("-inf"))
        self._lives: dict[str, _Life] = {}
        self.suspicions = Suspicions()
        self._unanswered: frozenset[str] = frozenset()

    def look(self, snapshot: RoomSnapshot, now_s: float) -> None:
        """Takes in who is there now."""
        before, self._lives = self._lives, {}
        for agent in snapshot.agents:
            life = before.get(agent.identity) or _Life(now_s, agent.beat, now_s)
            if life.beat != agent.beat:
                life.beat, life.beat_s = agent.beat, now_s
            self._lives[agent.identity] = life
        self._unanswered &= self._lives.keys()
        self.suspicions.look(snapshot, now_s)

    def to_ask(self, snapshot: RoomSnapshot, now_s: float) -> dict[str, int]:
        """Who has shown no heartbeat for a while, and how often to ask; one that never showed any is judged by its
        connection alone. Whoever is suspected is asked at once, and not again."""
        missed = {
            agent.identity: QUESTIONS
            for agent in snapshot.agents
            if agent.active and agent.beat is not None and self._silent_s(agent, now_s) >= DOUBT_S
        }
        suspected = dict.fromkeys(self.suspicions.to_ask(), SUSPECTED_QUESTIONS)
        return {identity: n for identity, n in (missed | suspected).items() if not self._was_asked(identity)}

    def asked(self, answers: Mapping[str, bool], now_s: float) -> None:
        """Takes in who of those that were asked has answered."""
        self._unanswered = frozenset(identity for identity, alive in answers.items() if not alive)
        self.suspicions.asked(answers, now_s)

    def in_doubt(self, now_s: float) -> bool:
        """Whether this service waits to know of anybody whether they live; others may not doubt yet."""
        return bool(self._unanswered) or self.suspicions.under_way(now_s)

    def ages(self, assignment: Assignment, snapshot: RoomSnapshot, now_s: float) -> Ages:
        """How long things have been as they are, by this service's clock; `look` must have had the snapshot."""
        doubtful = self._unanswered | self.suspicions.doubtful
        silent = [agent for agent in snapshot.agents if agent.identity in doubtful]
        return Ages(
            unchanged_s=self._change.age((assignment.wanted, assignment.changed_at), now_s),
            dispatched_s=self._dispatch.age(assignment.dispatch, now_s),
            present_s={identity: now_s - life.first_s for identity, life in self._lives.items()},
            doubtful=frozenset(agent.identity for agent in silent),
            dead=self.suspicions.dead(now_s)
            | {agent.identity for agent in silent if self._silent_s(agent, now_s) >= _patience_s(agent)},
        )

    def dispatched(self, dispatch: str, now_s: float) -> None:
        """Takes in that this service has made a dispatch."""
        self._dispatch = _Since(dispatch, now_s)

    def claim_unchanged_s(self, assignment: Assignment, now_s: float) -> float:
        """How long another's claim has been as it is."""
        return self._claim.age(assignment.claim, now_s)

    def since_sent_s(self, identity: str, version: int, now_s: float) -> float:
        """How long ago this version was sent to that agent; infinite if it never was."""
        return now_s - self._sent.at_s if self._sent.value == (identity, version) else float("inf")

    def sent(self, identity: str, version: int, now_s: float) -> None:
        """Takes in that a version of the wish was sent to an agent; only the last one is remembered."""
        self._sent = _Since((identity, version), now_s)

    def _was_asked(self, identity: str) -> bool:
        return identity in self.suspicions.doubtful

    def _silent_s(self, agent: Agent, now_s: float) -> float:
        return now_s - self._lives[agent.identity].beat_s


def _patience_s(agent: Agent) -> float:
    return PUBLISHING_PATIENCE_S if agent.publishes else PATIENCE_S
