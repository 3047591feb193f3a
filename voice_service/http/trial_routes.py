"""For operators: trials of settings, and what they have brought to everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from foundation.http.problems import Problem, ProblemError
from voice_service.http.dependencies import CallingOperator, Wired
from voice_service.trials.judging import VariantStanding
from voice_service.trials.records import (
    SETTINGS,
    Metric,
    Trial,
    TrialOutcome,
    TrialPlan,
    TrialStatus,
    Variant,
    Verdict,
)
from voice_service.trials.trials import Trials

router = APIRouter(prefix="/api/v1/admin/ab-test", tags=["operators"])

MOST_VARIANTS = 5
_SHARES_WITHIN = 1e-6
VariantName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
TrialId = Annotated[str, Path(pattern=r"^[0-9a-f]{1,24}$")]


class VariantBody(BaseModel):
    """Settings that are tried."""

    model_config = ConfigDict(extra="forbid")

    name: VariantName
    share: Annotated[float, Field(ge=0.01, le=0.99, allow_inf_nan=False)]
    """Of the people; all together 1."""
    settings: Annotated[dict[str, str], Field(max_length=len(SETTINGS))] = {}
    """By name, as `GET` lists them: `recogniser`, `translator`, `voice`."""


class TrialBody(BaseModel):
    """All is fixed before it begins."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
    variants: Annotated[list[VariantBody], Field(min_length=2, max_length=MOST_VARIANTS)]
    """The first is what is there now, and has no settings."""
    metric: Metric
    alpha: Annotated[float, Field(ge=0.001, le=0.2, allow_inf_nan=False)] = 0.05
    """How probable it may be, at most, that a difference is told where there is none."""
    effect: Annotated[float | None, Field(gt=0, le=4, allow_inf_nan=False)] = None
    """The difference that matters: points of the rating (0.3 unless said), or a share of the time (0.1)."""
    least_people: Annotated[int, Field(ge=20, le=20_000)] = 50
    """Of each variant, before anything but counts is told."""
    most_people: Annotated[int, Field(ge=20, le=20_000)] = 5000

    @model_validator(mode="after")
    def _fits(self) -> TrialBody:
        names = [variant.name for variant in self.variants]
        if len(set(names)) < len(names):
            raise ValueError("two variants have one name")
        if abs(sum(variant.share for variant in self.variants) - 1) > _SHARES_WITHIN:
            raise ValueError("the shares of the variants are not 1 together")
        if self.variants[0].settings:
            raise ValueError("the first variant is what is there now, and has no settings")
        if not all(variant.settings for variant in self.variants[1:]):
            raise ValueError("every variant but the first needs settings")
        if self.most_people < self.least_people:
            raise ValueError("most_people is less than least_people")
        return self


class PromotionBody(BaseModel):
    """Which variant becomes everybody's."""

    model_config = ConfigDict(extra="forbid")

    variant: VariantName


class StandingAnswer(BaseModel):
    """One variant; what may not be told yet is null."""

    variant: str
    share: float
    settings: dict[str, str]
    people: int
    mean: float | None
    """Points, or seconds."""
    difference: float | None
    """From the first: points, or 0.1 for a tenth more time."""
    low: float | None
    """The interval of the difference, which holds at all times at once."""
    high: float | None
    verdict: Verdict | None
    """Null for the first."""


class TrialAnswer(BaseModel):
    """A trial as it stands."""

    id: str
    name: str
    status: TrialStatus
    metric: Metric
    alpha: float
    effect: float
    least_people: int
    most_people: int
    variants: list[StandingAnswer]
    outcome: TrialOutcome | None
    """Why its stop rule ended it; null where it runs, or was ended by hand."""
    promoted: str | None
    created_at: AwareDatetime
    ended_at: AwareDatetime | None


class DefaultAnswer(BaseModel):
    """What a trial has brought to everybody."""

    setting: str
    value: str
    trial: str
    since: AwareDatetime


class TrialsAnswer(BaseModel):
    """All trials, the latest first."""

    trials: list[TrialAnswer]
    settings: dict[str, list[str]]
    """What can be tried, with its values."""
    defaults: list[DefaultAnswer]


