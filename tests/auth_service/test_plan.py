from __future__ import annotations

from dataclasses import replace

import pytest

from auth_service.media import Agent, Dispatch, Sight
from auth_service.plan import Plan, decide
from auth_service.records import Engagement, Wish

NOW = 1000.0
PEOPLE = frozenset({"speaker-1"})
NOT_ASKED = Engagement("board", False, Wish(), 1, 1, changed_at=NOW - 60)
ASKED = Engagement("board", True, Wish(), 1, 1, changed_at=NOW - 60)
SENT = replace(ASKED, dispatch="D1", dispatched_at=NOW - 1)
LONG_AGO = replace(SENT, dispatched_at=NOW - 100)

A = Agent("agent-a", NOW - 90, True)
B = Agent("agent-b", NOW - 30, True)
NEW = Agent("agent-n", NOW - 0.5, False)
D1 = Dispatch("D1")
D1A = Dispatch("D1", frozenset({"agent-a"}))
D1B = Dispatch("D1", frozenset({"agent-b"}))
D2 = Dispatch("D2")
D2B = Dispatch("D2", frozenset({"agent-b"}))
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("engagement", "sight", "dead", "plan"),
    [
        pytest.param(NOT_ASKED, Sight(PEOPLE), NONE, Plan("absent"), id="not asked for"),
        pytest.param(
            NOT_ASKED,
            Sight(PEOPLE, (A,), (D1A,)),
            NONE,
            Plan("absent", remove=("agent-a",), undispatch=("D1",)),
            id="dismissed and did not leave",
        ),
        pytest.param(
            replace(NOT_ASKED, changed_at=NOW - 1),
            Sight(PEOPLE, (A,), (D1A,)),
            NONE,
            Plan("absent", undispatch=("D1",)),
            id="just dismissed, may leave by itself",
        ),
        pytest.param(ASKED, Sight(), NONE, Plan("invited"), id="nobody there yet"),
        pytest.param(ASKED, Sight(PEOPLE), NONE, Plan("joining", dispatch=True), id="first person came"),
        pytest.param(SENT, Sight(PEOPLE, (), (D1,)), NONE, Plan("joining"), id="on its way"),
        pytest.param(SENT, Sight(PEOPLE, (NEW,), (D1,)), NONE, Plan("joining", keep=NEW), id="connecting"),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE, (A,), (D1A,)),
            NONE,
            Plan("present", keep=A, settled=True),
            id="present",
        ),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE, (A,), (D1A,)),
            frozenset({"agent-a"}),
            Plan("lost", remove=("agent-a",), undispatch=("D1",), dispatch=True, failed=True),
            id="its process died, the server still lists it",
        ),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE, (), (D1A,)),
            NONE,
            Plan("lost", undispatch=("D1",), dispatch=True, failed=True),
            id="it left",
        ),
        pytest.param(
            replace(SENT, dispatched_at=NOW - 7),
            Sight(PEOPLE, (), (D1,)),
            NONE,
            Plan("lost", undispatch=("D1",), dispatch=True, failed=True),
            id="no worker took the job",
        ),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE),
            NONE,
            Plan("joining", dispatch=True),
            id="the room closed and opened again",
        ),
        pytest.param(LONG_AGO, Sight(), NONE, Plan("invited"), id="everybody went"),
        pytest.param(
            replace(SENT, failures=1),
            Sight(PEOPLE, (), (D1,)),
            NONE,
            Plan("lost"),
            id="fetched again, on its way",
        ),
        pytest.param(
            replace(SENT, failures=4, dispatched_at=NOW - 7),
            Sight(PEOPLE, (), (D1,)),
            NONE,
            Plan("lost"),
            id="failed often, so not at once",
        ),
        pytest.param(
            replace(SENT, failures=4, dispatched_at=NOW - 9),
            Sight(PEOPLE, (), (D1,)),
            NONE,
            Plan("lost", undispatch=("D1",), dispatch=True, failed=True),
            id="failed often, tried again after a pause",
        ),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE, (A, B), (D1A, D2B)),
            NONE,
            Plan("present", keep=A, remove=("agent-b",), undispatch=("D2",), settled=True),
            id="two: the one that we sent stays",
        ),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE, (A, B), (D1B, D2)),
            NONE,
            Plan("present", keep=B, remove=("agent-a",), undispatch=("D2",), settled=True),
            id="two: the one that we sent stays, though it came later",
        ),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE, (A, B), (D1, D2)),
            NONE,
            Plan("present", keep=A, remove=("agent-b",), undispatch=("D2",), settled=True),
            id="two, nobody knows whose: the first one stays, and our dispatch",
        ),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE, (A, B), (D1A, D2B)),
            frozenset({"agent-a"}),
            Plan("present", keep=B, remove=("agent-a",), undispatch=("D1",), settled=True),
            id="two, one of them dead: the living one stays",
        ),
        pytest.param(
            LONG_AGO,
            Sight(PEOPLE, (B,), (D2B,)),
            NONE,
            Plan("present", keep=B, settled=True),
            id="somebody else sent one: it stays, none is fetched",
        ),
        pytest.param(
            replace(SENT, dispatched_at=NOW - 20),
            Sight(PEOPLE, (replace(NEW, joined_at=NOW - 16),), (D1,)),
            NONE,
            Plan("lost", remove=("agent-n",), undispatch=("D1",), dispatch=True, failed=True),
            id="it never got connected",
        ),
        pytest.param(
            replace(SENT, dispatched_at=NOW - 5),
            Sight(PEOPLE, (replace(A, joined_at=NOW - 4.5),), (D1,)),
            frozenset({"agent-a"}),
            Plan("lost", remove=("agent-a",), undispatch=("D1",), dispatch=True, failed=True),
            id="it came and died at once: nobody waits for that dispatch any more",
        ),
    ],
)
def test_what_is_done(engagement: Engagement, sight: Sight, dead: frozenset[str], plan: Plan) -> None:
    """Every state of a room leads to one interpreter, or to none where none is wanted."""
    assert decide(engagement, sight, dead, NOW) == plan
