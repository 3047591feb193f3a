"""How the service does, as figures with what they were in the time before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import reading
from voice_service.storage.message_tables import messages
from voice_service.storage.quality_tables import feedback
from voice_service.watching.counted import Counted, counted, requests_by_stretch
from voice_service.watching.ranks import ranked, stretch_of
from voice_service.watching.tallies import STRETCH_S, Tallies

HOUR_S: Final = 3600.0
POINTS: Final = 48
"""Of a plot, at most."""
_MOST_PAIRS: Final = 100


@dataclass(frozen=True, slots=True)
class FigureTrend:
    """A figure, and what it was in the time of equal length before; None where nothing was measured."""

    now: float | None
    before: float | None

    @property
    def change(self) -> float | None:
        """0.1 is a tenth more than before."""
        if self.now is None or not self.before:
            return None
        return self.now / self.before - 1


@dataclass(frozen=True, slots=True)
class PairQuality:
    """How good messages from one language into another are."""

    source: str
    target: str
    messages: FigureTrend
    ratings: int
    rating: FigureTrend
    transcript_confidence: FigureTrend
    translation_score: FigureTrend
    voice_similarity: FigureTrend


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One place of the plots."""

    at: float
    """When it begins, Unix time, s."""
    requests_per_minute: float
    failed_requests: int
    messages: int
    failed: int
    cached: int
    p50_ms: float | None
    p95_ms: float | None
    rating: float | None
    ratings: int


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """Of one stretch of time, and of the one before."""

    since: float
    until: float
    trends: dict[str, FigureTrend]
    now: Counted
    before: Counted
    pairs: list[PairQuality]
    points: list[Point]


class FigureReader:
    """Reads them. Every method raises StorageError.

    Args:
        tallies: this process's own counts are added first; those of others are some seconds old.
        clock: Unix time, s.
        keep_s: messages are kept so long: what reaches further back is no time to compare with.
    """

    def __init__(
        self, engine: AsyncEngine, tallies: Tallies, *, clock: Callable[[], float], keep_s: float
    ) -> None:
        self._engine, self._tallies, self._clock, self._keep_s = engine, tallies, clock, keep_s

    async def of(self, hours: int) -> ServiceFigures:
        """Of so many hours until now."""
        await self._tallies.add()
        until = self._clock()
        length_s = hours * HOUR_S
        since, first = until - length_s, until - 2 * length_s
        async with reading(self._engine) as connection:
            now, before = [
                await counted(connection, *_stretches(begin, begin + length_s)) for begin in (since, first)
            ]
            summary = await _summary(connection, since, until)
            earlier = await _summary(connection, first, since) if 2 * length_s <= self._keep_s else _NOTHING
            pairs = await _pairs(connection, since, until), await _pairs(connection, first, since)
            points = await _points(connection, since, until)
        trends = {
            "requests_per_minute": FigureTrend(now.requests / length_s * 60, before.requests / length_s * 60),
            "failed_requests_share": FigureTrend(
                _share(now.failed, now.requests), _share(before.failed, before.requests)
            ),
            "refused_requests_share": FigureTrend(
                _share(now.refused, now.requests), _share(before.refused, before.requests)
            ),
            **{name: FigureTrend(value, earlier.get(name)) for name, value in summary.items()},
        }
        return ServiceFigures(since, until, trends, now, before, _compared(*pairs), points)


_NOTHING: Final[dict[str, float | None]] = {}
_COMPLETED: Final = messages.c.status == "completed"


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _stretches(since: float, until: float) -> tuple[float, float]:
    """Whole stretches of the counts: the one that `since` lies in belongs to the time before."""
    return since - since % STRETCH_S + STRETCH_S, until - until % STRETCH_S + STRETCH_S


def _yes(column: Any) -> Any:
    """The mean of an answer yes (1) or no (0); of none NULL."""
    return func.avg(case((column.is_(True), 1.0), (column.is_(False), 0.0)))


async def _summary(connection: AsyncConnection, since: float, until: float) -> dict[str, float | None]:
    """The figures of messages and opinions."""
    within = messages.c.created_at >= since, messages.c.created_at < until
    sums = select(
        func.count().label("messages"),
        func.avg(case((messages.c.status == "failed", 1.0), else_=0.0)).label("failed_messages_share"),
        func.avg(case((messages.c.cached.is_(True), 1.0), else_=0.0))
        .filter(_COMPLETED)
        .label("cached_share"),
        func.avg(messages.c.transcript_confidence).label("transcript_confidence"),
        func.avg(messages.c.translation_score).label("translation_score"),
        func.avg(messages.c.signal_to_noise_db).label("signal_to_noise_db"),
        func.avg(messages.c.voice_similarity).label("voice_similarity"),
    ).where(*within)
    times = ranked(select(messages.c.processing_time_ms.label("ms")).where(*within, _COMPLETED), "ms")
    opinions = select(
        func.count().label("ratings"),
        func.avg(feedback.c.rating).label("rating"),
        _yes(feedback.c.sounds_like_me).label("sounds_like_me_share"),
        _yes(feedback.c.translation_correct).label("translation_correct_share"),
    ).where(feedback.c.changed_at >= since, feedback.c.changed_at < until)
    found = _numbers((await connection.execute(sums)).one())
    row = (await connection.execute(times)).one()
    found |= {"latency_p50_ms": row.p50, "latency_p95_ms": row.p95}
    return found | _numbers((await connection.execute(opinions)).one())


