"""All that answers requests, put together from the settings."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta

from auth_service.access.door import Door
from auth_service.access.hosting import Hosting
from auth_service.access.invitations import Invites
from auth_service.access.pairing import Pairing
from auth_service.access.pairing_codes import CodeMarker
from auth_service.access.removals import Removals
from auth_service.access.revocations import DatabaseOnly, RedisRevocations, Revocations
from auth_service.access.tokens import LinkSigner, TokenMint
from auth_service.closing import Closing
from auth_service.dispatch.interpreters import Interpreters
from auth_service.dispatch.presences import Presences
from auth_service.dispatch.reconciler import Reconciler
from auth_service.egress import Egress
from auth_service.livekit_server import LiveKitServer, MediaServer
from auth_service.metrics import Metrics
from auth_service.paired_rooms import PairedRooms
from auth_service.recordings import Recordings
from auth_service.storage.assignments import Assignments
from auth_service.storage.database import database_url, migrate
from auth_service.storage.devices import Devices
from auth_service.storage.organisers import Organisers
from auth_service.storage.ratings import Ratings
from auth_service.storage.recording_files import RecordingFiles
from auth_service.storage.recordings import RecordingList
from auth_service.storage.retention import Kept, Retention
from auth_service.storage.rooms import Storage
from auth_service.storage.waiting import Waiting
from auth_service.storage.workers import Workers
from config.exposure import refuse_exposed_development, refuse_published
from config.settings import Settings, SettingsError
from foundation.database import connect
from foundation.http.rate_limits import Limiter, MemoryLimiter, RedisLimiter
from foundation.redis_store import connect_redis
from foundation.tally import Tally

SHORTEST_SECRET = 32
_REFRESHED_TOKEN_S = 3600.0
"""livekit-server gives everybody in a room a fresh token now and then, good for 10 minutes; with time to spare."""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One of each, made once and shared by all requests and background tasks."""

    settings: Settings
    clock: Clock
    storage: Storage
    retention: Retention
    media: MediaServer
    invites: Invites
    door: Door
    hosting: Hosting
    interpreters: Interpreters
    workers: Workers
    recordings: Recordings
    ratings: Ratings
    reconciler: Reconciler
    presences: Presences
    removals: Removals
    closing: Closing
    pairing: Pairing
    paired_rooms: PairedRooms
    limiter: Limiter
    mint: TokenMint
    metrics: Metrics
    refused_webhooks: Tally


def check_secrets(settings: Settings) -> None:
    """Raises SettingsError where a key is one that everybody knows, or too short, outside development, and where
    development is within others' reach."""
    refuse_exposed_development(settings)
    secrets = _secrets(settings)
    for name, value in secrets.items():
        refuse_published(name, value, settings)
        if not settings.development and len(value) < SHORTEST_SECRET:
            raise SettingsError(f"{name} is shorter than {SHORTEST_SECRET} characters")
    if not settings.development and len(set(secrets.values())) < len(secrets):
        raise SettingsError(f"{', '.join(secrets)} must differ from each other")


def _secrets(settings: Settings) -> dict[str, str]:
    """Those that are in use here, by setting."""
    auth, turn = settings.auth, settings.turn
    secrets = {"livekit.api_secret": settings.livekit.api_secret, "auth.secret": auth.secret}
    if turn.host:
        secrets["turn.secret"] = turn.secret
    if auth.operator_key.get_secret_value():
        secrets["auth.operator_key"] = auth.operator_key
    return {name: secret.get_secret_value() for name, secret in secrets.items()}


def public_url(settings: Settings) -> str:
    """What links begin with, without a slash at the end."""
    auth = settings.auth
    return (auth.public_url or f"http://{auth.host}:{auth.port}").rstrip("/")


