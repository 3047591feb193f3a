"""Who of a room wishes to be heard in a voice that resembles theirs: gathered, searched one at a time, told to all.

Only the speaker can wish it, and only for themselves: the wish is an attribute of theirs. What they say is gathered as
it is heard anyway; the sound goes when it is measured, the measure and the voices go when the wish is taken back, when
they have left, and with the room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Final, Protocol

import structlog

from pipeline.audio import Pcm
from pipeline.clock import Monotonic
from pipeline.engines.protocols import EngineError, Resemblance, SpeakerTraits
from pipeline.events import Speech, Spoken, Trouble
from pipeline.text.languages import served_by
from pipeline.voices import Casting
from protocol.likeness import MOST_SPEAKERS, Likenesses
from protocol.reports import ReportCode
from worker.likeness.speaker import MEASURING, LikenedSpeaker

log = structlog.get_logger(__name__)

LOOK_S: Final = 1.0
"""So often it is looked whose turn it is."""

MEASURE_LIMIT_S: Final = 90.0
SEARCH_LIMIT_S: Final = 900.0
"""A search gives way to those who are listened to, again and again."""

MOST_BROKEN: Final = 3
"""So often in a row a voice that was found may fail to speak; the usual one speaks each time."""

NO_ENGINE: Final = "no voice that resembles theirs can be found here: the usual voice speaks"
NOT_FOUND: Final = "no voice that resembles theirs could be found: the usual voice speaks"
FORBIDDEN: Final = "voices that resemble their speakers are forbidden in this room"


class LikenessEngine(Protocol):
    """A `SpeakerEncoder` and a `VoiceMatcher` in one, see `pipeline.engines.protocols`."""

    async def describe(self, pcm: Pcm) -> SpeakerTraits:
        """Measures one voice. Raises EngineError."""
        ...

    async def resembling(
        self, wanted: SpeakerTraits, language: str, progress: Callable[[float], None] | None = None
    ) -> Resemblance:
        """Finds one like it. Raises EngineError."""
        ...


class RoomLikenesses:
    """Follows the wishes of a room; `run` does the searching.

    Args:
        engine: None where this installation has none.
        languages: in which voices can be found now.
        casting: who speaks with which voice.
        trouble: receives why somebody's wish does not hold.
        changed: told when something else is to be told to everybody.
        grace_s: how long what was found is kept for somebody who is away.
    """

    def __init__(
        self,
        engine: LikenessEngine | None,
        *,
        languages: Callable[[], tuple[str, ...]],
        casting: Casting,
        trouble: Callable[[Trouble], None],
        changed: Callable[[], None],
        grace_s: float,
        now: Monotonic | None = None,
    ) -> None:
        self._engine, self._languages, self._casting = engine, languages, casting
        self._trouble, self._changed, self._grace_s = trouble, changed, grace_s
        self._now = now or asyncio.get_running_loop().time
        self._forbidden = False
        self._speakers: dict[str, LikenedSpeaker] = {}
        self._heard: Mapping[str, Collection[str]] = {}
        self._refused: frozenset[tuple[str, ReportCode]] = frozenset()
        self._searching: tuple[str, asyncio.Task[None]] | None = None
        self._due = asyncio.Event()

    @property
    def possible(self) -> bool:
        """Whether somebody who wishes it may be heard so."""
        return not self._forbidden and self._engine is not None and bool(self._languages())

    def forbid(self, forbidden: bool) -> None:
        """Sets whether the organiser has forbidden it: what there is goes at once."""
        self._forbidden = forbidden
        if forbidden:
            for who in list(self._speakers):
                self._forget(who)
            self._cast()

    def look(
        self, wished: Collection[str], here: Collection[str], heard: Mapping[str, Collection[str]]
    ) -> None:
        """Sees who wishes it now, who is there, and in which languages each is heard by somebody."""
        self._heard = heard
        self._refuse(wished)
        if self.possible:
            for who in wished:
                self._take_up(who)
        for who, speaker in list(self._speakers.items()):
            if who in wished:
                speaker.away_since_s = None
            elif not self._is_away(speaker, who in here):
                self._forget(who)
        self._cast()
        self._due.set()

    def gathers(self, speaker: str) -> bool:
        """Whether what somebody says is wanted."""
        known = self._speakers.get(speaker)
        return known is not None and known.away_since_s is None and known.gathers

    def hear(self, speaker: str, pcm: Pcm) -> None:
        """Takes a piece of what they said, at `HEARING_RATE_HZ`; never blocks."""
        if self.gathers(speaker):
            self._speakers[speaker].sample.add(pcm, self._now())
            self._due.set()
            self._changed()

    def speaks(self, speaker: str, language: str) -> bool:
        """Whether somebody is spoken so in a language."""
        return bool(self._casting.likeness(speaker, language))

    def spoken(self, outcome: Speech | Trouble) -> None:
        """What became of a translation: a voice that fails again and again is given up."""
        if not isinstance(outcome, Spoken):
            return
        who, language = outcome.translation.clause.speaker, outcome.translation.language
        speaker, voice = self._speakers.get(who), self._casting.likeness(who, language)
        if speaker is None or not voice:
            return
        if outcome.voice == voice:
            speaker.broken.pop(language, None)
        elif outcome.instead_of == voice:
            speaker.broken[language] = speaker.broken.get(language, 0) + 1
            if speaker.broken[language] >= MOST_BROKEN:
                speaker.give_up(language)
                self._cast()
                self._tell(who, language, NOT_FOUND)

    def told(self) -> Likenesses | None:
        """What everybody is told; None where nobody can be heard so."""
        if not self.possible and not self._speakers:
            return None
        return {
            who: speaker.told() for who, speaker in self._speakers.items() if speaker.away_since_s is None
        }

    async def run(self) -> None:
        """Measures and searches, one at a time, until cancelled."""
        while True:
            self._due.clear()
            if (due := self._next()) is not None:
                who, step = due
                self._speakers[who] = self._speakers.pop(who)  # the others' turn comes first then
                await self._carry_out(who, step)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._due.wait()

    # --- who is taken up ---------------------------------------------------------------------------------

    def _take_up(self, who: str) -> None:
        if who not in self._speakers and len(self._speakers) < MOST_SPEAKERS:
            self._speakers[who] = LikenedSpeaker()
            log.info("a voice that resembles is wished", speaker=who)

    def _is_away(self, speaker: LikenedSpeaker, here: bool) -> bool:
        """Whether somebody without a wish has just left, or come back, rather than taken it back."""
        if speaker.away_since_s is None:
            if here:
                return False
            speaker.away_since_s = self._now()
        return self._now() - speaker.away_since_s < self._grace_s

    def _forget(self, who: str) -> None:
        del self._speakers[who]
        if self._searching is not None and self._searching[0] == who:
            self._searching[1].cancel()
        log.info("a voice that resembles is given up", speaker=who)

    def _cast(self) -> None:
        self._casting.liken(
            {
                (who, language): found.voice
                for who, speaker in self._speakers.items()
                if speaker.away_since_s is None
                for language, found in speaker.voices.items()
            }
        )
        self._changed()

    def _refuse(self, wished: Collection[str]) -> None:
        """Says once to whoever wishes it that they cannot have it."""
        code, reason = ReportCode.NO_LIKENESS, NO_ENGINE
        if self._forbidden:
            code, reason = ReportCode.LIKENESS_FORBIDDEN, FORBIDDEN
        refused = frozenset((who, code) for who in wished if not self.possible)
        for who, _ in sorted(refused - self._refused):
            self._trouble(Trouble(who, "speak", "", reason, code))
        self._refused = refused

    def _tell(self, who: str, language: str, reason: str) -> None:
        self._trouble(Trouble(who, "speak", language, reason, ReportCode.NO_LIKENESS))

    # --- searching, one at a time ------------------------------------------------------------------------

    def _next(self) -> tuple[str, str] | None:
        """Whose step is due, and which."""
        now_s, searchable = self._now(), self._languages()
        if not self.possible:
            return None
        for who, speaker in self._speakers.items():
            languages = (code for code in self._heard.get(who, ()) if served_by(code, searchable))
            step = None if speaker.away_since_s is not None else speaker.due(languages, now_s)
            if step is not None:
                return who, step
        return None

    async def _carry_out(self, who: str, step: str) -> None:
        """Asks the engine, unless the speaker takes their wish back meanwhile."""
        task = asyncio.create_task(self._ask(who, step), name=f"voice like that of {who}")
        self._searching = who, task
        try:
            await asyncio.wait({task})
        finally:
            self._searching = None
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()) is not None:
            if who in self._speakers:
                self._speakers[who].failed(step, error, self._now())
            raise error

    async def _ask(self, who: str, step: str) -> None:
        engine, speaker = self._engine, self._speakers[who]
        assert engine is not None
        try:
            if step == MEASURING:
                pcm = speaker.take_sample()
                self._changed()
                async with asyncio.timeout(MEASURE_LIMIT_S):
                    speaker.measured(await engine.describe(pcm))
            else:
                await self._search(engine, speaker, step)
        except (EngineError, TimeoutError) as error:
            log.info("voice not found", speaker=who, language=step, error=type(error).__name__)
            if speaker.failed(step, error, self._now()):
                self._tell(who, step, NOT_FOUND)
        self._cast()

    async def _search(self, engine: LikenessEngine, speaker: LikenedSpeaker, language: str) -> None:
        """Raises EngineError, TimeoutError."""
        assert speaker.traits is not None
        asked = served_by(language, self._languages()) or language
        async with asyncio.timeout(SEARCH_LIMIT_S):
            speaker.found(await engine.resembling(speaker.traits, asked), language)