def _numbers(row: Row[Any]) -> dict[str, float | None]:
    return {name: None if value is None else float(value) for name, value in row._mapping.items()}


# --- by pair of languages ---------------------------------------------------------------------------------

_Pair = tuple[str, str]


async def _pairs(
    connection: AsyncConnection, since: float, until: float
) -> dict[_Pair, dict[str, float | None]]:
    ways = messages.c.source_language, messages.c.target_language
    scores = (
        select(
            *ways,
            func.count().label("messages"),
            func.avg(messages.c.transcript_confidence).label("transcript_confidence"),
            func.avg(messages.c.translation_score).label("translation_score"),
            func.avg(messages.c.voice_similarity).label("voice_similarity"),
        )
        .where(messages.c.created_at >= since, messages.c.created_at < until, ways[0].is_not(None))
        .group_by(*ways)
        .order_by(func.count().desc(), *ways)
        .limit(_MOST_PAIRS)
    )
    ratings = (
        select(*ways, func.count().label("ratings"), func.avg(feedback.c.rating).label("rating"))
        .join(feedback, feedback.c.message == messages.c.id)
        .where(feedback.c.changed_at >= since, feedback.c.changed_at < until, ways[0].is_not(None))
        .group_by(*ways)
        .order_by(func.count().desc(), *ways)
        .limit(_MOST_PAIRS)
    )
    found: dict[_Pair, dict[str, float | None]] = defaultdict(dict)
    for query in (scores, ratings):
        for source, target, *values in (result := await connection.execute(query)):
            names = list(result.keys())[2:]
            found[source, target] |= {
                name: None if value is None else float(value)
                for name, value in zip(names, values, strict=True)
            }
    return found


def _compared(
    now: dict[_Pair, dict[str, float | None]], before: dict[_Pair, dict[str, float | None]]
) -> list[PairQuality]:
    def pair(way: _Pair) -> PairQuality:
        here, then = now[way], before.get(way, {})

        def trend(name: str) -> FigureTrend:
            return FigureTrend(here.get(name), then.get(name))

        return PairQuality(
            source=way[0],
            target=way[1],
            messages=FigureTrend(here.get("messages") or 0, then.get("messages")),
            ratings=int(here.get("ratings") or 0),
            rating=trend("rating"),
            transcript_confidence=trend("transcript_confidence"),
            translation_score=trend("translation_score"),
            voice_similarity=trend("voice_similarity"),
        )

    return sorted(
        (pair(way) for way in now), key=lambda one: (-(one.messages.now or 0), one.source, one.target)
    )


# --- over time --------------------------------------------------------------------------------------------


async def _points(connection: AsyncConnection, since: float, until: float) -> list[Point]:
    """Of equal length, as many as fit with at least one stretch of counts in each."""
    count = min(POINTS, int((until - since) // STRETCH_S))
    length_s = (until - since) / count
    within = messages.c.created_at >= since, messages.c.created_at < until
    place = stretch_of(connection, messages.c.created_at, since, length_s)
    sums = (
        select(
            place.label("of"),
            func.count().label("messages"),
            func.count().filter(messages.c.status == "failed").label("failed"),
            func.count().filter(messages.c.cached.is_(True)).label("cached"),
        )
        .where(*within)
        .group_by(place)
    )
    timed = select(place.label("of"), messages.c.processing_time_ms.label("ms")).where(*within, _COMPLETED)
    said_at = stretch_of(connection, feedback.c.changed_at, since, length_s)
    rated = (
        select(
            said_at.label("of"), func.count().label("ratings"), func.avg(feedback.c.rating).label("rating")
        )
        .where(feedback.c.changed_at >= since, feedback.c.changed_at < until)
        .group_by(said_at)
    )
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for query in (sums, ranked(timed, "ms", "of"), rated):
        for row in await connection.execute(query):
            found[row.of] |= row._mapping
    asked = await _requests(connection, since, until, length_s)
    return [
        _point(since + number * length_s, found[number], asked[number], length_s) for number in range(count)
    ]


async def _requests(
    connection: AsyncConnection, since: float, until: float, length_s: float
) -> dict[int, tuple[int, int]]:
    """By number of the point: how many, how many that failed."""
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for begins_at, status, times in await requests_by_stretch(connection, *_stretches(since, until)):
        number = int((min(begins_at, until - 1) - since) // length_s)
        asked, failed = found[number]
        found[number] = asked + times, failed + (times if status == "5xx" else 0)
    return found


def _point(at: float, found: dict[str, Any], asked: tuple[int, int], length_s: float) -> Point:
    rating: Sequence[Any] = (found.get("rating"), found.get("ratings", 0))
    return Point(
        at=at,
        requests_per_minute=asked[0] / length_s * 60,
        failed_requests=asked[1],
        messages=found.get("messages", 0),
        failed=found.get("failed", 0),
        cached=found.get("cached", 0),
        p50_ms=found.get("p50"),
        p95_ms=found.get("p95"),
        rating=None if rating[0] is None else float(rating[0]),
        ratings=rating[1],
    )
