"""What the interpreter says of itself in its attributes, brought up to date about twice a second at most."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict

from foundation.tracing.spans import traced
from pipeline.clock import Monotonic
from pipeline.events import Trouble
from protocol import interactions
from protocol.abilities import Abilities
from protocol.attributes import (
    ABILITIES,
    ACCESS,
    CAPACITY,
    CHANNELS,
    ENCRYPTED,
    INTERPRETERS,
    KEY,
    LANGUAGES,
    LIKENESSES,
    PROFILE,
    RECORDING,
    REPORTS,
    ROLE,
    STATE,
    TRACED,
    TROUBLE,
    TURN,
    VOICES,
    WISH,
)
from protocol.reports import LASTING, MOST_REPORTS, Report, reports_attribute
from worker.encryption import SHOWN, Encryption
from worker.headroom import Fits
from worker.published_channel import ChannelView
from worker.voices import VoicesByLanguage

EVERY_S = 0.5
LAG_EVERY_S = 2.0
"""A lag that changed is news only so often: every attribute goes to everybody in the room."""

TROUBLE_FOR_S = 30.0
"""How long a trouble is shown that does not last."""

SET_LIMIT_S = 2.0
MAX_TROUBLE_CHARACTERS = 300

SetAttributes = Callable[[dict[str, str]], Awaitable[bool]]


class Status:
    """Keeps the interpreter's attributes true.

    Args:
        set_attributes: merges attributes into the participant's own; whether it could.
        channels: how the channels are now.
        turn: whose turn it is, as everybody is told.
        name_of: from an identity to what people are shown.
        key: the public key that the interpreter's captions are signed with.
    """

    def __init__(
        self,
        set_attributes: SetAttributes,
        channels: Callable[[], Sequence[ChannelView]],
        *,
        name_of: Callable[[str], str],
        turn: Callable[[], str] = lambda: "",
        profile: str,
        key: str,
        now: Monotonic | None = None,
    ) -> None:
        self._set, self._channels = set_attributes, channels
        self._profile, self._key = profile, key
        self._name_of, self._turn = name_of, turn
        self._now = now or asyncio.get_running_loop().time
        self._wish = 0
        self._recording = False
        self._languages: tuple[str, ...] = ()
        self._abilities = Abilities()
        self._voices: VoicesByLanguage = {}
        self._fits: Fits | None = None
        self._interpreters = ""
        self._likenesses = ""
        self._encryption = Encryption()
        self._access = ""
        self._shown: dict[str, str] = {}
        self._lags: dict[str, float] = {}
        self._lags_at_s = float("-inf")
        self._trouble = ""
        self._trouble_until_s = 0.0
        self._standing: tuple[Report, ...] = ()
        self._passing: dict[Report, float] = {}
        """Until when each is shown, the newest last."""
        self._changed = asyncio.Event()

    def carries_out(self, version: int) -> None:
        """Acknowledges a version of the organiser's wish."""
        self._wish = version
        self.changed()

    def records(self, recording: bool) -> None:
        """Shows everybody whether what is said is recorded here."""
        self._recording = recording
        self.changed()

    def offer(self, languages: Sequence[str], voices: VoicesByLanguage | None = None) -> None:
        """Sets which languages may be asked for, and the voices that they may have."""
        offer = tuple(languages), voices or {}
        if offer != (self._languages, self._voices):
            self._languages, self._voices = offer
            self.changed()

    def could(self, abilities: Abilities) -> None:
        """Sets what could be offered if the organiser wanted it."""
        if abilities != self._abilities:
            self._abilities = abilities
            self.changed()

    def stands(self, troubles: Sequence[Trouble]) -> None:
        """Sets what is missing for as long as things are as they are."""
        standing = tuple(map(_report, troubles))
        if standing != self._standing:
            self._standing = standing
            self.changed()

    def fits(self, fits: Fits | None) -> None:
        """Sets what the machine keeps up with; None while that is not known."""
        if fits != self._fits:
            self._fits = fits
            self.changed()

    def interpreters(self, told: str) -> None:
        """Sets which people may interpret, and do, as everybody is told."""
        if told != self._interpreters:
            self._interpreters = told
            self.changed()

    def likenesses(self, told: str) -> None:
        """Sets who is spoken in a computed voice that resembles theirs, as everybody is told."""
        if told != self._likenesses:
            self._likenesses = told
            self.changed()

    def encrypted(self, encryption: Encryption) -> None:
        """Sets whose words cannot be heard for want of a key."""
        if encryption != self._encryption:
            self._encryption = encryption
            self.changed()

    def access(self, told: str) -> None:
        """Sets the signed statement of whether it holds the room's key; "" where the room is not encrypted."""
        if told != self._access:
            self._access = told
            self.changed()

    def trouble(self, trouble: Trouble) -> None:
        """Shows why something is missing, with whose words and which language it is about."""
        about = [self._name_of(trouble.speaker)] if trouble.speaker else []
        about += [trouble.language] if trouble.language else []
        self._trouble = ": ".join([", ".join(about), trouble.reason] if about else [trouble.reason])
        self._trouble = self._trouble[:MAX_TROUBLE_CHARACTERS]
        self._trouble_until_s = self._now() + TROUBLE_FOR_S
        if trouble.code not in LASTING:  # whoever knows of those sets them
            report = _report(trouble)
            self._passing.pop(report, None)
            self._passing[report] = self._trouble_until_s
            while len(self._passing) > MOST_REPORTS:
                del self._passing[next(iter(self._passing))]
        self.changed()

    def changed(self) -> None:
        """Something may have to be shown soon."""
        self._changed.set()

    def renew(self) -> None:
        """Shows everything again, after a reconnect."""
        self._shown = {}
        self.changed()

    async def run(self) -> None:
        """Shows changes until cancelled."""
        while True:
            await self._show()
            await asyncio.sleep(EVERY_S)
            try:
                async with asyncio.timeout(EVERY_S):
                    await self._changed.wait()
            except TimeoutError:
                continue  # who speaks and the lag are looked at even if nobody says that they changed

    async def _show(self) -> None:
        self._changed.clear()
        wanted = self.attributes()
        news = {key: value for key, value in wanted.items() if self._shown.get(key) != value}
        if not news:
            return
        try:
            async with asyncio.timeout(SET_LIMIT_S):
                done = await self._set(news)
        except TimeoutError:
            done = False
        if done:
            self._shown |= news

    def attributes(self) -> Mapping[str, str]:
        """All attributes as they should be now."""
        views = self._channels()
        self._refresh_lags(views)
        if self._now() >= self._trouble_until_s:
            self._trouble = ""
        channels = {
            view.language: {
                "track": view.track,
                "sid": view.sid,
                "listeners": view.listeners,
                "lag_s": self._lags.get(view.language, 0.0),
                "state": view.state.value,
                "speaking": view.speaking,
            }
            for view in views
        }
        speaking = any(view.speaking for view in views)
        return {
            STATE: "speaking" if speaking else "listening",
            ROLE: "interpreter",
            WISH: str(self._wish),
            LANGUAGES: json.dumps(self._languages),
            ABILITIES: json.dumps(self._abilities.message()),
            VOICES: json.dumps(self._voices),
            CAPACITY: "" if self._fits is None else json.dumps(asdict(self._fits)),
            CHANNELS: json.dumps(channels),
            INTERPRETERS: self._interpreters,
            LIKENESSES: self._likenesses,
            TURN: self._turn(),
            PROFILE: self._profile,
            TRACED: interactions.TRACED if traced() else "",
            RECORDING: "on" if self._recording else "",
            ENCRYPTED: _encrypted(self._encryption),
            ACCESS: self._access,
            TROUBLE: self._trouble or self._still_encrypted(),
            REPORTS: self._reports(),
            KEY: self._key,
        }

    def _reports(self) -> str:
        now = self._now()
        self._passing = {report: until_s for report, until_s in self._passing.items() if now < until_s}
        told = [*self._passing, *self._standing]
        return reports_attribute(told) if told else ""

    def _still_encrypted(self) -> str:
        """What is missing for as long as the sound is encrypted, said whenever nothing newer is."""
        return self._encryption.said(self._name_of)[:MAX_TROUBLE_CHARACTERS]

    def _refresh_lags(self, views: Sequence[ChannelView]) -> None:
        if self._now() - self._lags_at_s < LAG_EVERY_S:
            return
        self._lags_at_s = self._now()
        self._lags = {view.language: round(view.lag_s, 1) for view in views}


def _report(trouble: Trouble) -> Report:
    return Report(trouble.code, trouble.speaker, trouble.language, trouble.other, trouble.count)


def _encrypted(encryption: Encryption) -> str:
    if not encryption.speakers:
        return ""
    told = {"everybody": encryption.everybody, "speakers": encryption.speakers[:SHOWN]}
    return json.dumps(told | ({"other_key": True} if encryption.other_key else {}))
