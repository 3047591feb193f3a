"""The language channels of a room: published while somebody listens and for a while after, each for its listeners only.

wanted ─ publish ─ open ─┬─ nobody listens: lingering ─┬─ somebody comes back: open, starting at now
                         │                             └─ time over: unpublished
                         └─ fault: reported, published anew while wanted
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import structlog

from foundation.tasks import Tasks
from pipeline.clock import Monotonic
from pipeline.events import NotSpoken, Speech, Translation, Trouble
from pipeline.playing import AudioSink
from pipeline.stages.speak import LanguageChannel
from worker.permissions import Permissions
from worker.publishing import ChannelTrack, Publisher, PublishFailed

log = structlog.get_logger(__name__)

RETRY_S = 1.0
"""How long after a fault a channel is published anew."""

LONGEST_LINGER = 32
"""By how much the linger time grows at most, doubling each time that a language is begun again: each
publication leaves an idle thread in the native library until the room is left."""

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


class _Channel:
    """One language from publishing to unpublishing."""

    def __init__(
        self,
        language: str,
        *,
        publisher: Publisher,
        new_speech: NewSpeech,
        linger_s: float,
        changed: Callable[[], None],
        report: Callable[[Speech | Trouble], None],
    ) -> None:
        self.language = language
        self.listeners: frozenset[str] = frozenset()
        self.muted = False
        self.track: ChannelTrack | None = None
        self._publisher, self._new_speech, self._linger_s = publisher, new_speech, linger_s
        self._changed, self._report = changed, report
        self._speech: LanguageChannel | None = None
        self._listened = asyncio.Event()
        self._deserted = asyncio.Event()
        self._ending = False
        self._renewing = False
        self._finishing = False

    @property
    def speech(self) -> LanguageChannel | None:
        return self._speech

    @property
    def ending(self) -> bool:
        """Whether it lingered long enough and is being taken away."""
        return self._ending

    def want(self, listeners: frozenset[str], muted: bool) -> None:
        """Sets who listens."""
        if listeners and not self.listeners and self._speech is not None:
            self._speech.start_now()
        self.listeners = listeners
        if muted != self.muted:
            self.muted = muted
            if self.track is not None:
                self.track.mute(muted)
        if listeners:
            self._deserted.clear()
            self._listened.set()
        else:
            self._listened.clear()
            self._deserted.set()

    def say(self, translation: Translation) -> None:
        """Takes the next translation; never blocks."""
        if self._speech is None:
            self._report(NotSpoken(translation, "the channel is not open yet"))
        else:
            self._speech.say(translation)

    def prepare(self, text: str, speaker: str) -> None:
        """Renders what will probably be said next, where there is room."""
        if self._speech is not None and self.listeners:
            self._speech.prepare(text, speaker)

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

    async def run(self) -> None:
        """Publishes, speaks, lingers and unpublishes. Raises what went wrong on the way."""
        self.track = track = await self._publisher.publish(track_name(self.language))
        playing = asyncio.ensure_future(track.sink.run())
        speaking = asyncio.ensure_future(self._speak(track))
        lingering = asyncio.ensure_future(self._outlast())
        parts = (playing, speaking, lingering)
        try:
            if self.muted:
                track.mute(True)
            self._changed()
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            self._ending = True
            self._changed()
            track.sink.close()
            self.track = None
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


class Channels:
    """All channels of a room.

    Args:
        changed: told when a channel's track or state changed.
        report: receives what became of each translation, and faults; must not block.
    """

    def __init__(
        self,
        *,
        publisher: Publisher,
        permissions: Permissions,
        new_speech: NewSpeech,
        linger_s: float,
        tasks: Tasks,
        changed: Callable[[], None],
        report: Callable[[Speech | Trouble], None],
        now: Monotonic | None = None,
    ) -> None:
        self._publisher, self._permissions, self._new_speech = publisher, permissions, new_speech
        self._linger_s, self._tasks = linger_s, tasks
        self._on_change, self._report = changed, report
        self._now = now or asyncio.get_running_loop().time
        self._channels: dict[str, _Channel] = {}
        self._wanted: Mapping[str, frozenset[str]] = {}
        self._muted: frozenset[str] = frozenset()
        self._not_before_s: dict[str, float] = {}
        self._begun: Counter[str] = Counter()
        self._closed = False

    @property
    def languages(self) -> frozenset[str]:
        """Those with a channel, opening and lingering ones included."""
        return frozenset(self._channels)

    def want(self, wanted: Mapping[str, frozenset[str]], muted: frozenset[str]) -> None:
        """Sets who listens to which language."""
        self._wanted = {language: who for language, who in wanted.items() if who}
        self._muted = muted
        self._apply()

    def say(self, translation: Translation) -> None:
        """Hands a translation to its language's channel; never blocks."""
        channel = self._channels.get(translation.language)
        if channel is None or channel.ending:
            self._report(NotSpoken(translation, "nobody listens to the language any more"))
        else:
            channel.say(translation)

    def prepare(self, language: str, text: str, speaker: str) -> None:
        """Has a draft's translation rendered that will probably be said next, where there is room; never blocks."""
        channel = self._channels.get(language)
        if channel is not None and not channel.ending:
            channel.prepare(text, speaker)

    def renew(self) -> None:
        """Makes anew what speaks, e.g. for another glossary, each once it has finished its clause."""
        for channel in self._channels.values():
            channel.renew()

    def republished(self) -> None:
        """The room has reconnected: tracks have new SIDs, and the server has to be told again who may receive them."""
        self._permit()
        self._permissions.renew()
        self._on_change()

    def view(self) -> list[ChannelView]:
        """All published channels, sorted by language."""
        views = []
        for language, channel in sorted(self._channels.items()):
            if channel.track is None:
                continue
            speech = channel.speech
            state = ChannelState.OPEN if channel.listeners else ChannelState.LINGERING
            views.append(
                ChannelView(
                    language=language,
                    track=track_name(language),
                    sid=channel.track.sid,
                    listeners=len(channel.listeners),
                    lag_s=speech.lag_s if speech else 0.0,
                    state=ChannelState.MUTED if channel.muted else state,
                    speaking=bool(speech and speech.speaking),
                )
            )
        return views

    def close(self) -> None:
        """Begins no channel any more; those there are end once what waits in them has been heard."""
        self._closed = True
        for channel in self._channels.values():
            channel.finish()

    def _apply(self) -> None:
        for language in self._wanted:
            if language not in self._channels and not self._closed:
                self._begin(language)
        for language, channel in self._channels.items():
            if not channel.ending:
                channel.want(self._wanted.get(language, frozenset()), language in self._muted)
        self._permit()

    def _begin(self, language: str) -> None:
        wait_s = self._not_before_s.get(language, 0.0) - self._now()
        if wait_s > 0:
            return  # `_ended` has arranged for another look
        channel = _Channel(
            language,
            publisher=self._publisher,
            new_speech=self._new_speech,
            linger_s=self._linger_s * min(LONGEST_LINGER, 2 ** self._begun[language]),
            changed=self._track_changed,
            report=self._report,
        )
        self._channels[language] = channel
        self._begun[language] += 1
        task = self._tasks.start(self._run(channel), name=f"channel {language}")
        task.add_done_callback(lambda _: self._ended(channel))

    async def _run(self, channel: _Channel) -> None:
        try:
            await channel.run()
        except Exception as error:  # whatever breaks one channel, it is said, and the channel begins anew
            kind = str(error) if isinstance(error, PublishFailed) else type(error).__name__
            log.warning("channel failed", language=channel.language, error=kind, exc_info=error)
            self._not_before_s[channel.language] = self._now() + RETRY_S
            self._report(
                Trouble("", "speak", channel.language, f"the channel failed ({kind}) and begins anew")
            )

    def _ended(self, channel: _Channel) -> None:
        del self._channels[channel.language]
        if self._closed:
            return
        wait_s = max(0.0, self._not_before_s.get(channel.language, 0.0) - self._now())
        asyncio.get_running_loop().call_later(wait_s, self._apply)
        self._on_change()

    def _track_changed(self) -> None:
        self._permit()
        self._on_change()

    def _permit(self) -> None:
        allowed: dict[str, frozenset[str]] = {}
        live = set()
        for channel in self._channels.values():
            if channel.track is None or channel.ending:
                continue
            live.add(channel.track.sid)
            for identity in channel.listeners:
                allowed[identity] = allowed.get(identity, frozenset()) | {channel.track.sid}
        self._permissions.allow(allowed, frozenset(live))
