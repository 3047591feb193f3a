"""What somebody says, gathered until their voice can be measured: in bounded memory, and dropped when it is taken."""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, Pcm, seconds

LEAST_S: Final = 5.0
"""Of less a voice is not measured."""

ENOUGH_S: Final = 12.0
"""So much is measured at once."""

MOST_S: Final = 20.0
"""More is not kept, and needed where there was too little speech in less."""

PATIENCE_S: Final = 45.0
"""So long after its first piece, `LEAST_S` are enough: some say little."""


class SpeechSample:
    """Pieces of one person's speech at `HEARING_RATE_HZ`, at most `MOST_S` of them."""

    def __init__(self, enough_s: float = ENOUGH_S) -> None:
        self._enough_s = enough_s
        self._pieces: list[Pcm] = []
        self._began_at_s = 0.0
        self.speech_s = 0.0
        """How much there is."""

    def add(self, pcm: Pcm, now_s: float) -> None:
        """Takes the next piece, as far as there is room."""
        room = round((MOST_S - self.speech_s) * HEARING_RATE_HZ)
        if not self._pieces:
            self._began_at_s = now_s
        if room > 0 and len(pcm):
            piece = pcm[:room].copy()  # of a long piece nothing else is held on to
            self._pieces.append(piece)
            self.speech_s += seconds(len(piece))

    def is_enough(self, now_s: float) -> bool:
        """Whether the voice can be measured."""
        waited = now_s - self._began_at_s >= PATIENCE_S
        return self.speech_s >= (LEAST_S if waited else self._enough_s)

    def take(self) -> Pcm:
        """All of it; nothing is kept."""
        pieces, self._pieces, self.speech_s = self._pieces, [], 0.0
        return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)
