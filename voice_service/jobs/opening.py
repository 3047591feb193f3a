"""The room of jobs, put together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from config.voice import VoiceSettings
from voice_service.jobs.deliveries import Deliveries
from voice_service.jobs.queue import JobQueue
from voice_service.jobs.runner import JobRunner, Kind
from voice_service.jobs.shapes import JobAnswers
from voice_service.jobs.translating import TRANSLATE, MessageJobs
from voice_service.jobs.webhooks import Webhooks, WebhookSettings
from voice_service.messages.objects import Objects

_SWEEP_S: Final = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRoom:
    """Everything about jobs."""

    queue: JobQueue
    runner: JobRunner
    answers: JobAnswers
    watchers: Mapping[str, Callable[[], Awaitable[None]]]
    """Background work by name."""


def opened_jobs(
    voice: VoiceSettings,
    engine: AsyncEngine,
    jobs: MessageJobs,
    *,
    clock: Callable[[], float],
) -> JobRoom:
    """Opens nothing yet.

    Args:
        clock: Unix time, s.
    """
    queue, answers = JobQueue(engine, clock=clock), JobAnswers(jobs.messages)
    runner = JobRunner(queue, {TRANSLATE: Kind(jobs.work, over=jobs.over)}, at_once=voice.jobs_at_once)
    told = WebhookSettings(
        service_secret=voice.secret.get_secret_value(), within=voice.webhook_hosts, clock=clock
    )
    webhooks = Webhooks(Deliveries(engine, queue), answers.told, told)

    async def sweep() -> None:
        await _keep_sweeping(queue, jobs.messages.objects, clock, voice.job_hours * 3600)

    return JobRoom(
        queue=queue,
        runner=runner,
        answers=answers,
        watchers={"jobs": runner.run, "webhooks": webhooks.run, "old jobs": sweep},
    )


async def _keep_sweeping(
    queue: JobQueue, objects: Objects, clock: Callable[[], float], kept_s: float
) -> None:
    while True:
        await objects.discard(*await queue.forget(clock() - kept_s))
        await asyncio.sleep(_SWEEP_S)
