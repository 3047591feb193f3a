"""Whether a part is well: asked over HTTP, with limits, and judged by several answers in a row.

Two things look alike from far and are not: a part that says that it cannot work (503, because another one is away) and
a part that says nothing. Only the second is helped by starting it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import aiohttp


class Pulse(StrEnum):
    """How a part answered once."""

    WELL = "well"
    FAILING = "failing"
    """It answers that it cannot work."""
    SILENT = "silent"
    """No answer in time, or none that is HTTP."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a part is asked, and what it may miss."""

    every_s: float = 5.0
    answer_s: float = 5.0
    misses: int = 6
    """So many in a row count; one alone may be a busy machine."""


PATIENT: Final = Rhythm()
"""Before a part is ended: some half a minute to a minute, as compose's own checks have it."""


async def feel(session: aiohttp.ClientSession, urls: Sequence[str], answer_s: float) -> Pulse:
    """Asks all addresses of a part at once; the worst answer counts. Raises nothing."""
    answers = await asyncio.gather(*(_feel(session, url, answer_s) for url in urls))
    return max(answers, key=list(Pulse).index, default=Pulse.WELL)


async def _feel(session: aiohttp.ClientSession, url: str, answer_s: float) -> Pulse:
    try:
        async with asyncio.timeout(answer_s), session.get(url, allow_redirects=False) as answer:
            return Pulse.WELL if answer.status == 200 else Pulse.FAILING
    except (aiohttp.ClientError, OSError, TimeoutError):
        return Pulse.SILENT


class PartHealth:
    """What is held of one part, answer after answer. Pure.

    Args:
        misses: so many in a row that are not well make it unwell; one that is well makes it well again.
    """

    def __init__(self, misses: int) -> None:
        self.pulse = Pulse.WELL
        """The newest."""
        self.well = True
        self._most = misses
        self._missed = self._silent = 0

    @property
    def hung(self) -> bool:
        """Whether it has said nothing for so long that it will not any more."""
        return self._silent >= self._most

    def felt(self, pulse: Pulse) -> bool:
        """Takes the next answer; whether it has become well or unwell by it."""
        self.pulse, was = pulse, self.well
        self._missed = 0 if pulse is Pulse.WELL else self._missed + 1
        self._silent = self._silent + 1 if pulse is Pulse.SILENT else 0
        if pulse is Pulse.WELL:
            self.well = True
        elif self._missed >= self._most:
            self.well = False
        return self.well is not was
