"""One room's interpreter: from people and tracks as they are now to what is heard, spoken and shown.

Nothing here follows single events of the room: each of them only says that it is time to look again. What is then
found is compared with what is being done. A missed or repeated event, or everybody leaving and coming back at
once as in a full reconnect, therefore needs no case of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from enum import StrEnum

import structlog
from livekit import api as livekit_api
from livekit import rtc
from livekit.rtc.room import EventTypes

from config.settings import Settings
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from pipeline.events import Caption, DraftTranslation, NotTranslated, Translation, Trouble
from pipeline.interpreter import Interpreter
from pipeline.load import Load
from pipeline.playing import AudioSink
from pipeline.speech_rates import RenderCosts
from pipeline.stages.speak import LanguageChannel
from pipeline.stages.translate import TranslationCache
from pipeline.text.glossary import Glossary
from pipeline.timing import Measurement
from pipeline.voices import Casting
from protocol.control import Configure
from worker import roster
from worker.audio_input import OpenTrack, open_track
from worker.captions import Captions, Line
from worker.channels import Channels
from worker.chat import Chat
from worker.encryption import EncryptionWatch
from worker.engines import Engines
from worker.headroom import Headroom
from worker.idle_timeout import Desertion
from worker.listeners import WISH_ATTRIBUTES, Person, make_plan
from worker.names import Names
from worker.organiser import Organiser
from worker.permissions import Permissions
from worker.publishing import RoomPublisher
from worker.reports import Reports
from worker.signing import CaptionKey
from worker.speakers import Speakers
from worker.status import Status
from worker.telemetry import Telemetry
from worker.text_streams import RoomPost, attribute_setter, is_online
from worker.voices import RoomVoices

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


class End(StrEnum):
    """Why an interpreter left its room."""

    DISMISSED = "dismissed"
    DESERTED = "deserted"
    DISCONNECTED = "disconnected"


class RoomInterpreter:
    """Interprets a room that is already connected, until it is dismissed, deserted or disconnected.

    Args:
        room: connected as a participant of kind agent, without automatic subscription.
        service: the room service; without it a change of wish back and forth takes some seconds.
        end_limit_s: how long finishing may take once it is dismissed or deserted.
    """

    def __init__(
        self,
        room: rtc.Room,
        service: livekit_api.LiveKitAPI | None,
        settings: Settings,
        engines: Engines,
        configure: Configure | None = None,
        *,
        open_track: OpenTrack = open_track,
        end_limit_s: float = END_LIMIT_S,
    ) -> None:
        self._room, self._settings, self._engines = room, settings, engines
        self._configure = configure or Configure()
        self._offered = self._languages()
        self._chat_wishes: dict[str, Mapping[str, str]] = {}
        self._languages_placed: frozenset[str] = frozenset()
        self._looking: asyncio.Handle | None = None
        self._ended: asyncio.Future[End] = asyncio.get_running_loop().create_future()
        self._desertion = Desertion(
            settings.rooms.leave_after_s,
            online=lambda: is_online(room),
            leave=lambda: self._end(End.DESERTED),
        )
        self._casting = Casting()
        self._names = Names()
        self._cache = TranslationCache(settings.translation.cache_entries)
        self._load = Load(asyncio.get_running_loop().time)
        self._costs = RenderCosts()

        post, publisher = RoomPost(room), RoomPublisher(room, service)
        self._telemetry = Telemetry(post)
        self.reports = Reports(
            self._telemetry, self._show_trouble, max_languages=settings.rooms.max_languages
        )
        self._voices = RoomVoices(engines.synthesizer, self._casting, trouble=self.reports.trouble)
        self._voices.wish(self._configure.voices)
        self._headroom = Headroom(
            engines.capacity,
            max_speakers=settings.recognition.max_speakers,
            max_languages=settings.rooms.max_languages,
            trouble=self.reports.trouble,
        )
        self._encryption = EncryptionWatch(self.reports.trouble)
        self._tasks = Tasks(self.reports.task_failed)
        """What ends by itself."""
        self._watches = Tasks(self.reports.task_failed)
        """What goes on as long as the room is interpreted."""
        self._finishing: asyncio.Timeout | None = None
        self._end_limit_s = end_limit_s
        self._chat = Chat(room, post, self._tasks, offered=lambda: self._offered, wish=self._wish_by_chat)
        self._organiser = Organiser(
            room,
            settings.livekit,
            version=self._configure.version,
            configure=self.configure,
            dismiss=self.dismiss,
        )
        self._permissions = Permissions(publisher, self._tasks)
        self._channels = Channels(
            publisher=publisher,
            permissions=self._permissions,
            new_speech=self._new_speech,
            linger_s=settings.rooms.linger_s,
            tasks=self._tasks,
            changed=self._channels_changed,
            report=self.reports.spoken,
        )
        self._speakers = Speakers(
            new_interpreter=self._new_interpreter,
            tasks=self._tasks,
            settings=settings,
            tell=self.reports.tell,
            trouble=self.reports.trouble,
            open_track=open_track,
        )
        key = CaptionKey()
        self._captions = Captions(
            post,
            key=key,
            tasks=self._tasks,
            track_sid=self._speakers.track_sid,
            shown=self.reports.shown,
        )
        self._status = Status(
            attribute_setter(room),
            self._channels.view,
            name_of=self._names.of,
            profile=engines.profile,
            key=key.public,
        )
        self._status.carries_out(self._configure.version)

    async def run(self) -> End:
        """Interprets until the end; leaves the room connected, and nothing running."""
        handlers = self._listen()
        try:
            self._permissions.renew()  # before anything is published: nobody receives what is not theirs
            self._keep(self._status.run, name="status")
            self._keep(self._keep_looking, name="lookout")
            telling = self._keep(self._telemetry.run, name="telemetry")
            self._look()
            end = await self._ended
            log.info("interpreting ends", room=self._room.name, reason=end.value)
            if self._room.isconnected():
                await self._finish(telling)
            return end
        finally:
            for event, handler in handlers.items():
                self._room.off(event, handler)
            await self._stop()
            log.info("room was interpreted", room=self._room.name, **self.reports.summary.fields())

    def dismiss(self) -> None:
        """Ends `run` soon."""
        self._end(End.DISMISSED)

    def configure(self, wish: Configure) -> None:
        """Changes languages, mutes, voices and glossary of a running interpreter.

        A channel takes another voice with its next clause; another glossary makes it anew.
        """
        glossary_changed = wish.glossary != self._configure.glossary
        self._configure = wish
        self._voices.wish(wish.voices)
        if glossary_changed:
            self._cache.clear()
            self._speakers.renew()
            self._channels.renew()
        self._status.carries_out(wish.version)
        self.look_soon()

    # --- looking at the room -----------------------------------------------------------------------------

    def look_soon(self) -> None:
        """Something has changed: looks at the room once all that happens at the same time is in."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._looking = None
        if self._ended.done():
            return
        self._refresh_offer()
        self._names.meet(roster.humans(self._room))
        people = roster.people(
            self._room,
            offered=self._offered,
            room_language=self._settings.rooms.source_language,
            by_chat=self._chat_wishes,
        )
        plan = make_plan(
            list(people.values()),
            limit=self._settings.rooms.max_languages,
            existing=self._channels.languages | self._languages_placed,
            muted=self._configure.muted,
        )
        self._languages_placed = plan.languages
        if self._telemetry.send_to(frozenset(who for who, person in people.items() if person.events)):
            self.reports.channels(self._channels.view(), all_of_them=True)
            self._speakers.tell_all()
        self.reports.refused(people.values(), plan.refused)
        self._channels.want(plan.channels, frozenset(self._configure.muted))
        self._speakers.update(people, roster.microphones(self._room), plan.wishes)
        packets = not any(person.captions_off for person in people.values())
        self._captions.read_by(plan.readers, roster.ready(self._room), packets=packets)
        spoken = {who: plan.voices_of(who) for who in self._speakers.interpreted}
        self._status.fits(self._headroom.look(spoken, self._voices.engines(plan.channels)))
        encryption = roster.encryption(self._room)
        self._encryption.look(encryption)
        self._status.encrypted(encryption)
        self._desertion.look(bool(people))

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            self.look_soon()

    def _listen(self) -> dict[EventTypes, Callable[..., None]]:
        handlers: dict[EventTypes, Callable[..., None]] = dict.fromkeys(_NEWS, self._news)
        handlers |= {
            "participant_attributes_changed": self._attributes_changed,
            "participant_disconnected": self._left,
            "active_speakers_changed": self._loud,
            "local_track_republished": self._republished,
            "reconnected": self._reconnected,
            "disconnected": self._disconnected,
        }
        for event, handler in handlers.items():
            self._room.on(event, handler)
        self._chat.listen()
        self._organiser.listen()
        return handlers

    def _news(self) -> None:
        self.look_soon()

    def _attributes_changed(self, changed: dict[str, str], participant: rtc.Participant) -> None:
        if WISH_ATTRIBUTES & changed.keys():
            self._chat_wishes.pop(participant.identity, None)
        if participant.identity != self._room.local_participant.identity:
            self.look_soon()

    def _left(self, participant: rtc.RemoteParticipant) -> None:
        self._permissions.forget(participant.identity)
        self.look_soon()

    def _loud(self, speakers: list[rtc.Participant]) -> None:
        self._speakers.loud([speaker.identity for speaker in speakers])

    def _republished(self) -> None:
        self._channels.republished()

    def _reconnected(self) -> None:
        log.info("room reconnected", room=self._room.name)
        self._desertion.reconnected()
        self._channels.republished()
        self._speakers.reconnected()
        self._status.renew()
        self.look_soon()

    def _disconnected(self) -> None:
        self._end(End.DISCONNECTED)
        if (
            self._finishing is not None and not self._finishing.expired()
        ):  # nobody is there to hear the last words
            self._finishing.reschedule(asyncio.get_running_loop().time())

    def _wish_by_chat(self, identity: str, attributes: Mapping[str, str]) -> None:
        # The server announces people without a track up to 3 s late: the writer may not be known yet.
        self._chat_wishes[identity] = {**self._chat_wishes.pop(identity, {}), **attributes}
        while len(self._chat_wishes) > CHAT_WISHES:
            del self._chat_wishes[next(iter(self._chat_wishes))]
        self.look_soon()

    def _end(self, end: End) -> None:
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
                self._speakers.close()
                await self._speakers.finished()
                self._channels.close()
                await self._tasks.finish()
                self._telemetry.close()
                await asyncio.wait([telling])
        except TimeoutError:
            log.warning("the last words were not all shown and spoken", room=self._room.name)
        finally:
            self._finishing = None

    async def _stop(self) -> None:
        self._desertion.cancel()
        if self._looking is not None:
            self._looking.cancel()
        if not self._ended.done():
            self._ended.cancel()
        self._chat.stop()
        self._organiser.stop()
        self._speakers.close()
        self._channels.close()
        self._permissions.close()
        await self._watches.close()
        await self._tasks.close()

    def _refresh_offer(self) -> None:
        """Services that start late, and the organiser, change what may be asked for."""
        self._offered = self._languages()
        self._voices.look(self._offered)
        self._status.offer(self._offered, self._voices.shown())

    # --- what the parts ask for --------------------------------------------------------------------------

    def _languages(self) -> tuple[str, ...]:
        """What may be asked for in this room."""
        wanted = self._configure.languages
        if wanted is None:
            wanted = self._settings.rooms.languages or None
        return self._engines.languages(wanted)

    def _new_interpreter(self, person: Person, take: int) -> Interpreter:
        return Interpreter(
            person.identity,
            hear=self._engines.hear,
            translator=self._engines.translator,
            outlet=_Outlet(self, take),
            settings=self._settings,
            language=person.speaks,
            allowed_languages=self._offered,
            glossary=Glossary(self._configure.glossary),
            cache=self._cache,
            load=self._load,
        )

    def _new_speech(self, language: str, sink: AudioSink) -> LanguageChannel:
        return LanguageChannel(
            language,
            synthesizer=self._engines.synthesizer,
            sink=sink,
            settings=self._settings.speech,
            report=self.reports.spoken,
            casting=self._casting,
            glossary=Glossary(self._configure.glossary),
            costs=self._costs,
            load=self._load,
        )

    # --- what the parts report ---------------------------------------------------------------------------

    def show(self, line: Line) -> None:
        """A caption of somebody."""
        self._captions.show(line)

    def translated(self, outcome: Translation | NotTranslated) -> None:
        """A clause has its translation: it is spoken where somebody hears this speaker in that language."""
        wanted = self._speakers.wants_voice(outcome.clause.speaker, outcome.language)
        if isinstance(outcome, Translation) and wanted:
            self._channels.say(outcome)

    def drafted(self, outcome: DraftTranslation) -> None:
        """What will probably be said next, where somebody hears this speaker in that language."""
        speaker = outcome.draft.speaker
        if self._speakers.wants_voice(speaker, outcome.language):
            self._channels.prepare(outcome.language, outcome.text, speaker)

    def _channels_changed(self) -> None:
        self.reports.channels(self._channels.view())
        self._status.changed()

    def _show_trouble(self, trouble: Trouble) -> None:
        self._status.trouble(trouble)


class _Outlet:
    """Where one take of a speaker's interpreter puts its results."""

    def __init__(self, room: RoomInterpreter, take: int) -> None:
        self._room, self._take = room, take

    def caption(self, caption: Caption) -> None:
        self._room.show(Line(caption, self._take))

    def translated(self, outcome: Translation | NotTranslated) -> None:
        self._room.translated(replace(outcome, clause=replace(outcome.clause, take=self._take)))

    def drafted(self, outcome: DraftTranslation) -> None:
        self._room.drafted(outcome)

    def trouble(self, trouble: Trouble) -> None:
        self._room.reports.trouble(trouble)

    def measured(self, measurement: Measurement) -> None:
        self._room.reports.measured(measurement, self._take)
