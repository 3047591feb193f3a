"""Which interpreters a worker's processes run, as it tells the token service over a connection that it keeps.

    {"running": [["board", "agent-AJ_4fG2"], …]}

room and identity of each. A connection that is closed by a frame that says so was left; one that ends without it was
torn (`docs/decisions/0029-a-torn-connection.md`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

PRESENCE_PATH: Final = "/api/v1/workers/presence"
TELL_EVERY_S: Final = 1.0
"""Also where nothing has changed: a network that is cut shows by silence alone."""
MOST_RUNNING: Final = 200
"""So many are named; a process for each is more than a machine bears."""
LONGEST_NAME: Final = 128
"""Of a room or an identity, in characters; those with longer ones are not named."""
LONGEST_MESSAGE_BYTES: Final = 256 * 1024


class PresenceError(ValueError):
    """A message that cannot be read; says what is wrong with it, never what it holds."""


@dataclass(frozen=True, slots=True, order=True)
class RunningInterpreter:
    """One whose process runs."""

    room: str
    identity: str


def signed_by(worker: str) -> bytes:
    """What a worker signs to be listened to; no other thing that it signs looks like that."""
    return f"presence {worker}".encode()


def written(running: Iterable[RunningInterpreter]) -> str:
    """The message; its size is bounded whatever the names are."""
    fit = (each for each in sorted(running) if _fits(each.room) and _fits(each.identity))
    pairs = [[each.room, each.identity] for each in islice(fit, MOST_RUNNING)]
    return json.dumps({"running": pairs}, ensure_ascii=False)


def read(text: str) -> frozenset[RunningInterpreter]:
    """Raises PresenceError."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PresenceError("not JSON") from error
    pairs = said.get("running") if isinstance(said, dict) else None
    if not isinstance(pairs, list) or len(pairs) > MOST_RUNNING:
        raise PresenceError(f"running: expected a list of at most {MOST_RUNNING}")
    return frozenset(_running(pair) for pair in pairs)


def _running(pair: Any) -> RunningInterpreter:
    match pair:
        case [str(room), str(identity)] if _fits(room) and _fits(identity):
            return RunningInterpreter(room, identity)
    raise PresenceError(f"running: expected pairs of names, each of 1 to {LONGEST_NAME} characters")


def _fits(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME
