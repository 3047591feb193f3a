"""What to do about a room's interpreter: a function of what is wanted, what is seen and for how long.

Open-source LiveKit never sends a second worker when the first one dies, and lists the dead one for another 20 s; so
this decides whether the one in the room is to stay, another to be fetched, or a surplus one to go. One that gives no
sign of life keeps its place until another one, fetched meanwhile, could begin at once; that one begins when the first
has left, so never do two speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from auth_service.dispatch.sightings import Ages
from auth_service.livekit_server import Agent, Dispatch, RoomSnapshot
from auth_service.storage.records import Assignment

State = Literal["absent", "invited", "joining", "present", "lost"]

PATIENCE_S = 6.0
"""How long a dispatch may bring nobody; the server lists a job only about 5 s after it was taken."""
CONNECT_S = 15.0
"""How long an interpreter may be in the room without its media connection."""
LEAVE_S = 20.0
"""How long a dismissed interpreter may take to say its last words and leave by itself. Its dispatch is withdrawn after
that: the media server removes whoever it brought 3 s later."""
READY_S = 90.0
"""How long one that stands by may take to be ready: it may have models to load."""
SETTLED_S = 20.0
"""Whoever stayed so long makes earlier failures forgotten."""
LONGEST_PAUSE_S = 10.0
"""Between two dispatches, when each one fails."""


@dataclass(frozen=True, slots=True)
class DispatchPlan:
    state: State
    keep: Agent | None = None
    remove: tuple[str, ...] = ()
    undispatch: tuple[str, ...] = ()
    dispatch: bool = False
    after: tuple[str, ...] = ()
    """Whoever is fetched waits until these have left."""
    failed: bool = False
    """The last dispatch is given up."""
    settled: bool = False


def decide(
    assignment: Assignment, snapshot: RoomSnapshot, ages: Ages, *, expected: bool = False
) -> DispatchPlan:
    """What to do now; of the cases below the first that holds counts.

    Args:
        expected: somebody is about to come in.
    """
    scene = _Scene(assignment, snapshot, ages, expected)
    return next(plan(scene) for holds, plan in _CASES if holds(scene))


@dataclass(frozen=True)
class _Scene:
    """A room as it is now: what is wanted, who is there, and what was sent for."""

    assignment: Assignment
    snapshot: RoomSnapshot
    ages: Ages
    expected: bool

    @cached_property
    def able(self) -> list[Agent]:
        """Those who work or stand by as they should."""
        return [agent for agent in self.snapshot.agents if self._is_able(agent)]

    @cached_property
    def at_work(self) -> list[Agent]:
        """Those of them who do not only stand by."""
        return [agent for agent in self.able if not agent.standby]

    @cached_property
    def lost(self) -> list[Agent]:
        """Those who were at work and gave no sign of life."""
        return [agent for agent in self.snapshot.agents if agent not in self.able and not agent.standby]

    @property
    def listed(self) -> bool:
        """Whether there is a last dispatch of ours and the media server knows it."""
        return any(each.id == self.assignment.dispatch for each in self.snapshot.dispatches)

    @property
    def awaited(self) -> bool:
        """Whether our last dispatch may still bring somebody, or the pause after it is not over."""
        if self.assignment.dispatch is None:
            return False
        pause_s = min(2.0 * self.assignment.failures, LONGEST_PAUSE_S)
        return self._on_its_way() or self.ages.dispatched_s < pause_s

    @property
    def coming(self) -> State:
        """How one is called who is there and does not work yet."""
        return "lost" if self.assignment.failures else "joining"

    def present_s(self, agent: Agent) -> float:
        """How long somebody has been in the room."""
        return self.ages.present_s.get(agent.identity, 0.0)

    def others(self, *staying: Agent) -> list[Agent]:
        """All but those who stay."""
        return [agent for agent in self.snapshot.agents if agent not in staying]

    def best(self, agents: list[Agent]) -> Agent:
        """Who stays: connected, ready, brought by our last dispatch, longest in the room."""
        ours = {who for each in self.snapshot.dispatches if self._is_last(each) for who in each.identities}
        return min(
            agents,
            key=lambda agent: (
                not agent.active,
                not agent.ready,
                agent.identity not in ours,
                agent.joined_at,
                agent.identity,
            ),
        )

    def surplus(self, *staying: Agent) -> tuple[str, ...]:
        """All dispatches but those that brought who stays; for whom none is known to have, that is our last one.

        Taking a dispatch back ends the job that it brought.
        """
        dispatches = self.snapshot.dispatches
        theirs = {agent.identity for agent in staying}
        spare = {each.id for each in dispatches if each.identities & theirs}
        if not self._are_known(theirs):
            spare |= {each.id for each in dispatches if self._is_last(each) and not each.identities}
        return _all_but(spare, self.snapshot)

    def _are_known(self, identities: set[str]) -> bool:
        """Whether it is known of each which dispatch brought them."""
        return identities.issubset(who for each in self.snapshot.dispatches for who in each.identities)

    def _is_able(self, agent: Agent) -> bool:
        connected = agent.active or self.present_s(agent) < CONNECT_S
        prepared = agent.ready or not agent.standby or self.present_s(agent) < READY_S
        return agent.identity not in self.ages.doubtful and connected and prepared

    def _is_last(self, dispatch: Dispatch) -> bool:
        return dispatch.id == self.assignment.dispatch

    def _on_its_way(self) -> bool:
        dispatched_s = self.ages.dispatched_s
        came_and_failed = any(self.present_s(agent) <= dispatched_s + 1 for agent in self.snapshot.agents)
        return self.listed and not came_and_failed and dispatched_s < PATIENCE_S


def _dismiss(scene: _Scene) -> DispatchPlan:
    """None is wanted: they may say their last words, then they go."""
    agents = scene.snapshot.agents
    leaving = agents if scene.ages.unchanged_s < LEAVE_S else ()
    return DispatchPlan(
        "absent",
        remove=() if leaving else _identities(agents),
        undispatch=_unneeded(leaving, scene.snapshot),
    )


def _unneeded(leaving: tuple[Agent, ...], snapshot: RoomSnapshot) -> tuple[str, ...]:
    """All dispatches but those that brought who is leaving, or may have."""
    identities = frozenset(agent.identity for agent in leaving)
    brought = {each.id for each in snapshot.dispatches if each.identities & identities}
    if leaving and not brought:
        brought = {each.id for each in snapshot.dispatches if not each.identities}
    return _all_but(brought, snapshot)


def _all_but(brought: set[str], snapshot: RoomSnapshot) -> tuple[str, ...]:
    return tuple(each.id for each in snapshot.dispatches if each.id not in brought)


def _keep(scene: _Scene) -> DispatchPlan:
    """One is at work: all others go, and one that gave no sign of life when this one is ready."""
    keep = scene.best(scene.at_work)
    staying = (keep,) if keep.ready else (keep, *scene.lost)
    return DispatchPlan(
        "present" if keep.active else scene.coming,
        keep=keep,
        remove=_identities(scene.others(*staying)),
        undispatch=scene.surplus(*staying),
        settled=keep.active and scene.present_s(keep) >= SETTLED_S,
    )


def _take_over(scene: _Scene) -> DispatchPlan:
    """One stands by for those that gave no sign of life: they go when it is ready and patience with them has ended."""
    standby, lost = scene.best(scene.able), scene.lost
    others = scene.others(standby, *lost)
    hopeless = all(agent.identity in scene.ages.dead or not agent.active for agent in lost)
    if lost and not (hopeless and standby.ready):
        return DispatchPlan("lost", remove=_identities(others), undispatch=scene.surplus(standby, *lost))
    return DispatchPlan(
        scene.coming,
        keep=standby,
        remove=_identities([*lost, *others]),
        undispatch=scene.surplus(standby),
    )


def _invite(scene: _Scene) -> DispatchPlan:
    """Nobody is there to be interpreted: one is fetched when somebody comes."""
    return DispatchPlan("invited", remove=_identities(scene.others(*scene.lost)))


def _wait(scene: _Scene) -> DispatchPlan:
    """One is on its way, or has just failed."""
    return DispatchPlan(
        "lost" if scene.lost else scene.coming,
        remove=_identities(scene.others(*scene.lost)),
    )


def _fetch(scene: _Scene) -> DispatchPlan:
    """Nobody able is in the room or on the way."""
    failed = scene.listed  # one that is not listed went with a room that closed meanwhile
    return DispatchPlan(
        "lost" if failed else "joining",
        remove=_identities(scene.others(*scene.lost)),
        undispatch=scene.surplus(*scene.lost),
        dispatch=True,
        after=_identities(scene.lost),
        failed=failed,
    )


_CASES: Final[tuple[tuple[Callable[[_Scene], bool], Callable[[_Scene], DispatchPlan]], ...]] = (
    (lambda scene: not scene.assignment.wanted, _dismiss),
    (lambda scene: bool(scene.at_work), _keep),
    (lambda scene: bool(scene.able), _take_over),
    (lambda scene: not (scene.snapshot.people or scene.expected), _invite),
    (lambda scene: scene.awaited, _wait),
    (lambda _: True, _fetch),
)
"""When what is done."""


def _identities(agents: Iterable[Agent]) -> tuple[str, ...]:
    return tuple(agent.identity for agent in agents)
