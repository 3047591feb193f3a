"""What was counted, read back: requests, answers from before, voices, processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from voice_service.storage.quality_tables import figures

REQUEST: Final = "request"
"""`request|POST /tts|200`"""
CACHE: Final = "cache"
"""`cache|memory`, `cache|redis`, `cache|objects`, `cache|missed`"""
VOICE: Final = "voice"
"""`voice|af`: spoken by it at `/tts`."""
WORKER: Final = "worker"
"""`worker|5f…`: a process that does jobs is there."""
MISSED: Final = "missed"


@dataclass(frozen=True, slots=True)
class RouteCount:
    """How often one route was asked."""

    route: str
    """With its method, e.g. "POST /tts"."""
    requests: int
    refused: int
    """Answered with 4xx."""
    failed: int
    """Answered with 5xx."""
    mean_ms: float


@dataclass(frozen=True, slots=True)
class Counted:
    """All counts of a stretch of time."""

    routes: tuple[RouteCount, ...]
    """The most asked first."""
    cache: Mapping[str, int]
    voices: Mapping[str, int]
    """The most used first."""

    @property
    def requests(self) -> int:
        """Of all routes."""
        return sum(route.requests for route in self.routes)

    @property
    def failed(self) -> int:
        """Of all routes."""
        return sum(route.failed for route in self.routes)

    @property
    def refused(self) -> int:
        """Of all routes."""
        return sum(route.refused for route in self.routes)


async def counted(connection: AsyncConnection, since: float, until: float) -> Counted:
    """Unix times, s. In the caller's transaction."""
    query = (
        select(
            figures.c.name,
            func.sum(figures.c.count).label("times"),
            func.sum(figures.c.total_ms).label("total_ms"),
        )
        .where(figures.c.begins_at >= since, figures.c.begins_at < until)
        .group_by(figures.c.name)
    )
    found: dict[str, dict[str, tuple[int, float]]] = defaultdict(dict)
    for name, times, total_ms in await connection.execute(query):
        kind, _, rest = name.partition("|")
        found[kind][rest] = int(times), float(total_ms)
    return Counted(_routes(found[REQUEST]), _times(found[CACHE]), _times(found[VOICE]))


async def requests_by_stretch(
    connection: AsyncConnection, since: float, until: float
) -> list[tuple[int, str, int]]:
    """When a stretch begins (Unix time, s), the status of its answers, how many."""
    query = select(figures.c.begins_at, figures.c.name, figures.c.count.label("times")).where(
        figures.c.begins_at >= since, figures.c.begins_at < until, figures.c.name.startswith(f"{REQUEST}|")
    )
    return [
        (row.begins_at, row.name.rpartition("|")[2], row.times) for row in await connection.execute(query)
    ]


async def workers(connection: AsyncConnection, since: float) -> set[str]:
    """Ids of processes that were there since a time (Unix, s)."""
    query = select(figures.c.name).where(
        figures.c.begins_at >= since, figures.c.name.startswith(f"{WORKER}|")
    )
    return {name.partition("|")[2] for name in (await connection.execute(query)).scalars()}


def _times(found: Mapping[str, tuple[int, float]]) -> dict[str, int]:
    most_first = sorted(found.items(), key=lambda one: (-one[1][0], one[0]))
    return {name: times for name, (times, _) in most_first}


def _routes(found: Mapping[str, tuple[int, float]]) -> tuple[RouteCount, ...]:
    by_route: dict[str, dict[str, tuple[int, float]]] = defaultdict(dict)
    for name, value in found.items():
        route, _, status = name.rpartition("|")
        by_route[route][status] = value
    made = [_route(route, by_status) for route, by_status in by_route.items()]
    return tuple(sorted(made, key=lambda one: (-one.requests, one.route)))


def _route(route: str, by_status: Mapping[str, tuple[int, float]]) -> RouteCount:
    times = {status: count for status, (count, _) in by_status.items()}
    total = sum(times.values())
    spent_ms = sum(total_ms for _, total_ms in by_status.values())
    return RouteCount(route, total, times.get("4xx", 0), times.get("5xx", 0), spent_ms / max(1, total))
