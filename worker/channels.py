"""The language channels of a room: published while somebody listens and for a while after, each for its listeners only.

wanted ─ publish ─ open ─┬─ nobody listens: lingering ─┬─ somebody comes back: open, starting at now
                         │                             └─ time over: unpublished
                         └─ fault: reported, published anew while wanted
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

import structlog

from foundation.tasks import Tasks
from pipeline.audio import Pcm
from pipeline.clock import Monotonic
from pipeline.events import NotSpoken, Speech, Translation, Trouble
from protocol.reports import ReportCode
from worker.permissions import Permissions
from worker.published_channel import ChannelView, NewSpeech, PublishedChannel
from worker.publishing import Publisher, PublishFailed

log = structlog.get_logger(__name__)

RETRY_S = 1.0
"""How long after a fault a channel is published anew."""

LONGEST_LINGER = 32
"""By how much the linger time grows at most, doubling each time that a language is begun again: each
publication leaves an idle thread in the native library until the room is left."""


class Channels:
    """All channels of a room.

    Args:
        changed: told when a channel's track or state changed.
        played: told what is heard of which language, and when.
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
        played: Callable[[str, float, Pcm], None],
        report: Callable[[Speech | Trouble], None],
        now: Monotonic | None = None,
    ) -> None:
        self._publisher, self._permissions, self._new_speech = publisher, permissions, new_speech
        self._linger_s, self._tasks = linger_s, tasks
        self._on_change, self._played, self._report = changed, played, report
        self._now = now or asyncio.get_running_loop().time
        self._channels: dict[str, PublishedChannel] = {}
        self._wanted: Mapping[str, frozenset[str]] = {}
        self._muted: frozenset[str] = frozenset()
        self._by_people: frozenset[str] = frozenset()
        self._not_before_s: dict[str, float] = {}
        self._begun: Counter[str] = Counter()
        self._closed = False

    @property
    def languages(self) -> frozenset[str]:
        """Those with a channel, opening and lingering ones included."""
        return frozenset(self._channels)

    def want(
        self,
        wanted: Mapping[str, frozenset[str]],
        muted: frozenset[str],
        by_people: frozenset[str] = frozenset(),
    ) -> None:
        """Sets who listens to which language.

        Args:
            by_people: languages that a person interprets into: the machine is silent there.
        """
        self._wanted = {language: who for language, who in wanted.items() if who}
        self._muted, self._by_people = muted, by_people
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

    def take_turns(self, by_turns: bool) -> None:
        """Sets whether whole turns are given, also for what is spoken already."""
        for channel in self._channels.values():
            channel.take_turns(by_turns)

    def republished(self) -> None:
        """The room has reconnected: tracks have new SIDs, and the server has to be told again who may receive them."""
        self._permit()
        self._permissions.renew()
        self._on_change()

    def view(self) -> list[ChannelView]:
        """All published channels, sorted by language."""
        views = (channel.view() for _, channel in sorted(self._channels.items()))
        return [view for view in views if view is not None]

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
                listeners = self._wanted.get(language, frozenset())
                channel.want(listeners, language in self._muted, language in self._by_people)
        self._permit()

    def _begin(self, language: str) -> None:
        wait_s = self._not_before_s.get(language, 0.0) - self._now()
        if wait_s > 0:
            return  # `_ended` has arranged for another look
        channel = PublishedChannel(
            language,
            publisher=self._publisher,
            new_speech=self._new_speech,
            linger_s=self._linger_s * min(LONGEST_LINGER, 2 ** self._begun[language]),
            changed=self._track_changed,
            played=partial(self._played, language),
            report=self._report,
            now=self._now,
        )
        self._channels[language] = channel
        self._begun[language] += 1
        task = self._tasks.start(self._run(channel), name=f"channel {language}")
        task.add_done_callback(lambda _: self._ended(channel))

    async def _run(self, channel: PublishedChannel) -> None:
        try:
            await channel.run()
        except Exception as error:  # whatever breaks one channel, it is said, and the channel begins anew
            kind = str(error) if isinstance(error, PublishFailed) else type(error).__name__
            log.warning("channel failed", language=channel.language, error=kind, exc_info=error)
            self._not_before_s[channel.language] = self._now() + RETRY_S
            self._report(
                Trouble(
                    "",
                    "speak",
                    channel.language,
                    f"the channel failed ({kind}) and begins anew",
                    ReportCode.CHANNEL_FAILED,
                )
            )

    def _ended(self, channel: PublishedChannel) -> None:
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
            if (sid := channel.sid) is None:
                continue
            live.add(sid)
            for identity in channel.listeners:
                allowed[identity] = allowed.get(identity, frozenset()) | {sid}
        self._permissions.allow(allowed, frozenset(live))
