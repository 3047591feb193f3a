"""The speech services that this one asks: several of each kind, behind the pipeline's own protocols."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from config.settings import Settings
from foundation.http.problems import Problem
from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, Voice
from pipeline.engines.synthesis.unhurried import best_engines_first
from speech_service.client import (
    RemoteSpeakers,
    RemoteSynthesizer,
    RemoteTranslator,
    ServiceAway,
    SpeechCopies,
)
from speech_service.problems import problem_of
from voice_service.speech.marking import SoundMark

RETRY_AFTER_S = 5.0
FIRST_SOUND_S = 15.0
"""The next copy of a service is asked where one has made no sound by then."""
BACK_S = 0.5
"""A service that is just coming back is waited for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Everything that recognises, translates and speaks."""

    synthesizer: RemoteSynthesizer
    translator: RemoteTranslator
    speakers: RemoteSpeakers
    """The synthesis service again, for what voices are like."""
    copies: SpeechCopies
    """Which all of them share."""
    mark: SoundMark
    """What marks whole sounds."""

    def parts(self) -> Mapping[str, str]:
        """By name: "ok", or what is wrong in a word or two, for /health."""
        return {"speech": self.synthesizer.state, "translation": self.translator.state}

    async def ready(self, within_s: float) -> None:
        """Waits until there is one service of each kind. Raises ServiceAway."""
        await self.synthesizer.connect(within_s)
        await self.translator.connect(within_s)


@contextlib.asynccontextmanager
async def opened_engines(settings: Settings) -> AsyncIterator[Engines]:
    """Begins to connect to all services, and waits for none."""
    services, copies = settings.services, SpeechCopies.of(settings.services)
    order = partial(_in_order, settings.speech.voices)
    async with (
        RemoteSynthesizer(
            services, copies.speech, piece_s=FIRST_SOUND_S, reconnect_s=BACK_S, order=order
        ) as synthesizer,
        RemoteTranslator(services, copies.translation, reconnect_s=BACK_S) as translator,
        RemoteSpeakers(services, copies.speech) as speakers,
    ):
        yield Engines(
            synthesizer=synthesizer,
            translator=translator,
            speakers=speakers,
            copies=copies,
            mark=await SoundMark.load(settings.models),
        )


def _in_order(wishes: Mapping[str, str], voices: Iterable[Voice], language: str) -> tuple[Voice, ...]:
    return best_engines_first(voices, language, wishes)


def engine_problem(error: EngineError | AudioError | TimeoutError) -> Problem:
    """The problem that a failure of the engines is reported as; 503 `engines_away` where nobody can be asked."""
    if isinstance(error, ServiceAway):
        detail = "The speech services cannot be reached at the moment."
        return Problem(503, "engines_away", detail, {"retry_after_s": RETRY_AFTER_S})
    return problem_of(error)
