"""What one room counts, and tells every few seconds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable
from typing import Final

from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.events import Caption, NotSpoken, Speech, Trouble
from pipeline.retraction import RetractionCounter
from pipeline.timing import CaptionShown, ClauseCommitted, ClauseTranslated, Measurement, SoundLost
from protocol.language import base, is_code
from worker.figures.channel import Send
from worker.figures.reports import FiguresReport
from worker.figures.series import (
    CAPTION,
    CHANNEL_LAG,
    CLAUSES,
    EAR_VOICE_SPAN,
    LAG,
    LISTENERS,
    SOUND,
    SOUND_LOST,
    SPEAKERS,
    TRANSLATED,
    TROUBLES,
    TTFT,
    VOICED,
    WORDS_CHANGED,
    WORDS_SHOWN,
)
from worker.figures.tally import Key, Levels, RoomTally
from worker.published_channel import ChannelView

EVERY_S: Final = 5.0
"""How much is lost of a room whose process is killed."""

_LAST_TRIES: Final = 10
_LAST_TRY_S: Final = 0.1

UNKNOWN: Final = "unknown"
"""A language that is still to be found out."""


def language_label(code: str) -> str:
    """A language as a label has it: without region and script."""
    return base(code) if is_code(code) else UNKNOWN


def levels_of(spoken: Iterable[str], channels: Iterable[ChannelView]) -> Levels:
    """What holds in a room now.

    Args:
        spoken: the language of each speaker, "" where it is not known.
    """
    levels: dict[Key, float] = {}
    for code in spoken:
        key = SPEAKERS, (language_label(code),)
        levels[key] = levels.get(key, 0.0) + 1
    for view in channels:
        label = (language_label(view.language),)
        levels[LISTENERS, label] = levels.get((LISTENERS, label), 0.0) + view.listeners
        levels[CHANNEL_LAG, label] = max(levels.get((CHANNEL_LAG, label), 0.0), view.lag_s)
    return levels


class RoomFigures:
    """Takes every report of a room; none of its methods blocks.

    Args:
        levels: what holds in the room now.
    """

    def __init__(self, send: Send, levels: Callable[[], Levels]) -> None:
        self._send, self._levels = send, levels
        self._new = RoomTally()
        self._shown = RetractionCounter()

    def heard(self, pcm: Pcm) -> None:
        """A speaker's sound came in, 16 kHz."""
        self._new.count(SOUND, by=len(pcm) / HEARING_RATE_HZ)

    def measured(self, measurement: Measurement) -> None:
        """A latency on the way."""
        match measurement:
            case ClauseCommitted(language=language):
                self._new.count(CLAUSES, language_label(language))
            case ClauseTranslated(language=language, failed=failed, doubt=doubt):
                outcome = "failed" if failed else "doubtful" if doubt else "done"
                self._new.count(TRANSLATED, language_label(language), outcome)
            case CaptionShown(language=language, latency_s=latency_s):
                self._new.observe(CAPTION, language_label(language), seconds=latency_s)
            case SoundLost(lost_s=lost_s):
                self._new.count(SOUND_LOST, by=lost_s)

    def spoken(self, speech: Speech) -> None:
        """What became of a translation on its way to the ear."""
        clause, language = speech.translation.clause, language_label(speech.translation.language)
        if isinstance(speech, NotSpoken):
            self._new.count(VOICED, language, "skipped")
            return
        self._new.count(VOICED, language, "spoken")
        took_s = speech.first_audio_at_s - clause.committed_at_s - speech.waited_s
        self._new.observe(TTFT, language, seconds=took_s)
        self._new.observe(EAR_VOICE_SPAN, language, seconds=speech.onset_at_s - clause.onset_at_s)
        self._new.observe(LAG, language, seconds=speech.lag_s)

    def sent(self, caption: Caption) -> None:
        """A caption is on its readers' screens; `segment` tells it from all others of the room."""
        shown, changed = self._shown.shown, self._shown.changed
        self._shown.feed(caption)
        language = language_label(caption.language)
        self._new.count(WORDS_SHOWN, language, by=self._shown.shown - shown)
        self._new.count(WORDS_CHANGED, language, by=self._shown.changed - changed)

    def trouble(self, trouble: Trouble) -> None:
        """Something was missing."""
        self._new.count(TROUBLES, trouble.stage)

    def tell(self) -> bool:
        """Hands over what is new; whether it is gone, else it is kept for the next time."""
        return self._hand_over(self._levels())

    async def run(self) -> None:
        """Tells again and again until cancelled."""
        while True:
            self.tell()
            await asyncio.sleep(EVERY_S)

    async def close(self) -> None:
        """Tells the last, and that nothing holds any more."""
        for _ in range(_LAST_TRIES):
            if self._hand_over({}):
                return
            await asyncio.sleep(_LAST_TRY_S)

    def _hand_over(self, levels: Levels) -> bool:
        gone = self._send(FiguresReport(os.getpid(), self._new, levels).encoded())
        if gone:
            self._new = RoomTally()
        return gone
