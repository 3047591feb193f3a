"""What an operator can set, a class for each section, with the defaults. How it is read: `config.reading`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, SecretStr

from config.addresses import Addresses
from config.cache import cache_directory
from config.engines import CloningEngine, RecognitionEngine, SpeechEngine, TranslationEngine
from config.keys import DEVELOPMENT_SECRET
from config.placement import RaySettings
from config.sections import STRICT, NotNegative
from config.voice import VoiceSettings
from config.watching import Tracing, Watch
from protocol.fields import LanguageCode

Profile = Literal["auto", "embedded", "cpu", "gpu"]


class SettingsError(Exception):
    """Settings that cannot be used; the message names the key and where it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveKit:
    """The media server."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    url: str = "ws://127.0.0.1:7880"
    """How the services and the worker reach the server."""
    public_url: str = ""
    """How browsers reach the server, where that differs from `url`."""
    api_key: str = "devkey"
    """The name of the key that the server knows."""
    api_secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    """The key's secret: it signs tokens for rooms."""
    agent_name: str = "translator"
    """What the worker registers as; the token service asks for it by this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Where models lie and what may be used."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    directory: Path = field(default_factory=lambda: cache_directory() / "models")
    """Where models are kept; unless set, `models` in the cache directory."""
    download: bool = True
    """Whether missing models may be fetched."""
    allow_non_commercial: bool = False
    """Accept weights whose licence forbids commercial use."""
    allow_unpinned: bool = True
    """Fetch models of which no checksum is known but the one that their hub tells itself. They are held to what came
    first; false refuses them."""
    hub_url: str = "https://huggingface.co"
    """Where models of the hub are fetched from; a mirror with the same paths does as well."""
    releases_url: str = "https://github.com"
    """Where models that are published as release files are fetched from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Speech to words."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    engine: RecognitionEngine = "auto"
    """What hears; "auto" takes the best that is there and that the machine keeps up with."""
    model: str = ""
    """Whisper model: a directory, or a name such as "small"; empty takes the profile's."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where Whisper runs; "auto" takes a GPU where there is one."""
    compute_type: str = "default"
    """Precision, as CTranslate2 names it, e.g. "int8"; "default" is int8 on a CPU, float16 on a GPU."""
    threads: int = 0
    """How many each look takes; 0: what the engine thinks best."""
    pass_interval_s: float = 0.0
    """How much new sound makes the recogniser look again; 0 takes what suits the engine."""
    max_buffer_s: float = 5.0
    """No more sound than this is ever recognised at once; older sound is committed and cut."""
    agreement: Literal["agreement-2", "agreement+evidence"] = "agreement+evidence"
    """When a word that stays the same is committed: after a fixed distance, or by how sure the recogniser is."""
    distance_s: float = 0.5
    """Looks count as agreeing only when so much sound lies between them: looks close together agree on mistakes."""
    show_after_s: float = 0.1
    """A tentative word is shown once so much was heard behind it; see docs/decisions/0003 and 0008."""
    show_passes: int = 2
    """A tentative word is shown once so many looks in a row have said the same. 1, with a `pass_interval_s` of 0.2 and
    0 for `show_after_s`, shows words sooner, and changes more of them."""
    show_sure: float = 0.9
    """A tentative word of which the recogniser is at least this sure, 0…1, is shown after one look; 2 for never."""
    settle_s: float = 0.6
    """A word is committed only once so much was heard behind it. Recognisers that know better which of their words
    are settled are believed instead."""
    commit_age_s: float = 2.0
    """A word that was not agreed on by then is committed as it stands."""
    vad_threshold: float = 0.5
    """From which probability of speech on, 0…1, sound counts as speech."""
    min_speech_s: float = 0.1
    """Shorter sounds begin no utterance."""
    min_silence_s: float = 0.35
    """How long a pause ends an utterance."""
    pre_roll_s: float = 0.5
    """How much sound before the first speech belongs to an utterance."""
    memory_s: float = 1.5
    """How much silence behind an utterance leaves its sound in the recogniser's memory, as context."""
    max_speakers: int = 10
    """How many are recognised at once; further ones wait and are told so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """Words to pieces of text that are translated."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    aim_s: float = 2.0
    """From this length on a clause ends with the phrase, as before a preposition: the sooner, the less listeners lag,
    and the less context each translation has. 0 leaves it to signs, pauses and `max_age_s`."""
    max_age_s: float = 4.0
    """A clause is closed at the latest this long after its first word was spoken."""
    max_characters: int = 160
    """A clause is closed before it grows longer than this."""
    min_words: int = 3
    """Shorter pieces are not closed at a comma or a conjunction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationSettings:
    """Text to text."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    engines: tuple[TranslationEngine, ...] = ("auto",)
    """In order of preference; the next one is asked where one has no route or fails."""
    timeout_s: float = 4.0
    """How long a translation may take; the clause then stays untranslated and says so."""
    context_clauses: int = 2
    """How many clauses said before are given to the translator as context."""
    cache_entries: int = 2000
    """For each pair of languages."""
    drafts: bool = True
    """Translate words that are not committed yet, for interim captions."""
    waiting_clauses: int = 8
    """For each speaker and language; beyond it the oldest stays untranslated and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """Text to sound."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    engines: tuple[SpeechEngine, ...] = ("auto",)
    """In order of preference; the next one is asked where one lacks the language, fails, or has no time. "auto" stands
    for all that are there, in the order that suits the machine, espeak at the end; "kokoro, auto" prefers one."""
    voices: dict[LanguageCode, str] = field(default_factory=dict)
    """For each language an engine ("piper") or one of its voices ("piper:fr_FR-siwis-medium"), which is then the first
    there. As a variable: "fr=piper,en=kokoro:af_heart"."""
    cloning: CloningEngine = "off"
    """What clones a voice whose owner has agreed to that, in the public API: "pocket-tts", "chatterbox", or "xtts",
    whose weights may not be used commercially (`models.allow_non_commercial`). `hive engines install` brings it."""
    timeout_s: float = 5.0
    """How long a clause may take to its first sound."""
    max_speed: float = 1.25
    """How fast speech is that is a little late; 1 is the voice's own speed."""
    rushed_speed: float = 1.4
    """How fast it becomes rather than being left out."""
    relaxed_queue_s: float = 0.3
    """Up to this much waiting speech is spoken at normal speed."""
    hurried_queue_s: float = 2.0
    """From here on it is spoken at `max_speed`; in between the speed grows evenly."""
    max_lag_s: float = 8.0
    """What would be heard later than this after it was said, and cannot be caught up with, is skipped."""
    pause_s: float = 0.3
    """The longest pause, at the end of a sentence; shorter the faster the speech."""
    least_pause_s: float = 0.06
    """The shortest pause between two sentences, however fast the speech."""
    turn_pause_s: float = 1.5
    """Where turns are interpreted one after the other: so long a pause ends a turn."""
    prepare: bool = True
    """Renders what will probably be said next while the channel is idle, where the voice is quick enough."""
    waiting_clauses: int = 16
    """For each language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """What the interpreter does in a room."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    source_language: LanguageCode | Literal["auto"] = "en"
    """What people speak who have not said what they speak; "auto" detects it."""
    languages: tuple[LanguageCode, ...] = ()
    """Languages that listeners may ask for; empty for all that the engines can do."""
    max_languages: int = 8
    """How many channels a room may have at once."""
    linger_s: float = 10.0
    """How long a channel is kept after its last listener left it."""
    speaker_grace_s: float = 5.0
    """How long an interpreter waits for a speaker who vanished, e.g. while they reconnect."""
    leave_after_s: float = 20.0
    """How long the interpreter stays in a room after the last person left it."""
    max_rooms: int = 10
    """How many rooms one worker takes at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where the speech services are; an empty URL runs that engine inside the room's own process.

    Where a service runs in several copies, all of them are named, as a list or with commas between, or by one name with
    several addresses. The least busy one is asked, and another where one is away.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    stt_url: Addresses = "http://127.0.0.1:8001"
    """Recognition: one URL, or several."""
    mt_url: Addresses = "http://127.0.0.1:8002"
    """Translation, likewise."""
    tts_url: Addresses = "http://127.0.0.1:8003"
    """Speech, likewise."""
    auth_url: str = "http://127.0.0.1:8004"
    """Where workers tell the token service what they can do; empty: nowhere, and pages learn it in the room alone."""
    token: SecretStr = SecretStr("")
    """Shared by the services and their clients; at least 16 characters."""
    host: str = "127.0.0.1"
    """What the services listen on. Where others reach them, `token` must be set."""
    placement: Literal["here", "ray"] = "here"
    """Where the services' engines are: in their own process, or in copies that Ray Serve places (section `ray`)."""
    allowed_hosts: tuple[str, ...] = ()
    """Names that the services are asked by, beside `localhost`, addresses and those in the URLs above."""
    allowed_origins: tuple[str, ...] = ()
    """Sites whose pages may use the services, e.g. "https://meet.example.org"."""
    worker_health_port: int = 8081
    """Where the worker says on `host` over HTTP that it is alive."""
    max_text_characters: int = 10_000
    """The longest text that one request may bring."""
    max_audio_s: float = 600.0
    """The longest recording that one request may bring."""
    idle_timeout_s: float = 60.0
    """A WebSocket client that sends nothing for so long is cut off, and one that is silent in the middle of a body."""
    max_behind_s: float = 15.0
    """Recognition that is further behind is brought back to now; what it leaves out is reported. Words that come
    late are worth more than words that are lost: a machine that was busy catches up in the next pauses."""
    reconnect_buffer_s: float = 30.0
    """How much speech is kept for recognition afterwards while the service is away."""
    send_timeout_s: float = 5.0
    """A client that does not take what it is sent for so long is cut off."""
    max_connections: int = 100
    """WebSocket connections to each service; speakers of all rooms together, for recognition."""
    max_requests: int = 32
    """Requests in flight: over HTTP to each service, and on each WebSocket connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logging:
    """What goes to standard error. What people say never does."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""
    format: Literal["auto", "text", "json"] = "auto"
    """"auto": text for a terminal, JSON for all else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Rooms, invitations and tokens."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    host: str = "127.0.0.1"
    """What the token service listens on."""
    port: int = 8004
    """Its port, for the page and the API."""
    public_url: str = ""
    """What links begin with, e.g. "https://meet.example.org"; empty for `http://host:port`."""
    secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    """Signs invitations; changing it ends them all."""
    operator_key: SecretStr = SecretStr("")
    """Whoever shows it may create rooms."""
    open_rooms: bool | None = None
    """Whether anybody may create rooms; unset: in development only."""
    metrics_token: SecretStr = SecretStr("")
    """Needed to read `/metrics`; while it is empty they are for this machine alone, and not through a proxy."""
    database_url: SecretStr = SecretStr("")
    """`sqlite:///path` or `postgresql://user:password@host/name`; empty for a SQLite file in the cache directory."""
    redis_url: SecretStr = SecretStr("")
    """Shares rate limits and revocations where several of these services run; empty keeps them in the process."""
    web_directory: Path = Path("web/dist")
    """The built web app."""
    cors_origins: tuple[str, ...] = ()
    """Origins of other pages that may call the API."""
    frame_ancestors: tuple[str, ...] = ()
    """Origins that may show the page in a frame."""
    allowed_hosts: tuple[str, ...] = ()
    """Names that the service is asked by, beside `localhost`, addresses and that in `public_url`."""
    allowed_origins: tuple[str, ...] = ()
    """Sites, beside `public_url` and `cors_origins`, whose pages may use the service."""
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
    token_minutes: float = 10.0
    """How long a token for a room is valid; the page renews it in time."""
    session_hours: float = 12.0
    """How long somebody who joined may renew their token."""
    invitation_days: float = 7.0
    """What a new room's links live."""
    joins_per_minute: int = 120
    """With one invitation or session from one address, as an office is one address."""
    joins_per_invitation_per_minute: int = 300
    """With one link, from all addresses together."""
    rooms_per_minute: int = 20
    """From one address."""
    pairings_per_minute: int = 10
    """From one address: codes that pair a device, right and wrong ones; from all together twelve times as many."""
    requests_per_minute: int = 1200
    """From one address: with keys, links or tokens of ours; as many without any."""
    lobby_places: int = 50
    """How many may wait at the door of one room."""
    lobby_minutes: float = 10.0
    """How long somebody waits there to be let in."""
    failures_per_minute: int = 120
    """From one address: requests with a key, link or token that is none, and ones that cannot be read. They are counted
    for themselves and use up nothing of the others."""
    keep_names_hours: NotNegative = 24.0
    """How long people's names and languages are kept after their session could last be renewed."""
    keep_rooms_days: NotNegative = 30.0
    """How long a room, its title and its glossary are kept after it was closed or its last link ran out."""
    privacy_url: str = ""
    """Where you say how data is handled; who joins is shown a link to it."""
    look_interval_s: float = 1.0
    """How often each room that should have an interpreter is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """The relay for people behind strict networks (coturn)."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    host: str = ""
    """Its public name or address; empty: none is offered."""
    secret: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    """Shared with coturn (`static-auth-secret`)."""
    realm: str = ""
    """Empty for `host`."""
    port: int = 3478
    """For UDP and TCP."""
    tls_port: int = 0
    """443 gets through the strictest networks; 0: no TLS."""
    listening_ip: str = ""
    """Empty for all."""
    external_ip: str = ""
    """The public address where coturn stands behind NAT."""
    relay_min_port: int = 49160
    """The first UDP port for relayed media."""
    relay_max_port: int = 49999
    """The last UDP port for relayed media."""
    certificate: str = ""
    """PEM file, for TLS."""
    private_key: str = ""
    """PEM file, for TLS."""
    allowed_peers: tuple[str, ...] = ()
    """Private addresses that may be relayed to after all: those of the media servers."""
    credential_minutes: float = 20.0
    """How long somebody may open a way through the relay with what they were given; removal does not end it sooner."""
    user_quota: int = 12
    """Allocations for one participant at a time."""
    total_quota: int = 1200
    """Allocations of all participants together."""
    max_bytes_per_s: int = 750_000
    """For each allocation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """What organisers have recorded on the server."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    directory: Path = field(default_factory=lambda: cache_directory() / "recordings")
    """Where workers write and the token service keeps recordings, each in a folder of its own there; unless set,
    `recordings` in the cache directory. Token services that share a database share it as well."""
    max_hours: Annotated[float, Field(gt=0, le=24)] = 4.0
    """A recording ends after so long."""
    max_bytes: Annotated[int, Field(ge=1_000_000)] = 1_000_000_000
    """A recording ends once it takes so much of the disk, all its languages together."""
    max_total_bytes: Annotated[int, Field(ge=1_000_000)] = 20_000_000_000
    """None is begun or received while all that there are take so much."""
    keep_days: NotNegative = 30.0
    """How long a recording is kept after it was stopped."""
    bits_per_s: Annotated[int, Field(ge=8_000, le=128_000)] = 32_000
    """Of the sound of each language."""
    egress: bool = False
    """Whether picture and sound are recorded as well, by LiveKit's egress service, which the media server needs."""
    egress_directory: str = ""
    """How the egress service sees the folder `kept` in `directory`, which it must be able to write to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything; each part gets its own slice."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    profile: Profile = "auto"
    """Which engines are used: the best that is there, those that need no download, those for a CPU or a GPU."""
    development: bool = False
    """Accept the built-in keys, where nothing listens or leads beyond this machine."""
    livekit: LiveKit = field(default_factory=LiveKit)
    models: Models = field(default_factory=Models)
    recognition: Recognition = field(default_factory=Recognition)
    clauses: Clauses = field(default_factory=Clauses)
    translation: TranslationSettings = field(default_factory=TranslationSettings)
    speech: SpeechSettings = field(default_factory=SpeechSettings)
    rooms: Rooms = field(default_factory=Rooms)
    services: Services = field(default_factory=Services)
    ray: RaySettings = field(default_factory=RaySettings)
    logging: Logging = field(default_factory=Logging)
    tracing: Tracing = field(default_factory=Tracing)
    watch: Watch = field(default_factory=Watch)
    auth: Auth = field(default_factory=Auth)
    turn: Turn = field(default_factory=Turn)
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    voice: VoiceSettings = field(default_factory=VoiceSettings)