def assemble(
    settings: Settings,
    storage: Storage,
    assignments: Assignments,
    media: MediaServer,
    limiter: Limiter,
    revocations: Revocations,
    clock: Clock = time.time,
    now: Clock = time.monotonic,
) -> Container:
    """Args: clock: Unix time, s. now: a clock that nobody sets, s."""
    auth, livekit = settings.auth, settings.livekit
    metrics = Metrics(settings.recording.directory)
    life = timedelta(minutes=auth.token_minutes)
    reconciler = Reconciler(
        media,
        assignments,
        interval_s=auth.look_interval_s,
        clock=clock,
        now=now,
        acted=metrics.interpreter,
        failed=metrics.failed,
    )
    secret, session_s = auth.secret.get_secret_value(), auth.session_hours * 3600
    signer = LinkSigner(secret)
    invites = Invites(storage, revocations, signer, session_s=session_s, clock=clock)
    interpreters = Interpreters(assignments, reconciler, clock=clock)
    retention = Retention(
        storage.engine,
        Kept(
            auth.keep_names_hours * 3600,
            auth.keep_rooms_days * 86400,
            settings.recording.keep_days * 86400,
            auth.token_minutes * 60 + _REFRESHED_TOKEN_S,
        ),
    )
    recordings = _recordings(settings, storage, assignments, interpreters, clock)
    closing = Closing(invites, recordings, retention, interpreters, media, clock=clock)
    devices = Devices(storage.engine)
    return Container(
        settings=settings,
        clock=clock,
        storage=storage,
        retention=retention,
        media=media,
        invites=invites,
        door=Door(
            storage,
            Waiting(storage.engine),
            invites,
            places=auth.lobby_places,
            patience_s=auth.lobby_minutes * 60,
            clock=clock,
        ),
        hosting=Hosting(
            storage,
            Organisers(storage.engine),
            revocations,
            media,
            session_s=session_s,
            clock=clock,
        ),
        interpreters=interpreters,
        recordings=recordings,
        ratings=Ratings(storage.engine),
        workers=Workers(storage.engine),
        reconciler=reconciler,
        presences=Presences(reconciler.suspect, reconciler.trust),
        removals=Removals(media, storage, failed=metrics.failed),
        closing=closing,
        pairing=Pairing(devices, revocations, signer, CodeMarker(secret), clock=clock),
        paired_rooms=PairedRooms(
            storage, devices, media, closing, interpreters, life_s=session_s, clock=clock
        ),
        limiter=limiter,
        mint=TokenMint(livekit.api_key, livekit.api_secret.get_secret_value(), life=life),
        metrics=metrics,
        refused_webhooks=Tally(now=now),
    )


def _recordings(
    settings: Settings, storage: Storage, assignments: Assignments, interpreters: Interpreters, clock: Clock
) -> Recordings:
    livekit, recording = settings.livekit, settings.recording
    secret = livekit.api_secret.get_secret_value()
    egress = Egress(livekit.url, livekit.api_key, secret, recording.egress_directory)
    files = RecordingFiles(
        recording.directory, most_bytes=recording.max_bytes, most_total_bytes=recording.max_total_bytes
    )
    return Recordings(
        RecordingList(storage.engine),
        files,
        assignments,
        interpreters,
        egress if recording.egress else None,
        clock=clock,
    )


@contextlib.asynccontextmanager
async def opened(settings: Settings, clock: Clock = time.time) -> AsyncIterator[Container]:
    """Opens database, Redis and the way to livekit-server, and closes them again.

    Raises:
        SettingsError: keys that may not be used, a database that is not supported.
        StorageError: the database cannot be reached.
    """
    check_secrets(settings)
    auth, livekit = settings.auth, settings.livekit
    async with contextlib.AsyncExitStack() as stack:
        engine = connect(database_url(auth.database_url.get_secret_value()))
        stack.push_async_callback(engine.dispose)
        await migrate(engine)
        limiter: Limiter = MemoryLimiter()
        revocations: Revocations = DatabaseOnly()
        if redis_url := auth.redis_url.get_secret_value():
            redis = connect_redis(redis_url)
            stack.push_async_callback(redis.aclose)
            limiter, revocations = RedisLimiter(redis, limiter), RedisRevocations(redis)
        media = await stack.enter_async_context(
            LiveKitServer(
                livekit.url, livekit.api_key, livekit.api_secret.get_secret_value(), livekit.agent_name
            )
        )
        yield assemble(settings, Storage(engine), Assignments(engine), media, limiter, revocations, clock)
