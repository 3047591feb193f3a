"""Listeners are told whose words they hear, before these sound."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.fakes.clock import HandClock
from worker import whose_words as module
from worker.captions import SendFailed
from worker.whose_words import WAITING, WhoseWords

pytestmark = pytest.mark.virtual_time

BEA, CARL = frozenset({"bea"}), frozenset({"carl"})
EVERYBODY = BEA | CARL


class FakePost:
    """Remembers what was sent; may refuse, or take for ever."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], frozenset[str]]] = []
        self.refuses = self.hangs = False

    async def packet(self, data: bytes, *, topic: str, to: frozenset[str]) -> None:
        assert topic == "translator.words"
        if self.refuses:
            raise SendFailed("no")
        if self.hangs:
            await asyncio.sleep(3600)
        self.sent.append((json.loads(data), to))


class Bench:
    """One room's notices."""

    def __init__(self) -> None:
        self.post, self.clock = FakePost(), HandClock()
        self.words = WhoseWords(self.post, now=self.clock)

    def take(self) -> list[tuple[str, str, int, frozenset[str]]]:
        """What was sent since the last time."""
        taken = [(sent["language"], sent["speaker"], sent["in_ms"], to) for sent, to in self.post.sent]
        self.post.sent.clear()
        return taken


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Sends for as long as the test runs."""
    made = Bench()
    async with _running(made.words):
        yield made


@asynccontextmanager
async def _running(words: WhoseWords) -> AsyncIterator[None]:
    task = asyncio.create_task(words.run())
    yield
    task.cancel()
    await asyncio.wait([task])


async def settle() -> None:
    """Lets what waits be sent."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_each_change_of_speaker_is_told_to_the_listeners_of_the_channel(bench: Bench) -> None:
    """With how long it takes until the words are heard; further clauses of the same speaker are no news."""
    bench.words.heard_by({"es": BEA, "fr": CARL}, EVERYBODY)
    bench.words.begins("es", "anna", 0.0)
    bench.words.begins("es", "anna", 0.4)
    bench.words.begins("es", "ben", 0.25)
    bench.words.begins("fr", "ben", 0.0)
    await settle()
    assert bench.take() == [("es", "anna", 0, BEA), ("es", "ben", 250, BEA), ("fr", "ben", 0, CARL)]


async def test_who_comes_later_is_told_how_things_are(bench: Bench) -> None:
    """Only they are, and only once they can receive it; of words that have begun, that they have."""
    bench.words.heard_by({"es": BEA}, EVERYBODY)
    bench.words.begins("es", "anna", 0.3)
    await settle()
    bench.take()
    bench.clock.move(1.0)
    bench.words.heard_by({"es": EVERYBODY}, BEA)
    await settle()
    assert bench.take() == []
    bench.words.heard_by({"es": EVERYBODY}, EVERYBODY)
    bench.words.heard_by({"es": EVERYBODY}, EVERYBODY)
    await settle()
    assert bench.take() == [("es", "anna", 0, CARL)]


async def test_after_a_reconnect_everybody_is_told_again(bench: Bench) -> None:
    """What was sent on the way may be lost."""
    bench.words.heard_by({"es": BEA}, EVERYBODY)
    bench.words.begins("es", "anna", 0.0)
    await settle()
    bench.words.renew()
    bench.words.heard_by({"es": BEA}, EVERYBODY)
    await settle()
    assert [who for _, who, _, _ in bench.take()] == ["anna", "anna"]


async def test_a_channel_that_was_deserted_begins_anew(bench: Bench) -> None:
    """Whoever comes back hears nothing of before, so nothing of before is told."""
    bench.words.heard_by({"es": BEA}, EVERYBODY)
    bench.words.begins("es", "anna", 0.0)
    bench.words.heard_by({}, EVERYBODY)
    await settle()
    bench.take()
    bench.words.heard_by({"es": BEA}, EVERYBODY)
    bench.words.begins("es", "anna", 0.1)
    await settle()
    assert bench.take() == [("es", "anna", 100, BEA)]


async def test_what_cannot_be_sent_holds_up_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal and a send that hangs are given up; the next notice goes."""
    monkeypatch.setattr(module, "SEND_LIMIT_S", 0.01)
    bench.words.heard_by({"es": BEA}, EVERYBODY)
    bench.post.refuses = True
    bench.words.begins("es", "anna", 0.0)
    await settle()
    bench.post.refuses, bench.post.hangs = False, True
    bench.words.begins("es", "ben", 0.0)
    await asyncio.sleep(0.05)
    bench.post.hangs = False
    bench.words.begins("es", "carl", 0.0)
    await settle()
    assert [who for _, who, _, _ in bench.take()] == ["carl"]


async def test_notices_that_wait_are_bounded() -> None:
    """Where nothing can be sent the newest are kept."""
    bench = Bench()
    bench.words.heard_by({"es": BEA}, EVERYBODY)
    for number in range(3 * WAITING):
        bench.words.begins("es", f"p{number}", 0.0)
    async with _running(bench.words):
        await asyncio.sleep(0.01)
    told = [who for _, who, _, _ in bench.take()]
    assert (len(told), told[-1]) == (WAITING, f"p{3 * WAITING - 1}")
