"""How one language is spoken: in which voice, how fast, and whether at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from config.settings import SpeechSettings
from pipeline.clock import Monotonic
from pipeline.engines.protocols import Synthesizer
from pipeline.lag import Backlog, pace
from pipeline.load import Load, Sacrifice
from pipeline.rendering import Order, Rendering
from pipeline.speech_rates import RenderCosts, SpeakingRate
from pipeline.text.glossary import Glossary
from pipeline.voices import Casting

QUICK: Final = 0.5
"""A voice that costs less than this has room to render what may never be said."""

CHEAP: Final = 0.1
"""A voice that costs less than this is never given up: nothing would be gained."""


class Delivery:
    """Chooses voice and pace for each text, and begins its rendering.

    Args:
        costs: what the voices cost.
        load: the process's.
        usual_speed: of speech that is not late, as it is wished now.
    """

    def __init__(
        self,
        language: str,
        *,
        synthesizer: Synthesizer,
        settings: SpeechSettings,
        casting: Casting,
        glossary: Glossary,
        costs: RenderCosts,
        load: Load,
        usual_speed: Callable[[], float],
        now: Monotonic,
    ) -> None:
        self.rate = SpeakingRate()
        """How long text takes to say in this language."""
        self.settings = settings
        """By which it is spoken from the next text on."""
        self._language, self._synthesizer = language, synthesizer
        self._casting, self._said_as = casting, glossary.pronunciations(language)
        self._costs, self._load, self._now = costs, load, now
        self._usual_speed = usual_speed

    @property
    def engine(self) -> str:
        """Its name."""
        return self._synthesizer.info.name

    def voice(self, speaker: str) -> str | None:
        """The speaker's voice; None where the language has none."""
        usual = self._usual_voice(speaker)
        return usual and (self._casting.likeness(speaker, self._language) or usual)

    def _usual_voice(self, speaker: str) -> str | None:
        voices = self._synthesizer.voices(self._language)
        return self._casting.voice(speaker, voices, language=self._language).name if voices else None

    def cost(self, voice: str | None) -> float:
        """Seconds of work for a second of speech, as far as one can tell."""
        return self._costs.of(voice or "")

    def quick(self, voice: str) -> bool:
        """Whether the voice is known to have room for what may never be said."""
        return self._costs.known(voice) and self._costs.of(voice) < QUICK

    def given_up(self, voice: str) -> bool:
        """Whether this voice is silent for now."""
        return self._load.gives_up(Sacrifice.VOICE) and self._costs.least(voice) >= CHEAP

    def order(self, text: str, speaker: str, backlog: Backlog) -> Order | None:
        """What is to be rendered, as fast as the backlog asks for; None where the language has no voice."""
        usual = self._usual_voice(speaker)
        if usual is None:
            return None
        how = pace(backlog, self.settings, self._usual_speed())
        likeness = self._casting.likeness(speaker, self._language)
        voice, instead = (likeness, usual) if likeness else (usual, "")
        return Order(text, self._language, voice, how.speed, how.pause_s, self._said_as, instead)

    def rendering(self, order: Order) -> Rendering:
        """Of one order, not begun yet."""
        return Rendering(
            order,
            synthesizer=self._synthesizer,
            costs=self._costs,
            rate=self.rate,
            timeout_s=self.settings.timeout_s,
            now=self._now,
        )
