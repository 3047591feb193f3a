"""What a room interprets with: the speech services, or engines inside the room's own process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from pipeline.capacity import Capacity
from pipeline.engines.protocols import Synthesizer, Translator
from pipeline.stages.hear import HearingStage
from pipeline.text.languages import served_by
from worker.listeners import AUTO

log = structlog.get_logger(__name__)

CLOSE_LIMIT_S = 5.0

Close = Callable[[], Awaitable[None]]


def not_measured() -> Capacity | None:
    """The capacity of a machine of which nothing is known."""
    return None


@dataclass(slots=True)
class Engines:
    """The three engines of a room."""

    hear: HearingStage
    translator: Translator
    synthesizer: Synthesizer
    source_language: str = AUTO
    """What most people speak, or "auto"."""
    profile: str = ""
    capacity: Callable[[], Capacity | None] = not_measured
    """What the machine keeps up with, as far as it is known now."""
    closers: Sequence[Close] = ()
    """Called once in `close`, in this order."""
    _known: tuple[object, tuple[str, ...]] | None = field(default=None, repr=False)

    def languages(self, wanted: Sequence[str] | None) -> tuple[str, ...]:
        """What listeners may ask for: all that can be translated into, or what of it is wanted; sorted.

        What the services can do is learnt from them, and may become more while they start.
        """
        key = (self.translator.info, None if wanted is None else tuple(wanted))
        if self._known is None or self._known[0] != key:
            self._known = (key, self._reachable(wanted))
        return self._known[1]

    def _reachable(self, wanted: Sequence[str] | None) -> tuple[str, ...]:
        known = self.translator.info.languages
        reachable = {
            target
            for target in known
            if target == self.source_language
            or any(source != target and self.translator.route(source, target) for source in known)
        }
        if wanted is not None:
            served = (served_by(code, reachable) for code in wanted)
            reachable = {code for code in served if code is not None}
            source = served_by(self.source_language, known)
            if source is not None:
                reachable.add(source)  # for captions in the language that is spoken
        return tuple(sorted(reachable))

    async def close(self) -> None:
        """Ends connections, threads and processes."""
        for close in self.closers:
            try:
                async with asyncio.timeout(CLOSE_LIMIT_S):
                    await close()
            except TimeoutError:
                log.warning("engine does not close")
