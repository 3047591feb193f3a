"""Several services of one kind as one: the next is asked where one is away, overloaded or fails."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Final, Generic, Protocol, TypeVar

import structlog

from foundation.tasks import Tasks
from pipeline.audio import Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineInfo,
    EngineOverloaded,
    SynthesisRequest,
    Synthesizer,
    TranslationRequest,
    TranslationResult,
    Translator,
    UnknownLanguage,
    UnknownVoice,
    Voice,
)
from pipeline.engines.synthesis.blends import check_voice
from pipeline.engines.synthesis.chain import begun_within
from speech_service.client import ServiceAway

log = structlog.get_logger(__name__)

REST_S: Final = 5.0
"""A service that failed is asked last for so long."""
FIRST_SOUND_S: Final = 15.0
"""The next service is asked where one has made no sound by then."""
UNHURRIED_S: Final = 65.0
"""The same where nobody listens live."""


BACK_S: Final = 0.5
"""Where none is there, one that is just coming back is waited for so long."""


class EnginesAway(EngineError):
    """No service of this kind can be reached at the moment."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"{kind} cannot be reached at the moment")


NOT_CONFIGURED: Final = "not configured"


def state_of(there: int, known: int) -> str:
    """How services do of which so many are there, in the words of /health."""
    if not known:
        return NOT_CONFIGURED
    return "ok" if there == known else "some unreachable" if there else "unreachable"


class RemoteEngine(Protocol):
    """What clients of speech services have in common."""

    @property
    def info(self) -> EngineInfo:
        """Of its engine, as it said last; without languages before that."""
        ...

    @property
    def connected(self) -> bool:
        """Whether the service is there now."""
        ...

    async def connect(self, within_s: float = ...) -> None:
        """Waits for the service. Raises ServiceAway."""
        ...

    async def close(self) -> None:
        """Ends the connection."""
        ...


class RemoteVoices(RemoteEngine, Synthesizer, Protocol):
    """A synthesiser that may be away."""


class RemoteWords(RemoteEngine, Translator, Protocol):
    """A translator that may be away."""


S = TypeVar("S", bound=RemoteEngine)


class Replica(Generic[S]):
    """One of the services, and what is remembered of it."""

    def __init__(self, service: S) -> None:
        self.service = service
        self.asked = 0
        """Requests under way."""
        self.rests_until_s = 0.0


