"""One language's channel: published, spoken into, and taken away once nobody has listened for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import structlog

from pipeline.clock import Monotonic
from pipeline.events import NotSpoken, Speech, Translation, Trouble
from pipeline.playing import AudioSink
from pipeline.stages.speak import LanguageChannel
from worker.overlap import BY_A_PERSON, Overlap
from worker.publishing import ChannelTrack, Publisher
from worker.sink import Played

log = structlog.get_logger(__name__)

END_LIMIT_S = 10.0
"""How long what plays and speaks may take to end once a channel is taken away."""

ON_ITS_WAY_S = 0.3
"""After its last words a channel stays so long: what has been played here is heard a moment later."""

NewSpeech = Callable[[str, AudioSink], LanguageChannel]
"""From a language and where its sound goes to what speaks it."""


def track_name(language: str) -> str:
    """As clients know it."""
    return f"translated-{language}"


class ChannelState(StrEnum):
    """What a channel's listeners are told."""

    OPEN = "open"
    MUTED = "muted"
    LINGERING = "lingering"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A published channel as others see it."""

    language: str
    track: str
    sid: str
    listeners: int
    lag_s: float
    state: ChannelState
    speaking: bool
    speaker: str = ""
    """Whose words are being said."""


class PublishedChannel:
    """One language from publishing to unpublishing; `run` does the work.

    Args:
        linger_s: how long it stays when nobody listens.
        changed: told when the track or its state changed.
        played: told what is heard of it, and when.
        report: told of what was not spoken; must not block.
    """

    def __init__(
        self,
        language: str,
        *,
        publisher: Publisher,
        new_speech: NewSpeech,
        linger_s: float,
        changed: Callable[[], None],
        played: Played,
        report: Callable[[Speech | Trouble], None],
        now: Monotonic,
    ) -> None:
        self.language = language
        self.listeners: frozenset[str] = frozenset()
        self._muted = self._by_a_person = False
        self._overlap = Overlap(report, now)
        self._track: ChannelTrack | None = None
        self._publisher, self._new_speech, self._linger_s = publisher, new_speech, linger_s
        self._changed, self._played, self._report = changed, played, report
        self._speech: LanguageChannel | None = None
        self._listened = asyncio.Event()
        self._deserted = asyncio.Event()
        self._ending = False
        self._renewing = False
        self._finishing = False

    @property
    def sid(self) -> str | None:
        """Of its track, while it is published and not being taken away."""
        return None if self._track is None or self._ending else self._track.sid

    @property
    def ending(self) -> bool:
        """Whether it lingered long enough and is being taken away."""
        return self._ending

    def want(self, listeners: frozenset[str], muted: bool, by_a_person: bool = False) -> None:
        """Sets who listens, and whether a person interprets in the machine's place."""
        if listeners and not self.listeners and self._speech is not None:
            self._speech.start_now()
        self.listeners = listeners
        if by_a_person != self._by_a_person:
            self._by_a_person = by_a_person
            self._hand_over()
        if muted != self._muted:
            self._muted = muted
            if self._track is not None:
                self._track.mute(muted)
        if listeners:
            self._deserted.clear()
            self._listened.set()
        else:
            self._listened.clear()
            self._deserted.set()

    def say(self, translation: Translation) -> None:
        """Takes the next translation; never blocks."""
        if self._by_a_person:
            self._overlap.keep(translation)
        elif self._speech is None:
            self._report(NotSpoken(translation, "the channel is not open yet"))
        else:
            self._speech.say(translation)

    def prepare(self, text: str, speaker: str) -> None:
        """Renders what will probably be said next, where there is room."""
        if self._speech is not None and self.listeners and not self._by_a_person:
            self._speech.prepare(text, speaker)

    def take_turns(self, by_turns: bool) -> None:
        """Sets whether whole turns are given."""
        if self._speech is not None:
            self._speech.take_turns(by_turns)

    def renew(self) -> None:
        """Lets what speaks be made anew once it has finished, e.g. for another glossary."""
        if self._speech is not None:
            self._renewing = True
            self._speech.close()

    def finish(self) -> None:
        """Lets `run` return once what waits has been heard."""
        self._finishing = True
        if self._speech is not None:
            self._speech.close()

    def view(self) -> ChannelView | None:
        """As others see it; None while it is not published."""
        if self._track is None:
            return None
        speech = None if self._by_a_person else self._speech
        return ChannelView(
            language=self.language,
            track=track_name(self.language),
            sid=self._track.sid,
            listeners=len(self.listeners),
            lag_s=speech.lag_s if speech else 0.0,
            state=self._state(),
            speaking=bool(speech and speech.speaking),
            speaker=speech.speaker if speech else "",
        )

    def _state(self) -> ChannelState:
        if self._muted:
            return ChannelState.MUTED
        if self._by_a_person:
            return ChannelState.HUMAN
        return ChannelState.OPEN if self.listeners else ChannelState.LINGERING

    def _hand_over(self) -> None:
        """To a person: falls silent at once. Back: says what the person may not have come to."""
        if self._by_a_person:
            if self._speech is not None:
                self._speech.start_now(BY_A_PERSON)
        else:
            for translation in self._overlap.take():
                self.say(translation)

    async def run(self) -> None:
        """Publishes, speaks, lingers and unpublishes. Raises what went wrong on the way."""
        self._track = track = await self._publisher.publish(track_name(self.language), self._played)
        playing = asyncio.ensure_future(track.sink.run())
        speaking = asyncio.ensure_future(self._speak(track))
        lingering = asyncio.ensure_future(self._outlast())
        parts = (playing, speaking, lingering)
        try:
            if self._muted:
                track.mute(True)
            self._changed()
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            self._ending = True
            self._changed()
            track.sink.close()
            self._track = None
            lingering.cancel()
            speaking.cancel()  # it has nobody to speak to
            done, _ = await asyncio.wait(parts, timeout=END_LIMIT_S)
            for part in done:  # of several failures the first is raised, the others are looked at
                if not part.cancelled() and part.exception() is not None:
                    log.info(
                        "part of a channel failed",
                        language=self.language,
                        kinds=type(part.exception()).__name__,
                    )
            await track.unpublish()

    async def _speak(self, track: ChannelTrack) -> None:
        self._renewing = True
        while self._renewing and not self._finishing:
            speech = self._speech = self._new_speech(self.language, track.sink)
            self._renewing = False
            await speech.run()
        await track.sink.drained()
        await asyncio.sleep(ON_ITS_WAY_S)

    async def _outlast(self) -> None:
        """Returns when nobody has listened for the linger time."""
        while True:
            await self._deserted.wait()
            try:
                async with asyncio.timeout(self._linger_s):
                    await self._listened.wait()
            except TimeoutError:
                if self._publisher.online:
                    self._ending = True
                    return
