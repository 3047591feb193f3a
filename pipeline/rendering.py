"""One translation on its way from text to sound: in pieces, the first a short one where the voice is slow."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import structlog

from foundation.tracing.facts import SpanName
from foundation.tracing.spans import span
from pipeline.audio import SPEAKING_RATE_HZ, Pcm, seconds
from pipeline.channel import Channel
from pipeline.clock import Monotonic
from pipeline.engines.protocols import EngineError, SynthesisRequest, Synthesizer
from pipeline.engines.synthesis.sound_shaping import SilenceTrimmer
from pipeline.speech_rates import RenderCosts, SpeakingRate
from pipeline.text.phrasing import Boundary, boundary_behind, continued, phrases

log = structlog.get_logger(__name__)

FIRST_SOUND_S: Final = 0.35
"""A text of which the first sound would take longer than this is rendered in pieces: dividing it hurts its melody."""

SHORTEST_FIRST: Final = 25.0
"""The first piece is not shorter, in letters. Source: reference figures put first pieces at 25 to 40 characters."""

MARGIN: Final = 1.2
"""By how much a voice may be slower than learnt without the sound running dry between two pieces."""

AHEAD_PIECES: Final = 64
"""How many pieces of sound may be ready before the first of them is wanted."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be rendered, and how."""

    text: str
    language: str
    voice: str
    speed: float
    pause_s: float
    """The longest pause that stays within it."""
    said_as: Mapping[str, str] = field(default_factory=dict)
    """Pronunciations of the glossary: written form to spoken form."""
    instead: str = ""
    """The voice that speaks where `voice` fails before its first sound; empty: it is tried again."""


def pause_behind(text: str, longest_s: float) -> float:
    """How long a voice rests behind a text."""
    match boundary_behind(text):
        case Boundary.SENTENCE:
            return longest_s
        case Boundary.CLAUSE:
            return longest_s / 2
    return 0.0


def silence(pause_s: float) -> Pcm:
    """So much of it."""
    return np.zeros(round(pause_s * SPEAKING_RATE_HZ), np.int16)


class Rendering:
    """Renders one order: `run` does the work, `next` hands over what there is.

    Args:
        costs: what the voice costs; learns from this rendering too.
        rate: how long text takes to say.
        timeout_s: the longest wait for the engine's next sound.
    """

    def __init__(
        self,
        order: Order,
        *,
        synthesizer: Synthesizer,
        costs: RenderCosts,
        rate: SpeakingRate,
        timeout_s: float,
        now: Monotonic,
    ) -> None:
        self.order = order
        self.failure = ""
        """Why there is no more sound, where there should be."""
        self.first_sound_at_s = 0.0
        """When the first sound existed; 0 before."""
        self.sounded_s = 0.0
        """How much sound there has been."""
        self.done = False
        self.voice = order.voice
        """Which speaks; another one once the one that was asked for has failed."""
        self._synthesizer, self._costs, self._rate = synthesizer, costs, rate
        self._timeout_s, self._now = timeout_s, now
        self._in_time = True
        self._sound: Channel[Pcm] = Channel(AHEAD_PIECES)

    async def next(self) -> Pcm | None:
        """The next sound; None at the end."""
        return await anext(self._sound, None)

    def expected_s(self) -> float:
        """How long it will be, as far as one can tell."""
        if self.done:
            return self.sounded_s
        return max(self.sounded_s, self._rate.expect_s(self.order.text, self.order.speed))

    async def run(self) -> None:
        """Renders all pieces; a piece that fails at once is tried twice, one that takes too long is not, unless by
        another voice.

        What fails is told in `failure`.
        """
        with span(SpanName.SYNTHESIS_TEXT) as dividing:
            pieces = self._pieces()
            dividing.tell(pieces=len(pieces))
        for number, piece in enumerate(pieces):
            if number == len(pieces) - 1:
                await self._render(piece, 0.0)
            else:
                await self._render(
                    continued(piece, self.order.language), pause_behind(piece, self.order.pause_s)
                )
            if self.failure:
                break
        self.done = True
        self._sound.close()

    async def _render(self, text: str, pause_s: float) -> None:
        for attempt in (1, 2):
            before_s = self.sounded_s
            self.failure = await self._attempt(text, pause_s)
            if not self.failure or self.sounded_s > before_s:
                return
            if not (self._in_time or self._has_another_voice()):
                return
            log.warning(
                "synthesis failed", language=self.order.language, attempt=attempt, reason=self.failure
            )
            self.voice = self.order.instead or self.voice

    def _has_another_voice(self) -> bool:
        return self.order.instead not in ("", self.voice)

    def _pieces(self) -> list[str]:
        """The whole text for a quick voice, phrases for a slow one."""
        order, cost = self.order, self._costs.of(self.order.voice)
        if cost * self._rate.expect_s(order.text, order.speed) <= FIRST_SOUND_S:
            return [order.text]
        first = FIRST_SOUND_S / cost * order.speed / self._rate.seconds_per_letter
        return phrases(
            order.text,
            first=max(first, SHORTEST_FIRST),
            cost=cost * MARGIN,
            language=order.language,
            whole=order.said_as.keys(),
        )

    async def _attempt(self, text: str, pause_s: float) -> str:
        """Renders one piece and the pause behind it; why it failed, if it did."""
        order = self.order
        request = SynthesisRequest(text, order.language, self.voice, order.speed, dict(order.said_as))
        trimmer = SilenceTrimmer(SPEAKING_RATE_HZ, pause_s=order.pause_s)
        worked_s, began_s, sounded_s = 0.0, self._now(), self.sounded_s
        try:
            async with aclosing(self._synthesizer.synthesize(request)) as sound:
                while True:
                    async with asyncio.timeout(self._timeout_s):
                        pcm = await anext(sound, None)
                    worked_s += self._now() - began_s
                    if pcm is None:
                        break
                    await self._put(trimmer.feed(pcm))
                    began_s = self._now()
        except TimeoutError:
            worked_s += self._timeout_s
            self._costs.learn(self.voice, worked_s, self._rate.expect_s(text, order.speed))
            self._in_time = False
            return f"no sound within {self._timeout_s:g} s"
        except EngineError as error:
            return str(error)
        await self._put(trimmer.finish())
        self._costs.learn(self.voice, worked_s, self.sounded_s - sounded_s)
        if self.sounded_s > sounded_s:
            await self._put(silence(pause_s))
        return ""

    async def _put(self, pcm: Pcm) -> None:
        if not len(pcm):
            return
        self.first_sound_at_s = self.first_sound_at_s or self._now()
        self.sounded_s += seconds(len(pcm), SPEAKING_RATE_HZ)
        await self._sound.put(pcm)
