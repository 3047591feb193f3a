"""The room of messages, put together from the settings."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import Settings
from config.voice import VoiceSettings
from speech_service.client import TranscriptionClient
from voice_service.engines import Engines
from voice_service.messages.heard_languages import HeardLanguages
from voice_service.messages.hearing import MessageHearing
from voice_service.messages.history import DAY_S, History
from voice_service.messages.interpreting import MessageInterpreter
from voice_service.messages.links import Links
from voice_service.messages.memory_levels import Level, MemoryLevel, RedisLevel
from voice_service.messages.messages import Messages
from voice_service.messages.objects import Objects, open_store
from voice_service.messages.places import MessagePlaces
from voice_service.messages.recognising import FileRecogniser
from voice_service.messages.remembering import Remembered
from voice_service.messages.translating import MessageTranslator
from voice_service.messages.tuning import Tuner, Untuned
from voice_service.outside.asking import new_session
from voice_service.outside.deepl import DeepL
from voice_service.outside.google import Google
from voice_service.outside.offered import Offered
from voice_service.outside.services import OutsideTranslator
from voice_service.profiles.cloning import VoiceCloning
from voice_service.profiles.measuring import VoiceMeasuring
from voice_service.profiles.storing import ProfileStore

_MEMORY_ENTRIES: Final = 1000
_MEMORY_BYTES: Final = 64_000_000
_RETRY_AFTER_S: Final = 5.0
_SWEEP_S: Final = 600.0
READING_FACTOR: Final = 2
"""So many more may be sent at once than are worked on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRoom:
    """Everything about messages."""

    messages: Messages
    offered: Offered
    heard: HeardLanguages
    recogniser: FileRecogniser
    hearing: MessageHearing
    measuring: VoiceMeasuring
    cloning: VoiceCloning
    remembered: Remembered
    bodies: MessagePlaces
    """Bodies that are being read."""
    watchers: Mapping[str, Callable[[], Awaitable[None]]]
    """Background work by name."""


@contextlib.asynccontextmanager
async def opened_messages(
    settings: Settings,
    engine: AsyncEngine,
    engines: Engines,
    redis: Redis | None,
    *,
    clock: Callable[[], float],
    found: Callable[[str], None] = lambda where: None,
    tuner: Tuner | None = None,
) -> AsyncIterator[MessageRoom]:
    """Opens the store and the way to services outside the house. Raises SettingsError.

    Args:
        clock: Unix time, s.
        found: told where what is remembered was found, see `Remembered`.
        tuner: chooses what nobody asks for; None: as it was built.
    """
    voice = settings.voice
    secret = voice.secret.get_secret_value()
    objects = Objects(open_store(voice.directory, voice.objects_url.get_secret_value()), engine, clock=clock)
    levels: list[Level] = [MemoryLevel(_MEMORY_ENTRIES, _MEMORY_BYTES)]
    if redis is not None:
        levels.append(RedisLevel(redis))
    remembered = Remembered(secret, engine, objects, levels, clock=clock, found=found)
    history = History(engine, objects, remembered, clock=clock, keep_s=voice.keep_days * DAY_S)
    most = voice.messages_at_once
    async with contextlib.AsyncExitStack() as stack:
        offered = Offered(await _outside(voice, stack))
        copies = engines.copies.hearing
        client = TranscriptionClient(settings.services, copies) if copies else None
        if client is not None:
            await stack.enter_async_context(client)
        recogniser = FileRecogniser(client)
        hearing = MessageHearing(recogniser, max_s=voice.max_audio_s, max_bytes=voice.max_audio_bytes)
        measuring = VoiceMeasuring(engines.speakers)
        profiles = ProfileStore(engine, clock=clock, most=voice.profiles_per_person)
        cloning = VoiceCloning(engines.speakers, objects, profiles.sample_objects)
        yield MessageRoom(
            messages=Messages(
                engine,
                interpreter=MessageInterpreter(
                    hearing, engines.synthesizer, measuring, cloning, engines.mark
                ),
                translator=MessageTranslator(engines.translator, offered),
                history=history,
                objects=objects,
                links=Links(secret, voice.public_url or f"http://{voice.host}:{voice.port}"),
                remembered=remembered,
                places=MessagePlaces(most, max(1, most // 2), retry_after_s=_RETRY_AFTER_S),
                clock=clock,
                link_s=voice.link_s,
                tuner=tuner or Untuned(),
            ),
            offered=offered,
            recogniser=recogniser,
            hearing=hearing,
            measuring=measuring,
            cloning=cloning,
            remembered=remembered,
            heard=HeardLanguages(copies),
            bodies=MessagePlaces(READING_FACTOR * most, most, retry_after_s=_RETRY_AFTER_S),
            watchers={
                "old objects": objects.keep_sweeping,
                "old messages": lambda: _keep_sweeping(history, remembered),
            },
        )


async def _outside(voice: VoiceSettings, stack: contextlib.AsyncExitStack) -> list[OutsideTranslator]:
    """In the order in which they are asked."""
    deepl, google = voice.deepl_key.get_secret_value(), voice.google_key.get_secret_value()
    if not deepl and not google:
        return []
    session = await stack.enter_async_context(new_session())
    services: list[OutsideTranslator] = []
    if deepl:
        services.append(DeepL(session, deepl, voice.deepl_url))
    if google:
        services.append(Google(session, google, voice.google_url))
    return services


async def _keep_sweeping(history: History, remembered: Remembered) -> None:
    while True:
        await history.sweep()
        await remembered.sweep()
        await asyncio.sleep(_SWEEP_S)
