from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr

from config.settings import Turn
from stack.ports import free_port
from turn.credentials import ice_servers
from turn.render import render, write_private


@contextlib.asynccontextmanager
async def coturn(directory: Path, *, loopback: bool) -> AsyncIterator[Turn]:
    """The real relay on the loopback address, with the configuration that we write."""
    settings = Turn(
        host="127.0.0.1",
        secret=SecretStr("a secret of thirty-two characters!".replace(" ", "-")),
        port=free_port(),
        listening_ip="127.0.0.1",
    )
    path = directory / "turnserver.conf"
    write_private(path, render(settings, state_directory=directory, loopback=loopback))
    process = await asyncio.create_subprocess_exec(
        "turnserver", "-c", str(path), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(15):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", settings.port)
                    writer.close()
                    await writer.wait_closed()
                    break
                assert process.returncode is None, (await process.stdout.read()).decode()
                await asyncio.sleep(0.05)
        yield settings
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def relayed(settings: Turn, username: str, credential: str, peer_port: int) -> str:
    """Sends ten packets through the relay to an echo on the loopback address; returns what the client says."""
    process = await asyncio.create_subprocess_exec(
        "turnutils_uclient", "-p", str(settings.port), "-u", username, "-w", credential, "-e", "127.0.0.1",
        "-r", str(peer_port), "-n", "10", "-m", "1", "-c", "-X", "127.0.0.1",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(8):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        said, _ = await process.communicate()
    return said.decode(errors="replace")


class Echo(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard += 1
        self._transport.sendto(data, addr)


@contextlib.asynccontextmanager
async def echo() -> AsyncIterator[tuple[Echo, int]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
    try:
        yield protocol, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


async def test_our_credentials_open_the_relay_and_others_do_not(tmp_path: Path) -> None:
    """With credentials of ours packets go through and back; expired ones and made-up ones get none through."""
    async with coturn(tmp_path, loopback=True) as settings, echo() as (peer, port):
        (good,) = ice_servers(settings, "speaker-1", time.time())
        (expired,) = ice_servers(settings, "speaker-1", time.time() - 7200)

        said = [await relayed(settings, expired.username, expired.credential, port)]
        said.append(await relayed(settings, good.username, "made-up", port))
        assert peer.heard == 0
        said.append(await relayed(settings, good.username, good.credential, port))

    assert peer.heard == 10, said[2]
    assert ["Total lost packets 0 (0.000000%)" in each for each in said] == [False, False, True]


async def test_private_peers_are_not_reached(tmp_path: Path) -> None:
    """With the configuration as operators get it, the relay passes nothing on to the machine it runs on."""
    async with coturn(tmp_path, loopback=False) as settings, echo() as (peer, port):
        (good,) = ice_servers(settings, "speaker-1", time.time())
        said = await relayed(settings, good.username, good.credential, port)
    assert peer.heard == 0
    assert "403" in said or "Forbidden" in said, said


@pytest.mark.parametrize("loopback", [True, False])
async def test_coturn_understands_every_line(tmp_path: Path, loopback: bool) -> None:
    """coturn takes the configuration without a complaint about it."""
    settings = Turn(host="127.0.0.1", port=free_port(), listening_ip="127.0.0.1")
    path = tmp_path / "turnserver.conf"
    write_private(path, render(settings, state_directory=tmp_path, loopback=loopback))
    process = await asyncio.create_subprocess_exec(
        "turnserver", "-c", str(path), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.5):
            await process.wait()
    ended = process.returncode
    if ended is None:
        process.kill()
    said, _ = await process.communicate()
    assert (ended, [line for line in said.decode().splitlines() if "Bad configuration" in line]) == (None, [])
