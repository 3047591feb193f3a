"""The processes in which PocketSphinx runs: `python -m pipeline.engines.recognition.sphinx.process CONTROL_FD`.

`process_raw` holds the interpreter lock while it decodes (measured: a thread beside it got 3 turns in 1.6 s), so
each decoder is a process. The first one, the fork server, loads the model once and does nothing but fork: a decoder
is there within milliseconds and shares the model's 90 MB. It ends with its control socket, a decoder with its own.

A decoder and its owner send each other frames, see `framing`; `LOOK`, `FINAL` and `STOP` are answered by one frame,
`ANSWER` or `FAILED`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
import sys
from enum import IntEnum
from typing import Any, Final

from pipeline.engines.processes.framing import frame, read
from pipeline.engines.recognition.sphinx.decoding import DECODER_OPTIONS, UtteranceDecoder

POSITION: Final = struct.Struct("<q")


class DecoderFrame(IntEnum):
    """What a frame carries."""

    START = 1  # owner: position of the first sample, then the cepstral mean as text
    SOUND = 2  # owner: 16-bit samples, little-endian
    LOOK = 3  # owner: what has been said so far?
    FINAL = 4  # owner: what has been said in all?
    CUT = 5  # owner: position; words before it are of no interest any more
    STOP = 6  # owner: what was learnt of the voice?
    ANSWER = 7  # decoder: JSON: words as [text, first, end], heard_to, settled_to; or mean
    FAILED = 8  # decoder: text says why


_QUESTIONS: Final = (DecoderFrame.LOOK, DecoderFrame.FINAL, DecoderFrame.STOP)

READY: Final = b"ready"
FORK: Final = b"F"
KILL: Final = b"K"
PID: Final = struct.Struct("<i")

_REAP_EVERY_S: Final = 1.0


class Decoder:
    """Answers frames about one utterance at a time."""

    def __init__(self, utterance: UtteranceDecoder) -> None:
        self._utterance = utterance
        self._failure = ""

    def handle(self, kind: int, body: bytes) -> bytes | None:
        """The answer, if the frame has one. What fails before a question is told in its answer."""
        try:
            if kind == DecoderFrame.START:
                self._failure = ""
            if not self._failure or kind == DecoderFrame.STOP:
                return self._do(kind, body)
        except (RuntimeError, ValueError) as error:  # what the binding raises
            self._failure = f"PocketSphinx failed ({type(error).__name__})"  # it may quote what was heard
        return frame(DecoderFrame.FAILED, self._failure.encode()) if kind in _QUESTIONS else None

    def _do(self, kind: int, body: bytes) -> bytes | None:
        if kind == DecoderFrame.START:
            self._utterance.start(POSITION.unpack_from(body)[0], body[POSITION.size :].decode())
        elif kind == DecoderFrame.SOUND:
            self._utterance.accept(body)
        elif kind == DecoderFrame.CUT:
            self._utterance.cut(POSITION.unpack(body)[0])
        elif kind == DecoderFrame.STOP:
            return frame(DecoderFrame.ANSWER, json.dumps({"mean": self._utterance.stop()}).encode())
        else:
            look = self._utterance.look(final=kind == DecoderFrame.FINAL)
            words = [(word.text, word.first, word.end) for word in look.words]
            answer = {"words": words, "heard_to": look.heard_to, "settled_to": look.settled_to}
            return frame(DecoderFrame.ANSWER, json.dumps(answer).encode())
        return None


def _decode(decoder: Any, connection: socket.socket) -> None:
    """Serves one owner until it hangs up."""
    worker = Decoder(UtteranceDecoder(decoder))
    with connection, connection.makefile("rb") as reader:
        while (message := read(reader)) is not None:
            answer = worker.handle(message.kind, message.payload)
            if answer is not None:
                connection.sendall(answer)


class _Nursery:
    """Forks decoders on request and reaps them."""

    def __init__(self, control: socket.socket, decoder: Any) -> None:
        self._control, self._decoder = control, decoder
        self._alive: set[int] = set()

    def run(self) -> None:
        """Until the owner hangs up; then all decoders end."""
        try:
            while True:
                ready, _, _ = select.select([self._control], [], [], _REAP_EVERY_S)
                self._reap()
                if ready and not self._serve():
                    return
        finally:
            for pid in self._alive:
                os.kill(pid, signal.SIGKILL)
            for pid in self._alive:
                os.waitpid(pid, 0)

    def _serve(self) -> bool:
        request, descriptors, _, _ = socket.recv_fds(self._control, 1 + PID.size, 1)
        if request[:1] == FORK and descriptors:
            self._control.sendall(PID.pack(self._fork(descriptors[0])))
        elif request[:1] == KILL:
            pid = PID.unpack(request[1:])[0]
            if pid in self._alive:  # not reaped yet, so the number is still its own
                os.kill(pid, signal.SIGKILL)
        return bool(request)

    def _fork(self, descriptor: int) -> int:
        pid = os.fork()
        if pid:
            os.close(descriptor)
            self._alive.add(pid)
            return pid
        status = 1
        try:
            self._control.close()
            _decode(self._decoder, socket.socket(fileno=descriptor))
            status = 0
        except (BrokenPipeError, ConnectionResetError):
            status = 0  # the owner was gone before its answer
        finally:
            os._exit(status)

    def _reap(self) -> None:
        for pid in tuple(self._alive):
            if os.waitpid(pid, os.WNOHANG)[0]:
                self._alive.discard(pid)


def main(arguments: list[str]) -> int:
    """Loads the model, says `READY` or why not, and forks decoders until the control socket closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner decides when to end
    control = socket.socket(fileno=int(arguments[0]))
    try:
        import pocketsphinx

        decoder = pocketsphinx.Decoder(**DECODER_OPTIONS)
    except (ImportError, RuntimeError, OSError) as error:
        control.sendall(str(error).encode() or b"unknown error")
        return 1
    control.sendall(READY)
    with contextlib.suppress(ConnectionResetError):
        _Nursery(control, decoder).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
