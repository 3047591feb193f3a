"""The speech services that this one asks: several of each kind, behind the pipeline's own protocols."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace

from config.settings import Settings
from foundation.http.problems import Problem
from pipeline.audio import AudioError
from pipeline.engines.protocols import EngineError, Synthesizer, Translator
from speech_service.client import RemoteSpeakers, RemoteSynthesizer, RemoteTranslator
from speech_service.problems import problem_of
from voice_service.failover import (
    EnginesAway,
    FailoverSynthesizer,
    FailoverTranslator,
    RemoteVoices,
    RemoteWords,
    Replicas,
)
from voice_service.speech.marking import SoundMark
from voice_service.watching.nodes import HEARING, SPEECH, TRANSLATION

RETRY_AFTER_S = 5.0
ALONE_S = 3.0
"""How long a request waits for the only service to come back."""
OF_SEVERAL_S = 0.5
"""How long it waits where another can be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Everything that recognises, translates and speaks."""

    synthesizer: Synthesizer
    translator: Translator
    speech: Replicas[RemoteVoices]
    translation: Replicas[RemoteWords]
    speakers: RemoteSpeakers
    """The speech services again, for what voices are like: its client asks one after the other."""
    mark: SoundMark
    """What marks whole sounds."""

    def parts(self) -> Mapping[str, str]:
        """By name: "ok", or what is wrong in a word or two, for /health."""
        return {"speech": self.speech.state, "translation": self.translation.state}

    async def ready(self, within_s: float) -> None:
        """Waits until there is one service of each kind. Raises EnginesAway."""
        await self.speech.ready(within_s)
        await self.translation.ready(within_s)


@contextlib.asynccontextmanager
async def opened_engines(settings: Settings) -> AsyncIterator[Engines]:
    """Begins to connect to all services, and waits for none."""
    services, known = settings.services, service_urls(settings)
    async with contextlib.AsyncExitStack() as stack:
        speech: list[RemoteVoices] = []
        urls = known[SPEECH]
        for url in urls:
            client = RemoteSynthesizer(replace(services, tts_url=url), reconnect_s=_patience_s(urls))
            speech.append(await stack.enter_async_context(client))
        speakers = await stack.enter_async_context(RemoteSpeakers(services, urls))
        translation: list[RemoteWords] = []
        urls = known[TRANSLATION]
        for url in urls:
            words = RemoteTranslator(replace(services, mt_url=url), reconnect_s=_patience_s(urls))
            translation.append(await stack.enter_async_context(words))
        speaking = Replicas("speech", speech)
        translating = Replicas("translation", translation)
        yield Engines(
            synthesizer=FailoverSynthesizer(speaking, settings.speech.voices),
            translator=FailoverTranslator(translating),
            speech=speaking,
            translation=translating,
            speakers=speakers,
            mark=await SoundMark.load(settings.models),
        )


def service_urls(settings: Settings) -> dict[str, list[str]]:
    """By what they do the URLs of all speech services, in the order in which they are asked."""
    services, voice = settings.services, settings.voice
    return {
        HEARING: _urls(voice.stt_urls, services.stt_url),
        TRANSLATION: _urls(voice.mt_urls, services.mt_url),
        SPEECH: _urls(voice.tts_urls, services.tts_url),
    }


def engine_problem(error: EngineError | AudioError | TimeoutError) -> Problem:
    """The problem that a failure of the engines is reported as; 503 `engines_away` where nobody can be asked."""
    if isinstance(error, EnginesAway):
        return Problem(503, "engines_away", str(error).capitalize() + ".", {"retry_after_s": RETRY_AFTER_S})
    return problem_of(error)


def _urls(several: Sequence[str], single: str) -> list[str]:
    """Each once, in order; the single one where there are not several."""
    return list(dict.fromkeys(url.rstrip("/") for url in (several or (single,)) if url))


def _patience_s(urls: Sequence[str]) -> float:
    return ALONE_S if len(urls) == 1 else OF_SEVERAL_S
