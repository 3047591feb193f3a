"""Trials as they are kept: begun, taken part in, looked at, ended, promoted. Everything but taking part is audited.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.audit import Deed, record
from voice_service.storage.message_tables import messages
from voice_service.storage.quality_tables import defaults, exposures, feedback, trials
from voice_service.trials.judging import VariantStanding, outcome, standings
from voice_service.trials.records import Metric, Trial, TrialOutcome, TrialPlan, TrialStatus, Variant
from voice_service.trials.sequential import Sample

MOST_RUNNING: Final = 5
LISTED: Final = 50
JUDGED_EVERY_S: Final = 300.0
_DAY_S: Final = 86_400.0
_SERVICE: Final = "service"


@dataclass(frozen=True, slots=True)
class Default:
    """What a trial has brought to everybody."""

    setting: str
    value: str
    trial: str
    at: float
    """Unix time, s."""


class Trials:
    """All of them.

    Args:
        clock: Unix time, s.
        keep_s: messages are kept so long; no trial lasts longer, since what is deleted would be missing in it.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float], keep_s: float) -> None:
        self._engine, self._clock, self._keep_s = engine, clock, keep_s

    async def begin(self, plan: TrialPlan, who: str) -> Trial:
        """Raises ProblemError(409) where too many are under way, or one of them tries the same setting."""
        async with transaction(self._engine) as connection:
            running = await _running(connection)
            if len(running) >= MOST_RUNNING:
                raise _conflict("too_many_trials", f"No more than {MOST_RUNNING} trials run at once.")
            for other in running:
                if shared := other.plan.tried & plan.tried:
                    names = ", ".join(sorted(shared))
                    raise _conflict("trial_overlaps", f"The trial {other.id} tries {names} already.")
            row = _row_of(plan, self._clock())
            await connection.execute(insert(trials).values(**row))
            await self._note(connection, who, "trial begun", row["id"])
            return await _found(connection, row["id"])

    async def find(self, trial: str) -> Trial:
        """Raises ProblemError(404)."""
        async with reading(self._engine) as connection:
            return await _found(connection, trial)

    async def all(self) -> list[Trial]:
        """The latest first, at most `LISTED`."""
        query = select(trials).order_by(trials.c.created_at.desc(), trials.c.id).limit(LISTED)
        async with reading(self._engine) as connection:
            return [_trial(row) for row in await connection.execute(query)]

    async def in_force(self) -> tuple[list[Trial], list[Default]]:
        """Trials under way, and what holds for everybody by earlier ones."""
        async with reading(self._engine) as connection:
            held = [Default(*row) for row in await connection.execute(select(defaults).order_by("setting"))]
            return await _running(connection), held

    async def expose(self, message: str, found: Sequence[Any]) -> None:
        """A message that is in the history took part; where it is gone again, it did not."""
        rows = [{"message": message, "at": self._clock(), **asdict(exposure)} for exposure in found]
        if not rows:
            return
        async with transaction(self._engine) as connection:
            try:
                async with connection.begin_nested():
                    await connection.execute(insert(exposures), rows)
            except IntegrityError:
                return

    async def standings(self, trial: Trial) -> list[VariantStanding]:
        """As far as it may be told; of one that is decided, as it was then."""
        if trial.outcome is not None:
            return [VariantStanding(**standing) for standing in trial.outcome["standings"]]
        async with reading(self._engine) as connection:
            return standings(trial.plan, await _samples(connection, trial))

    async def judge(self, trial: Trial) -> bool:
        """Applies the stop rule; whether it ended the trial now."""
        async with reading(self._engine) as connection:
            found = standings(trial.plan, await _samples(connection, trial))
        reason = outcome(trial.plan, found)
        # a day before its first messages go: from then on their lack would tilt it
        if reason is None and self._clock() >= trial.created_at + max(
            self._keep_s - _DAY_S, self._keep_s / 2
        ):
            reason = TrialOutcome.OUT_OF_TIME
        if reason is None:
            return False
        values = {
            "status": TrialStatus.DECIDED,
            "outcome": _outcome(reason, found),
            "ended_at": self._clock(),
        }
        return await self._end(trial.id, values, _SERVICE, "trial decided")

    async def end(self, trial: str, who: str) -> Trial:
        """By hand: nobody takes part any more, and what it showed so far is kept. Raises ProblemError(404)."""
        known = await self.find(trial)
        if known.status is TrialStatus.RUNNING:
            found = await self.standings(known)
            values = {
                "status": TrialStatus.ENDED,
                "outcome": _outcome(None, found),
                "ended_at": self._clock(),
            }
            await self._end(trial, values, who, "trial ended")
        return await self.find(trial)

    async def promote(self, trial: str, variant: str, who: str) -> Trial:
        """A variant's settings are everybody's from the next message on.

        Raises ProblemError: 404 for the trial or the variant, 409 while it runs.
        """
        async with transaction(self._engine) as connection:
            known = await _found(connection, trial)
            chosen = next((each for each in known.plan.variants if each.name == variant), None)
            if chosen is None:
                raise ProblemError(Problem(404, "unknown_variant", "The trial has no such variant."))
            if known.status is TrialStatus.RUNNING:
                raise _conflict("trial_running", "A trial is promoted when it is decided or was ended.")
            for setting, value in chosen.settings.items():
                await connection.execute(delete(defaults).where(defaults.c.setting == setting))
                row = {"setting": setting, "value": value, "trial": trial, "at": self._clock()}
                await connection.execute(insert(defaults).values(**row))
            values = {"promoted": variant, "status": TrialStatus.ENDED}
            await connection.execute(update(trials).where(trials.c.id == trial).values(**values))
            await self._note(connection, who, "trial promoted", trial)
            return await _found(connection, trial)

    async def reset(self, setting: str, who: str) -> None:
        """It is as it was built again, also where it was."""
        async with transaction(self._engine) as connection:
            gone = await connection.execute(delete(defaults).where(defaults.c.setting == setting))
            if gone.rowcount:
                await record(
                    connection, Deed(self._clock(), who, "setting reset", f"setting {setting}", None)
                )

    async def keep_judging(self) -> None:
        """Looks at all that run, every few minutes and without end; people who look change nothing."""
        while True:
            running, _ = await self.in_force()
            for trial in running:
                await self.judge(trial)
            await asyncio.sleep(JUDGED_EVERY_S)

    async def _end(self, trial: str, values: Mapping[str, Any], who: str, what: str) -> bool:
        """False where another one was quicker."""
        running = trials.c.status == TrialStatus.RUNNING
        async with transaction(self._engine) as connection:
            ended = await connection.execute(
                update(trials).where(trials.c.id == trial, running).values(**values)
            )
            if ended.rowcount:
                await self._note(connection, who, what, trial)
        return bool(ended.rowcount)

    async def _note(self, connection: AsyncConnection, who: str, what: str, trial: str) -> None:
        await record(connection, Deed(self._clock(), who, what, f"trial {trial}", None))


