"""What may be said of a trial, and whether its stop rule ends it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voice_service.trials.records import Metric, TrialOutcome, TrialPlan, Verdict
from voice_service.trials.sequential import Sample, VariantComparison, compare


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantStanding:
    """One variant of a trial."""

    variant: str
    people: int
    mean: float | None
    """Points, or seconds (of the latency's logarithm the mean, turned back); None before it may be told."""
    difference: float | None
    """From the first: points, or 0.1 for a tenth more time; None for the first, and before it may be told."""
    low: float | None
    high: float | None
    verdict: Verdict | None
    """None for the first."""


def standings(plan: TrialPlan, samples: Mapping[str, Sample]) -> list[VariantStanding]:
    """In the order of the variants. Nothing but counts is told before all have the least number of people."""
    all_samples = [samples.get(variant.name, Sample()) for variant in plan.variants]
    told = min(sample.count for sample in all_samples) >= plan.least_people
    first, alpha = all_samples[0], plan.alpha / (len(all_samples) - 1)  # Bonferroni
    made = []
    for number, (variant, sample) in enumerate(zip(plan.variants, all_samples, strict=True)):
        is_first = number == 0
        compared = compare(first, sample, alpha=alpha, effect=plan.effect) if told and not is_first else None
        made.append(
            VariantStanding(
                variant=variant.name,
                people=sample.count,
                mean=_mean(plan.metric, sample) if told else None,
                difference=_change(plan.metric, compared.difference) if compared else None,
                low=_change(plan.metric, compared.low) if compared else None,
                high=_change(plan.metric, compared.high) if compared else None,
                verdict=None if is_first else _verdict(plan.metric, compared),
            )
        )
    return made


def outcome(plan: TrialPlan, found: Sequence[VariantStanding]) -> TrialOutcome | None:
    """The stop rule: None where the trial goes on."""
    verdicts = [standing.verdict for standing in found[1:]]
    if Verdict.BETTER in verdicts:
        return TrialOutcome.BETTER
    if all(verdict is Verdict.WORSE for verdict in verdicts):
        return TrialOutcome.WORSE
    if all(standing.people >= plan.most_people for standing in found):
        return TrialOutcome.NO_DIFFERENCE
    return None


def _verdict(metric: Metric, compared: VariantComparison | None) -> Verdict:
    if compared is None:
        return Verdict.TOO_FEW
    if not compared.conclusive:
        return Verdict.UNDECIDED
    more_is_better = metric is Metric.RATING
    return Verdict.BETTER if (compared.low > 0) == more_is_better else Verdict.WORSE


def _mean(metric: Metric, sample: Sample) -> float:
    return math.exp(sample.mean) / 1000 if metric is Metric.LATENCY else sample.mean


def _change(metric: Metric, difference: float) -> float:
    """Of logarithms the ratio, less 1."""
    return math.expm1(min(difference, 50.0)) if metric is Metric.LATENCY else difference
