"""Time-limited credentials for coturn: whoever shares the secret can issue them, and they run out by themselves.

Source: draft-uberti-behave-turn-rest-00, which coturn calls `use-auth-secret`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass

from config.settings import Turn


@dataclass(frozen=True, slots=True)
class IceServer:
    """What a browser's `RTCPeerConnection` takes as one of its `iceServers`."""

    urls: tuple[str, ...]
    username: str
    credential: str


def username(identity: str, expires_at: int) -> str:
    """Args: expires_at: Unix time in whole seconds; coturn refuses new allocations afterwards."""
    return f"{expires_at}:{identity}"


def credential(name: str, secret: str) -> str:
    """Returns base64 of HMAC-SHA1 over the user name."""
    return base64.b64encode(hmac.new(secret.encode(), name.encode(), hashlib.sha1).digest()).decode("ascii")


def urls(settings: Turn) -> tuple[str, ...]:
    """How the relay is reached, quickest way first; empty where there is none."""
    if not settings.host:
        return ()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    plain = f"turn:{host}:{settings.port}"
    ways = [f"{plain}?transport=udp", f"{plain}?transport=tcp"]
    if settings.tls_port:
        ways.append(f"turns:{host}:{settings.tls_port}?transport=tcp")
    return tuple(ways)


def ice_servers(settings: Turn, identity: str, now: float) -> tuple[IceServer, ...]:
    """Fresh credentials for one participant; empty where no relay is configured.

    Args:
        now: Unix time, s. Two calls in different seconds give different credentials.
    """
    ways = urls(settings)
    if not ways:
        return ()
    name = username(identity, int(now + settings.credential_minutes * 60))
    return (IceServer(ways, name, credential(name, settings.secret.get_secret_value())),)
