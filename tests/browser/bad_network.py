"""Networks as people have them: slow for what a page asks for, lossy for sound and captions."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page

_HOST = "127.0.0.1"


@asynccontextmanager
async def slow_network(page: Page, *, kbit_s: float, latency_ms: float) -> AsyncIterator[None]:
    """Slows down what a page asks for until the block ends, which must be before it connects to a room.

    Chromium slows sound down as well, and breaks down over it.
    """
    session = await page.context.new_cdp_session(page)
    throughput = kbit_s * 1000 / 8
    await session.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": latency_ms,
            "downloadThroughput": throughput,
            "uploadThroughput": throughput,
        },
    )
    try:
        yield
    finally:
        await session.detach()


@dataclass
class LossyNetwork:
    """A stretch of network before a relay: some datagrams are lost, the others come late and overtake each other."""

    relay_port: int
    loss: float = 0.0
    """Share of datagrams, 0…1."""
    delay_s: float = 0.0
    """The most; each takes its own."""
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    _outward: dict[tuple[str, int], asyncio.DatagramTransport] = field(default_factory=dict)

    def pass_on(self, data: bytes, transport: asyncio.DatagramTransport, to: tuple[str, int] | None) -> None:
        if self.chance.random() < self.loss:
            return
        delay_s = self.chance.random() * self.delay_s
        asyncio.get_running_loop().call_later(delay_s, _send, transport, data, to)

    async def relayed(self, data: bytes, back: asyncio.DatagramTransport, whom: tuple[str, int]) -> None:
        """Passes on what somebody sends, from a socket that is theirs, as the relay tells people apart by it."""
        if whom not in self._outward:
            outward, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: _Receiver(lambda answer, _: self.pass_on(answer, back, whom)),
                remote_addr=(_HOST, self.relay_port),
            )
            self._outward[whom] = outward
        self.pass_on(data, self._outward[whom], None)

    def close(self) -> None:
        for outward in self._outward.values():
            outward.close()


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, received: Any) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._received(data, addr)


def _send(transport: asyncio.DatagramTransport, data: bytes, to: tuple[str, int] | None) -> None:
    if not transport.is_closing():
        transport.sendto(data, to)


@asynccontextmanager
async def lossy_network(port: int, relay_port: int) -> AsyncIterator[LossyNetwork]:
    """Stands on `port` before the relay on `relay_port` until the block ends; perfect until told otherwise."""
    network = LossyNetwork(relay_port)
    async with asyncio.TaskGroup() as passing:
        near: asyncio.DatagramTransport

        def received(data: bytes, whom: tuple[str, int]) -> None:
            passing.create_task(network.relayed(data, near, whom))

        near, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Receiver(received), local_addr=(_HOST, port)
        )
        try:
            yield network
        finally:
            near.close()
            network.close()
