"""Turn by turn: what is said is spoken once the speaker has finished their turn.

Turns are in the order of their beginnings. A turn begins with an utterance. It ends when its speaker is silent and has
been so for a while, has left the floor, or somebody else speaks. What is translated of it waits until then; all of it
is spoken before anything of the next turn. Captions do not come this way. While turns are not kept apart nothing waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.events import Clause, Floor, NotTranslated, Translation
from pipeline.text.languages import same_language

SETTLE_S = 5.0
"""So long after its end a turn waits for translations that are still on their way; the next turn waits for it."""

LONGEST_TURN = 200
"""A turn with so many clauses is begun to be spoken though its speaker goes on."""

_ClauseKey = tuple[str, int, int]
"""Speaker, take, number."""


@dataclass(slots=True, eq=False)
class _Turn:
    speaker: str
    takes: set[int] = field(default_factory=set)
    """Of the speaker's interpreters: those that hear an utterance of theirs at the moment."""
    left: bool = False
    timer: asyncio.TimerHandle | None = None
    """Ends the turn; then, what is waited for."""
    ended: bool = False
    settled: bool = False
    """Whether nothing more is waited for."""
    clauses: dict[_ClauseKey, frozenset[str]] = field(default_factory=dict)
    """With the languages that they are to be spoken in."""
    arrived: dict[str, set[_ClauseKey]] = field(default_factory=dict)
    """For each language."""
    waiting: dict[str, list[Translation]] = field(default_factory=dict)

    def done(self, language: str) -> bool:
        """Whether all of it has come that will come in a language."""
        if self.settled:
            return True
        expected = {key for key, languages in self.clauses.items() if language in languages}
        return self.ended and expected <= self.arrived.get(language, set())

    @property
    def pending(self) -> bool:
        """Whether something of it will still be spoken."""
        languages = frozenset[str]().union(*self.clauses.values())
        return bool(self.waiting) or not all(map(self.done, languages))

    @property
    def goes_on(self) -> bool:
        """Whether its speaker is saying something; noise alone is nobody's turn."""
        return bool(self.takes and self.clauses)


