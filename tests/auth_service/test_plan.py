from __future__ import annotations

from dataclasses import replace

import pytest

from auth_service.dispatch.plan import CONNECT_S, READY_S, DispatchPlan, decide
from auth_service.dispatch.sightings import Ages
from auth_service.livekit_server import Agent, Dispatch, RoomSnapshot
from auth_service.storage.records import Assignment
from protocol.control import Wish
from tests.fakes.media_server import INTERPRETER, STANDBY

PEOPLE = frozenset({"speaker-1"})
NOT_ASKED = Assignment("board", False, Wish(), 1, 1, changed_at=940.0)
ASKED = Assignment("board", True, Wish(), 1, 1, changed_at=940.0)
SENT = replace(ASKED, dispatch="D1")
SENT_AGAIN = replace(SENT, dispatch="D2", failures=1)

A = Agent("agent-a", 910.0, True, INTERPRETER)
B = Agent("agent-b", 970.0, True, INTERPRETER)
NEW = Agent("agent-n", 999.5, False)
LOADING = Agent("agent-s", 995.0, True, STANDBY | {"lk.agent.state": "initializing"})
READY = replace(LOADING, attributes=STANDBY)
D1 = Dispatch("D1")
D1A = Dispatch("D1", frozenset({"agent-a"}))
D1B = Dispatch("D1", frozenset({"agent-b"}))
D2 = Dispatch("D2")
D2B = Dispatch("D2", frozenset({"agent-b"}))
D2S = Dispatch("D2", frozenset({"agent-s"}))

LONG = Ages(60, 100, {"agent-a": 90, "agent-b": 30, "agent-n": 0.5})
JUST = replace(LONG, dispatched_s=1)
DOUBT = replace(LONG, doubtful=frozenset({"agent-a"}))
DEAD = replace(DOUBT, dead=frozenset({"agent-a"}))
TAKING_OVER = {"agent-a": 90, "agent-s": 5}


