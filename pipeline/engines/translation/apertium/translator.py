"""Apertium: rule-based translation between many close languages, with no model to fetch.

Its programs are GPL and run as processes of their own. Languages without a direct pair are reached through
others, e.g. en → es → fr.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from pathlib import Path

import structlog

from foundation.supervision import keep_running
from foundation.tasks import Tasks
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
)
from pipeline.engines.translation.apertium.casing import (
    Dictionary,
    begin_like,
    with_capitals,
    without_stray_capitals,
)
from pipeline.engines.translation.apertium.modes import MODES_DIRECTORIES, Mode, installed
from pipeline.engines.translation.apertium.pipeline import Pipeline, escape, unescape
from pipeline.engines.translation.apertium.pool import PipelinePool
from pipeline.engines.translation.apertium.wording import prepared, tidy, with_stops_apart
from pipeline.engines.translation.routes import Routes
from pipeline.text.languages import base
from pipeline.text.splitting import split
from protocol.plain_text import says_anything

log = structlog.get_logger(__name__)

MAX_CHARACTERS = 120_000
_PIECE_CHARACTERS = 800
"""Longer text is sent in several requests, so that others get their turn in between."""


class ApertiumTranslator:
    """The installed language pairs as persistent pipelines, started when they are first needed.

    Args:
        modes: what is installed.
        pipelines_per_mode: how many requests of one pair may run at once.
        patience_s: how long a pipeline may take for a piece of text before it is replaced.
        max_waiting: how many requests of one pair may wait.
        idle_s: after this long without a request a pipeline is ended; each takes some 60 MB.
    """

    def __init__(
        self,
        modes: Iterable[Mode],
        *,
        pipelines_per_mode: int = 2,
        patience_s: float = 1.5,
        max_waiting: int = 64,
        idle_s: float = 300.0,
    ) -> None:
        self._modes: dict[tuple[str, str, str], Mode] = {}
        for mode in modes:
            self._modes.setdefault((mode.source, mode.target, ""), mode)
            self._modes.setdefault((mode.source, mode.target, mode.variant.upper()), mode)
        self._routes = Routes((source, target) for source, target, _ in self._modes)
        self._size, self._patience_s = pipelines_per_mode, patience_s
        self._max_waiting, self._idle_s = max_waiting, idle_s
        self._pools: dict[str, PipelinePool] = {}
        self._dictionaries: dict[str, Dictionary] = {}
        self._tasks = Tasks()
        self.info = EngineInfo(
            name="apertium",
            code_licence="GPL-2.0-or-later",
            weights_licence="GPL-2.0-or-later",
            commercial_use=True,
            downloads=False,
            languages=self._routes.languages,
        )

    @classmethod
    async def load(
        cls,
        directories: tuple[Path, ...] = MODES_DIRECTORIES,
        *,
        pipelines_per_mode: int = 2,
        patience_s: float = 1.5,
        max_waiting: int = 64,
        idle_s: float = 300.0,
    ) -> ApertiumTranslator:
        """Finds what is installed. Raises EngineMissing."""
        translator = cls(
            await asyncio.to_thread(installed, directories),
            pipelines_per_mode=pipelines_per_mode,
            patience_s=patience_s,
            max_waiting=max_waiting,
            idle_s=idle_s,
        )
        housekeeping = keep_running(translator._end_idle, name="apertium housekeeping")
        translator._tasks.start(housekeeping, name="apertium housekeeping")
        return translator

    @property
    def pids(self) -> dict[str, tuple[tuple[int, ...], ...]]:
        """Process ids of each running pipeline, by mode."""
        return {name: pool.pids for name, pool in self._pools.items() if pool.pids}

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        return self._routes.find(source, target)

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        route = self.route(request.source, request.target)
        if route is None:
            raise UnknownLanguage(f"{request.source} to {request.target}", self.info.languages)
        if len(request.text) > MAX_CHARACTERS:
            raise EngineError(
                f"the text has {len(request.text)} characters, Apertium takes {MAX_CHARACTERS} at once"
            )
        pieces = [
            piece
            for line in request.text.split("\n")
            for piece in (*split(line, _PIECE_CHARACTERS, request.source), "\n")
        ]
        last = request.draft or request.unhurried
        text = "".join([await self._piece(piece, route, last) for piece in pieces])
        return TranslationResult(text.strip(), self.info.name, route)

    async def close(self) -> None:
        await self._tasks.close()
        for dictionary in self._dictionaries.values():
            await dictionary.close()
        for pool in self._pools.values():
            await pool.close()

    async def _piece(self, piece: str, route: tuple[str, ...], draft: bool) -> str:
        """Translates text that is short enough; white space at its ends stays."""
        text = piece.strip()
        if not says_anything(text):
            return piece
        before, _, after = piece.partition(text)
        unfinished = text[-1].isalnum()
        source = prepared(text, base(route[0]), base(route[1]))
        if (dictionary := self._dictionary(self._mode(route[0], route[1]))) is not None:
            source = await with_capitals(source, dictionary)
        result = source + "." if unfinished else source  # the tagger works better on whole sentences
        for hop, (here, there) in enumerate(itertools.pairwise(route)):
            asked = prepared(result, base(here), base(there)) if hop else result
            answer = await self._asked(asked, self._mode(here, there), draft=draft)
            result = tidy(answer, result, base(here), base(there))
        if unfinished:
            result = result.removesuffix(".")
        reader = self._reader(base(route[-1]), base(route[-2]))
        words = None if reader is None else self._dictionary(reader)
        result = await without_stray_capitals(result, source, words)
        return before + begin_like(result, text if source.startswith("I") else source) + after

    async def _asked(self, text: str, mode: Mode, *, draft: bool) -> str:
        """What one pair makes of a text."""
        if (dictionary := self._dictionary(mode)) is not None:
            text = await with_stops_apart(text, dictionary)
        return unescape(await self._pool(mode).ask(escape(text), draft=draft))

    def _mode(self, source: str, target: str) -> Mode:
        here, there = base(source), base(target)
        region = target.replace("_", "-").partition("-")[2].upper()
        return self._modes.get((here, there, region)) or self._modes[here, there, ""]

    def _reader(self, language: str, best_into: str) -> Mode | None:
        """A mode that reads the language and so has its words, preferably the way back."""
        if (back := self._modes.get((language, best_into, ""))) is not None:
            return back
        return next((mode for mode in self._modes.values() if mode.source == language), None)

    def _pool(self, mode: Mode) -> PipelinePool:
        if mode.name not in self._pools:
            self._pools[mode.name] = self._new_pool(mode.name, mode.programs, self._size)
        return self._pools[mode.name]

    def _dictionary(self, mode: Mode) -> Dictionary | None:
        """The words that a mode reads."""
        if mode.analyser is None:
            return None
        if mode.name not in self._dictionaries:
            pool = self._new_pool(f"{mode.name} dictionary", (mode.analyser,), 1)
            self._dictionaries[mode.name] = Dictionary(pool)
        return self._dictionaries[mode.name]

    def _new_pool(self, name: str, programs: tuple[tuple[str, ...], ...], size: int) -> PipelinePool:
        return PipelinePool(
            name,
            lambda: Pipeline(programs, patience_s=self._patience_s),
            size=size,
            max_waiting=self._max_waiting,
        )

    async def _end_idle(self) -> None:
        while True:
            await asyncio.sleep(self._idle_s / 4)
            for pool in list(self._pools.values()):  # one more may begin meanwhile
                await pool.end_idle(self._idle_s)
