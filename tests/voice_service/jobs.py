"""Jobs for tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import transaction
from voice_service.jobs.records import NewJob, Priority
from voice_service.storage.tables import tenants


async def add_tenant(engine: AsyncEngine, tenant: str = "t1") -> None:
    """Somebody whose jobs they are."""
    async with transaction(engine) as connection:
        await connection.execute(insert(tenants).values(id=tenant, name=tenant, plan="pro", created_at=1.0))


def job(name: str = "", priority: Priority = Priority.P1, tenant: str = "t1", **request: Any) -> NewJob:
    """Something to do."""
    return NewJob(tenant=tenant, key="k1", kind="count", priority=priority, request=request, idempotency=name)
