"""The stack as a context manager, with tiny programs in place of the real parts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from dataclasses import replace
from pathlib import Path
from urllib.request import urlopen

import pytest

from config.reading import load
from config.settings import Services, Settings
from stack.errors import PartFailed, PortsBusy
from stack.local import Stack
from stack.parts import with_ports
from stack.ports import Ports
from tests.stack.plans import alive, content, fake, gone, plans, written


def make(tmp_path: Path, *, restart: bool = False, ports: Ports | None = None, **parts: object) -> Stack:
    table = plans(**parts)  # type: ignore[arg-type]  # only plans are passed
    return Stack(
        Settings(),
        parts=tuple(table),
        ports=ports or Ports.free(),
        directory=tmp_path,
        restart=restart,
        plans=table,
    )


def answer_of(port: int) -> dict[str, str]:
    """The settings in the environment of a part."""
    with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
        return dict(line.split("=", 1) for line in answer.read().decode().splitlines())


async def test_all_parts_are_ready_inside_and_gone_after(tmp_path: Path) -> None:
    """Inside the stack every part answers, with our settings in its environment; after it none runs."""
    stack = make(
        tmp_path, livekit=fake("livekit", "livekit"), worker=fake("worker", "worker", after=("livekit",))
    )

    async with stack:
        pids = dict(stack.pids)
        environment = await asyncio.to_thread(answer_of, stack.ports.worker)

    assert sorted(pids) == ["livekit", "worker"]
    assert load(environment=environment) == stack.settings
    assert stack.livekit_url == f"ws://127.0.0.1:{stack.ports.livekit}"
    assert not any(alive(pid) for pid in pids.values())
    assert stack.pids == {}


async def test_a_part_that_dies_ends_the_stack(tmp_path: Path) -> None:
    """Without restarts, the death of a part cancels what is going on and is raised with the end of its log."""
    stack = make(
        tmp_path, livekit=fake("livekit", "livekit"), speech=fake("speech", "stt", "--die-after", "0.6")
    )
    pids: list[int] = []
    finished = False

    async def use() -> None:
        nonlocal finished
        async with stack:
            pids.extend(stack.pids.values())
            await asyncio.sleep(30)
            finished = True

    with pytest.raises(PartFailed) as caught:
        await use()

    assert str(caught.value) == f"speech died (exit status 3); its log: {tmp_path / 'speech.log'}"
    assert caught.value.tail == "speech | something broke"
    assert not finished
    assert not any(alive(pid) for pid in pids)


async def test_a_dead_part_is_started_again(tmp_path: Path) -> None:
    """With restarts, a part that was killed comes back, which is reported, and the stack goes on."""
    lines: list[str] = []
    table = plans(speech=fake("speech", "stt"))
    stack = Stack(
        Settings(), parts=("speech",), ports=Ports.free(), directory=tmp_path, restart=True, report=lines.append,
        plans=table,
    )  # fmt: skip

    async with stack:
        first = stack.pids["speech"]
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(20):
            while stack.pids.get("speech", first) == first or len(lines) < 3:
                await asyncio.sleep(0.02)

    assert stack.restarts == {"speech": 1}
    assert lines[1] == "speech died (signal 9); starting it again in 0.5 s"
    assert lines[2].startswith("speech is ready after ")


async def test_a_part_that_ends_before_it_is_ready(tmp_path: Path) -> None:
    """A part that ends at once is reported as such, even where dead parts are started again."""
    stack = make(
        tmp_path,
        restart=True,
        speech=fake("speech", "stt", "--never-ready", "--die-after", "0.1", "--status", "7"),
    )

    with pytest.raises(PartFailed, match=r"speech ended before it was ready \(exit status 7\)"):
        async with stack:
            pytest.fail("the stack was not ready")


async def test_a_part_that_never_gets_ready(tmp_path: Path) -> None:
    """Waiting for a part has a limit."""
    stack = make(
        tmp_path, speech=fake("speech", "stt", "--never-ready", "--print", "loading", patience_s=1.0)
    )

    with pytest.raises(
        PartFailed,
        match=r"speech did not get ready within 1 s: http://127\.0\.0\.1:\d+/ does not answer",
    ) as caught:
        async with stack:
            pytest.fail("the stack was not ready")

    assert caught.value.tail == "speech | loading"


async def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """A part whose program is missing fails with its name, and the others end."""

    def nowhere(place: object) -> object:
        part = fake("worker", "worker")(place)  # type: ignore[arg-type]
        return replace(part, command=("/nowhere/at/all",))

    stack = make(tmp_path, speech=fake("speech", "stt"), worker=nowhere)

    with pytest.raises(PartFailed, match="worker"):
        async with stack:
            pytest.fail("the stack was not ready")


async def test_the_body_s_own_error_comes_through(tmp_path: Path) -> None:
    """What goes wrong inside the stack is raised as it is."""
    stack = make(tmp_path, speech=fake("speech", "stt"))

    with pytest.raises(ZeroDivisionError):
        async with stack:
            _ = 1 / 0


async def test_grandchildren_and_the_stubborn_end_too(tmp_path: Path) -> None:
    """A part that ignores SIGTERM is killed, and so is what it had started."""
    note = tmp_path / "grandchild"
    stack = make(
        tmp_path,
        speech=fake("speech", "stt", "--ignore-term", "--grandchild", str(note), stop_patience_s=0.4),
    )

    async with stack:
        pids = [stack.pids["speech"], int(await written(note))]

    await gone(*pids)


async def test_a_taken_port_is_named_with_its_holder(tmp_path: Path) -> None:
    """Nothing is started when a port is taken; the error names the port, what wanted it and who holds it."""
    ports = Ports.free()
    with socket.create_server(("127.0.0.1", ports.stt)):
        stack = make(tmp_path, ports=ports, speech=fake("speech", "stt"))
        with pytest.raises(PortsBusy) as caught:
            async with stack:
                pytest.fail("the stack was not ready")

    own = content(Path("/proc/self/comm")).strip()
    assert f"port {ports.stt} (stt) is held by {own} (process {os.getpid()})" in str(caught.value)
    assert stack.pids == {}


def test_settings_get_the_real_ports() -> None:
    """URLs follow the ports, all on loopback; an engine that runs inline stays inline."""
    ports = Ports.of(Settings()).shifted(100)
    settings = with_ports(replace(Settings(), services=Services(mt_url="")), ports)

    assert settings.livekit.url == "ws://127.0.0.1:7980"
    assert (settings.services.stt_url, settings.services.mt_url) == ("http://127.0.0.1:8101", "")
    assert (settings.services.worker_health_port, settings.auth.port) == (8181, 8104)
    assert not settings.development
