"""Runs the service: HTTP, and what goes on beside it."""

from __future__ import annotations

from collections.abc import Callable

from config.settings import Settings
from foundation.http import service
from foundation.http.protocols import Deadlines
from foundation.http.server import ServerLimits
from foundation.http.service import Service
from foundation.tracing.running import tracing
from voice_service.accounts.first import first_key, shown_once
from voice_service.http.app import ALWAYS_ANSWERED, create_app
from voice_service.wiring import VoiceServices, opened


async def serve(
    settings: Settings,
    *,
    started: Callable[[int], None] = lambda port: None,
    show: Callable[[str], None] | None = None,
) -> None:
    """Serves until it is cancelled; requests under way then get a few seconds.

    Args:
        started: called with the port once requests are answered; `voice.port` may be 0.
        show: told the first key, where there is no account yet and nobody but this machine can ask; None
            makes none.

    Raises:
        SettingsError: keys that may not be used, a database that is not supported.
        StorageError: the database cannot be reached.
        OSError: the port is taken.
    """
    async with tracing(settings.tracing, "hive-voice"), opened(settings) as services:
        if show is not None and (key := await first_key(services.engine, settings, clock=services.clock)):
            show(shown_once(key))
        await serve_services(services, started)


async def serve_services(services: VoiceServices, started: Callable[[int], None]) -> None:
    """Answers requests with what `opened` made."""
    voice = services.settings.voice
    limits = ServerLimits(
        connections=voice.max_connections,
        connections_per_address=min(voice.max_connections_per_address, voice.max_connections),
        always_answered=ALWAYS_ANSWERED,
        deadlines=Deadlines(head_s=voice.idle_timeout_s, send_s=voice.send_timeout_s),
    )
    await service.serve(
        Service(
            name="the voice API",
            app=create_app(services),
            host=voice.host,
            port=voice.port,
            limits=limits,
            trusted_proxies=service.proxies(voice.trusted_proxies, "voice.trusted_proxies"),
            watchers=services.watchers,
        ),
        started,
    )
