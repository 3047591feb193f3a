"""All that answers requests, put together from the settings."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from config.exposure import refuse_exposed_development, refuse_published
from config.settings import Settings
from config.voice import VoiceSettings
from foundation.http.rate_limits import Limiter, MemoryLimiter, RedisLimiter
from foundation.redis_store import connect_redis
from voice_service.accounts import audit
from voice_service.accounts.callers import Callers
from voice_service.accounts.quota import Quota
from voice_service.accounts.tokens import Tokens
from voice_service.engines import Engines, opened_engines
from voice_service.jobs.counting import JobQuota
from voice_service.jobs.opening import JobRoom, opened_jobs
from voice_service.jobs.translating import MessageJobs
from voice_service.messages.history import DAY_S
from voice_service.messages.opening import MessageRoom, opened_messages
from voice_service.messages.shapes import translation
from voice_service.profiles.opening import ProfileRoom, opened_profiles
from voice_service.quality.feedback import Feedback
from voice_service.speech.samples import Samples
from voice_service.speech.voices import VoiceDirectory
from voice_service.storage import database
from voice_service.trials.trials import Trials
from voice_service.trials.tuner import TrialTuner
from voice_service.watching.counted import CACHE, WORKER
from voice_service.watching.exposed import Exposed
from voice_service.watching.figures import FigureReader
from voice_service.watching.nodes import NodeWatch
from voice_service.watching.queueing import QueueWatch
from voice_service.watching.tallies import Tallies


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceServices:
    """One of each, made once and shared by all requests and background tasks."""

    settings: Settings
    clock: Callable[[], float]
    """Unix time, s."""
    engine: AsyncEngine
    limiter: Limiter
    tokens: Tokens
    callers: Callers
    quota: Quota
    engines: Engines
    voices: VoiceDirectory
    samples: Samples
    messages: MessageRoom
    profiles: ProfileRoom
    jobs: JobRoom
    feedback: Feedback
    tallies: Tallies
    figures: FigureReader
    queue_watch: QueueWatch
    exposed: Exposed
    looks: audit.Looks
    trials: Trials
    nodes: NodeWatch
    watchers: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """Background work by name."""


@contextlib.asynccontextmanager
async def opened(settings: Settings, clock: Callable[[], float] = time.time) -> AsyncIterator[VoiceServices]:
    """Opens the database, Redis and the way to the speech services, and closes them again.

    Raises:
        SettingsError: keys that may not be used, a database that is not supported.
        StorageError: the database cannot be reached.
    """
    refuse_exposed_development(settings)
    refuse_published("voice.secret", settings.voice.secret.get_secret_value(), settings)
    async with (
        _opened_stores(settings.voice) as stores,
        opened_engines(settings) as engines,
    ):
        tallies = Tallies(stores.engine, clock=clock, keep_days=settings.voice.figures_days)
        trials = Trials(stores.engine, clock=clock, keep_s=settings.voice.keep_days * DAY_S)
        async with opened_messages(
            settings,
            stores.engine,
            engines,
            stores.redis,
            clock=clock,
            found=lambda where: tallies.count(f"{CACHE}|{where}"),
            tuner=TrialTuner(trials),
        ) as messages:
            watched = _Watched(tallies, trials, NodeWatch(engines.copies))
            yield _services(settings, stores, engines, messages, watched, clock=clock)


@dataclass(frozen=True, slots=True)
class _Stores:
    """What outlives a request, and this process."""

    engine: AsyncEngine
    redis: Redis | None
    limiter: Limiter


@dataclass(frozen=True, slots=True)
class _Watched:
    """What is counted, what is tried, and which machines do the work."""

    tallies: Tallies
    trials: Trials
    nodes: NodeWatch


@contextlib.asynccontextmanager
async def _opened_stores(voice: VoiceSettings) -> AsyncIterator[_Stores]:
    async with contextlib.AsyncExitStack() as stack:
        engine = await stack.enter_async_context(database.opened(voice.database_url.get_secret_value()))
        limiter: Limiter = MemoryLimiter()
        redis: Redis | None = None
        if redis_url := voice.redis_url.get_secret_value():
            redis = connect_redis(redis_url)
            stack.push_async_callback(redis.aclose)
            limiter = RedisLimiter(redis, limiter)
        yield _Stores(engine, redis, limiter)


def _services(
    settings: Settings,
    stores: _Stores,
    engines: Engines,
    messages: MessageRoom,
    watched: _Watched,
    *,
    clock: Callable[[], float],
) -> VoiceServices:
    """Puts together what needs no closing."""
    voice, engine, tallies = settings.voice, stores.engine, watched.tallies
    tokens = Tokens(voice.secret.get_secret_value(), life_s=voice.token_minutes * 60, clock=clock)
    callers, quota = Callers(engine, tokens, clock=clock), Quota(engine, clock=clock)
    profiles = opened_profiles(voice, engine, engines, messages, callers, clock=clock)
    work = MessageJobs(
        messages.messages,
        profiles.profiles,
        callers,
        JobQuota(engine, quota),
        lambda answer: translation(answer).model_dump(mode="json"),
    )
    jobs = opened_jobs(voice, engine, work, clock=clock)
    return VoiceServices(
        settings=settings,
        clock=clock,
        engine=engine,
        limiter=stores.limiter,
        tokens=tokens,
        callers=callers,
        quota=quota,
        engines=engines,
        voices=VoiceDirectory(engines.synthesizer),
        samples=Samples(engines.synthesizer, engines.mark),
        messages=messages,
        profiles=profiles,
        jobs=jobs,
        feedback=Feedback(engine, clock=clock),
        tallies=tallies,
        figures=FigureReader(engine, tallies, clock=clock, keep_s=voice.keep_days * DAY_S),
        queue_watch=QueueWatch(engine, jobs.queue, tallies, clock=clock),
        exposed=Exposed(),
        looks=audit.Looks(engine, clock=clock),
        trials=watched.trials,
        nodes=watched.nodes,
        watchers={
            **messages.watchers,
            **profiles.watchers,
            **jobs.watchers,
            "figures": partial(tallies.keep_adding, f"{WORKER}|{jobs.runner.worker}"),
            "trials": watched.trials.keep_judging,
            "audit": partial(audit.keep_short, engine, days=voice.audit_days, clock=clock),
        },
    )
