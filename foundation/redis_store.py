"""The way to a Redis that several services share."""

from __future__ import annotations

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

_PATIENCE_S = 0.5


def connect_redis(url: str) -> Redis:
    """Opens nothing yet. Nothing is tried again: each caller knows what to do without Redis, and people wait."""
    return Redis.from_url(
        url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S, retry=Retry(NoBackoff(), 0)
    )
