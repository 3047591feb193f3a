"""Which interpreters a worker names."""

from __future__ import annotations

import json

import pytest

from protocol.presence import (
    LONGEST_MESSAGE_BYTES,
    LONGEST_NAME,
    MOST_RUNNING,
    PresenceError,
    RunningInterpreter,
    read,
    signed_by,
    written,
)

BOARD = RunningInterpreter("board", "agent-AJ_1")
HALL = RunningInterpreter("Große Halle 😀", "agent-AJ_2")


def test_what_is_written_is_read_again() -> None:
    """As docs/api.md has it."""
    assert json.loads(written([BOARD])) == {"running": [["board", "agent-AJ_1"]]}
    for running in (frozenset(), frozenset({BOARD}), frozenset({BOARD, HALL})):
        assert read(written(running)) == running


def test_a_message_is_bounded_whatever_the_names_are() -> None:
    """The first ones are named, and those whose names are not too long."""
    many = [RunningInterpreter(f"{n:03}" + "😀" * 125, "😀" * LONGEST_NAME) for n in range(MOST_RUNNING + 5)]
    message = written(many)
    assert len(message.encode()) <= LONGEST_MESSAGE_BYTES
    assert read(message) == frozenset(many[:MOST_RUNNING])
    assert read(written([BOARD, RunningInterpreter("x" * 129, "a"), RunningInterpreter("", "a")])) == {BOARD}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        "null",
        "[]",
        "{}",
        '{"running": {}}',
        '{"running": ["board"]}',
        '{"running": [["board"]]}',
        '{"running": [["board", 1]]}',
        '{"running": [["board", "a", "b"]]}',
        '{"running": [["", "a"]]}',
        json.dumps({"running": [["board", "x" * (LONGEST_NAME + 1)]]}),
        json.dumps({"running": [["board", "a"]] * (MOST_RUNNING + 1)}),
    ],
)
def test_what_is_no_such_message_is_refused(text: str) -> None:
    """And what it held is not repeated."""
    with pytest.raises(PresenceError) as refused:
        read(text)
    assert "board" not in str(refused.value)


def test_a_signature_is_for_one_worker() -> None:
    """And its bytes are no report and no piece of a recording."""
    assert signed_by("0" * 16) == b"presence 0000000000000000"
