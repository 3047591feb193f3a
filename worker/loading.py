"""Gets a room's engines: clients of the speech services, or the engines themselves where a URL is empty."""

from __future__ import annotations

import asyncio

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
from speech_service.client import RemoteCapacity, RemoteHearing, RemoteSynthesizer, RemoteTranslator
from worker.engines import Close, Engines

log = structlog.get_logger(__name__)

SERVICE_LIMIT_S = 3.0
"""How long a room waits for a service that is not there yet, before it goes on without knowing its languages."""


async def load_engines(settings: Settings) -> Engines:
    """Connects to the services, or loads the engines that are to run in this process.

    A service that is away is no error: it is looked for as long as the engines live.

    Raises:
        EngineError: an engine of this process cannot be loaded.
    """
    closers: list[Close] = []
    choice = await asyncio.to_thread(chosen, settings)
    try:
        stage, recognizer = await _hearing(settings, choice.capacity, closers)
        translator = await _translator(settings, recognizer, closers)
        synthesizer = await _synthesizer(settings, closers)
    except BaseException:
        for close in closers:
            await close()
        raise
    capacity = RemoteCapacity(settings.services, choice.capacity)
    capacity.start()
    return Engines(
        hear=stage,
        translator=translator,
        synthesizer=synthesizer,
        source_language=settings.rooms.source_language,
        profile=choice.profile,
        capacity=capacity.now,
        closers=[capacity.close, *closers],
    )


async def _hearing(
    settings: Settings, capacity: Capacity | None, closers: list[Close]
) -> tuple[HearingStage, Recognizer | None]:
    if settings.services.stt_url:
        remote = RemoteHearing(settings.services)
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


async def _translator(settings: Settings, recognizer: Recognizer | None, closers: list[Close]) -> Translator:
    if not settings.services.mt_url:
        engine = await load_translator(settings, recognizer)
        closers.append(engine.close)
        return engine
    remote = RemoteTranslator(settings.services)
    closers.append(remote.close)
    await _connected("translation", remote)
    return remote


async def _synthesizer(settings: Settings, closers: list[Close]) -> Synthesizer:
    if not settings.services.tts_url:
        engine = await load_synthesizer(settings)
        closers.append(engine.close)
        return engine
    remote = RemoteSynthesizer(settings.services)
    closers.append(remote.close)
    await _connected("speech", remote)
    return remote


async def _connected(name: str, remote: RemoteTranslator | RemoteSynthesizer) -> None:
    try:
        await remote.connect(SERVICE_LIMIT_S)
    except EngineError as error:
        log.warning("service is not there yet", service=name, reason=str(error))
