"""What a room interprets with: clients of the speech services, or the engines themselves where a URL is empty."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from config.settings import Settings
from pipeline.audio import AudioFrame
from pipeline.capacity import Capacity
from pipeline.channel import Channel
from pipeline.engines.choice import chosen
from pipeline.engines.limiting import limited
from pipeline.engines.protocols import EngineError, HearingOptions, Recognizer, Synthesizer, Translator
from pipeline.engines.registry import load_recognizer, load_synthesizer, load_translator
from pipeline.events import Heard
from pipeline.stages.hear import HearingStage, hear
from pipeline.text.languages import served_by
from protocol.abilities import Abilities
from speech_service.client import (
    Copies,
    RemoteCapacity,
    RemoteHearing,
    RemoteSpeakers,
    RemoteSynthesizer,
    RemoteTranslator,
    SpeechCopies,
    languages,
)
from worker.likeness.likenesses import LikenessEngine
from worker.listeners import AUTO

log = structlog.get_logger(__name__)

SERVICE_LIMIT_S = 3.0
"""How long a room waits for a service that is not there yet, before it goes on without knowing its languages."""

CLOSE_LIMIT_S = 5.0

Close = Callable[[], Awaitable[None]]


def not_measured() -> Capacity | None:
    """The capacity of a machine of which nothing is known."""
    return None


def not_known() -> tuple[str, ...]:
    """The languages of an engine of which nothing is known."""
    return ()


@dataclass(slots=True)
class RoomEngines:
    """The three engines of a room."""

    hear: HearingStage
    translator: Translator
    synthesizer: Synthesizer
    source_language: str = AUTO
    """What most people speak, or "auto"."""
    profile: str = ""
    capacity: Callable[[], Capacity | None] = not_measured
    """What the machine keeps up with, as far as it is known now."""
    recognised: Callable[[], tuple[str, ...]] = not_known
    """The languages that are recognised, as far as they are known now; empty: not known."""
    likeness: LikenessEngine | None = None
    """What finds voices that resemble a speaker's; None where nothing does."""
    likened: Callable[[], tuple[str, ...]] = not_known
    """The languages in which it finds them, as far as they are known now."""
    closers: Sequence[Close] = ()
    """Called once in `close`, in this order."""
    _known: tuple[object, tuple[str, ...]] | None = field(default=None, repr=False)
    _able: tuple[object, Abilities] | None = field(default=None, repr=False)

    def languages(self, wanted: Sequence[str] | None) -> tuple[str, ...]:
        """What listeners may ask for: all that can be translated into, or what of it is wanted; sorted.

        What the services can do is learnt from them, and may become more while they start.
        """
        key = (self.translator.info, None if wanted is None else tuple(wanted))
        if self._known is None or self._known[0] != key:
            self._known = (key, reachable(self.translator, self.source_language, wanted))
        return self._known[1]

    def abilities(self) -> Abilities:
        """What could be done here if nobody had limited it, as far as is known now."""
        recognised, likened = self.recognised(), self.likened()
        key = (recognised, self.translator.info, self.synthesizer.info, likened)
        if self._able is None or self._able[0] != key:
            read = reachable(self.translator, self.source_language, None)
            self._able = (key, abilities(recognised, read, self.synthesizer, likened))
        return self._able[1]

    async def close(self) -> None:
        """Ends connections, threads and processes."""
        for close in self.closers:
            try:
                async with asyncio.timeout(CLOSE_LIMIT_S):
                    await close()
            except TimeoutError:
                log.warning("engine does not close")


