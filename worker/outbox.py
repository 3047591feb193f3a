"""What of a speaker's captions in one language is still to be sent: finals all, of interims the newest. Pure."""

from __future__ import annotations

from dataclasses import replace

from pipeline.channel import Channel, WhenFull
from pipeline.events import Caption

INTERIM_EVERY_S = 0.06
"""Interim captions of one speaker and language are at least so far apart."""

FINALS_WAITING = 200
"""More finals than this wait only if nothing could be sent for minutes; the oldest are then lost, and counted."""


class Outbox:
    """Orders and thins out the captions of one speaker in one language."""

    def __init__(self) -> None:
        self._finals: Channel[Caption] = Channel(FINALS_WAITING, WhenFull.DROP_OLDEST)
        self._interim: Caption | None = None
        self._last_final = ""
        self._next_interim_s = 0.0

    def __len__(self) -> int:
        return len(self._finals) + (self._interim is not None)

    @property
    def lost(self) -> int:
        """How many finals had to make room."""
        return self._finals.dropped

    def put(self, caption: Caption) -> None:
        """Adds a caption; an interim one replaces the interim one before it."""
        waiting = self._interim
        if caption.final:
            if waiting is not None and waiting.segment == caption.segment:
                caption = _with_older_word(caption, waiting)
                self._interim = None
            self._finals.put_nowait(caption)
            self._last_final = caption.segment
        elif caption.segment != self._last_final:  # else it comes too late
            self._interim = _with_older_word(caption, waiting) if waiting is not None else caption

    def take(self, now_s: float) -> Caption | None:
        """The next caption that may be sent now, if there is one."""
        if self._finals:
            return self._finals.take_nowait()
        if self._interim is None or now_s < self._next_interim_s:
            return None
        caption, self._interim = self._interim, None
        self._next_interim_s = now_s + INTERIM_EVERY_S
        return caption

    def due_in_s(self, now_s: float) -> float:
        """How long until `take` gives something, if anything waits."""
        return 0.0 if self._finals else max(0.0, self._next_interim_s - now_s)


def _with_older_word(caption: Caption, replaced: Caption) -> Caption:
    """A caption that also shows the word of the one that it replaces: its latency counts from the older one."""
    heard = [at_s for at_s in (caption.heard_at_s, replaced.heard_at_s) if at_s]
    return replace(caption, heard_at_s=min(heard)) if heard else caption
