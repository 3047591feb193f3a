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
    web_directory: Path = Path("web/dist")
    """The built web app; where it is missing there are no pages at `/` and `/docs`."""
    max_audio_s: Annotated[float, Field(gt=0, le=3600)] = 300.0
    """The longest recording of a voice message."""
    max_audio_bytes: Annotated[int, Field(ge=100_000)] = 50_000_000
    """The largest recording, as a file and decoded."""
    objects_url: SecretStr = SecretStr("")
    """`s3://bucket/prefix` for several machines, with keys in the environment (`AWS_ACCESS_KEY_ID`,
    `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`); empty keeps sound in `objects` below `directory`."""
    link_s: Annotated[int, Field(ge=60, le=604_800)] = 3600
    """How long a link opens the sound of an answer."""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """What is older goes from the history of messages, with texts and sound where a tenant has them kept."""
    messages_at_once: Annotated[int, Field(ge=1, le=1000)] = 8
    """Messages under way at once, of all tenants; of one tenant half as many."""
    jobs_at_once: Annotated[int, Field(ge=1, le=100)] = 1
    """Messages that nobody waits for, done at once by each of these services."""
    job_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """How long the result of such a message can be asked for."""
    profile_days: Annotated[int, Field(ge=1, le=3650)] = 365
    """How long a voice of somebody's own may be kept after they have agreed; they may choose less, and agree again."""
    profiles_per_person: Annotated[int, Field(ge=1, le=100)] = 5
    """How many voices of their own somebody may have."""
    webhook_hosts: tuple[str, ...] = ()
    """Hosts of your own network that may be told of jobs all the same, by plain HTTP too."""
    deepl_key: SecretStr = SecretStr("")
    """Of an account with DeepL: tenants that agree have their texts translated there. Empty: no text goes there."""
    deepl_url: str = ""
    """Where DeepL is asked; empty for its own address."""
    google_key: SecretStr = SecretStr("")
    """Of a project with Google's Cloud Translation, which is asked where DeepL is not there, or fails."""
    google_url: str = ""
    """Where Google is asked; empty for its own address."""
    requests_per_minute: Annotated[int, Field(ge=1)] = 100
    """With one key; a plan may say otherwise."""
    failures_per_minute: Annotated[int, Field(ge=1)] = 60
    """From one address: requests with a key or token that is none. They use up nothing of the others."""
    token_minutes: Annotated[float, Field(ge=1, le=15)] = 15.0
    """How long a token for a browser lasts."""
    audit_days: Annotated[int, Field(ge=1)] = 365
    """How long is known what was done to accounts."""
    figures_days: Annotated[int, Field(ge=1, le=1000)] = 62
    """How long the counts of requests and the like are kept that operators compare."""
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