class Replicas(Generic[S]):
    """Services that do the same, in the order in which they are best asked.

    Args:
        kind: how messages call them, e.g. "speech".
        services: as configured; may be empty. Closed with this.
    """

    def __init__(
        self, kind: str, services: Sequence[S], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.kind = kind
        self._replicas = [Replica(service) for service in services]
        self._now = now

    @property
    def services(self) -> list[S]:
        """Those that are there now first, as configured otherwise."""
        return sorted((replica.service for replica in self._replicas), key=lambda one: not one.connected)

    @property
    def state(self) -> str:
        """ "ok", "unreachable", or "not configured"; "some unreachable" where others stand in."""
        there = [replica.service.connected for replica in self._replicas]
        return state_of(sum(there), len(there))

    async def ready(self, within_s: float) -> None:
        """Waits until one of them is there. Raises EnginesAway."""
        tasks = Tasks()
        waiting = {
            tasks.start(_wait_for(replica.service, within_s), name=f"waits for {self.kind}")
            for replica in self._replicas
            if not self._is_there()
        }
        try:
            while waiting and not self._is_there():
                _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await tasks.close()
        if not self._is_there():
            raise EnginesAway(self.kind)

    def _is_there(self) -> bool:
        return any(replica.service.connected for replica in self._replicas)

    async def known(self) -> None:
        """Returns where one of them has said what it can do, now or before. Raises EnginesAway."""
        if not any(replica.service.info.languages for replica in self._replicas):
            await self.ready(BACK_S)

    async def in_order(self) -> list[Replica[S]]:
        """All that are there: rested before those that failed a moment ago, then the least busy.

        Raises EnginesAway where none comes back at once.
        """
        await self.ready(BACK_S)
        now_s = self._now()
        there = [replica for replica in self._replicas if replica.service.connected]
        return sorted(there, key=lambda one: (one.rests_until_s > now_s, one.asked))

    @contextlib.contextmanager
    def asking(self, replica: Replica[S]) -> Iterator[None]:
        """Counts a request, and remembers its failure."""
        replica.asked += 1
        try:
            yield
        except UnknownLanguage:
            raise
        except EngineOverloaded as error:
            replica.rests_until_s = self._now() + min(error.retry_after_s, REST_S)
            raise
        except EngineError:
            replica.rests_until_s = self._now() + REST_S
            raise
        finally:
            replica.asked -= 1

    def told(self, failures: Sequence[EngineError]) -> EngineError:
        """What the failures of all that were asked come to."""
        present = [failure for failure in failures if not isinstance(failure, ServiceAway)]
        if not present:
            return EnginesAway(self.kind)
        overloaded = [failure for failure in present if isinstance(failure, EngineOverloaded)]
        return overloaded[0] if len(overloaded) == len(present) else _first_fault(present)

    async def close(self) -> None:
        """Ends all connections."""
        await asyncio.gather(*(replica.service.close() for replica in self._replicas))


async def _wait_for(service: RemoteEngine, within_s: float) -> None:
    with contextlib.suppress(ServiceAway):
        await service.connect(within_s)


def _first_fault(failures: Sequence[EngineError]) -> EngineError:
    return next(failure for failure in failures if not isinstance(failure, EngineOverloaded))


class FailoverSynthesizer:
    """A synthesiser that speaks wherever one of the services is there; its voices are those of all that are."""

    def __init__(self, replicas: Replicas[RemoteVoices]) -> None:
        self._replicas = replicas

    @property
    def info(self) -> EngineInfo:
        """Of the first service that is there."""
        services = self._replicas.services
        if not services:
            return EngineInfo("none", "none", "none", True, False, ())
        languages = {language for one in services for language in one.info.languages}
        first = services[0].info
        return EngineInfo(
            first.name,
            first.code_licence,
            first.weights_licence,
            first.commercial_use,
            first.downloads,
            tuple(sorted(languages)),
        )

    def voices(self, language: str) -> tuple[Voice, ...]:
        """Of all services that were ever there, those that are there now first."""
        found: dict[str, Voice] = {}
        for service in self._replicas.services:
            for voice in service.voices(language):
                found.setdefault(voice.name, voice)
        return tuple(found.values())

    async def synthesize(self, request: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        """The next service begins anew where one fails before its first sound.

        Raises UnknownLanguage, EngineOverloaded, EnginesAway, EngineError.
        """
        replicas = await self._replicas.in_order()
        speaking = [replica for replica in replicas if _speaks(replica.service, request)]
        if not speaking:
            raise self._unspeakable(request)
        patience_s = UNHURRIED_S if request.unhurried else FIRST_SOUND_S
        failures: list[EngineError] = []
        for replica in speaking:
            sounded = False
            try:
                with self._replicas.asking(replica):
                    speech = replica.service.synthesize(request)
                    async with aclosing(begun_within(patience_s, speech)) as pieces:
                        async for piece in pieces:
                            sounded = True
                            yield piece
            except EngineError as error:
                if sounded:
                    raise
                failures.append(error)
                log.info("speech goes to the next service", reason=type(error).__name__)
            else:
                return
        raise self._replicas.told(failures)

    def _unspeakable(self, request: SynthesisRequest) -> EngineError:
        """Why no service speaks it: none has the language, or that voice."""
        if self.voices(request.language):
            try:
                check_voice(self, request.voice, request.language)
            except UnknownVoice as error:
                return error
        return UnknownLanguage(request.language, self.info.languages)

    async def close(self) -> None:
        """Ends all connections."""
        await self._replicas.close()


def _speaks(service: RemoteVoices, request: SynthesisRequest) -> bool:
    if not request.voice:
        return bool(service.voices(request.language))
    try:
        check_voice(service, request.voice, request.language)
    except UnknownVoice:
        return False
    return True


class FailoverTranslator:
    """A translator that answers wherever one of the services is there."""

    def __init__(self, replicas: Replicas[RemoteWords]) -> None:
        self._replicas = replicas

    @property
    def info(self) -> EngineInfo:
        """Of the first service that is there."""
        services = self._replicas.services
        return services[0].info if services else EngineInfo("none", "none", "none", True, False, ())

    def route(self, source: str, target: str) -> tuple[str, ...] | None:
        """That of the first service that knows one."""
        ways = (service.route(source, target) for service in self._replicas.services)
        return next((way for way in ways if way is not None), None)

    async def translate(self, request: TranslationRequest) -> TranslationResult:
        """Raises UnknownLanguage, EngineOverloaded, EnginesAway, EngineError."""
        replicas = await self._replicas.in_order()
        failures: list[EngineError] = []
        for replica in replicas:
            try:
                with self._replicas.asking(replica):
                    return await replica.service.translate(request)
            except EngineError as error:
                failures.append(error)
                log.info("translation goes to the next service", reason=type(error).__name__)
        raise self._replicas.told(failures)

    async def close(self) -> None:
        """Ends all connections."""
        await self._replicas.close()