class Turns:
    """The turns of one room.

    Args:
        say: has a translation spoken; must not block.
        pause_s: so long a silence ends a turn.
        changed: told when the floor changes hands; must not block.
    """

    def __init__(
        self,
        say: Callable[[Translation], None],
        *,
        pause_s: float,
        changed: Callable[[], None],
    ) -> None:
        self._say, self._pause_s, self._changed = say, pause_s, changed
        self._loop = asyncio.get_running_loop()
        self._kept_apart = False
        self._turns: list[_Turn] = []
        """In the order of their beginnings."""
        self._closed = False

    @property
    def kept_apart(self) -> bool:
        return self._kept_apart

    @property
    def speaker(self) -> str:
        """Whose turn it is; "" while nobody speaks."""
        return next((turn.speaker for turn in self._turns if not turn.ended), "")

    @property
    def pending(self) -> str:
        """Whose turn is over and not wholly translated yet; "" where there is none."""
        return next((turn.speaker for turn in self._turns if turn.ended and turn.pending), "")

    def keep_apart(self, kept_apart: bool) -> None:
        """Sets whether a turn is spoken after its end, or all as it comes; what waits then is spoken now, in order."""
        self._kept_apart = kept_apart
        self._release()
        self._changed()

    def floor(self, speaker: str, take: int, floor: Floor) -> None:
        """A speaker takes, holds or leaves the floor."""
        turn = self._open_turn(speaker)
        if floor is Floor.TAKEN:
            self._take(turn or self._begin(speaker), take)
        elif turn is not None:
            if floor is Floor.PAUSED:
                turn.takes.discard(take)
            else:
                turn.left = True
            if not turn.takes:
                self._rest(turn)

    def committed(self, clause: Clause, languages: frozenset[str]) -> None:
        """A clause was said; what will be spoken of it is waited for before the next turn is spoken.

        Args:
            languages: those in which somebody hears the speaker.
        """
        turn = self._open_turn(clause.speaker) or self._last_turn(clause.speaker)
        if turn is None:
            return  # it ended long ago: whatever comes of it is spoken as it comes
        turn.clauses[_key(clause)] = frozenset(
            language for language in languages if not same_language(language, clause.language)
        )
        if len(turn.clauses) >= LONGEST_TURN and not turn.ended:
            self._end(turn)
            if turn.takes:
                self._begin(clause.speaker).takes = turn.takes

    def translated(self, outcome: Translation | NotTranslated, *, spoken: bool) -> None:
        """What became of a clause in one language.

        Args:
            spoken: whether somebody hears it; else it is only waited for.
        """
        key = _key(outcome.clause)
        turn = next((turn for turn in self._turns if key in turn.clauses), None)
        if isinstance(outcome, Translation) and spoken:
            self._say_in(turn, outcome)
        if turn is not None:
            turn.arrived.setdefault(outcome.language, set()).add(key)
            self._release()

    def _say_in(self, turn: _Turn | None, translation: Translation) -> None:
        """At once, or when it is the turn's turn."""
        if turn is not None and self._kept_apart:
            turn.waiting.setdefault(translation.language, []).append(translation)
        else:
            self._say(translation)

    def close(self) -> None:
        """Nothing more is said: all that waits is spoken now."""
        self._closed = True
        self.keep_apart(False)
        for turn in self._turns:
            _stop_timer(turn)
        self._turns = []

    # --- turns ---------------------------------------------------------------------------------------------

    def _begin(self, speaker: str) -> _Turn:
        turn = _Turn(speaker)
        self._turns.append(turn)
        return turn

    def _take(self, turn: _Turn, take: int) -> None:
        _stop_timer(turn)
        turn.takes.add(take)
        turn.left = False
        for other in list(self._turns):
            if other is not turn and not other.takes and not other.ended:
                self._end(other)
        self._changed()

    def _rest(self, turn: _Turn) -> None:
        """They are silent: for good, or for a while."""
        _stop_timer(turn)
        if turn.left or self._closed or any(other.goes_on for other in self._turns):
            self._end(turn)
        else:
            turn.timer = self._loop.call_later(self._pause_s, self._end, turn)

    def _end(self, turn: _Turn) -> None:
        _stop_timer(turn)
        turn.ended = True
        if not self._closed:
            turn.timer = self._loop.call_later(SETTLE_S, self._settle, turn)
        self._release()
        self._changed()

    def _settle(self, turn: _Turn) -> None:
        turn.settled = True
        self._release()
        self._changed()

    def _open_turn(self, speaker: str) -> _Turn | None:
        return next((turn for turn in self._turns if turn.speaker == speaker and not turn.ended), None)

    def _last_turn(self, speaker: str) -> _Turn | None:
        return next((turn for turn in reversed(self._turns) if turn.speaker == speaker), None)

    # --- speaking ------------------------------------------------------------------------------------------

    def _release(self) -> None:
        """Has spoken what may be, each language by itself, and forgets the turns that are wholly spoken."""
        languages = {language for turn in self._turns for language in turn.waiting}
        for language in sorted(languages):
            self._release_in(language)
        while self._turns and self._turns[0].settled:
            del self._turns[0]

    def _release_in(self, language: str) -> None:
        for turn in self._turns:
            if self._kept_apart and not turn.ended:
                if turn.clauses:
                    return
                continue
            self._say_waiting(turn, language)
            if self._kept_apart and not turn.done(language):
                return

    def _say_waiting(self, turn: _Turn, language: str) -> None:
        for translation in turn.waiting.pop(language, []):
            self._say(translation)


def _key(clause: Clause) -> _ClauseKey:
    return clause.speaker, clause.take, clause.number


def _stop_timer(turn: _Turn) -> None:
    if turn.timer is not None:
        turn.timer.cancel()
        turn.timer = None
