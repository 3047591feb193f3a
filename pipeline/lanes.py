"""The translation lanes of one speaker: begun when a language is wished, ended when it no longer is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pipeline.events import Segment
from pipeline.stages.translate import TranslationLane
from pipeline.text.languages import same_language

LANE_END_S = 10.0
"""How long a lane may take to finish what waits when its language is no longer wished, or the speaker leaves."""


class Lanes:
    """All lanes of one speaker.

    Args:
        group: owns the lanes' tasks.
        new: from a language to its lane.
    """

    def __init__(self, group: asyncio.TaskGroup, new: Callable[[str], TranslationLane]) -> None:
        self._group, self._new = group, new
        self._running: dict[str, tuple[TranslationLane, asyncio.Task[None]]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def offer(self, part: Segment, languages: frozenset[str]) -> None:
        """Hands a clause or draft to every wished language but the spoken one."""
        wanted = {language for language in languages if not same_language(language, part.language)}
        for language in self._running.keys() - languages:
            self._end(language)
        for language in wanted:
            if language not in self._running:
                lane = self._new(language)
                task = self._group.create_task(lane.run(), name=f"translate into {language}")
                self._running[language] = (lane, task)
            self._running[language][0].offer(part)

    async def finish(self) -> None:
        """Ends all lanes once they have done what waits, after a bounded wait."""
        for language in list(self._running):
            self._end(language)
        if self._ending:
            _, late = await asyncio.wait(self._ending, timeout=LANE_END_S)
            for task in late:
                task.cancel()

    def _end(self, language: str) -> None:
        lane, task = self._running.pop(language)
        lane.close()
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
