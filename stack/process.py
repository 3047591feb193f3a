"""One program that the stack runs: started in a group of its own, written to a log, ended with all it started."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from stack.errors import PartFailed

FIRST_ASKING_S = 4.0
"""How long a program may take to end after the first SIGTERM before it is asked again."""

_GUARD = Path(__file__).with_name("guard.py")


class Guard:
    """A small process that ends what we started if we die without having done so."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Guard:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-S", str(_GUARD),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    def watch(self, group: int) -> None:
        """Looks after a process group from now on."""
        self._tell(f"+{group}\n")

    def release(self, group: int) -> None:
        """The group has ended."""
        self._tell(f"-{group}\n")

    def _tell(self, line: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        if not self._process.stdin.is_closing():
            self._process.stdin.write(line.encode())


class ChildProcess:
    """A running program. Whoever starts it must `stop` it."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path, guard: Guard) -> None:
        self.name = name
        self.log = log
        self._process = process
        self._guard = guard

    @classmethod
    async def start(
        cls,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        guard: Guard,
        cwd: Path,
    ) -> ChildProcess:
        """Starts a program; what it prints is added to `log`.

        Raises:
            PartFailed: the program is not there or may not be run.
        """
        # setpriv (util-linux) asks the kernel to end the child when we die, then becomes the child itself.
        setpriv = shutil.which("setpriv")
        bound = [setpriv, "--pdeathsig", "TERM", "--", *command] if setpriv else list(command)
        try:
            with _append(log) as out:
                process = await asyncio.create_subprocess_exec(
                    *bound, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
                    env=dict(environment), cwd=cwd, start_new_session=True,
                )  # fmt: skip
        except OSError as error:
            raise PartFailed(name, f"cannot be started: {command[0]}: {error.strerror}") from error
        guard.watch(process.pid)
        return cls(name, process, log, guard)

    @property
    def pid(self) -> int:
        """Also the number of its process group: it was started in a session of its own."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """None while it runs, else its exit status; negative for a signal."""
        return self._process.returncode

    async def wait(self) -> int:
        """Returns its exit status once it has ended by itself or by `stop`."""
        return await self._process.wait()

    async def stop(self, patience_s: float) -> None:
        """Asks it to end, asks again, then kills it and everything it started. Safe to call twice.

        livekit-server and the worker take a first SIGTERM as "finish your rooms", a second as "now".
        """
        try:
            first_s = min(FIRST_ASKING_S, 0.4 * patience_s)
            for wait_s in (first_s, patience_s - first_s):
                if self.status is not None:
                    break
                self._to_child(signal.SIGTERM)
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(self._process.wait()), wait_s)
            await self._end_group()
        finally:
            self._to_group(signal.SIGKILL)  # also when our own waiting was cancelled
            self._guard.release(self.pid)
        await self._process.wait()

    async def _end_group(self) -> None:
        """Gives what the program left behind a moment to follow it."""
        if self.status is None:
            return
        for _ in range(20):
            if not self._to_group(signal.SIGTERM):
                return
            await asyncio.sleep(0.05)

    def _to_child(self, number: int) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    def _to_group(self, number: int) -> bool:
        try:
            os.killpg(self.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def tail(self, lines: int = 15) -> str:
        """The last lines of the log, each with the part's name before it."""
        return tail_of(self.log, self.name, lines)


def _append(log: Path) -> IO[bytes]:
    return log.open("ab")


def tail_of(log: Path, name: str, lines: int = 15) -> str:
    """The last lines of a log, each with `name` before it; empty when there is no log."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 16_384))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    return "\n".join(f"{name} | {line}" for line in text.splitlines()[-lines:])
