"""What of a message's way can be otherwise, beside what whoever asks has chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from voice_service.accounts.records import Caller
    from voice_service.messages.records import MessageWish


class RecogniserEffort(StrEnum):
    """How hard recognition tries for messages that ask for the quality "balanced"."""

    FAST = "fast"
    BALANCED = "balanced"
    HIGH = "high"


class TranslatorOrder(StrEnum):
    """Who is asked first where a tenant has agreed to services outside the house."""

    OUTSIDE_FIRST = "outside_first"
    HOUSE_FIRST = "house_first"


class VoiceRule(StrEnum):
    """Which of a language's voices speaks."""

    REGISTER = "register"
    """One as low or high as the speaker's."""
    FIRST = "first"
    """The language's first, whoever speaks."""
    QUICKEST = "quickest"
    """One of the engine that keeps up with live talk, as low or high as the speaker's."""


@dataclass(frozen=True, slots=True)
class MessageTuning:
    """Settings of one message."""

    recogniser: RecogniserEffort = RecogniserEffort.BALANCED
    translator: TranslatorOrder = TranslatorOrder.OUTSIDE_FIRST
    voice: VoiceRule = VoiceRule.REGISTER


@dataclass(frozen=True, slots=True)
class Exposure:
    """A message is part of a trial."""

    trial: str
    unit: str
    """Whoever asked, as a hash."""
    variant: str


@dataclass(frozen=True, slots=True)
class Tuned:
    """How a message is done, and for which trials."""

    tuning: MessageTuning = MessageTuning()
    exposures: Sequence[Exposure] = ()


class Tuner(Protocol):
    """Chooses it. Raises StorageError."""

    async def chosen(self, caller: Caller, wish: MessageWish, *, outside: bool) -> Tuned:
        """`outside`: whether the tenant has agreed to services outside the house."""
        ...

    async def exposed(self, message: str, exposures: Sequence[Exposure]) -> None:
        """The message is in the history."""
        ...


class Untuned:
    """Every message as it was built."""

    async def chosen(self, caller: Caller, wish: MessageWish, *, outside: bool) -> Tuned:
        """The same for all."""
        return Tuned()

    async def exposed(self, message: str, exposures: Sequence[Exposure]) -> None:
        """Nothing to note."""
