"""What a job is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Final

AGE_S: Final = 60.0
"""A job that has waited for so long comes before one of the next higher priority that is new: none waits for ever."""


class Priority(IntEnum):
    """How soon, as plans promise it."""

    P0 = 0
    P1 = 1
    P2 = 2

    def rank(self, created_at: float) -> float:
        """The smaller, the sooner; it never has to be changed while a job waits and grows older."""
        return created_at + self * AGE_S


class JobStatus(StrEnum):
    """What has become of a job."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether it stays so."""
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What is to be done, for whom."""

    tenant: str
    key: str
    """Id of the key that it was asked for with."""
    kind: str
    """Which work it is, e.g. "translate"."""
    priority: Priority
    request: Mapping[str, Any]
    """What the work needs to know; no sound."""
    sound: str = ""
    """Name of the object that holds the sound."""
    sound_hash: str = ""
    """Of the sound itself, so that the same request is known again."""
    webhook_url: str = ""
    """Who is told when it is over; empty: nobody."""
    idempotency: str = ""
    """What the caller calls it: the same again is the same job. Empty: it has no name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it is kept."""

    id: str
    tenant: str
    key: str
    kind: str
    priority: Priority
    status: JobStatus
    request: Mapping[str, Any]
    sound: str
    webhook_url: str
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None
    """`code` and `detail` of what went wrong."""
    progress: float
    """0…1."""
    stage: str
    """What is being done, e.g. "transcription", or that it is `WAITING` for services."""
    attempts: int
    created_at: float
    """Unix time, s; so are the others."""
    started_at: float | None
    ended_at: float | None


@dataclass(frozen=True, slots=True)
class Waited:
    """How long jobs of one priority waited lately, in seconds."""

    priority: Priority
    count: int
    median_s: float
    longest_s: float
