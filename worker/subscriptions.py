"""Which microphones were asked for: LiveKit sends a track only to who asks, and may lose the request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from livekit import rtc

from pipeline.clock import Monotonic


class Microphone(Protocol):
    """What is needed of `rtc.RemoteTrackPublication`."""

    @property
    def sid(self) -> str: ...

    @property
    def muted(self) -> bool: ...

    @property
    def track(self) -> rtc.RemoteTrack | None: ...

    def set_subscribed(self, subscribed: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class _Subscription:
    microphone: Microphone
    asked_at_s: float


class Subscriptions:
    """One microphone for each speaker.

    Args:
        patience_s: after which a track that did not come is asked for again.
    """

    def __init__(self, now: Monotonic, *, patience_s: float) -> None:
        self._now, self._patience_s = now, patience_s
        self._asked: dict[str, _Subscription] = {}

    def ask(self, identity: str, microphone: Microphone) -> None:
        """Asks for a speaker's microphone unless it is here or on its way; one that they had before is given up."""
        before = self._asked.get(identity)
        if before is not None:
            if before.microphone is not microphone:
                before.microphone.set_subscribed(False)  # they have a better one now
            elif microphone.track is not None or self._now() - before.asked_at_s < self._patience_s:
                return
        microphone.set_subscribed(True)
        self._asked[identity] = _Subscription(microphone, self._now())

    def give_up(self, identity: str, microphone: Microphone | None) -> None:
        """Asks no longer for a speaker's microphone; it is told so if it is the one that they have."""
        before = self._asked.pop(identity, None)
        if before is not None and before.microphone is microphone:
            before.microphone.set_subscribed(False)

    def keep(self, microphones: Mapping[str, Microphone]) -> None:
        """Forgets those that are not there any more, without asking for their end."""
        self._asked = {
            who: asked for who, asked in self._asked.items() if microphones.get(who) is asked.microphone
        }

    def forget(self) -> None:
        """What was asked for may be lost: the next time everything is asked for again."""
        self._asked.clear()
