"""Apertium's programs piped into each other and kept open: one request in, one answer out, ended by NUL.

The `apertium` command itself cannot be kept open: its wrapper holds output back until the input ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence

_SPECIAL = re.compile(r"([\[\]{}^$/\\@<>])")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_BLANK = "[][\n]"
"""Sent after the text: without a trailing blank the last full stop can be lost."""


class PipelineFailed(Exception):
    """The programs died, hung or could not be started; this pipeline is of no more use."""


def escape(text: str) -> str:
    """Text as the first program takes it."""
    return _SPECIAL.sub(r"\\\1", _CONTROL.sub(" ", text))


def unescape(text: str) -> str:
    """Text as the last program meant it."""
    return _ESCAPED.sub(r"\1", text)


class Pipeline:
    """Runs one chain of programs. Takes one request at a time.

    A call that is cancelled leaves an answer behind; the next call reads past it.

    Args:
        programs: commands with arguments, first to last.
        start_patience_s: limit for the first answer, while the programs still read their data.
        patience_s: limit for all later ones.
    """

    def __init__(
        self, programs: Sequence[Sequence[str]], *, start_patience_s: float = 8.0, patience_s: float = 1.5
    ) -> None:
        self._commands = programs
        self._start_patience_s, self._patience_s = start_patience_s, patience_s
        self._processes: list[subprocess.Popen[bytes]] = []
        self._input: asyncio.WriteTransport | None = None
        self._output: asyncio.ReadTransport | None = None
        self._answers = _Answers()
        self._owed = 0
        self._answered = False
        self.used_at_s = time.monotonic()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids, first program to last."""
        return tuple(process.pid for process in self._processes)

    async def start(self) -> None:
        """Starts the programs; they load their data in their own time. Raises PipelineFailed.

        One that fails or is cancelled leaves nothing behind.
        """
        loop = asyncio.get_running_loop()
        spawning = loop.run_in_executor(None, self._spawn)  # eleven forks are too long for the loop
        try:
            into, out_of = await asyncio.shield(spawning)
            self._input, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, into)
            self._output, _ = await loop.connect_read_pipe(lambda: self._answers, out_of)
        except OSError as error:
            await self.stop()
            raise PipelineFailed(f"cannot start: {error.strerror}") from error
        except asyncio.CancelledError:
            await asyncio.wait([spawning])  # a thread cannot be cancelled: what it starts has to be ended
            spawning.exception()  # looked at: why it could not start is of no interest any more
            await self.stop()
            raise

    async def ask(self, text: str) -> str:
        """Sends text that is already escaped, returns the answer as it comes. Raises PipelineFailed."""
        if self._input is None or self._answers.ended:
            raise PipelineFailed("ended")
        self.used_at_s = time.monotonic()
        self._input.write((text + _BLANK).encode("utf-8", "replace") + b"\0")
        self._owed += 1
        try:
            async with asyncio.timeout(self._patience_s if self._answered else self._start_patience_s):
                answer = await self._last_answer()
        except TimeoutError as error:
            raise PipelineFailed("no answer in time") from error
        self._answered = True
        text = answer.decode("utf-8", "replace")
        if _BLANK not in text:
            # the programs behind one that dies see an end of input and answer with what they have
            raise PipelineFailed("the answer is cut off")
        return text.replace(_BLANK, "")

    async def _last_answer(self) -> bytes:
        """The one to the newest request; those before it are to requests that were given up."""
        while True:
            answer = await self._answers.next()
            self._owed -= 1
            if self._owed == 0:
                return answer

    async def stop(self) -> None:
        """Kills the programs and waits until they are gone. Safe to call twice."""
        if self._input is not None and not self._input.is_closing():
            self._input.abort()  # what was not sent yet never will be
        if self._output is not None:
            self._output.close()
        self._input = self._output = None
        if self._processes:
            await asyncio.to_thread(self._kill)
        await asyncio.sleep(0)  # lets the transports close their files

    def _spawn(self) -> tuple[object, object]:
        """Starts all programs in one process group; returns the file to write to and the one to read from."""
        group = 0
        previous: int = subprocess.PIPE
        for command in self._commands:
            process = subprocess.Popen(
                command,
                stdin=previous,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=group,
            )
            if self._processes:
                before = self._processes[-1].stdout
                assert before is not None
                before.close()
            self._processes.append(process)
            group = group or process.pid
            assert process.stdout is not None
            previous = process.stdout.fileno()
        return self._processes[0].stdin, self._processes[-1].stdout

    def _kill(self) -> None:
        """Blocking, but only as long as it takes the kernel to end the programs."""
        processes, self._processes = self._processes, []
        if not processes:
            return
        with contextlib.suppress(ProcessLookupError):  # all of them are gone already
            os.killpg(processes[0].pid, signal.SIGKILL)
        for process in processes:
            process.wait(timeout=10)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):  # unsent text for a program that is gone
                        stream.close()


class _Answers(asyncio.Protocol):
    """Cuts what the last program writes at NUL."""

    def __init__(self) -> None:
        self.ended = False
        self._buffer = bytearray()
        self._changed = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if b"\0" in data:
            self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended = True
        self._changed.set()

    async def next(self) -> bytes:
        """The next whole answer. Raises PipelineFailed when the program has ended."""
        while (end := self._buffer.find(0)) < 0:
            if self.ended:
                raise PipelineFailed("a program ended")
            self._changed.clear()
            await self._changed.wait()
        answer = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return answer
