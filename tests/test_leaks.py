"""The watch over what tests leave behind, tried on tests that leave something."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LEAKY = """
import asyncio
import socket
import subprocess
import threading

kept = []


async def test_task():
    kept.append(asyncio.create_task(asyncio.sleep(60), name="forgotten"))


def test_thread():
    gate = threading.Event()
    kept.append(gate)
    threading.Thread(target=gate.wait, name="forgotten", daemon=True).start()


def test_process():
    kept.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE))


def test_socket():
    kept.append(socket.socket())


async def test_transport():
    class Cycle:
        pass

    cycle = Cycle()
    cycle.itself = cycle
    cycle.near, cycle.far = socket.socketpair()
    cycle.transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=cycle.near)


def test_rubbish():
    class Cycle:
        pass

    cycle = Cycle()
    cycle.itself = cycle
    cycle.socket = socket.socket()


async def test_clean():
    task = asyncio.create_task(asyncio.sleep(60))
    await asyncio.to_thread(subprocess.run, ["true"])
    task.cancel()
    await asyncio.wait([task])
"""


def test_each_kind_of_leak_fails_its_own_test(pytester: pytest.Pytester) -> None:
    """A task, thread, process, socket, transport and open rubbish each fail the test that left it, no other."""
    pytester.makeconftest(
        f"""
        import sys

        sys.path.insert(0, {str(ROOT)!r})
        from tests import leaks
        from tests.conftest import *

        leaks.GRACE_S = 0.5  # what leaks here never ends
        """
    )
    leaky = pytester.makepyfile(LEAKY)

    settings, place = str(ROOT / "pyproject.toml"), f"--rootdir={pytester.path}"
    result = pytester.runpytest_subprocess(
        "-c", settings, place, "-p", "no:cacheprovider", leaky, timeout=300
    )

    failed = {line.split("::")[1].split(" ")[0] for line in result.outlines if line.startswith("ERROR")}
    assert failed == {
        "test_task",
        "test_thread",
        "test_process",
        "test_socket",
        "test_transport",
        "test_rubbish",
    }
    result.assert_outcomes(passed=7, errors=6)
    result.stdout.fnmatch_lines(["*task forgotten: *"])
