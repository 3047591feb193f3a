"""The owner's side of the decoder processes: starts the fork server, has it fork, talks to one decoder."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import subprocess
import threading
from typing import Any, Final

from pipeline.engines.processes.framing import frame, receive
from pipeline.engines.processes.spawning import command, environment
from pipeline.engines.protocols import EngineError, EngineMissing
from pipeline.engines.recognition.sphinx.process import FORK, KILL, PID, READY, DecoderFrame

_START_PATIENCE_S: Final = 60.0
_STOP_PATIENCE_S: Final = 5.0
_SLOWEST_FACTOR: Final = 4.0
"""A decoder that takes so much longer than its sound lasts is taken to hang."""


class ForkServer:
    """The process that has the model and forks decoders. All methods block; any thread may call them.

    Args:
        patience_s: how long a new decoder may take to be there, and each to do what it is told, decoding left out.
    """

    def __init__(self, *, patience_s: float = 8.0) -> None:
        self.patience_s = patience_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._closed = False

    def start(self) -> None:
        """Loads the model, some 0.6 s; nothing if it is loaded. Raises EngineMissing, EngineError."""
        with self._lock:
            self._ensure()

    def fork(self) -> tuple[socket.socket, int]:
        """A new decoder: the way to talk to it, and its process id. Starts the fork server again if it died.

        Raises:
            EngineMissing, EngineError: it cannot be started.
        """
        with self._lock:
            try:
                return self._fork(self._ensure())
            except OSError:
                self._end()
            try:
                return self._fork(self._ensure())
            except OSError as error:
                self._end()
                raise EngineError(f"cannot start a PocketSphinx decoder: {error}") from error

    @staticmethod
    def _fork(control: socket.socket) -> tuple[socket.socket, int]:
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(control, [FORK + PID.pack(0)], [theirs.fileno()])
            reply = control.recv(PID.size)
            if len(reply) != PID.size:
                raise ConnectionResetError("its process ended")
        except OSError:
            ours.close()
            raise
        return ours, PID.unpack(reply)[0]

    def kill(self, pid: int) -> None:
        """Ends a decoder that does not answer; nothing if it is gone."""
        with self._lock:
            if self._control is not None:
                with contextlib.suppress(OSError):  # the fork server is gone, and with it the decoder
                    self._control.sendall(KILL + PID.pack(pid))

    def close(self) -> None:
        """Ends all processes and waits for them."""
        with self._lock:
            self._closed = True
            self._end()

    def _ensure(self) -> socket.socket:
        if self._closed:
            raise EngineError("PocketSphinx was closed")
        if self._process is not None and self._process.poll() is None and self._control is not None:
            return self._control
        self._end()
        self._control = ours = self._spawn()
        ours.settimeout(_START_PATIENCE_S)
        try:
            said = ours.recv(10_000)
        except OSError as error:
            self._end()
            raise EngineError(f"PocketSphinx did not start: {error}") from error
        if said != READY:
            self._end()
            reason = said.decode(errors="replace") or "its process ended"
            raise EngineMissing(f"PocketSphinx cannot be loaded ({reason}); `pip install pocketsphinx`")
        ours.settimeout(self.patience_s)
        return ours

    def _spawn(self) -> socket.socket:
        """Starts the process; our end of the socket between us."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command("pipeline.engines.recognition.sphinx.process", str(theirs.fileno())),
                env=environment(),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # as of every helper: what it would print may hold words
                start_new_session=True,
            )
        return ours

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(_STOP_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


class DecoderProcess:
    """One decoder. After any failure it is broken and must be let go."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fork_server: ForkServer, pid: int
    ) -> None:
        self.pid = pid
        self.broken = False
        self._answering = False
        self._reader, self._writer, self._fork_server = reader, writer, fork_server

    @classmethod
    async def start(cls, fork_server: ForkServer) -> DecoderProcess:
        """Raises EngineError."""
        ours, pid = await asyncio.to_thread(fork_server.fork)
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(reader, writer, fork_server, pid)

    @property
    def alive(self) -> bool:
        """Whether it can be asked, as far as is known."""
        return not (self.broken or self._reader.at_eof() or self._writer.is_closing())

    async def tell(self, kind: DecoderFrame, body: bytes = b"") -> None:
        """Sends what has no answer; waits while the decoder is far behind."""
        self.post(kind, body)
        try:
            async with asyncio.timeout(self._fork_server.patience_s):
                await self._writer.drain()
        except (OSError, TimeoutError) as error:
            raise self._broke(error) from error

    def post(self, kind: DecoderFrame, body: bytes = b"") -> None:
        """Sends something small that has no answer. Raises EngineError."""
        if not self.alive:
            raise self._broke(None)
        self._writer.write(frame(kind, body))

    async def ask(self, kind: DecoderFrame, *, work_s: float = 0.0) -> dict[str, Any]:
        """Sends a question. Raises EngineError; cancelled, the decoder is broken as its answer is still to come.

        So it is when it is asked while somebody still waits for an answer.

        Args:
            work_s: how much sound it may have to decode before it can answer.
        """
        if self._answering:
            self.broken = True
            raise EngineError("PocketSphinx is still asked something else")
        answered, self._answering = False, True
        try:
            await self.tell(kind)
            async with asyncio.timeout(self._fork_server.patience_s + _SLOWEST_FACTOR * work_s):
                answer = await receive(self._reader)
            answered = True
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise self._broke(error) from error
        except ValueError as error:
            raise EngineError("PocketSphinx answered nonsense") from error
        finally:
            self._answering = False
            self.broken = self.broken or not answered
        if answer.kind != DecoderFrame.ANSWER:
            self.broken = True
            raise EngineError(answer.payload.decode(errors="replace"))
        told: dict[str, Any] = json.loads(answer.payload)
        return told

    async def end(self) -> None:
        """Hangs up; a decoder that may hang is killed."""
        if self.broken:
            await asyncio.to_thread(self._fork_server.kill, self.pid)
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_STOP_PATIENCE_S):
                await self._writer.wait_closed()

    def _broke(self, error: BaseException | None) -> EngineError:
        self.broken = True
        if isinstance(error, TimeoutError):
            return EngineError("PocketSphinx did not answer in time")
        return EngineError("the PocketSphinx decoder process ended")
