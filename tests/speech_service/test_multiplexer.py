"""Many requests on one connection: each gets one answer, and none holds up another."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from pipeline.engines.protocols import EngineError
from speech_service.measures import Measures
from speech_service.multiplexer import RequestMultiplexer, Work
from speech_service.sockets import Gone
from speech_service.wire import Cancelled, Failed, Translated, WireError


class NotingPeer:
    """Notes what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.gone = False
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, message: Any) -> None:
        await self.gate.wait()
        if self.gone:
            raise Gone
        self.sent.append(message)

    async def all_of(self, count: int) -> list[Any]:
        """What was sent, once it is so much."""
        async with asyncio.timeout(5):
            while len(self.sent) < count:
                await asyncio.sleep(0)
        return self.sent


def multiplexer_of(peer: NotingPeer) -> RequestMultiplexer:
    return RequestMultiplexer(peer, limit=4, measures=Measures("mt"))  # type: ignore[arg-type]  # all of a Peer that is used


def answer(number: int) -> Translated:
    return Translated(number, "hola", "fake", ("en", "es"))


class Engine:
    """Work that answers when it is let; it may go on for a while after it was told to stop, or refuse to stop."""

    def __init__(self, *, slow_to_stop: bool = False, stubborn: bool = False) -> None:
        self._slow, self._stubborn = slow_to_stop, stubborn
        self.begun, self.stopping, self.may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def asked(self, number: int) -> Work:
        async def work() -> Translated:
            self.begun.set()
            try:
                await self.may_end.wait()
            except asyncio.CancelledError:
                self.stopping.set()
                if self._slow or self._stubborn:
                    await self.may_end.wait()
                if not self._stubborn:
                    raise
            return answer(number)

        return work


async def quick(number: int) -> Translated:
    return answer(number)


async def test_an_engine_that_is_slow_to_stop_holds_up_nobody() -> None:
    """Cancelling returns at once; "cancelled" is said when the work has ended, and others are answered meanwhile."""
    peer = NotingPeer()
    engine = Engine(slow_to_stop=True)
    async with multiplexer_of(peer) as multiplexer:
        await multiplexer.begin(1, engine.asked(1))
        await engine.begun.wait()
        multiplexer.cancel(1)
        await multiplexer.begin(2, lambda: quick(2))
        assert await peer.all_of(1) == [answer(2)]
        await engine.stopping.wait()
        with pytest.raises(WireError):  # its number is not free before
            await multiplexer.begin(1, lambda: quick(1))
        engine.may_end.set()
        assert await peer.all_of(2) == [answer(2), Cancelled(1)]
        await multiplexer.begin(1, lambda: quick(1))
        assert await peer.all_of(3) == [answer(2), Cancelled(1), answer(1)]


async def test_a_request_that_answers_all_the_same_is_not_cancelled() -> None:
    """An engine that does not stop gives its answer, which is then the only one."""
    peer = NotingPeer()
    engine = Engine(stubborn=True)
    async with multiplexer_of(peer) as multiplexer:
        await multiplexer.begin(1, engine.asked(1))
        await engine.begun.wait()
        multiplexer.cancel(1)
        await engine.stopping.wait()
        multiplexer.cancel(1)
        engine.may_end.set()
        await peer.all_of(1)
        await multiplexer.begin(2, lambda: quick(2))
        assert await peer.all_of(2) == [answer(1), answer(2)]


async def test_a_request_is_cancelled_before_it_has_begun() -> None:
    """Its work is never started, and the client is told."""
    peer = NotingPeer()
    engine = Engine()
    async with multiplexer_of(peer) as multiplexer:
        await multiplexer.begin(1, engine.asked(1))
        multiplexer.cancel(1)
        assert await peer.all_of(1) == [Cancelled(1)]
    assert not engine.begun.is_set()


async def test_an_answer_on_its_way_is_the_only_one() -> None:
    """Cancelled while its answer is being written, a request is not cancelled as well."""
    peer = NotingPeer()
    async with multiplexer_of(peer) as multiplexer:
        peer.gate.clear()
        await multiplexer.begin(1, lambda: quick(1))
        await asyncio.sleep(0)
        multiplexer.cancel(1)
        peer.gate.set()
        await peer.all_of(1)
        await multiplexer.begin(2, lambda: quick(2))
        sent = await peer.all_of(2)
    assert [message.id for message in sent] == [1, 2]


async def test_work_that_fails_while_it_stops_is_answered_as_failed() -> None:
    """One answer, and the true one."""
    peer = NotingPeer()

    async def fails_at_the_end() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise EngineError("broken pipe")

    async with multiplexer_of(peer) as multiplexer:
        await multiplexer.begin(1, fails_at_the_end)
        await asyncio.sleep(0)
        multiplexer.cancel(1)
        (failed,) = await peer.all_of(1)
    assert isinstance(failed, Failed)
    assert failed.id == 1


async def test_work_that_was_not_to_be_cancelled_is_a_fault() -> None:
    """Work that cancels itself has failed: its client would else wait for ever."""
    peer = NotingPeer()

    async def gives_up() -> None:
        raise asyncio.CancelledError

    async with multiplexer_of(peer) as multiplexer:
        await multiplexer.begin(1, gives_up)
        (failed,) = await peer.all_of(1)
    assert (failed.id, failed.code) == (1, "internal")


async def test_nothing_runs_on_after_the_connection() -> None:
    """Leaving stops all work, also what was just cancelled, and tells nobody."""
    peer = NotingPeer()
    engines = [Engine() for _ in range(3)]
    async with multiplexer_of(peer) as multiplexer:
        for number, engine in enumerate(engines):
            await multiplexer.begin(number, engine.asked(number))
        for engine in engines:
            await engine.begun.wait()
        peer.gone = True
        multiplexer.cancel(0)
    assert all(engine.stopping.is_set() for engine in engines)
    assert peer.sent == []
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith(("request", "answer"))]


async def test_what_is_not_known_cannot_be_cancelled() -> None:
    """It has just been answered, or never was asked."""
    peer = NotingPeer()
    async with multiplexer_of(peer) as multiplexer:
        multiplexer.cancel(7)
        await multiplexer.begin(1, lambda: quick(1))
        await peer.all_of(1)
        await asyncio.sleep(0)
        multiplexer.cancel(1)
    assert peer.sent == [answer(1)]
