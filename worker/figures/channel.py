"""How reports reach the main process: a pair of sockets, one end of which every room's process inherits.

It has no name that anybody else could send to, and leaves nothing behind, however a process ends. A report is one
datagram, so reports of several rooms do not mix; where the kernel's queue is full the sender keeps it for the next
time.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from worker.figures.reports import MOST_BYTES

log = structlog.get_logger(__name__)

_AT_ONCE: Final = 100
"""Reports read in one go, before the loop has its turn."""

Send = Callable[[bytes], bool]
"""Hands a report over; whether it is gone. Never blocks."""


def send_nowhere(_: bytes) -> bool:
    """For a room that no worker started: nobody asks for its figures."""
    return True


class FiguresChannel:
    """Both ends, in the main process.

    Args:
        take: receives each report.
    """

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._here, self.rooms_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for end in (self._here, self.rooms_end):
            end.setblocking(False)

    def listen(self) -> None:
        """Has reports read as they come, in the running loop."""
        asyncio.get_running_loop().add_reader(self._here.fileno(), self.read)

    def read(self) -> None:
        """Takes what has come by now."""
        with suppress(BlockingIOError):
            for _ in range(_AT_ONCE):
                self._take(self._here.recv(MOST_BYTES))

    def close(self) -> None:
        """No more is read; a second time changes nothing."""
        if self._here.fileno() >= 0:
            with suppress(RuntimeError):  # no loop runs: it never listened
                asyncio.get_running_loop().remove_reader(self._here.fileno())
        self._here.close()
        self.rooms_end.close()


def sender(rooms_end: socket.socket) -> Send:
    """How a room's process sends, given its copy of the end."""

    def send(report: bytes) -> bool:
        try:
            rooms_end.send(report)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno == errno.ENOBUFS:
                return False
            log.debug("figures were not sent", reason=errno.errorcode.get(error.errno or 0, ""))
        return True

    return send
