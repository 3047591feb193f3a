"""What is asked of an engine that clones voices, and nothing more."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Final, Protocol

from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineInfo

LEAST_REFERENCE_S: Final = 3.0
MOST_REFERENCE_S: Final = 30.0
"""More of a voice makes no engine here know it better."""


@dataclass(frozen=True, slots=True)
class ConsentedVoice:
    """A voice that may be cloned. There is no other way to ask for a clone than with its owner's consent.

    Raises:
        ValueError: nobody has agreed, or there is too little or too much sound.
    """

    consent: str
    """What the consent is known by, where it is recorded. Says nothing of its owner."""
    reference: Pcm = field(repr=False, compare=False)
    """Its owner's speech and nobody else's, at `HEARING_RATE_HZ`. Never written to a disk, never logged."""

    def __post_init__(self) -> None:
        if not self.consent:
            raise ValueError("nobody has agreed to that")
        if not LEAST_REFERENCE_S <= self.seconds <= MOST_REFERENCE_S:
            raise ValueError(
                f"a reference lasts {LEAST_REFERENCE_S:g} to {MOST_REFERENCE_S:g} s, not {self.seconds:.1f} s"
            )

    @property
    def seconds(self) -> float:
        """How long the reference is."""
        return len(self.reference) / HEARING_RATE_HZ


@dataclass(frozen=True, slots=True)
class CloningRequest:
    """A text to be spoken in somebody's own voice."""

    text: str = field(repr=False)
    language: str
    voice: ConsentedVoice


class VoiceCloner(Protocol):
    """Speaks in voices that it hears for the first time, and keeps none of them."""

    @property
    def info(self) -> EngineInfo:
        """What the engine says of itself."""
        ...

    @property
    def watermark(self) -> str:
        """What marks every sound that it makes, e.g. "perth 1.0.1"."""
        ...

    def clone(self, request: CloningRequest) -> AsyncGenerator[Pcm, None]:
        """Speaks at `pipeline.audio.SPEAKING_RATE_HZ`, sentence by sentence, each marked as made by a machine.

        An async generator: closing it stops the work. Raises UnknownLanguage, EngineMissing, EngineOverloaded,
        EngineError.
        """
        ...

    async def close(self) -> None:
        """Ends its process."""
        ...
