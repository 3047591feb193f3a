"""The speech services die in the middle of a talk: the interpreter stays, and goes on when they are back."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest
from livekit import rtc

from tests.browser.real import real_stack
from tests.live.guests import until
from tests.live.plain import Plain, plain_client, talking
from tests.live.server import binary

pytestmark = [pytest.mark.live, pytest.mark.engines]

LIMIT_S = 40.0


async def test_the_interpreter_outlives_its_speech_services(tmp_path: Path) -> None:
    """All three are killed while somebody talks; translation is read and heard again, from the same participant."""
    async with real_stack(binary(), tmp_path) as stack, talking(stack), plain_client(stack, "fr") as plain:
        await until(lambda: "translated-fr" in plain.audible(0) and bool(plain.captions), "French", LIMIT_S)
        agent = _interpreter(plain)

        os.killpg(stack.pids["speech"], signal.SIGKILL)
        await until(lambda: stack.restarts.get("speech", 0) == 1, "the services start again", LIMIT_S)
        before = len(plain.captions)
        again = time.monotonic()
        await until(lambda: len(plain.captions) > before + 1, "captions again", LIMIT_S)
        await until(lambda: "translated-fr" in plain.audible(again), "French again", LIMIT_S)
        print(
            f"captions and voice again {time.monotonic() - again:.1f} s after the services were started again"
        )

        assert _interpreter(plain) == agent


def _interpreter(plain: Plain) -> str:
    (agent,) = [
        person.identity
        for person in plain.room.remote_participants.values()
        if person.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
    ]
    return agent
