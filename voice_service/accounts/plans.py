"""Plans, which are rows that the operator changes.

Every function raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.audit import Deed, record
from voice_service.accounts.records import Plan, Queue, Right
from voice_service.storage.tables import plans

COLUMNS = tuple(column.label(f"plan_{column.name}") for column in plans.columns)
"""For `of_row`, beside the columns of other tables."""


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What of a plan shall be otherwise: column and value, as in `Plan`."""

    name: str
    values: dict[str, Any]


def of_row(row: Row[Any]) -> Plan:
    """A plan from a row that has `COLUMNS`. What the row names and this version does not know is no right."""
    known = {right.value for right in Right}
    return Plan(
        name=row.plan_name,
        messages_per_month=row.plan_messages_per_month,
        promised_s=row.plan_promised_s,
        queue=Queue(row.plan_queue),
        requests_per_minute=row.plan_requests_per_minute,
        rights=frozenset(Right(right) for right in row.plan_rights if right in known),
        languages=None if row.plan_languages is None else tuple(row.plan_languages),
    )


async def all_plans(engine: AsyncEngine) -> list[Plan]:
    """In the order of their names."""
    async with reading(engine) as connection:
        rows = await connection.execute(select(*COLUMNS).order_by(plans.c.name))
        return [of_row(row) for row in rows]


async def known(connection: AsyncConnection, name: str) -> None:
    """Raises ProblemError(404) where there is no such plan."""
    found = select(plans.c.name).where(plans.c.name == name)
    if not name.isascii() or (await connection.execute(found)).first() is None:
        raise ProblemError(Problem(404, "plan_unknown", "There is no such plan."))


async def change(engine: AsyncEngine, wanted: PlanChange, who: str, now: float) -> None:
    """Changes a plan, or makes a new one, which holds from the next request on.

    Raises:
        ProblemError: 422, a new one lacks its amount, time or queue.
    """
    async with transaction(engine) as connection:
        if (await connection.execute(select(plans.c.name).where(plans.c.name == wanted.name))).first():
            if wanted.values:
                await connection.execute(
                    update(plans).where(plans.c.name == wanted.name).values(**wanted.values)
                )
        else:
            missing = {"messages_per_month", "promised_s", "queue"} - wanted.values.keys()
            if missing:
                raise ProblemError(
                    Problem(422, "invalid", f"A new plan needs {', '.join(sorted(missing))} too.")
                )
            fresh = {"rights": [Right.QUALITY_BASIC.value], "languages": None} | wanted.values
            await connection.execute(insert(plans).values(name=wanted.name, **fresh))
        await record(connection, Deed(now, who, "plan set", f"plan {wanted.name}", None))
