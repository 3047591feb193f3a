"""Keys that everybody knows, and hosts that others can reach: the two never go together."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from config.addresses import several
from config.keys import DEVELOPMENT_SECRET
from config.settings import Settings, SettingsError

PUBLISHED: Final = frozenset({DEVELOPMENT_SECRET, "secret"})
"""Ours, which stands in livekit.yaml, and that of `livekit-server --dev`."""


def is_loopback(host: str) -> bool:
    """Whether a name or address leads to this machine and nobody else can reach it."""
    name = host.strip("[]").partition("%")[0].rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def refuse_exposed_development(settings: Settings) -> None:
    """Raises SettingsError where `development` is true and something is, or may be, within others' reach."""
    for name, host in _hosts(settings).items() if settings.development else ():
        if not is_loopback(host):
            raise SettingsError(
                f"development = true is for one machine alone, and {name} leads beyond it ({host or 'all addresses'}); "
                "set keys of your own and leave development out"
            )


def _hosts(settings: Settings) -> dict[str, str]:
    """Where this installation listens and leads to, by setting."""
    auth, livekit, services, voice = settings.auth, settings.livekit, settings.services, settings.voice
    hosts = {"auth.host": auth.host, "services.host": services.host, "voice.host": voice.host}
    urls = {
        "livekit.url": livekit.url,
        "livekit.public_url": livekit.public_url,
        "auth.public_url": auth.public_url,
        "voice.public_url": voice.public_url,
        "services.auth_url": services.auth_url,
    }
    hosts |= {name: host_of(url) for name, url in urls.items() if url}
    copies = {"stt_url": services.stt_url, "mt_url": services.mt_url, "tts_url": services.tts_url}
    hosts |= {f"services.{name}": _farthest(urls) for name, urls in copies.items() if several(urls)}
    if settings.turn.host and settings.turn.secret.get_secret_value() in PUBLISHED:
        hosts["turn.host"] = settings.turn.host
    return hosts


def _farthest(addresses: str) -> str:
    """Of several hosts one that leads beyond this machine, where there is one."""
    hosts = [host_of(url) for url in several(addresses)]
    return next((host for host in hosts if not is_loopback(host)), hosts[0])


def host_of(url: str) -> str:
    """The host that a URL names; empty where it names none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def refuse_published(name: str, secret: str, settings: Settings) -> None:
    """Raises SettingsError where a key is missing, or one that everybody knows and this is not development."""
    if not secret or (not settings.development and secret in PUBLISHED):
        raise SettingsError(
            f"{name} is the built-in one; set it, or development = true on a machine of your own"
        )
