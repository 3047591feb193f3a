"""The first account of an installation that nobody has set up: one command gives an API that can be used."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncEngine

from config.exposure import host_of, is_loopback
from config.settings import Settings
from voice_service.accounts.tenants import LOCAL, Accounts


async def first_key(engine: AsyncEngine, settings: Settings, *, clock: Callable[[], float]) -> str | None:
    """Makes a tenant and its key where there is none and nobody but this machine can ask; None elsewhere.

    `clock`: Unix time, s. Raises StorageError.
    """
    if not for_this_machine_alone(settings):
        return None
    return await Accounts(engine, "first start", clock=clock).begin()


def for_this_machine_alone(settings: Settings) -> bool:
    """Whether the service listens for this machine, and no proxy hands it the requests of others."""
    voice = settings.voice
    led_here = voice.allowed_hosts or voice.trusted_proxies
    elsewhere = voice.public_url and not is_loopback(host_of(voice.public_url))
    return is_loopback(voice.host) and not led_here and not elsewhere


def shown_once(key: str) -> str:
    """What whoever started the service is told, on the terminal and never in a log."""
    return (
        f'There was no account, so a tenant "{LOCAL}" was made. Its key, which is shown this once:\n\n'
        f"  {key}\n\n"
        "Send it as the header `Authorization: Bearer KEY`. Another one:\n"
        f"  hive accounts key new --tenant {LOCAL} --name NAME"
    )
