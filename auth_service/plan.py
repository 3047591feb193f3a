"""What to do about a room's interpreter: a function of what is wanted, what is seen and the time.

Open-source LiveKit never sends a second worker when the first one dies, and lists the dead one for another 20 s; so
this decides whether the one in the room is to stay, another to be fetched, or a surplus one to go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auth_service.media import Agent, Sight
from auth_service.records import Engagement

State = Literal["absent", "invited", "joining", "present", "lost"]

PATIENCE_S = 6.0
"""How long a dispatch may bring nobody; the server lists a job only about 5 s after it was taken."""
CONNECT_S = 15.0
"""How long an interpreter may be in the room without its media connection."""
LEAVE_S = 3.0
"""How long a dismissed interpreter may take to leave by itself."""
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
    failed: bool = False
    """The last dispatch is given up."""
    settled: bool = False


def decide(engagement: Engagement, sight: Sight, dead: frozenset[str], now: float) -> Plan:
    """Args: dead: identities of agents that the server lists but that do not answer. now: Unix time, s."""
    if not engagement.wanted:
        leaves_by_itself = now - engagement.changed_at < LEAVE_S
        return Plan(
            "absent",
            remove=() if leaves_by_itself else tuple(agent.identity for agent in sight.agents),
            undispatch=tuple(dispatch.id for dispatch in sight.dispatches),
        )
    able = [
        agent
        for agent in sight.agents
        if agent.identity not in dead and (agent.active or now - agent.joined_at < CONNECT_S)
    ]
    if not able:
        return _fetch(engagement, sight, now)
    keep = min(able, key=lambda agent: _rank(agent, engagement, sight))
    return Plan(
        "present" if keep.active else "lost" if engagement.failures else "joining",
        keep=keep,
        remove=tuple(agent.identity for agent in sight.agents if agent is not keep),
        undispatch=_surplus(keep, engagement, sight),
        settled=keep.active and now - keep.joined_at >= SETTLED_S,
    )


def _rank(agent: Agent, engagement: Engagement, sight: Sight) -> tuple[bool, bool, float, str]:
    """The smallest stays: connected, brought by our last dispatch, longest in the room."""
    of_ours = any(
        each.id == engagement.dispatch and agent.identity in each.identities for each in sight.dispatches
    )
    return (not agent.active, not of_ours, agent.joined_at, agent.identity)


def _surplus(keep: Agent, engagement: Engagement, sight: Sight) -> tuple[str, ...]:
    """All dispatches but the one that brought `keep`; as long as none is known to have, that is our last one."""
    brought = {each.id for each in sight.dispatches if keep.identity in each.identities}
    spare = brought or {
        each.id for each in sight.dispatches if each.id == engagement.dispatch and not each.identities
    }
    return tuple(each.id for each in sight.dispatches if each.id not in spare)


def _fetch(engagement: Engagement, sight: Sight, now: float) -> Plan:
    """Nobody able is in the room."""
    remove = tuple(agent.identity for agent in sight.agents)
    sent = engagement.dispatch is not None and engagement.dispatched_at is not None
    age_s = now - (engagement.dispatched_at or 0.0)
    came_and_died = any(agent.joined_at >= (engagement.dispatched_at or 0.0) - 1 for agent in sight.agents)
    if not sight.people:
        return Plan("invited", remove=remove)
    listed = any(each.id == engagement.dispatch for each in sight.dispatches)
    on_its_way = sent and listed and not came_and_died and age_s < PATIENCE_S
    too_soon = sent and age_s < min(2.0 * engagement.failures, LONGEST_PAUSE_S)
    if on_its_way or too_soon:
        return Plan("lost" if engagement.failures or remove else "joining", remove=remove)
    return Plan(
        "lost" if sent and listed else "joining",
        remove=remove,
        undispatch=tuple(each.id for each in sight.dispatches),
        dispatch=True,
        failed=sent and listed,  # one that is not listed went with a room that closed meanwhile
    )
