"""The health check of the containers, run here: what hangs is ended in time, what only fails is not."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from stack.parts import ROOT
from stack.ports import free_port
from tests.stack.plans import alive

INIT = """\
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
print(child.pid, flush=True)
child.wait()
"""
"""In the place of a container's init: it runs one program, and ends with it."""


@pytest.fixture
def container() -> Iterator[tuple[int, int]]:
    """The init of a pretended container, and the service in it."""
    with subprocess.Popen([sys.executable, "-c", INIT], stdout=subprocess.PIPE, text=True) as init:
        assert init.stdout is not None
        child = int(init.stdout.readline())
        yield init.pid, child
        if alive(child):
            subprocess.run(["kill", "-KILL", str(child)], check=True)


class Answering:
    """A service that answers with a status, on a port."""

    def __init__(self, status: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    def __enter__(self) -> Answering:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def check(port: int, notes: Path, init: int) -> int:
    options = ["--end-after", "3", "--init", str(init), "--notes", str(notes)]
    command = [sys.executable, str(ROOT / "docker" / "healthcheck"), *options, f"{port}/health"]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode


def test_what_hangs_is_ended_once_it_has_answered(tmp_path: Path, container: tuple[int, int]) -> None:
    """So many silences in a row, and not one sooner; an answer between them begins the count anew."""
    init, child = container
    notes = tmp_path / "notes.json"
    with Answering(200) as service:
        port = service.port
        assert check(port, notes, init) == 0
    assert [check(port, notes, init) for _ in range(2)] == [1, 1]
    with Answering(200) as again:
        assert check(again.port, notes, init) == 0
    assert [check(port, notes, init) for _ in range(2)] == [1, 1]
    assert alive(child)
    assert check(port, notes, init) == 1
    assert not alive(child)


def test_what_has_not_begun_is_waited_for(tmp_path: Path, container: tuple[int, int]) -> None:
    """Models may take minutes to load."""
    init, child = container
    port = free_port()
    assert [check(port, tmp_path / "notes.json", init) for _ in range(5)] == [1] * 5
    assert alive(child)


def test_what_cannot_work_is_not_ended(tmp_path: Path, container: tuple[int, int]) -> None:
    """It answers: another part is away, and ending this one would not bring that back."""
    init, child = container
    notes = tmp_path / "notes.json"
    with Answering(200) as service:
        assert check(service.port, notes, init) == 0
    with Answering(503) as service:
        assert [check(service.port, notes, init) for _ in range(5)] == [1] * 5
    assert alive(child)


def test_another_life_of_the_container_is_counted_anew(tmp_path: Path, container: tuple[int, int]) -> None:
    """What was noted before it was started again does not count."""
    init, child = container
    notes = tmp_path / "notes.json"
    notes.write_text('{"life": "1", "answered": true, "silent": 2}')
    assert check(free_port(), notes, init) == 1
    assert alive(child)


def test_outside_a_container_nobody_is_ended(tmp_path: Path) -> None:
    """Where PID 1 is no init of a container, its children are not the service."""
    notes = tmp_path / "notes.json"
    command = [
        sys.executable,
        str(ROOT / "docker" / "healthcheck"),
        "--end-after",
        "1",
        "--notes",
        str(notes),
    ]
    with Answering(200) as service:
        port = service.port
        assert subprocess.run([*command, f"{port}/"], check=False, timeout=30).returncode == 0
    if Path("/proc/1/comm").read_text().strip() in ("docker-init", "tini"):
        pytest.skip("this machine is itself a container with an init")
    assert (
        subprocess.run([*command, f"{port}/"], check=False, timeout=30, capture_output=True).returncode == 1
    )
