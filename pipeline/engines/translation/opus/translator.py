"""OPUS-MT models on CTranslate2: one small model a language pair, good quality on a plain CPU."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from pipeline.engines.microbatches import MicroBatcher
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    TranslationRequest,
    TranslationResult,
    UnknownLanguage,
)
from pipeline.engines.translation.opus import models as opus_models
from pipeline.engines.translation.opus.decoding import Decoded, LoadedModel, Sentence, wants_context
from pipeline.engines.translation.opus.models import ModelDirection, OpusModel
from pipeline.engines.translation.routes import Routes
from pipeline.text.languages import base
from pipeline.text.splitting import sentences

log = structlog.get_logger(__name__)

MAX_CHARACTERS = 20_000
_PIECE_CHARACTERS = 240
"""Sentences are translated one by one, as the models were trained; longer ones are cut."""
_CONTEXT_CHARACTERS = 300
_ASKED_AT_ONCE = 16


class OpusTranslator:
    """The models of a directory, loaded when they are first needed.

    Blocking work runs in own threads, one batch at a time by default: a batch uses all cores. A cancelled
    request leaves the queue; one that a thread has already is finished there and dropped.

    Args:
        models: see `opus_models.find`.
        device, compute_type, threads: see `LoadedModel`.
        beam: width of the search for final text; drafts are decoded greedily.
        max_waiting: how many sentences may wait for one model.
    """

    def __init__(
        self,
        models: Iterable[OpusModel],
        *,
        device: str = "cpu",
        compute_type: str = "default",
        threads: int = 0,
        beam: int = 2,
        batches_at_once: int = 1,
        max_waiting: int = 128,
    ) -> None:
        self._direct: dict[tuple[str, str], tuple[OpusModel, ModelDirection]] = {}
        for model in models:
            for pair in model.pairs:
                here, there = base(pair.source), base(pair.target)
                self._direct.setdefault((here, there), (model, pair))
        used = {model.name: model for model, _ in self._direct.values()}
        self._routes = Routes(self._direct, max_pivots=1)
        self._device, self._compute_type, self._threads_per_batch = device, compute_type, threads
        self._beam, self._max_waiting = beam, max_waiting
        self._threads = ThreadPoolExecutor(batches_at_once, thread_name_prefix="opus")
        self._batchers: dict[str, MicroBatcher[Sentence, Decoded]] = {}
        self._loading = asyncio.Lock()
        self.info = EngineInfo(
            name="opus",
            code_licence="MIT",
            weights_licence=" AND ".join(sorted({model.licence for model in used.values()})) or "per model",
            commercial_use=all(model.commercial_use for model in used.values()),
            downloads=True,
            languages=self._routes.languages,
            uses_context=True,
        )

    @classmethod
    async def load(
        cls,
        directory: Path,
        *,
        device: str = "cpu",
        compute_type: str = "default",
        threads: int = 0,
        beam: int = 2,
        allow_non_commercial: bool = False,
    ) -> OpusTranslator:
        """Finds the models of a directory; each is loaded when it is first asked.

        Models that may not be used commercially are left out unless that is allowed.
        Raises EngineMissing, ModelDescriptionError.
        """
        found = await asyncio.to_thread(opus_models.find, directory)
        usable = [model for model in found if model.commercial_use or allow_non_commercial]
        for model in found:
            if model not in usable:
                log.warning("model is for non-commercial use and is left out", model=model.name)
        return cls(usable, device=device, compute_type=compute_type, threads=threads, beam=beam)

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        return self._routes.find(source, target)

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        route = self.route(request.source, request.target)
        if route is None:
            raise UnknownLanguage(f"{request.source} to {request.target}", self.info.languages)
        if len(request.text) > MAX_CHARACTERS:
            raise EngineError(
                f"the text has {len(request.text)} characters, {self.info.name} takes {MAX_CHARACTERS} at once"
            )
        context = _context(request) if len(route) == 2 else None
        text, scores = request.text, list[float]()
        for here, there in itertools.pairwise(route):
            text, score = await self._step(text, here, there, request, context)
            scores += () if score is None else (score,)
        return TranslationResult(text, self.info.name, route, score=min(scores, default=None))

    async def close(self) -> None:
        for batcher in self._batchers.values():
            await batcher.close()
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    async def _step(
        self,
        text: str,
        source: str,
        target: str,
        request: TranslationRequest,
        context: tuple[str, str] | None,
    ) -> tuple[str, float | None]:
        """Translates between two languages that one model knows; all sentences of the text at once."""
        if not any(map(str.isalnum, text)):
            return text.strip(), None
        model, pair = self._direct[base(source), base(target)]
        beam = 1 if request.draft else self._beam
        pieces = filter(None, map(str.strip, sentences(_printable(text), _PIECE_CHARACTERS, source)))
        questions = [
            Sentence(piece, pair, beam, context if index == 0 else None) for index, piece in enumerate(pieces)
        ]
        urgent = not (request.draft or request.unhurried)
        translated = await _answers(await self._batcher(model), questions, urgent=urgent)
        return " ".join(decoded.text for decoded in translated), _score(translated)

    async def _batcher(self, model: OpusModel) -> MicroBatcher[Sentence, Decoded]:
        async with self._loading:
            if model.name not in self._batchers:
                loaded = await asyncio.get_running_loop().run_in_executor(self._threads, self._load, model)
                self._batchers[model.name] = MicroBatcher(
                    f"translation model {model.name}",
                    loaded.translate,
                    self._threads,
                    capacity=self._max_waiting,
                )
            return self._batchers[model.name]

    def _load(self, model: OpusModel) -> LoadedModel:
        log.info("loading translation model", model=model.name, licence=model.licence)
        try:
            return LoadedModel(
                model,
                device=self._device,
                compute_type=self._compute_type,
                threads=self._threads_per_batch,
            )
        except (RuntimeError, ValueError, OSError) as error:  # all that the two libraries raise
            raise EngineError(f"cannot load the translation model {model.name}: {error}") from error


async def _answers(
    batcher: MicroBatcher[Sentence, Decoded], questions: Sequence[Sentence], *, urgent: bool
) -> list[Decoded]:
    """Asks a few at a time, so that a long text leaves room for others. Raises EngineError, of the first that fails."""
    answers: list[Decoded] = []
    for start in range(0, len(questions), _ASKED_AT_ONCE):
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(_outcome(batcher, question, urgent))
                for question in questions[start : start + _ASKED_AT_ONCE]
            ]
        for task in tasks:
            result = task.result()
            if isinstance(result, EngineError):
                raise result
            answers.append(result)
    return answers


def _score(translated: Sequence[Decoded]) -> float | None:
    """Mean log probability over the tokens of all; None without any."""
    tokens = sum(decoded.tokens for decoded in translated)
    return sum(decoded.score * decoded.tokens for decoded in translated) / tokens if tokens else None


async def _outcome(
    batcher: MicroBatcher[Sentence, Decoded], question: Sentence, urgent: bool
) -> Decoded | EngineError:
    """A failure as a value: inside a task group it would come out wrapped."""
    try:
        return await batcher.ask(question, urgent=urgent)
    except EngineError as error:
        return error


def _context(request: TranslationRequest) -> tuple[str, str] | None:
    """The sentence before, where it is likely to help and does not cost too much."""
    if request.draft or not request.context or not wants_context(request.text):
        return None
    before, translated = request.context[-1]
    if not before or not translated or len(before) > _CONTEXT_CHARACTERS:
        return None
    return before, translated


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
