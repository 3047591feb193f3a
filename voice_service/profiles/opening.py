"""The room of profiles, put together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from config.voice import VoiceSettings
from voice_service.accounts.callers import Callers
from voice_service.engines import Engines
from voice_service.jobs.queue import JobQueue
from voice_service.messages.objects import ObjectError
from voice_service.messages.opening import MessageRoom
from voice_service.profiles.consenting import Consents
from voice_service.profiles.profiles import Profiles
from voice_service.profiles.remeasuring import Remeasuring
from voice_service.profiles.searching import VoiceSearch
from voice_service.profiles.storing import ProfileStore

log = structlog.get_logger(__name__)

_SWEEP_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRoom:
    """Everything about voices of one's own."""

    profiles: Profiles
    watchers: Mapping[str, Callable[[], Awaitable[None]]]
    """Background work by name."""


def opened_profiles(
    voice: VoiceSettings,
    engine: AsyncEngine,
    engines: Engines,
    messages: MessageRoom,
    callers: Callers,
    *,
    clock: Callable[[], float],
) -> ProfileRoom:
    """Opens nothing yet.

    Args:
        clock: Unix time, s.
    """
    store = ProfileStore(engine, clock=clock, most=voice.profiles_per_person)
    objects = messages.messages.objects
    remeasuring = Remeasuring(store, objects, messages.measuring)
    search = VoiceSearch(
        store, remeasuring, engines.speakers, JobQueue(engine, clock=clock), callers, clock=clock
    )
    profiles = Profiles(
        store,
        Consents(engine, clock=clock),
        messages.measuring,
        remeasuring,
        search,
        messages.cloning,
        ears=messages.hearing,
        objects=objects,
        remembered=messages.remembered,
        clock=clock,
    )
    return ProfileRoom(
        profiles=profiles,
        watchers={
            "voices that resemble": search.runner.run,
            "old profiles": lambda: _keep_sweeping(profiles),
        },
    )


async def _keep_sweeping(profiles: Profiles) -> None:
    while True:
        try:
            await profiles.sweep()
        except ObjectError as error:  # the rows are gone; the sweep of objects tries again
            log.warning("sound of old profiles is not deleted yet", error=str(error))
        await asyncio.sleep(_SWEEP_S)
