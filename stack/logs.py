"""The logs of the local stack's parts: written by the parts themselves, kept within bounds by us."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST_BYTES: Final = 5 << 20
"""A log that has grown larger becomes NAME.log.1, in place of an older one, and begins anew."""
_LOOK_EVERY_S: Final = 1.0


def older(log: Path) -> Path:
    """Where the part of a log before its present beginning is."""
    return log.with_name(f"{log.name}.1")


def bound(log: Path, most_bytes: int = MOST_BYTES) -> bool:
    """Puts a log aside that is too large; whether it did.

    Its writers hold it open for appending, so it is copied and cut and not renamed: what they write in between, a few
    lines at most, is lost.
    """
    with suppress(FileNotFoundError):  # the part has not begun
        if log.stat().st_size > most_bytes:
            shutil.copyfile(log, older(log))
            os.truncate(log, 0)
            return True
    return False


async def keep_bounded(logs: Sequence[Path], most_bytes: int = MOST_BYTES) -> None:
    """Looks after logs until it is cancelled."""
    while True:
        for log in logs:
            await asyncio.to_thread(bound, log, most_bytes)
        await asyncio.sleep(_LOOK_EVERY_S)
