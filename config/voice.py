"""What an operator can set of the public API for voice messages and speech."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, SecretStr

from config.cache import cache_directory
from config.keys import DEVELOPMENT_SECRET
from config.sections import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSettings:
    """Voice messages, text to speech and voices of one's own: the public API."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    host: str = "127.0.0.1"
    """What the service listens on."""
    port: int = 8000
    """Its port."""
    public_url: str = ""
    """What links to sound begin with, e.g. "https://voice.example.org"; empty for `http://host:port`."""
    secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    """Signs tokens and links; changing it ends them all."""
    database_url: SecretStr = SecretStr("")
    """`sqlite:///path` or `postgresql://user:password@host/name`; empty for a SQLite file in the cache directory."""
    redis_url: SecretStr = SecretStr("")
    """Shares limits and waiting jobs where several of these services run; empty keeps them on this machine."""
    directory: Path = field(default_factory=lambda: cache_directory() / "voice")
    """Where sound is kept; unless set, `voice` in the cache directory."""
    max_audio_s: Annotated[float, Field(gt=0, le=3600)] = 300.0
    """The longest recording of a voice message."""
    max_audio_bytes: Annotated[int, Field(ge=100_000)] = 50_000_000
    """The largest recording, as a file and decoded."""
    requests_per_minute: Annotated[int, Field(ge=1)] = 100
    """With one key; a plan may say otherwise."""
    failures_per_minute: Annotated[int, Field(ge=1)] = 60
    """From one address: requests with a key or token that is none. They use up nothing of the others."""
    token_minutes: Annotated[float, Field(ge=1, le=15)] = 15.0
    """How long a token for a browser lasts."""
    audit_days: Annotated[int, Field(ge=1)] = 365
    """How long is known what was done to accounts."""
    cors_origins: tuple[str, ...] = ()
    """Origins of pages that may call the API."""
    allowed_hosts: tuple[str, ...] = ()
    """Names that the service is asked by, beside `localhost`, addresses and that in `public_url`."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose `X-Forwarded-For` is believed; "own-networks" are those this machine is in."""
    max_connections: int = 1000
    """At once, from everywhere."""
    max_connections_per_address: int = 100
    """Of proxies that are trusted there may be `max_connections`."""
    idle_timeout_s: float = 10.0
    """A client that does not finish the head of a request in so long is cut off, and one that is silent in a body."""
    send_timeout_s: float = 10.0
    """A client that does not take what it is sent for so long is cut off."""
