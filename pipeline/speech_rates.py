"""What a language channel learns of its speech: how long text takes to say, how much comes in, what voices cost."""

from __future__ import annotations

import math
from collections import deque
from statistics import median

from foundation.recent import Recent
from pipeline.text.phrasing import spoken_length

DEMAND_S = 20.0
"""Over about so many seconds the demand is averaged: several clauses and the pauses between them."""

_SHORTEST_LEARNT = 10.0
_PIECES_REMEMBERED = 5
_VOICES_REMEMBERED = 64


class SpeakingRate:
    """Learns how long text takes to say in one language, to know how much speech is waiting.

    Args:
        seconds_per_letter: to begin with; for one letter as `spoken_length` counts.
    """

    def __init__(self, seconds_per_letter: float = 0.065) -> None:
        self.seconds_per_letter = seconds_per_letter

    def expect_s(self, text: str, at_speed: float = 1.0) -> float:
        """How long `text` will take."""
        return spoken_length(text) * self.seconds_per_letter / at_speed

    def learn(self, text: str, took_s: float, at_speed: float) -> None:
        """Notes that `text` took `took_s` seconds at that speed."""
        length = spoken_length(text)
        if length >= _SHORTEST_LEARNT and took_s > 0:
            self.seconds_per_letter += 0.2 * (took_s * at_speed / length - self.seconds_per_letter)


class Demand:
    """How many seconds of speech, at normal speed, come in each second: the mean of the last `DEMAND_S` or so.

    A piece counts as having come in evenly, as long as it is, until its source ended: what comes late and all at once
    because something stalled is no more speech than before. After it was noted somebody may be speaking
    who has not been noted yet: for as long as the piece was the estimate stays, then it fades.
    """

    def __init__(self) -> None:
        self._rate = self._stays_until_s = 0.0
        self._ended_s = self._began_s = math.inf

    def add(self, at_s: float, ended_s: float, speech_s: float) -> None:
        """Notes at `at_s` that so much came in, the source of which ended at `ended_s`."""
        if self._ended_s < math.inf:
            ended_s = max(ended_s, self._ended_s)
        self._rate = self._rate * _fading(ended_s - self._ended_s) + 1 - _fading(speech_s)
        self._began_s = min(self._began_s, ended_s - speech_s)
        self._ended_s, self._stays_until_s = ended_s, at_s + speech_s

    def at(self, at_s: float) -> float:
        """The demand at a time not before the last `add`."""
        if self._ended_s == math.inf:
            return 0.0
        seen_s = max(self._ended_s - self._began_s, DEMAND_S / 2)
        return self._rate * _fading(at_s - self._stays_until_s) / (1 - _fading(seen_s))


def _fading(after_s: float) -> float:
    """What is left of a weight."""
    return math.exp(-max(0.0, after_s) / DEMAND_S)


class RenderCosts:
    """Learns what each voice costs: seconds of work, waiting for the engine included, for a second of speech.

    The median of the last pieces: an engine's first piece, with its warming up, or one stall says little.

    Args:
        assumed: of a voice that has not been heard yet, where no other has either.
    """

    def __init__(self, assumed: float = 0.15) -> None:
        self._assumed = assumed
        self._seen: Recent[str, deque[float]] = Recent(_VOICES_REMEMBERED)

    def learn(self, voice: str, took_s: float, sound_s: float) -> None:
        """Notes that so much work made so much sound."""
        if sound_s <= 0:
            return
        self._seen.setdefault(voice, deque(maxlen=_PIECES_REMEMBERED)).append(max(took_s, 1e-6) / sound_s)
        self._seen.use(voice)

    def of(self, voice: str) -> float:
        """The voice's cost; before it was heard that of the voice heard last."""
        if voice in self._seen:
            return median(self._seen[voice])
        return median(next(reversed(self._seen.values()))) if self._seen else self._assumed

    def least(self, voice: str) -> float:
        """The least of the last pieces: what the work itself costs, without waiting for its turn."""
        return min(self._seen[voice]) if voice in self._seen else self.of(voice)

    def known(self, voice: str) -> bool:
        """Whether the voice has been heard."""
        return voice in self._seen