def reachable(translator: Translator, source_language: str, wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Languages that can be translated into, or what of them is wanted and what is spoken; sorted."""
    known = translator.info.languages
    found = {
        target for target in known if target == source_language or _is_translated_into(translator, target)
    }
    if wanted is not None:
        served = {served_by(code, found) for code in wanted}
        served.add(served_by(source_language, known))  # for captions in the language that is spoken
        found = {code for code in served if code is not None}
    return tuple(sorted(found))


def _is_translated_into(translator: Translator, target: str) -> bool:
    return any(source != target and translator.route(source, target) for source in translator.info.languages)


def abilities(
    recognised: tuple[str, ...],
    read: tuple[str, ...],
    synthesizer: Synthesizer | None,
    likened: tuple[str, ...] = (),
) -> Abilities:
    """What engines say of themselves; one that has said nothing yet leaves its part unknown."""
    heard = None
    if read and synthesizer is not None and synthesizer.info.languages:
        heard = tuple(code for code in read if synthesizer.voices(code))
    return Abilities(recognised or None, read or None, heard, likened=likened or None)


async def load_engines(settings: Settings) -> RoomEngines:
    """Connects to the services, or loads the engines that are to run in this process.

    A service that is away is no error: it is looked for as long as the engines live.

    Raises:
        EngineError: an engine of this process cannot be loaded.
    """
    closers: list[Close] = []
    choice = await asyncio.to_thread(chosen, settings)
    copies = SpeechCopies.of(settings.services)
    try:
        stage, recognizer = await _hearing(settings, choice.capacity, copies.hearing, closers)
        recognised = _recognised(settings, recognizer, copies.hearing, closers)
        translator = await _translator(settings, recognizer, copies.translation, closers)
        synthesizer = await _synthesizer(settings, copies.speech, closers)
        likeness, likened = await _likeness(settings, copies.speech, closers)
    except BaseException:
        for close in closers:
            await close()
        raise
    capacity = RemoteCapacity(settings.services, choice.capacity, copies)
    capacity.start()
    return RoomEngines(
        hear=stage,
        translator=translator,
        synthesizer=synthesizer,
        source_language=settings.rooms.source_language,
        profile=choice.profile,
        capacity=capacity.now,
        recognised=recognised,
        likeness=likeness,
        likened=likened,
        closers=[capacity.close, *closers],
    )


async def _hearing(
    settings: Settings, capacity: Capacity | None, copies: Copies, closers: list[Close]
) -> tuple[HearingStage, Recognizer | None]:
    if copies:
        remote = RemoteHearing(settings.services, copies)
        closers.append(remote.close)
        return remote, None
    from pipeline.engines.recognition.silero import (
        SileroModel,  # ONNX is for those alone who recognise in this process
    )

    recognizer = await load_recognizer(settings)
    closers.append(recognizer.close)
    model = await asyncio.to_thread(SileroModel.load)
    shared = limited(recognizer, capacity)

    async def inline(frames: Channel[AudioFrame], heard: Channel[Heard], options: HearingOptions) -> None:
        await hear(
            frames,
            heard,
            recognizer=shared,
            detector=model.detector(),
            options=options,
            settings=settings.recognition,
        )

    return inline, recognizer


def _recognised(
    settings: Settings, recognizer: Recognizer | None, copies: Copies, closers: list[Close]
) -> Callable[[], tuple[str, ...]]:
    if recognizer is not None:
        return lambda: recognizer.info.languages
    remote = languages.recognised(settings.services, copies)
    remote.start()
    closers.append(remote.close)
    return remote.now


async def _translator(
    settings: Settings, recognizer: Recognizer | None, copies: Copies, closers: list[Close]
) -> Translator:
    if not copies:
        engine = await load_translator(settings, recognizer)
        closers.append(engine.close)
        return engine
    remote = RemoteTranslator(settings.services, copies)
    closers.append(remote.close)
    await _connected("translation", remote)
    return remote


async def _synthesizer(settings: Settings, copies: Copies, closers: list[Close]) -> Synthesizer:
    if not copies:
        engine = await load_synthesizer(settings)
        closers.append(engine.close)
        return engine
    remote = RemoteSynthesizer(settings.services, copies)
    closers.append(remote.close)
    await _connected("speech", remote)
    return remote


async def _likeness(
    settings: Settings, copies: Copies, closers: list[Close]
) -> tuple[LikenessEngine | None, Callable[[], tuple[str, ...]]]:
    """Only a service has the time to search: it would hold up all that a room's own process does."""
    if not copies:
        return None, not_known
    remote, offer = RemoteSpeakers(settings.services, copies), languages.likened(settings.services, copies)
    await remote.__aenter__()
    offer.start()
    closers += [offer.close, remote.close]
    return remote, offer.now


async def _connected(name: str, remote: RemoteTranslator | RemoteSynthesizer) -> None:
    try:
        await remote.connect(SERVICE_LIMIT_S)
    except EngineError as error:
        log.warning("service is not there yet", part=name, reason=str(error))
