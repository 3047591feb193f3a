"""How many interpreters each speaker has had: captions and events name clauses by it, so no number comes twice."""

from __future__ import annotations

from foundation.recent import Recent

SPEAKERS = 2000
"""Of so many speakers the takes are counted one by one; who was heard longest ago is forgotten first."""


class Takes:
    """Numbers the interpreters of each speaker of a room, in bounded memory."""

    def __init__(self, speakers: int = SPEAKERS) -> None:
        self._last: Recent[str, int] = Recent(speakers)
        self._forgotten = 0
        """The highest number of those who were forgotten: whoever is not known counts on from it."""

    def __len__(self) -> int:
        return len(self._last)

    def next(self, speaker: str) -> int:
        """The number of the speaker's next interpreter: 1, 2, 3…, or a higher one."""
        take = self._last.pop(speaker, self._forgotten) + 1
        self._forgotten = max(self._forgotten, self._last.make_room() or 0)
        self._last[speaker] = take
        return take
