"""How far it is with one speaker's voice: gathered, measured, and found in one language after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.audio import Pcm
from pipeline.engines.protocols import (
    EngineMissing,
    EngineOverloaded,
    Resemblance,
    SpeakerTraits,
    TooLittleSpeech,
    UnknownLanguage,
)
from protocol.likeness import MOST_LANGUAGES, Likeness, LikenessState, Similarity
from worker.likeness.sample import MOST_S, SpeechSample

ATTEMPTS: Final = 3
"""So often in a row a step may fail."""

AGAIN_S: Final = 15.0
"""How long after its first failure a step is tried again; twice as long with each further one."""

WAITS: Final = 40
"""So often a step may find the engine busy with others, who go first."""

MEASURING: Final = ""
"""The step before those of the languages."""


@dataclass(slots=True)
class _Step:
    """What was tried of measuring, or of the search in one language."""

    failures: int = 0
    waits: int = 0
    not_before_s: float = 0.0
    given_up: bool = False

    def failed(self, error: BaseException, now_s: float) -> bool:
        """Whether it is given up now."""
        if isinstance(error, EngineOverloaded) and self.waits < WAITS:
            self.waits += 1
            self.not_before_s = now_s + max(AGAIN_S, error.retry_after_s)
            return False
        self.failures += 1
        self.not_before_s = now_s + AGAIN_S * 2 ** (self.failures - 1)
        hopeless = isinstance(error, (EngineMissing, UnknownLanguage))
        self.given_up = hopeless or self.failures >= ATTEMPTS
        return self.given_up


@dataclass(slots=True)
class LikenedSpeaker:
    """Somebody who wishes to be heard so; what is kept of them goes with this object."""

    sample: SpeechSample = field(default_factory=SpeechSample)
    traits: SpeakerTraits | None = None
    measuring: bool = False
    """Whether their voice is being measured; nothing more is gathered meanwhile."""
    voices: dict[str, Resemblance] = field(default_factory=dict)
    """By language."""
    away_since_s: float | None = None
    """Since when they are not there, or are back and have not said again that they wish it."""
    broken: dict[str, int] = field(default_factory=dict)
    """How often in a row the voice of a language could not speak."""
    _steps: dict[str, _Step] = field(default_factory=dict)
    """By language, and `MEASURING`."""

    @property
    def gathers(self) -> bool:
        """Whether more of what they say is wanted."""
        return self.traits is None and not self.measuring and not self._step(MEASURING).given_up

    def due(self, languages: Iterable[str], now_s: float) -> str | None:
        """The next step: `MEASURING`, a language, or None for nothing now.

        Args:
            languages: in which they are heard, and which can be searched.
        """
        if self.traits is None:
            ready = self.gathers and self.sample.is_enough(now_s)
            return MEASURING if ready and self._may_try(MEASURING, now_s) else None
        for language in sorted(set(languages) - self.voices.keys())[:MOST_LANGUAGES]:
            if self._may_try(language, now_s):
                return language
        return None

    def take_sample(self) -> Pcm:
        """What there is of their speech, to be measured now."""
        self.measuring = True
        return self.sample.take()

    def measured(self, traits: SpeakerTraits) -> None:
        """The sound is not needed any more."""
        self.traits, self.measuring = traits, False

    def found(self, resemblance: Resemblance, language: str) -> None:
        """From now on this voice speaks the language."""
        self.voices[language] = resemblance
        self._steps.pop(language, None)

    def failed(self, step: str, error: BaseException, now_s: float) -> bool:
        """A step went wrong; whether it is given up."""
        if (
            step == MEASURING
        ):  # what was said is gone: it is gathered anew, and more of it where that was the reason
            self.measuring = False
            self.sample = SpeechSample(MOST_S) if isinstance(error, TooLittleSpeech) else SpeechSample()
        return self._step(step).failed(error, now_s)

    def give_up(self, language: str) -> None:
        """The voice that was found cannot be used."""
        self.voices.pop(language, None)
        self._step(language).given_up = True

    def told(self) -> Likeness:
        """As everybody is told."""
        voices: Mapping[str, Similarity] = {
            language: Similarity(found.before, found.after) for language, found in self.voices.items()
        }
        if voices:
            return Likeness(LikenessState.FOUND, voices=voices)
        if any(step.given_up for step in self._steps.values()):
            return Likeness(LikenessState.FAILED)
        if self.traits is not None or self.measuring:
            return Likeness(LikenessState.SEARCHING)
        return Likeness(LikenessState.GATHERING, speech_s=int(self.sample.speech_s))

    def _step(self, name: str) -> _Step:
        return self._steps.setdefault(name, _Step())

    def _may_try(self, name: str, now_s: float) -> bool:
        step = self._step(name)
        return not step.given_up and now_s >= step.not_before_s
