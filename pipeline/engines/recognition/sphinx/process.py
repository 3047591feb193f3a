"""The processes in which PocketSphinx runs: `python -m pipeline.engines.recognition.sphinx.process CONTROL_FD`.

`process_raw` holds the interpreter lock while it decodes (measured: a thread beside it got 3 turns in 1.6 s), so
each decoder is a process. The first one, the fork server, loads the model once and does nothing but fork: a decoder
is there within milliseconds and shares the model's 90 MB. It ends with its control socket, a decoder with its own.

Messages to a decoder are a kind (one byte), a length (4 bytes) and that many bytes; `LOOK`, `FINAL` and `STOP`
are answered by one message of kind `ANSWER` or `FAILED`.
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
from typing import Any, Final

from pipeline.engines.recognition.sphinx.decoding import DECODER_OPTIONS, UtteranceDecoder

HEADER: Final = struct.Struct("<cI")
POSITION: Final = struct.Struct("<q")

START: Final = b"U"
"""Position of the first sample, then the cepstral mean as text."""
SOUND: Final = b"A"
LOOK: Final = b"H"
FINAL: Final = b"F"
CUT: Final = b"C"
STOP: Final = b"E"
ANSWER: Final = b"R"
"""JSON: words as [text, first, end], heard_to, settled_to, mean."""
FAILED: Final = b"X"

READY: Final = b"ready"
FORK: Final = b"F"
KILL: Final = b"K"
PID: Final = struct.Struct("<i")

_REAP_EVERY_S: Final = 1.0


class Decoder:
    """Answers messages about one utterance at a time."""

    def __init__(self, utterance: UtteranceDecoder) -> None:
        self._utterance = utterance
        self._failure = ""

    def handle(self, kind: bytes, body: bytes) -> bytes | None:
        """The answer, if the message has one. What fails before a question is told in its answer."""
        try:
            if kind == START:
                self._failure = ""
            if self._failure and kind != STOP:
                return _message(FAILED, self._failure.encode()) if kind in (LOOK, FINAL) else None
            return self._do(kind, body)
        except (RuntimeError, ValueError) as error:  # what the binding raises
            self._failure = f"PocketSphinx failed ({type(error).__name__})"  # it may quote what was heard
            return _message(FAILED, self._failure.encode()) if kind in (LOOK, FINAL, STOP) else None

    def _do(self, kind: bytes, body: bytes) -> bytes | None:
        if kind == START:
            self._utterance.start(POSITION.unpack_from(body)[0], body[POSITION.size :].decode())
        elif kind == SOUND:
            self._utterance.accept(body)
        elif kind == CUT:
            self._utterance.cut(POSITION.unpack(body)[0])
        elif kind == STOP:
            return _message(ANSWER, json.dumps({"mean": self._utterance.stop()}).encode())
        else:
            look = self._utterance.look(final=kind == FINAL)
            words = [(word.text, word.first, word.end) for word in look.words]
            answer = {"words": words, "heard_to": look.heard_to, "settled_to": look.settled_to}
            return _message(ANSWER, json.dumps(answer).encode())
        return None


def _message(kind: bytes, body: bytes) -> bytes:
    return HEADER.pack(kind, len(body)) + body


def _decode(decoder: Any, connection: socket.socket) -> None:
    """Serves one owner until it hangs up."""
    worker = Decoder(UtteranceDecoder(decoder))
    with connection, connection.makefile("rb") as reader:
        while len(header := reader.read(HEADER.size)) == HEADER.size:
            kind, length = HEADER.unpack(header)
            answer = worker.handle(kind, reader.read(length))
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
