"""What operators are answered, in JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel

from voice_service.accounts.records import Queue
from voice_service.http.feedback_routes import OpinionFields
from voice_service.quality.feedback import GivenOpinion
from voice_service.watching.counted import RouteCount
from voice_service.watching.figures import FigureTrend, PairQuality, Point, ServiceFigures
from voice_service.watching.queueing import QueueView


class TrendAnswer(BaseModel):
    """A figure and what it was before; null where nothing was measured."""

    now: float | None
    before: float | None
    """In the time of equal length before."""
    change: float | None
    """0.1: a tenth more than before."""


class PairAnswer(BaseModel):
    """How good messages from one language into another are."""

    source_language: str
    target_language: str
    messages: TrendAnswer
    ratings: int
    rating: TrendAnswer
    """1 to 5."""
    transcript_confidence: TrendAnswer
    translation_score: TrendAnswer
    voice_similarity: TrendAnswer


class RouteAnswer(BaseModel):
    """How often one route was asked, by all processes."""

    route: str
    requests: int
    refused: int
    """Answered with 4xx."""
    failed: int
    """Answered with 5xx."""
    mean_ms: float


class CacheAnswer(BaseModel):
    """Where the answers to messages that tenants have remembered were found; questions of each kind."""

    level: str
    """`memory`, `redis`, `objects`, or `missed`: nowhere."""
    times: TrendAnswer


class CountAnswer(BaseModel):
    """How often something was used."""

    name: str
    times: int


class PointAnswer(BaseModel):
    """One place of the plots; null where nothing was measured."""

    at: AwareDatetime
    requests_per_minute: float
    failed_requests: int
    messages: int
    failed: int
    cached: int
    p50_ms: float | None
    p95_ms: float | None
    rating: float | None
    ratings: int


class MetricsAnswer(BaseModel):
    """How the service does."""

    since: AwareDatetime
    until: AwareDatetime
    trends: dict[str, TrendAnswer]
    """By name, e.g. `requests_per_minute`, `latency_p50_ms`; shares are 0…1."""
    languages: list[PairAnswer]
    cache: list[CacheAnswer]
    routes: list[RouteAnswer]
    voices: list[CountAnswer]
    """At /tts, the most used first."""
    points: list[PointAnswer]


class QueueDepthAnswer(BaseModel):
    """One queue."""

    queue: Queue
    waiting: int
    oldest_s: float | None
    """How long the one waits that came first; null: none waits."""
    processing: int
    begun_within_the_hour: int
    median_s: float
    """Of the time that those waited."""
    longest_s: float


class LeaseAnswer(BaseModel):
    """A job that is worked on."""

    job_id: str
    queue: Queue
    stage: str
    progress: float
    attempts: int
    lease_left_s: float
    """Negative: whoever had it is gone, and another one takes it."""


class WorkerAnswer(BaseModel):
    """A process that does jobs: it was there within the last minutes, or holds a lease."""

    id: str
    jobs: list[LeaseAnswer]


class PlanKeptAnswer(BaseModel):
    """What a plan promises and what was kept within the last hour; null where it had no message."""

    plan: str
    queue: Queue
    promised_s: float
    messages: int
    p50_s: float | None
    p95_s: float | None
    kept_share: float | None


class QueueViewAnswer(BaseModel):
    """The queue at this moment."""

    queues: list[QueueDepthAnswer]
    workers: list[WorkerAnswer]
    plans: list[PlanKeptAnswer]
    webhooks_waiting: int
    """Jobs that are over, of which somebody is still to be told."""


class GivenFeedback(OpinionFields):
    """What somebody said; of whom, only the tenant."""

    job_id: str
    tenant: str
    source_language: str | None
    target_language: str
    changed_at: AwareDatetime


class FeedbackPage(BaseModel):
    """What was said last first."""

    feedback: list[GivenFeedback]
    next: str | None
    """Give it as `before` for the next page; null where nothing is older."""


def metrics_answer(found: ServiceFigures) -> MetricsAnswer:
    """As it is sent."""
    levels = sorted({*found.now.cache, *found.before.cache})
    return MetricsAnswer(
        since=_when(found.since),
        until=_when(found.until),
        trends={name: _trend(trend) for name, trend in sorted(found.trends.items())},
        languages=[_pair(pair) for pair in found.pairs],
        cache=[
            CacheAnswer(
                level=level,
                times=_trend(FigureTrend(found.now.cache.get(level, 0), found.before.cache.get(level, 0))),
            )
            for level in levels
        ],
        routes=[_route(route) for route in found.now.routes],
        voices=[CountAnswer(name=name, times=times) for name, times in found.now.voices.items()],
        points=[_point(point) for point in found.points],
    )


def queue_answer(view: QueueView) -> QueueViewAnswer:
    """As it is sent."""
    return QueueViewAnswer(
        queues=[
            QueueDepthAnswer(
                queue=Queue(each.priority.name),
                waiting=each.waiting,
                oldest_s=_rounded(each.oldest_s),
                processing=each.processing,
                begun_within_the_hour=each.begun,
                median_s=round(each.median_s, 3),
                longest_s=round(each.longest_s, 3),
            )
            for each in view.queues
        ],
        workers=[
            WorkerAnswer(
                id=worker.id,
                jobs=[
                    LeaseAnswer(
                        job_id=lease.job,
                        queue=Queue(lease.priority.name),
                        stage=lease.stage,
                        progress=round(lease.progress, 3),
                        attempts=lease.attempts,
                        lease_left_s=round(lease.left_s, 3),
                    )
                    for lease in worker.leases
                ],
            )
            for worker in view.workers
        ],
        plans=[
            PlanKeptAnswer(
                plan=each.plan,
                queue=Queue(each.queue),
                promised_s=each.promised_s,
                messages=each.messages,
                p50_s=_rounded(each.p50_s),
                p95_s=_rounded(each.p95_s),
                kept_share=_rounded(each.kept_share),
            )
            for each in view.plans
        ],
        webhooks_waiting=view.untold,
    )


def given_feedback(said: GivenOpinion) -> GivenFeedback:
    """As operators see it."""
    opinion = said.opinion
    return GivenFeedback(
        job_id=said.message,
        tenant=said.tenant,
        rating=opinion.rating,
        sounds_like_me=opinion.sounds_like_me,
        translation_correct=opinion.translation_correct,
        issue=opinion.issue,
        comment=opinion.comment,
        source_language=said.source_language,
        target_language=said.target_language,
        changed_at=_when(said.changed_at),
    )


def _pair(pair: PairQuality) -> PairAnswer:
    return PairAnswer(
        source_language=pair.source,
        target_language=pair.target,
        messages=_trend(pair.messages),
        ratings=pair.ratings,
        rating=_trend(pair.rating),
        transcript_confidence=_trend(pair.transcript_confidence),
        translation_score=_trend(pair.translation_score),
        voice_similarity=_trend(pair.voice_similarity),
    )


def _route(route: RouteCount) -> RouteAnswer:
    return RouteAnswer(
        route=route.route,
        requests=route.requests,
        refused=route.refused,
        failed=route.failed,
        mean_ms=round(route.mean_ms, 1),
    )


def _point(point: Point) -> PointAnswer:
    return PointAnswer(
        at=_when(point.at),
        requests_per_minute=round(point.requests_per_minute, 4),
        failed_requests=point.failed_requests,
        messages=point.messages,
        failed=point.failed,
        cached=point.cached,
        p50_ms=_rounded(point.p50_ms),
        p95_ms=_rounded(point.p95_ms),
        rating=_rounded(point.rating),
        ratings=point.ratings,
    )


def _trend(trend: FigureTrend) -> TrendAnswer:
    return TrendAnswer(now=_rounded(trend.now), before=_rounded(trend.before), change=_rounded(trend.change))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _when(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
