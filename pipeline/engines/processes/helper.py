"""What an engine's helper process and its owner say to each other in frames, and the helper's side of it.

Over standard input and output. Only the standard library stands behind it, as behind `framing`.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Callable
from enum import IntEnum
from typing import Any, BinaryIO, Protocol

from pipeline.engines.processes.framing import frame, read
from pipeline.priority import lower_process_priority


class FrameKind(IntEnum):
    """What a frame carries."""

    READY = 1  # helper: JSON, what the engine says of itself
    SPEAK = 2  # owner: JSON, a piece of work
    CANCEL = 3  # owner: nobody wants the job any more
    SOUND = 4  # helper: 16-bit samples, native byte order
    END = 5  # helper: the job is done, or was cancelled
    ERROR = 6  # helper: the job failed, text says why; job 0: the engine cannot be used at all


Emit = Callable[[bytes], bool]
"""Sends sound of the current job; False says that nobody wants more."""


class HelperError(Exception):
    """What the owner is told of a job that cannot be done; never holds text to speak."""


class HelperEngine(Protocol):
    """An engine as its helper process runs it: blocking, one job at a time."""

    def ready(self) -> dict[str, Any]:
        """Says what there is. Raises HelperError."""
        ...

    def speak(self, job: dict[str, Any], emit: Emit) -> None:
        """Does a piece of work, ends early once `emit` returns False. Raises HelperError."""
        ...


def serve(create: Callable[[], HelperEngine], *, gives_way: bool = False) -> None:
    """Runs a helper until its owner closes standard input. Engines print where they like: it is not passed on.

    Args:
        gives_way: whether it runs at a lower priority than everything else, as voices do.
    """
    if gives_way:
        lower_process_priority()
    _Server(sys.stdin.buffer, _only_writer_of_stdout()).run(create)


class _Server:
    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._jobs: queue.Queue[tuple[int, bytes]] = queue.Queue(maxsize=4096)
        self._cancelled: set[int] = set()

    def run(self, create: Callable[[], HelperEngine]) -> None:
        try:
            engine = create()
            self._write(FrameKind.READY, 0, json.dumps(engine.ready()).encode())
        except HelperError as error:
            self._write(FrameKind.ERROR, 0, str(error).encode())
            return
        threading.Thread(target=self._read, name="helper input", daemon=True).start()
        while True:
            number, payload = self._jobs.get()
            self._work(engine, number, payload)

    def _work(self, engine: HelperEngine, number: int, payload: bytes) -> None:
        def emit(sound: bytes) -> bool:
            if number in self._cancelled:
                return False
            self._write(FrameKind.SOUND, number, sound)
            return True

        try:
            if number not in self._cancelled:
                engine.speak(json.loads(payload), emit)
            self._write(FrameKind.END, number)
        except HelperError as error:
            self._write(FrameKind.ERROR, number, str(error).encode())
        except Exception as error:  # noqa: BLE001  one job's fault, whatever it is, must not end the others
            self._write(FrameKind.ERROR, number, type(error).__name__.encode())
        self._cancelled.discard(number)

    def _read(self) -> None:
        """Takes jobs and cancellations while the engine works; the end of input ends the process at once."""
        while (message := read(self._source)) is not None:
            if message.kind == FrameKind.SPEAK:
                self._jobs.put((message.job, message.payload))
            elif message.kind == FrameKind.CANCEL:
                self._cancelled.add(message.job)
        os._exit(0)

    def _write(self, kind: FrameKind, number: int, payload: bytes = b"") -> None:
        try:
            self._sink.write(frame(kind, payload, job=number))
            self._sink.flush()
        except BrokenPipeError:
            os._exit(0)  # the owner is gone


def _only_writer_of_stdout() -> BinaryIO:
    """Keeps standard output for frames: whatever else a library prints goes to standard error."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "wb")
