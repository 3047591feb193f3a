"""What may go wrong with the local stack; each message is one line that says what to do.

StackError
├── PortsBusy        somebody else listens where a part should
├── PartFailed       a part did not start, did not get ready, or died
├── Missing          a program or a package is not installed; says the exact command
├── FetchFailed      something could not be downloaded, or came damaged
│   └── Unreachable  whoever should hand it over does not answer at all
└── LicenceRefused   weights that may not be used commercially, without the setting that allows them
"""

from __future__ import annotations

from pathlib import Path


class StackError(Exception):
    """The stack, or something that it needs, cannot be had as asked."""


class PortsBusy(StackError):
    """Ports that the stack needs are taken."""


class PartFailed(StackError):
    """A part of the stack did not start, did not get ready in time, or died."""

    def __init__(self, part: str, reason: str, *, log: Path | None = None, tail: str = "") -> None:
        where = f"; its log: {log}" if log is not None else ""
        super().__init__(f"{part} {reason}{where}")
        self.part = part
        self.log = log
        self.tail = tail
        """The last lines of its log, each with the part's name before it."""


class Missing(StackError):
    """A program or a package is not there."""

    def __init__(self, message: str, *, command: str = "") -> None:
        super().__init__(f"{message}: {command}" if command else message)
        self.command = command
        """What installs it, ready to be pasted; empty where there is no such command."""


class FetchFailed(StackError):
    """A download failed, or what came is not what it should be."""


class Unreachable(FetchFailed):
    """Nobody answers, or the program that would ask is missing: the same is not tried again for the next file."""


class LicenceRefused(StackError):
    """Weights whose licence forbids commercial use need `models.allow_non_commercial`."""
