"""What to do about a room's interpreter: a function of what is wanted, what is seen and for how long.

Open-source LiveKit never sends a second worker when the first one dies, and lists the dead one for another 20 s; so
this decides whether the one in the room is to stay, another to be fetched, or a surplus one to go. One that gives no
sign of life keeps its place until another one, fetched meanwhile, could begin at once; that one begins when the first
has left, so never do two speak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from auth_service.dispatch.sightings import Ages
from auth_service.livekit_server import Agent, RoomSnapshot
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
class Plan:
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


def decide(assignment: Assignment, snapshot: RoomSnapshot, ages: Ages) -> Plan:
    if not assignment.wanted:
        leaving = snapshot.agents if ages.unchanged_s < LEAVE_S else ()
        return Plan(
            "absent",
            remove=() if leaving else _identities(snapshot.agents),
            undispatch=_unneeded(leaving, snapshot),
        )
    able = [agent for agent in snapshot.agents if _able(agent, ages)]
    lost = [agent for agent in snapshot.agents if agent not in able and not agent.standby]
    at_work = [agent for agent in able if not agent.standby]
    if at_work:
        return _keep(min(at_work, key=_rank(assignment, snapshot)), lost, assignment, snapshot, ages)
    if able:
        return _take_over(min(able, key=_rank(assignment, snapshot)), lost, assignment, snapshot, ages)
    return _fetch(lost, assignment, snapshot, ages)


def _able(agent: Agent, ages: Ages) -> bool:
    present_s = ages.present_s.get(agent.identity, 0.0)
    connected = agent.active or present_s < CONNECT_S
    prepared = agent.ready or not agent.standby or present_s < READY_S
    return agent.identity not in ages.doubtful and connected and prepared


def _keep(keep: Agent, lost: list[Agent], assignment: Assignment, snapshot: RoomSnapshot, ages: Ages) -> Plan:
    """One is at work: all others go, and one that gave no sign of life when this one is ready."""
    spared = () if keep.ready else tuple(lost)
    settled = keep.active and ages.present_s.get(keep.identity, 0.0) >= SETTLED_S
    return Plan(
        "present" if keep.active else "lost" if assignment.failures else "joining",
        keep=keep,
        remove=_identities(agent for agent in snapshot.agents if agent is not keep and agent not in spared),
        undispatch=_surplus((keep, *spared), assignment, snapshot),
        settled=settled,
    )


def _take_over(
    standby: Agent, lost: list[Agent], assignment: Assignment, snapshot: RoomSnapshot, ages: Ages
) -> Plan:
    """One stands by for those that gave no sign of life: they go when it is ready and patience with them has ended."""
    others = [agent for agent in snapshot.agents if agent is not standby and agent not in lost]
    hopeless = all(agent.identity in ages.dead or not agent.active for agent in lost)
    if lost and not (hopeless and standby.ready):
        return Plan(
            "lost", remove=_identities(others), undispatch=_surplus((standby, *lost), assignment, snapshot)
        )
    return Plan(
        "lost" if assignment.failures else "joining",
        keep=standby,
        remove=_identities([*lost, *others]),
        undispatch=_surplus((standby,), assignment, snapshot),
    )


def _unneeded(leaving: tuple[Agent, ...], snapshot: RoomSnapshot) -> tuple[str, ...]:
    """All dispatches but those that brought who is leaving, or may have."""
    identities = frozenset(agent.identity for agent in leaving)
    brought = {each.id for each in snapshot.dispatches if each.identities & identities}
    if leaving and not brought:
        brought = {each.id for each in snapshot.dispatches if not each.identities}
    return tuple(each.id for each in snapshot.dispatches if each.id not in brought)


def _rank(
    assignment: Assignment, snapshot: RoomSnapshot
) -> Callable[[Agent], tuple[bool, bool, bool, float, str]]:
    """The smallest stays: connected, ready, brought by our last dispatch, longest in the room."""
    ours = {who for each in snapshot.dispatches if each.id == assignment.dispatch for who in each.identities}
    return lambda agent: (
        not agent.active,
        not agent.ready,
        agent.identity not in ours,
        agent.joined_at,
        agent.identity,
    )


def _surplus(staying: tuple[Agent, ...], assignment: Assignment, snapshot: RoomSnapshot) -> tuple[str, ...]:
    """All dispatches but those that brought who stays; for whom none is known to have, that is our last one.

    Taking a dispatch back ends the job that it brought.
    """
    known = {who for each in snapshot.dispatches for who in each.identities}
    theirs = {agent.identity for agent in staying}
    spare = {each.id for each in snapshot.dispatches if each.identities & theirs}
    if theirs - known:
        spare |= {
            each.id for each in snapshot.dispatches if each.id == assignment.dispatch and not each.identities
        }
    return tuple(each.id for each in snapshot.dispatches if each.id not in spare)


def _fetch(lost: list[Agent], assignment: Assignment, snapshot: RoomSnapshot, ages: Ages) -> Plan:
    """Nobody able is in the room."""
    failed_standbys = _identities(agent for agent in snapshot.agents if agent not in lost)
    if not snapshot.people:
        return Plan("invited", remove=failed_standbys)
    came_and_failed = any(
        ages.present_s.get(agent.identity, 0.0) <= ages.dispatched_s + 1 for agent in snapshot.agents
    )
    sent = assignment.dispatch is not None
    listed = any(each.id == assignment.dispatch for each in snapshot.dispatches)
    on_its_way = sent and listed and not came_and_failed and ages.dispatched_s < PATIENCE_S
    too_soon = sent and ages.dispatched_s < min(2.0 * assignment.failures, LONGEST_PAUSE_S)
    if on_its_way or too_soon:
        return Plan("lost" if assignment.failures or lost else "joining", remove=failed_standbys)
    return Plan(
        "lost" if sent and listed else "joining",
        remove=failed_standbys,
        undispatch=_surplus(tuple(lost), assignment, snapshot),
        dispatch=True,
        after=_identities(lost),
        failed=sent and listed,  # one that is not listed went with a room that closed meanwhile
    )


def _identities(agents: Iterable[Agent]) -> tuple[str, ...]:
    return tuple(agent.identity for agent in agents)