async def _running(connection: AsyncConnection) -> list[Trial]:
    query = select(trials).where(trials.c.status == TrialStatus.RUNNING).order_by(trials.c.created_at)
    return [_trial(row) for row in await connection.execute(query)]


async def _found(connection: AsyncConnection, trial: str) -> Trial:
    row = (await connection.execute(select(trials).where(trials.c.id == trial))).first()
    if row is None:
        raise ProblemError(Problem(404, "unknown_trial", "There is no such trial."))
    return _trial(row)


async def _samples(connection: AsyncConnection, trial: Trial) -> dict[str, Sample]:
    """One value for each person: of their first message, or the first rating that one of theirs got."""
    taking_part = exposures.c.trial == trial.id
    if trial.plan.metric is Metric.RATING:
        value, order = feedback.c.rating, (feedback.c.created_at, feedback.c.message)
        source = exposures.join(feedback, feedback.c.message == exposures.c.message)
    else:
        value, order = messages.c.processing_time_ms, (exposures.c.at, exposures.c.message)
        source = exposures.join(messages, messages.c.id == exposures.c.message)
    place = func.row_number().over(partition_by=exposures.c.unit, order_by=order).label("place")
    all_of_them = (
        select(exposures.c.variant, value.label("value"), place)
        .select_from(source)
        .where(taking_part)
        .subquery()
    )
    firsts = select(all_of_them.c.variant, all_of_them.c.value).where(all_of_them.c.place == 1)
    values: dict[str, list[float]] = defaultdict(list)
    for variant, measured in await connection.execute(firsts):
        is_time = trial.plan.metric is Metric.LATENCY
        values[variant].append(math.log(max(measured, 1.0)) if is_time else float(measured))
    return {variant: Sample.of(found) for variant, found in values.items()}


def _outcome(reason: TrialOutcome | None, found: Sequence[VariantStanding]) -> dict[str, Any]:
    return {"reason": reason, "standings": [asdict(standing) for standing in found]}


def _conflict(code: str, detail: str) -> ProblemError:
    return ProblemError(Problem(409, code, detail))


def _row_of(plan: TrialPlan, now: float) -> dict[str, Any]:
    return {
        "id": secrets.token_hex(12),
        "name": plan.name,
        "variants": [asdict(replace(variant, settings=dict(variant.settings))) for variant in plan.variants],
        "metric": plan.metric,
        "alpha": plan.alpha,
        "effect": plan.effect,
        "least_people": plan.least_people,
        "most_people": plan.most_people,
        "salt": secrets.token_hex(16),
        "status": TrialStatus.RUNNING,
        "created_at": now,
    }


def _trial(row: Row[Any]) -> Trial:
    plan = TrialPlan(
        name=row.name,
        variants=tuple(Variant(**variant) for variant in row.variants),
        metric=Metric(row.metric),
        alpha=row.alpha,
        effect=row.effect,
        least_people=row.least_people,
        most_people=row.most_people,
    )
    return Trial(
        id=row.id,
        plan=plan,
        salt=row.salt,
        status=TrialStatus(row.status),
        outcome=row.outcome,
        promoted=row.promoted,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
