"""How long a job waits for services that have too much to do: a little longer each time, and not for ever."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from voice_service.storage.tables import plans, tenants

WAITING: Final = "waiting"
"""The stage of a job that is tried again by itself."""
LONGEST_REST_S: Final = 30.0
"""Nobody rests longer: who has room again is found soon."""
BUSY_S: Final = 600.0
"""A job for which there was never room is given up so long after it was first begun, unless its plan promises it for
later than that."""


def rest_s(tried_s: float, at_least_s: float) -> float:
    """How long a job rests now.

    Half as long as it has been tried for: with each time half as long again, and nothing has to be remembered.

    Args:
        tried_s: how long ago it was begun for the first time.
        at_least_s: what the services ask for.
    """
    return min(LONGEST_REST_S, max(at_least_s, tried_s / 2))


async def patience_s(connection: AsyncConnection, tenant: str) -> float:
    """How long a tenant's jobs are tried again in all."""
    plan = (
        select(plans.c.promised_s).join(tenants, tenants.c.plan == plans.c.name).where(tenants.c.id == tenant)
    )
    return max(BUSY_S, float(await connection.scalar(plan) or 0.0))
