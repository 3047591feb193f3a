"""A client that knows nothing of ours but its token: with the real worker and real engines it hears its language."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from demo.hearing import spectrum
from tests.browser.likeness import spoken_again
from tests.browser.real import real_stack
from tests.live.guests import until
from tests.live.plain import plain_client, talking
from tests.live.server import binary

pytestmark = [pytest.mark.live, pytest.mark.engines]

LIMIT_S = 30.0
SETTLED_S = 1.0
"""So long nothing else has to be heard."""


async def test_a_plain_client_hears_its_language_and_can_change_it_in_the_chat(tmp_path: Path) -> None:
    """With `language` in its token it receives the originals and one channel; `/translate es` gives it another."""
    async with real_stack(binary(), tmp_path) as stack, talking(stack), plain_client(stack, "fr") as plain:
        await until(lambda: "translated-fr" in plain.audible(0), "French", LIMIT_S)
        await until(lambda: len(plain.captions) >= 4, "captions", LIMIT_S)
        await asyncio.sleep(2.5)
        assert sorted(plain.received) == ["microphone", "translated-fr"]
        assert plain.audible(0) == {"microphone", "translated-fr"}
        assert {language for language, _ in plain.captions} == {"fr"}
        heard = spectrum(plain.sound("translated-fr"))
        clauses = await spoken_again([text for _, text in plain.captions], "fr")
        likeness = [clause.likeness(heard) for clause in clauses]
        print("likeness in French", [f"{each:.2f}" for each in likeness])
        assert sum(each > 0.5 for each in likeness) >= len(likeness) / 2

        asked = time.monotonic()
        await plain.room.local_participant.send_text("/translate es", topic="lk.chat")
        took = await until(lambda: "translated-es" in plain.received, "the Spanish track", LIMIT_S)
        await until(lambda: "translated-es" in plain.audible(asked), "Spanish", LIMIT_S)
        print(f"Spanish track after {took:.2f} s, its first sound after {time.monotonic() - asked:.2f} s")
        await until(
            lambda: plain.audible(time.monotonic() - SETTLED_S) == {"microphone", "translated-es"},
            "Spanish alone",
            LIMIT_S,
        )
        assert plain.chat == ["You hear and read es."]
