"""What a trial is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from voice_service.messages.tuning import RecogniserEffort, TranslatorOrder, VoiceRule

SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "recogniser": tuple(RecogniserEffort),
    "translator": tuple(TranslatorOrder),
    "voice": tuple(VoiceRule),
}
"""What can be tried, with its values; see `messages.tuning`."""


class Metric(StrEnum):
    """What a trial is decided by: one thing, named before it begins."""

    RATING = "rating"
    """A person's first rating, 1…5; more is better."""
    LATENCY = "latency"
    """How long a person's first message took, as logarithm; less is better."""


class TrialStatus(StrEnum):
    """How far a trial is."""

    RUNNING = "running"
    DECIDED = "decided"
    """By its stop rule: everybody gets what is there for all, until somebody promotes a variant or ends it."""
    ENDED = "ended"


class Verdict(StrEnum):
    """What may be said of a variant beside the first."""

    TOO_FEW = "too_few"
    UNDECIDED = "undecided"
    BETTER = "better"
    WORSE = "worse"


class TrialOutcome(StrEnum):
    """Why a trial was decided."""

    BETTER = "better"
    """A variant is better than what is there."""
    WORSE = "worse"
    """All are worse."""
    NO_DIFFERENCE = "no_difference"
    """None was shown although all the people it was made for took part."""
    OUT_OF_TIME = "out_of_time"
    """Its first messages are about to be deleted."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Settings that are tried."""

    name: str
    share: float
    """0…1, of the people."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """By name, see `SETTINGS`; what is not named is as it is for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan:
    """What is fixed before a trial begins."""

    name: str
    variants: Sequence[Variant]
    """The first is what is there now: it has no settings."""
    metric: Metric
    alpha: float
    """The probability, at most, that a difference is told where there is none, however often somebody looks."""
    effect: float
    """The difference that matters: points of the rating, or 0.1 for a tenth of the time. The test is keenest there."""
    least_people: int
    """Of each variant, before anything is told."""
    most_people: int
    """Of each variant; then it is over in any case."""

    @property
    def tried(self) -> set[str]:
        """Names of its settings."""
        return {name for variant in self.variants for name in variant.settings}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A trial as it is kept."""

    id: str
    plan: TrialPlan
    salt: str
    status: TrialStatus
    outcome: Mapping[str, Any] | None
    """`reason` (`TrialOutcome`), and the comparisons at that moment."""
    promoted: str | None
    created_at: float
    """Unix time, s; so is the other."""
    ended_at: float | None

    def unit(self, tenant: str, person: str) -> str:
        """Whoever asks, as this trial knows them: 64 hexadecimal digits that another trial does not share."""
        return hashlib.sha256(f"{self.salt}:{tenant}:{person}".encode()).hexdigest()

    def assigned(self, unit: str) -> Variant:
        """The same variant for the same unit, always; each by its share."""
        place = int(unit[:16], 16) / 2**64
        reached = 0.0
        for variant in self.plan.variants:
            reached += variant.share
            if place < reached:
                return variant
        return self.plan.variants[-1]  # shares that sum up to a little less than 1
