"""One room's interpreter: from people and tracks as they are now to what is heard, spoken and shown.

Nothing here follows single events of the room: each of them only says that it is time to look again. What is then
found is compared with what is being done. A missed or repeated event, or everybody leaving and coming back at
once as in a full reconnect, therefore needs no case of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum

import structlog
from livekit import api as livekit_api
from livekit import rtc
from livekit.rtc.room import EventTypes

from config.settings import Settings
from foundation.recent import Recent
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from protocol.attributes import INTERACTION
from protocol.control import Configure
from worker import roster
from worker.audio_input import OpenTrack, open_track
from worker.chat import Chat
from worker.control import ControlReader
from worker.encryption import Earshot
from worker.figures.channel import Send, send_nowhere
from worker.idle_timeout import IdleTimeout
from worker.listeners import WISH_ATTRIBUTES, make_plan
from worker.room_engines import RoomEngines
from worker.screens import screens
from worker.standing import not_understood
from worker.text_streams import is_online
from worker.wiring import Parts

log = structlog.get_logger(__name__)

LOOK_AGAIN_S = 5.0
"""The room is looked at this often even if it reports nothing."""

CHAT_WISHES = 2000
"""Of so many people what was set by chat is kept, also while they are away; the oldest is forgotten first."""

END_LIMIT_S = 15.0
"""How long the interpreters may take to finish what they heard, and the channels to say it, once the room is left."""

_NEWS: tuple[EventTypes, ...] = (
    "participant_connected",
    "participant_disconnected",
    "participant_active",
    "participant_permissions_changed",
    "participant_encryption_status_changed",
    "track_published",
    "track_unpublished",
    "track_subscribed",
    "track_unsubscribed",
    "track_muted",
    "track_unmuted",
)


class LeaveReason(StrEnum):
    """Why an interpreter left its room."""

    DISMISSED = "dismissed"
    DESERTED = "deserted"
    DISCONNECTED = "disconnected"
    WITHDRAWN = "key withdrawn"


class RoomInterpreter:
    """Interprets a room that is already connected, until it is dismissed, deserted or disconnected.

    Args:
        room: connected as a participant of kind agent, without automatic subscription.
        service: the room service; without it a change of wish back and forth takes some seconds.
        end_limit_s: how long finishing may take once it is dismissed or deserted.
        figures: where the room's reports for Prometheus go.
    """

    def __init__(
        self,
        room: rtc.Room,
        service: livekit_api.LiveKitAPI | None,
        settings: Settings,
        engines: RoomEngines,
        configure: Configure | None = None,
        *,
        open_track: OpenTrack = open_track,
        end_limit_s: float = END_LIMIT_S,
        figures: Send = send_nowhere,
    ) -> None:
        self._room, self._settings, self._end_limit_s = room, settings, end_limit_s
        self._parts = Parts(
            room,
            service,
            settings,
            engines,
            configure or Configure(),
            open_track=open_track,
            figures=figures,
        )
        self.reports = self._parts.reports
        self._watches = Tasks(self.reports.task_failed)
        """What goes on as long as the room is interpreted."""
        self._chat_wishes: Recent[str, Mapping[str, str]] = Recent(CHAT_WISHES)
        self._languages_placed: frozenset[str] = frozenset()
        self._looking: asyncio.Handle | None = None
        self._finishing: asyncio.Timeout | None = None
        self._ended: asyncio.Future[LeaveReason] = asyncio.get_running_loop().create_future()
        self._idle_timeout = IdleTimeout(
            settings.rooms.leave_after_s,
            online=lambda: is_online(room),
            leave=lambda: self._end(LeaveReason.DESERTED),
        )
        self._chat = Chat(
            room,
            self._parts.post,
            self._parts.tasks,
            offered=lambda: self._parts.offered,
            wish=self._wish_by_chat,
            written=self._parts.chat_translation.take,
        )
        self._control = ControlReader(
            room,
            settings.livekit,
            version=self._parts.configured.version,
            configure=self.configure,
            dismiss=self.dismiss,
            hand_over=self.hand_over,
            withdraw=self.withdraw,
        )

    async def run(self) -> LeaveReason:
        """Interprets until the end; leaves the room connected, and nothing running."""
        handlers = self._listen()
        try:
            self._parts.permissions.renew()  # before anything is published: nobody receives what is not theirs
            self._parts.recorder.begin()
            self._keep(self._parts.status.run, name="status")
            self._keep(self._keep_looking, name="lookout")
            self._keep(self._parts.chat_translation.run, name="chat")
            self._keep(self._parts.whose_words.run, name="whose words")
            self._keep(self._parts.likenesses.run, name="likenesses")
            self._keep(self._parts.figures.run, name="figures")
            telling = self._keep(self._parts.telemetry.run, name="telemetry")
            self._look()
            end = await self._ended
            log.info("interpreting ends", room=self._room.name, reason=end.value)
            if self._room.isconnected() and end is not LeaveReason.WITHDRAWN:
                await self._finish(telling)
            return end
        finally:
            for event, handler in handlers.items():
                self._room.off(event, handler)
            await self._stop()
            await self._parts.figures.close()
            log.info("room was interpreted", room=self._room.name, **self.reports.summary.fields())

    def dismiss(self) -> None:
        """Ends `run` soon."""
        self._end(LeaveReason.DISMISSED)

    def configure(self, wish: Configure) -> None:
        """Changes languages, mutes, voices and glossary of a running interpreter."""
        self._parts.configure(wish)
        self.look_soon()

    def hand_over(self, sealed: str) -> None:
        """Takes the key of an encrypted room, the first or another one, as an organiser's page has sealed it."""
        self._parts.room_key.take(sealed)
        self.look_soon()

    def withdraw(self) -> None:
        """Forgets the key and ends `run` at once, without last words: with the process goes all that it heard."""
        self._parts.room_key.forget()
        self._end(LeaveReason.WITHDRAWN)

    # --- looking at the room -----------------------------------------------------------------------------

    def look_soon(self) -> None:
        """Something has changed: looks at the room once all that happens at the same time is in."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._looking = None
        if self._ended.done():
            return
        parts = self._parts
        parts.refresh_offer()
        parts.names.meet(roster.humans(self._room))
        reach = parts.room_key.reach
        people = roster.people(
            self._room,
            offered=parts.offered,
            room_language=self._settings.rooms.source_language,
            recognised=parts.recognised,
            by_chat=self._chat_wishes,
            reach=reach,
        )
        microphones = roster.microphones(self._room, reach)
        shared, sounds = screens(
            roster.humans(self._room),
            offered=parts.offered,
            room_language=self._settings.rooms.source_language,
            recognised=parts.recognised,
            reach=reach,
        )
        people = people | {who: screen for who, screen in shared.items() if who not in people}
        microphones = sounds | microphones
        people = parts.booths.look(people, microphones, parts.offered)
        parts.registers.look({who: person.voice for who, person in people.items() if person.voice})
        plan = make_plan(
            list(people.values()),
            limit=self._settings.rooms.max_languages,
            existing=parts.channels.languages | self._languages_placed,
            muted=parts.configured.muted,
            recorded=parts.recorder.running,
        )
        self._languages_placed = plan.languages
        if parts.telemetry.send_to(frozenset(who for who, person in people.items() if person.events)):
            parts.reports.channels(parts.channels.view(), all_of_them=True)
            parts.speakers.tell_all()
        parts.chat_translation.look(people)
        parts.reports.refused(people.values(), plan.refused)
        parts.channels.want(plan.channels, frozenset(parts.configured.muted), frozenset(parts.booths.at_work))
        parts.status.interpreters(parts.booths.attribute())
        parts.whose_words.heard_by(plan.channels, roster.ready(self._room))
        parts.speakers.update(people, microphones, plan.wishes)
        parts.liken(people, plan)
        parts.recorder.look(microphones)
        packets = reach.earshot is Earshot.OPEN and not any(person.captions_off for person in people.values())
        parts.captions.read_by(plan.readers, roster.ready(self._room), packets=packets)
        spoken = {who: plan.voices_of(who) for who in parts.speakers.interpreted}
        parts.status.fits(parts.headroom.look(spoken, parts.voices.engines(plan.channels, spoken)))
        standing = not_understood(people.values(), microphones)
        parts.standing.look(standing)
        parts.status.stands((*parts.headroom.given_up, *standing))
        parts.status.access(parts.room_key.attribute())
        encryption = roster.encryption(self._room, reach)
        parts.encryption.look(encryption)
        parts.status.encrypted(encryption)
        self._idle_timeout.look(bool(people))
        parts.interactions.carried_out()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            self._parts.room_key.try_again()
            self.look_soon()

    def _listen(self) -> dict[EventTypes, Callable[..., None]]:
        handlers: dict[EventTypes, Callable[..., None]] = dict.fromkeys(_NEWS, self._news)
        handlers |= {
            "participant_attributes_changed": self._attributes_changed,
            "participant_disconnected": self._left,
            "active_speakers_changed": self._loud,
            "local_track_republished": self._republished,
            "e2ee_state_changed": self._deciphered,
            "reconnected": self._reconnected,
            "disconnected": self._disconnected,
        }
        for event, handler in handlers.items():
            self._room.on(event, handler)
        self._chat.listen()
        self._control.listen()
        return handlers

    def _news(self) -> None:
        self.look_soon()

    def _attributes_changed(self, changed: dict[str, str], participant: rtc.Participant) -> None:
        if WISH_ATTRIBUTES & changed.keys():
            self._chat_wishes.pop(participant.identity, None)
        if INTERACTION in changed:
            self._parts.interactions.told(participant.identity, participant.attributes.get(INTERACTION, ""))
        if participant.identity != self._room.local_participant.identity:
            self.look_soon()

    def _left(self, participant: rtc.RemoteParticipant) -> None:
        self._parts.permissions.forget(participant.identity)
        self.look_soon()

    def _loud(self, speakers: list[rtc.Participant]) -> None:
        self._parts.speakers.loud([speaker.identity for speaker in speakers])

    def _deciphered(self, participant: rtc.Participant | None, state: rtc.EncryptionState.ValueType) -> None:
        self._parts.room_key.deciphers(participant, state)
        self.look_soon()

    def _republished(self) -> None:
        self._parts.channels.republished()

    def _reconnected(self) -> None:
        log.info("room reconnected", room=self._room.name)
        self._idle_timeout.reconnected()
        self._parts.channels.republished()
        self._parts.whose_words.renew()
        self._parts.speakers.reconnected()
        self._parts.status.renew()
        self.look_soon()

    def _disconnected(self) -> None:
        self._end(LeaveReason.DISCONNECTED)
        if (
            self._finishing is not None and not self._finishing.expired()
        ):  # nobody is there to hear the last words
            self._finishing.reschedule(asyncio.get_running_loop().time())

    def _wish_by_chat(self, identity: str, attributes: Mapping[str, str]) -> None:
        # The server announces people without a track up to 3 s late: the writer may not be known yet.
        self._chat_wishes[identity] = {**self._chat_wishes.get(identity, {}), **attributes}
        self.look_soon()

    def _end(self, end: LeaveReason) -> None:
        if not self._ended.done():
            self._ended.set_result(end)

    def _keep(self, work: Callable[[], Awaitable[None]], *, name: str) -> asyncio.Task[None]:
        """Has something run as long as the room is interpreted, whatever it fails on."""
        running = keep_running(work, name=name, failed=self.reports.task_failed)
        return self._watches.start(running, name=name)

    async def _finish(self, telling: asyncio.Task[None]) -> None:
        """Lets what was heard be shown, spoken and told, within its limit and while the room is connected.

        Args:
            telling: ends once all events have been sent.
        """
        try:
            async with asyncio.timeout(self._end_limit_s) as self._finishing:
                self._parts.speakers.close()
                await self._parts.speakers.finished()
                self._parts.turns.close()
                self._parts.channels.close()
                await self._parts.tasks.finish()
                await self._parts.recorder.finish()
                self._parts.telemetry.close()
                await asyncio.wait([telling])
        except TimeoutError:
            log.warning("the last words were not all shown and spoken", room=self._room.name)
        finally:
            self._finishing = None

    async def _stop(self) -> None:
        self._idle_timeout.cancel()
        if self._looking is not None:
            self._looking.cancel()
        if not self._ended.done():
            self._ended.cancel()
        self._chat.stop()
        self._control.stop()
        self._parts.speakers.close()
        self._parts.turns.close()
        self._parts.channels.close()
        self._parts.permissions.close()
        await self._parts.recorder.finish()
        await self._watches.close()
        await self._parts.tasks.close()