@pytest.mark.parametrize(
    ("assignment", "snapshot", "ages", "plan"),
    [
        pytest.param(NOT_ASKED, RoomSnapshot(PEOPLE), LONG, DispatchPlan("absent"), id="not asked for"),
        pytest.param(
            NOT_ASKED,
            RoomSnapshot(PEOPLE, (A,), (D1A,)),
            LONG,
            DispatchPlan("absent", remove=("agent-a",), undispatch=("D1",)),
            id="dismissed and did not leave",
        ),
        pytest.param(
            NOT_ASKED,
            RoomSnapshot(PEOPLE, (A,), (D1A,)),
            replace(LONG, unchanged_s=1),
            DispatchPlan("absent"),
            id="just dismissed, may leave by itself",
        ),
        pytest.param(
            NOT_ASKED,
            RoomSnapshot(PEOPLE, (A,), (D1A, D2)),
            replace(LONG, unchanged_s=15),
            DispatchPlan("absent", undispatch=("D2",)),
            id="says its last words, the others are withdrawn",
        ),
        pytest.param(
            NOT_ASKED,
            RoomSnapshot(PEOPLE, (A,), (D1, D2B)),
            replace(LONG, unchanged_s=1),
            DispatchPlan("absent", undispatch=("D2",)),
            id="just dismissed, its dispatch does not list it yet",
        ),
        pytest.param(
            NOT_ASKED,
            RoomSnapshot(PEOPLE, (), (D1, D2B)),
            replace(LONG, unchanged_s=1),
            DispatchPlan("absent", undispatch=("D1", "D2")),
            id="dismissed before anybody came",
        ),
        pytest.param(ASKED, RoomSnapshot(), LONG, DispatchPlan("invited"), id="nobody there yet"),
        pytest.param(
            ASKED, RoomSnapshot(PEOPLE), LONG, DispatchPlan("joining", dispatch=True), id="first person came"
        ),
        pytest.param(SENT, RoomSnapshot(PEOPLE, (), (D1,)), JUST, DispatchPlan("joining"), id="on its way"),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (NEW,), (D1,)),
            JUST,
            DispatchPlan("joining", keep=NEW),
            id="connecting",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A,), (D1A,)),
            LONG,
            DispatchPlan("present", keep=A, settled=True),
            id="present",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A,), (D1A,)),
            DOUBT,
            DispatchPlan("lost", dispatch=True, after=("agent-a",), failed=True),
            id="no sign of life: another one is fetched, it keeps its place meanwhile",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A,), (D1A,)),
            DEAD,
            DispatchPlan("lost", dispatch=True, after=("agent-a",), failed=True),
            id="for long no sign of life, and no successor: it keeps its place all the same",
        ),
        pytest.param(
            SENT_AGAIN,
            RoomSnapshot(PEOPLE, (A,), (D1A, D2)),
            replace(DEAD, dispatched_s=3),
            DispatchPlan("lost"),
            id="the successor is on its way",
        ),
        pytest.param(
            SENT_AGAIN,
            RoomSnapshot(PEOPLE, (A, LOADING), (D1A, D2)),
            replace(DEAD, present_s=TAKING_OVER, dispatched_s=6),
            DispatchPlan("lost"),
            id="the successor is not ready",
        ),
        pytest.param(
            SENT_AGAIN,
            RoomSnapshot(PEOPLE, (A, READY), (D1A, D2S)),
            replace(DOUBT, present_s=TAKING_OVER, dispatched_s=6),
            DispatchPlan("lost"),
            id="the successor is ready, patience with the first has not ended",
        ),
        pytest.param(
            SENT_AGAIN,
            RoomSnapshot(PEOPLE, (A, READY), (D1A, D2S)),
            replace(DEAD, present_s=TAKING_OVER, dispatched_s=6),
            DispatchPlan("lost", keep=READY, remove=("agent-a",), undispatch=("D1",)),
            id="the successor is ready and patience has ended",
        ),
        pytest.param(
            SENT_AGAIN,
            RoomSnapshot(PEOPLE, (A, READY), (D1A, D2S)),
            replace(LONG, present_s=TAKING_OVER, dispatched_s=6),
            DispatchPlan("present", keep=A, remove=("agent-s",), undispatch=("D2",), settled=True),
            id="the first lives after all: it stays, the successor goes",
        ),
        pytest.param(
            SENT_AGAIN,
            RoomSnapshot(PEOPLE, (READY,), (D1A, D2S)),
            replace(LONG, present_s=TAKING_OVER, dispatched_s=6),
            DispatchPlan("lost", keep=READY, undispatch=("D1",)),
            id="the first left by itself: the successor begins",
        ),
        pytest.param(
            SENT_AGAIN,
            RoomSnapshot(PEOPLE, (A, LOADING), (D1A, D2S)),
            replace(DEAD, present_s={"agent-a": 200, "agent-s": READY_S}, dispatched_s=READY_S + 1),
            DispatchPlan(
                "lost",
                remove=("agent-s",),
                undispatch=("D2",),
                dispatch=True,
                after=("agent-a",),
                failed=True,
            ),
            id="the successor never gets ready: another one",
        ),
        pytest.param(
            SENT_AGAIN,
            RoomSnapshot(PEOPLE, (A, READY), (D1A, D2S)),
            replace(DEAD, doubtful=frozenset({"agent-a", "agent-s"}), present_s=TAKING_OVER, dispatched_s=6),
            DispatchPlan(
                "lost",
                remove=("agent-s",),
                undispatch=("D2",),
                dispatch=True,
                after=("agent-a",),
                failed=True,
            ),
            id="the successor died too",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(frozenset(), (A,), (D1A,)),
            DEAD,
            DispatchPlan("invited"),
            id="no sign of life, and nobody is there who would miss it",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (), (D1A,)),
            LONG,
            DispatchPlan("lost", undispatch=("D1",), dispatch=True, failed=True),
            id="it left",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (), (D1,)),
            replace(LONG, dispatched_s=7),
            DispatchPlan("lost", undispatch=("D1",), dispatch=True, failed=True),
            id="no worker took the job",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE),
            LONG,
            DispatchPlan("joining", dispatch=True),
            id="the room closed and opened again",
        ),
        pytest.param(SENT, RoomSnapshot(), LONG, DispatchPlan("invited"), id="everybody went"),
        pytest.param(
            replace(SENT, failures=1),
            RoomSnapshot(PEOPLE, (), (D1,)),
            JUST,
            DispatchPlan("lost"),
            id="fetched again, on its way",
        ),
        pytest.param(
            replace(SENT, failures=4),
            RoomSnapshot(PEOPLE, (), (D1,)),
            replace(LONG, dispatched_s=7),
            DispatchPlan("lost"),
            id="failed often, so not at once",
        ),
        pytest.param(
            replace(SENT, failures=4),
            RoomSnapshot(PEOPLE, (), (D1,)),
            replace(LONG, dispatched_s=9),
            DispatchPlan("lost", undispatch=("D1",), dispatch=True, failed=True),
            id="failed often, tried again after a pause",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A, B), (D1A, D2B)),
            LONG,
            DispatchPlan("present", keep=A, remove=("agent-b",), undispatch=("D2",), settled=True),
            id="two: the one that we sent stays",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A, B), (D1B, D2)),
            LONG,
            DispatchPlan("present", keep=B, remove=("agent-a",), undispatch=("D2",), settled=True),
            id="two: the one that we sent stays, though it came later",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A, B), (D1, D2)),
            LONG,
            DispatchPlan("present", keep=A, remove=("agent-b",), undispatch=("D2",), settled=True),
            id="two, nobody knows whose: the first one stays, and our dispatch",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A, B), (D1A, D2B)),
            DOUBT,
            DispatchPlan("present", keep=B, remove=("agent-a",), undispatch=("D1",), settled=True),
            id="two at work, one without a sign of life: the living one stays",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A, replace(B, attributes={})), (D1A, D2B)),
            DEAD,
            DispatchPlan("present", keep=replace(B, attributes={}), settled=True),
            id="two, and the living one is not ready: both stay",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (B,), (D2B,)),
            LONG,
            DispatchPlan("present", keep=B, settled=True),
            id="somebody else sent one: it stays, none is fetched",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (NEW,), (D1,)),
            Ages(60, 20, {"agent-n": CONNECT_S}),
            DispatchPlan("lost", dispatch=True, after=("agent-n",), failed=True),
            id="it never got connected",
        ),
        pytest.param(
            SENT,
            RoomSnapshot(PEOPLE, (A,), (D1A,)),
            Ages(60, 5.5, {"agent-a": 5}, frozenset({"agent-a"})),
            DispatchPlan("lost", dispatch=True, after=("agent-a",), failed=True),
            id="it came and died at once: nobody waits for that dispatch any more",
        ),
    ],
)
def test_what_is_done(assignment: Assignment, snapshot: RoomSnapshot, ages: Ages, plan: DispatchPlan) -> None:
    """Every state of a room leads to one interpreter, or to none where none is wanted."""
    assert decide(assignment, snapshot, ages) == plan


def test_one_who_is_expected_counts_as_there() -> None:
    """Else the interpreter would be fetched only when they are seen, and what they say first would be lost."""
    assert decide(ASKED, RoomSnapshot(), LONG, expected=True) == DispatchPlan("joining", dispatch=True)
    assert decide(NOT_ASKED, RoomSnapshot(), LONG, expected=True) == DispatchPlan("absent")
