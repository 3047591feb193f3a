"""Ends process groups whose starter is gone, however it went; run as a program of its own.

Reads lines from standard input: "+ID" to look after a process group, "-ID" to let go of it. The end of
the input means that the starter ended: what is still looked after gets SIGTERM, then SIGKILL. Uses nothing
but the standard library's fastest imports, since it runs beside every stack.
"""

from __future__ import annotations

import os
import signal
import sys
import time

PATIENCE_S = 4.0
"""How long groups have between SIGTERM and SIGKILL."""


def _signal(group: int, number: int) -> bool:
    """Whether the group was still there."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def main() -> None:
    """Looks after groups until the input ends."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # it ends by itself, after its starter
    groups: set[int] = set()
    for line in sys.stdin:
        sign, group = line[0], int(line[1:])
        if sign == "+":
            groups.add(group)
        else:
            groups.discard(group)
    _end(groups)


def _end(groups: set[int]) -> None:
    """Asks them to end, and ends those that do not in time."""
    groups = _reached(groups, signal.SIGTERM)
    end = time.monotonic() + PATIENCE_S
    while groups and time.monotonic() < end:
        time.sleep(0.05)
        groups = _reached(groups, 0)
    _reached(groups, signal.SIGKILL)


def _reached(groups: set[int], number: int) -> set[int]:
    """Those that a signal reached: the others have ended."""
    return {group for group in groups if _signal(group, number)}


if __name__ == "__main__":
    main()