@router.post("", status_code=201)
async def begin(body: TrialBody, caller: CallingOperator, services: Wired) -> TrialAnswer:
    """Begins a trial: from the next message on people are given its variants, each person always the same."""
    plan = _plan(body)
    begun = await services.trials.begin(plan, f"key {caller.key}")
    return await _answer(services.trials, begun)


@router.get("")
async def trials(caller: CallingOperator, services: Wired) -> TrialsAnswer:
    """What is tried, what came of it as far as it may be told, and what holds for everybody."""
    await services.looks.note(f"key {caller.key}", "trials read", caller.tenant)
    _, held = await services.trials.in_force()
    return TrialsAnswer(
        trials=[await _answer(services.trials, trial) for trial in await services.trials.all()],
        settings={name: list(values) for name, values in SETTINGS.items()},
        defaults=[
            DefaultAnswer(
                setting=each.setting,
                value=each.value,
                trial=each.trial,
                since=datetime.fromtimestamp(each.at, UTC),
            )
            for each in held
        ],
    )


@router.get("/{trial}")
async def one_trial(trial: TrialId, caller: CallingOperator, services: Wired) -> TrialAnswer:
    """One of them."""
    return await _answer(services.trials, await services.trials.find(trial))


@router.post("/{trial}/end")
async def end(trial: TrialId, caller: CallingOperator, services: Wired) -> TrialAnswer:
    """Ends a trial by hand: everybody gets what is there for all. Ending it twice changes nothing."""
    return await _answer(services.trials, await services.trials.end(trial, f"key {caller.key}"))


@router.post("/{trial}/promote")
async def promote(
    trial: TrialId, body: PromotionBody, caller: CallingOperator, services: Wired
) -> TrialAnswer:
    """Gives a variant's settings to everybody. A trial that runs has to be ended first."""
    promoted = await services.trials.promote(trial, body.variant, f"key {caller.key}")
    return await _answer(services.trials, promoted)


@router.delete("/defaults/{setting}", status_code=204)
async def reset(
    setting: Annotated[str, Path(pattern="^[a-z]{1,32}$")], caller: CallingOperator, services: Wired
) -> None:
    """Takes back what was promoted: the setting is as it was built."""
    await services.trials.reset(setting, f"key {caller.key}")


def _plan(body: TrialBody) -> TrialPlan:
    """Raises ProblemError(422) for a setting that is not there, with those that are."""
    for variant in body.variants:
        for name, value in variant.settings.items():
            if value not in SETTINGS.get(name, ()):
                known = {each: list(values) for each, values in SETTINGS.items()}
                detail = "There is no such setting, or it has no such value."
                raise ProblemError(Problem(422, "unknown_setting", detail, {"known": known}))
    is_time = body.metric is Metric.LATENCY
    return TrialPlan(
        name=body.name,
        variants=tuple(Variant(each.name, each.share, each.settings) for each in body.variants),
        metric=body.metric,
        alpha=body.alpha,
        effect=body.effect or (0.1 if is_time else 0.3),
        least_people=body.least_people,
        most_people=body.most_people,
    )


async def _answer(trials: Trials, trial: Trial) -> TrialAnswer:
    plan = trial.plan
    found = await trials.standings(trial)
    return TrialAnswer(
        id=trial.id,
        name=plan.name,
        status=trial.status,
        metric=plan.metric,
        alpha=plan.alpha,
        effect=plan.effect,
        least_people=plan.least_people,
        most_people=plan.most_people,
        variants=[_standing(*both) for both in zip(plan.variants, found, strict=True)],
        outcome=None if trial.outcome is None else trial.outcome["reason"],
        promoted=trial.promoted,
        created_at=datetime.fromtimestamp(trial.created_at, UTC),
        ended_at=None if trial.ended_at is None else datetime.fromtimestamp(trial.ended_at, UTC),
    )


def _standing(variant: Variant, found: VariantStanding) -> StandingAnswer:
    return StandingAnswer(
        variant=variant.name,
        share=variant.share,
        settings=dict(variant.settings),
        people=found.people,
        mean=_rounded(found.mean),
        difference=_rounded(found.difference),
        low=_rounded(found.low),
        high=_rounded(found.high),
        verdict=found.verdict,
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
