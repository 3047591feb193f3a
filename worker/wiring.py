"""The parts of one room's interpreter, and what each of them asks the others for and tells them.

The sound of a speaker goes through their interpreter (`worker.speakers`) to captions and to the channels of languages;
what any part reports goes to telemetry and to the status that everybody sees.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from livekit import api as livekit_api
from livekit import rtc

from config.settings import Settings
from foundation.tasks import Tasks
from pipeline.audio import Pcm
from pipeline.engines.protocols import TranslationRequest, TranslationResult
from pipeline.events import (
    Caption,
    Clause,
    DraftTranslation,
    Floor,
    NotTranslated,
    Speech,
    Translation,
    Trouble,
)
from pipeline.interpreter import Interpreter
from pipeline.load import Load
from pipeline.playing import AudioSink
from pipeline.speech_rates import RenderCosts
from pipeline.stages.speak import LanguageChannel
from pipeline.stages.translate import TranslationCache
from pipeline.text.glossary import Glossary
from pipeline.timing import Measurement
from pipeline.turns import Turns
from pipeline.voices import Casting
from protocol.control import Configure
from protocol.likeness import likenesses_attribute
from worker.audio_input import OpenTrack
from worker.booths import Booths
from worker.captions import Captions, Line
from worker.channels import Channels
from worker.chat_translation import ChatTranslation
from worker.encryption import Earshot, EncryptionWatch
from worker.figures.channel import Send
from worker.figures.room_figures import RoomFigures, levels_of
from worker.figures.tally import Levels
from worker.headroom import Headroom
from worker.interactions import Interactions
from worker.likeness.likenesses import RoomLikenesses
from worker.listeners import InterpretingPlan, Person
from worker.names import Names
from worker.permissions import Permissions
from worker.publishing import RoomPublisher
from worker.recording.recorder import RoomRecorder
from worker.registers import Registers
from worker.reports import Reports
from worker.room_engines import RoomEngines
from worker.room_key import RoomKey
from worker.signing import CaptionKey
from worker.speakers import Speakers
from worker.standing import StandingTroubles
from worker.status import Status
from worker.telemetry import Telemetry
from worker.text_streams import RoomPost, attribute_setter
from worker.voices import RoomVoices
from worker.whose_words import WhoseWords


class Parts:
    """One of each for a room; nothing runs until it is told to.

    Args:
        room: connected.
        service: the room service, if there is one.
        configured: what the organiser wants at first.
        figures: where reports for Prometheus go.
    """

    def __init__(
        self,
        room: rtc.Room,
        service: livekit_api.LiveKitAPI | None,
        settings: Settings,
        engines: RoomEngines,
        configured: Configure,
        *,
        open_track: OpenTrack,
        figures: Send,
    ) -> None:
        self._settings, self._engines = settings, engines
        self.configured = configured
        self.offered = self._languages()
        """What may be asked for in this room."""
        self._casting = Casting()
        self.registers = Registers(self._casting)
        self._cache = TranslationCache(settings.translation.cache_entries)
        self._load = Load(asyncio.get_running_loop().time)
        self._costs = RenderCosts()

        key = CaptionKey()
        self.room_key = RoomKey(room, key, encrypted=configured.encrypted)
        self.post = RoomPost(room, lambda: self.room_key.earshot)
        self.names = Names()
        self.telemetry = Telemetry(self.post)
        self.whose_words = WhoseWords(self.post)
        self.figures = RoomFigures(figures, self._levels)
        self.reports = Reports(
            self.telemetry, self.figures, self._show_trouble, max_languages=settings.rooms.max_languages
        )
        self.voices = RoomVoices(engines.synthesizer, self._casting, trouble=self.reports.trouble)
        self.voices.wish(configured.voices)
        self.likenesses = self._new_likenesses()
        self.booths = Booths()
        self.booths.allow(configured.interprets)
        self.headroom = self._new_headroom()
        self.standing = StandingTroubles(self.reports.trouble)
        self.encryption = EncryptionWatch(self.reports.trouble)
        self.tasks = Tasks(self.reports.task_failed)
        """What ends by itself."""
        publisher = RoomPublisher(room, service)
        self.permissions = Permissions(publisher, self.tasks)
        self.recorder = self._new_recorder(room)
        self.channels = self._new_channels(publisher)
        self.turns = Turns(
            self.channels.say, pause_s=settings.speech.turn_pause_s, changed=self._turn_changed
        )
        self.speakers = self._new_speakers(open_track)
        self.interactions = Interactions(self.speakers.about_to_speak)
        self.captions = self._new_captions(key)
        self.chat_translation = self._new_chat_translation(key)
        self.status = self._new_status(room, key)
        self.status.carries_out(configured.version)
        self.likenesses.forbid(configured.forbids_likeness)
        self._record(configured)
        self.turns.keep_apart(configured.consecutive)

    # --- how the parts are put together, each from those before it -----------------------------------------

    def _new_likenesses(self) -> RoomLikenesses:
        return RoomLikenesses(
            self._engines.likeness,
            languages=self._engines.likened,
            casting=self._casting,
            trouble=self.reports.trouble,
            changed=self._likenesses_changed,
            grace_s=self._settings.rooms.speaker_grace_s,
        )

    def _new_headroom(self) -> Headroom:
        return Headroom(
            self._engines.capacity,
            max_speakers=self._settings.recognition.max_speakers,
            max_languages=self._settings.rooms.max_languages,
            trouble=self.reports.trouble,
        )

    def _new_channels(self, publisher: RoomPublisher) -> Channels:
        return Channels(
            publisher=publisher,
            permissions=self.permissions,
            new_speech=self._new_speech,
            linger_s=self._settings.rooms.linger_s,
            tasks=self.tasks,
            changed=self._channels_changed,
            played=self.recorder.sound,
            report=self._spoken,
        )

    def _new_speakers(self, open_track: OpenTrack) -> Speakers:
        return Speakers(
            new_interpreter=self._new_interpreter,
            tasks=self.tasks,
            settings=self._settings,
            tell=self.reports.tell,
            trouble=self.reports.trouble,
            heard=self._heard,
            open_track=open_track,
        )

    def _new_captions(self, key: CaptionKey) -> Captions:
        return Captions(
            self.post,
            key=key,
            tasks=self.tasks,
            track_sid=self.speakers.track_sid,
            shown=self.reports.shown,
            sent=self.figures.sent,
        )

    def _new_chat_translation(self, key: CaptionKey) -> ChatTranslation:
        return ChatTranslation(
            self.post,
            key,
            translator=self._engines.translator,
            settings=self._settings.translation,
            terms=lambda: self.configured.glossary,
            most_languages=self._settings.rooms.max_languages,
        )

    def _new_recorder(self, room: rtc.Room) -> RoomRecorder:
        return RoomRecorder(
            room.name,
            self._settings.recording,
            name_of=self.names.of,
            changed=self._recording_changed,
            failed=self.reports.task_failed,
            translate=self._translate,
        )

    def _new_status(self, room: rtc.Room, key: CaptionKey) -> Status:
        return Status(
            attribute_setter(room),
            self.channels.view,
            name_of=self.names.of,
            turn=self._turn,
            profile=self._engines.profile,
            key=key.public,
        )

    # --- what the organiser wants, and what there is -----------------------------------------------------

    def configure(self, wish: Configure) -> None:
        """Changes mutes, voices, their speed and the glossary at once, languages with the next look at what is offered.

        A channel takes another voice with its next clause; another glossary makes it anew.
        """
        before, self.configured = self.configured, wish
        glossary_changed = wish.glossary != before.glossary
        self.voices.wish(wish.voices)
        self.booths.allow(wish.interprets)
        self.likenesses.forbid(wish.forbids_likeness)
        if wish.consecutive != self.turns.kept_apart:
            self.channels.take_turns(wish.consecutive)
            self.turns.keep_apart(wish.consecutive)
        if glossary_changed:
            self._cache.clear()
            self.speakers.renew()
            self.channels.renew()
            self.recorder.correct(Glossary(before.glossary), Glossary(wish.glossary))
        self.status.carries_out(wish.version)
        self._record(wish)

    def _record(self, wish: Configure) -> None:
        """What is encrypted end to end is never recorded on the server, whatever is wished."""
        self.recorder.want(wish.recording if self.room_key.earshot is Earshot.OPEN else "")

    def liken(self, people: Mapping[str, Person], plan: InterpretingPlan) -> None:
        """Sees who wishes to be heard in a voice that resembles theirs, and who is heard in which language."""
        wished = [who for who, person in people.items() if person.likeness]
        self.likenesses.look(wished, people.keys(), {who: plan.voices_of(who) for who in people})

    def refresh_offer(self) -> None:
        """Services that start late, and the organiser, change what may be asked for."""
        self.offered = self._languages()
        self.voices.look(self.offered)
        self.status.offer(self.offered, self.voices.shown())
        self.status.could(self._engines.abilities())

    @property
    def recognised(self) -> tuple[str, ...]:
        """The languages that are recognised; empty while that is not known."""
        return self._engines.recognised()

    def _languages(self) -> tuple[str, ...]:
        wanted = self.configured.languages
        if wanted is None:
            wanted = self._settings.rooms.languages or None
        return self._engines.languages(wanted)

    # --- what the parts ask for --------------------------------------------------------------------------

    def _new_interpreter(self, person: Person, take: int) -> Interpreter:
        return Interpreter(
            person.identity,
            hear=self._engines.hear,
            translator=self._engines.translator,
            outlet=_Outlet(self, person.identity, take),
            settings=self._settings,
            language=person.speaks,
            allowed_languages=self.offered,
            glossary=Glossary(self.configured.glossary),
            cache=self._cache,
            load=self._load,
        )

    def _new_speech(self, language: str, sink: AudioSink) -> LanguageChannel:
        return LanguageChannel(
            language,
            synthesizer=self._engines.synthesizer,
            sink=sink,
            settings=self._settings.speech,
            report=self._spoken,
            begins=partial(self.whose_words.begins, language),
            casting=self._casting,
            glossary=Glossary(self.configured.glossary),
            costs=self._costs,
            load=self._load,
            usual_speed=lambda: self.configured.speed,
            by_turns=self.turns.kept_apart,
        )

    async def _translate(self, request: TranslationRequest) -> TranslationResult:
        """Raises EngineError, TimeoutError."""
        async with asyncio.timeout(self._settings.translation.timeout_s):
            return await self._engines.translator.translate(request)

    # --- what the parts report ---------------------------------------------------------------------------

    def _heard(self, speaker: str, pcm: Pcm) -> None:
        self.registers.hear(speaker, pcm)
        self.figures.heard(pcm)

    def _levels(self) -> Levels:
        return levels_of(self.speakers.languages, self.channels.view())

    def _spoken(self, outcome: Speech | Trouble) -> None:
        self.reports.spoken(outcome)
        self.likenesses.spoken(outcome)

    def _likenesses_changed(self) -> None:
        self.status.likenesses(likenesses_attribute(self.likenesses.told()))

    def _channels_changed(self) -> None:
        self.reports.channels(self.channels.view())
        self.status.changed()

    def _recording_changed(self) -> None:
        self.speakers.want_all(self.recorder.running)
        self.status.records(self.recorder.running)

    def _turn_changed(self) -> None:
        self.status.changed()

    def _turn(self) -> str:
        """Whose turn it is and whose is being spoken; "" while turns are not kept apart."""
        if not self.turns.kept_apart:
            return ""
        views = self.channels.view()
        spoken = next((view.speaker for view in views if view.speaker), "")
        interpreting = spoken or (self.turns.pending if views else "")
        return json.dumps({"speaker": self.turns.speaker, "interpreting": interpreting})

    def _show_trouble(self, trouble: Trouble) -> None:
        self.status.trouble(trouble)


class _Outlet:
    """Where one take of a speaker's interpreter puts its results."""

    def __init__(self, parts: Parts, speaker: str, take: int) -> None:
        self._parts, self._speaker, self._take = parts, speaker, take

    def caption(self, caption: Caption) -> None:
        parts = self._parts
        likeness = caption.translated and parts.likenesses.speaks(caption.speaker, caption.language)
        line = Line(replace(caption, likeness=likeness), self._take)
        parts.captions.show(line)
        parts.recorder.caption(line)

    def translated(self, outcome: Translation | NotTranslated) -> None:
        """It is spoken where somebody hears this speaker in that language."""
        outcome = replace(outcome, clause=self._of_take(outcome.clause))
        wanted = self._parts.speakers.wants_voice(outcome.clause.speaker, outcome.language)
        self._parts.turns.translated(outcome, spoken=wanted)

    def floor(self, floor: Floor) -> None:
        self._parts.turns.floor(self._speaker, self._take, floor)

    def committed(self, clause: Clause) -> None:
        if self._parts.likenesses.gathers(clause.speaker):
            sound = self._parts.speakers.sound_of(clause, self._take)
            if sound is not None:
                self._parts.likenesses.hear(clause.speaker, sound)
        voices = self._parts.speakers.voices(clause.speaker)
        self._parts.turns.committed(self._of_take(clause), voices)

    def _of_take(self, clause: Clause) -> Clause:
        return replace(clause, take=self._take)

    def drafted(self, outcome: DraftTranslation) -> None:
        """What will probably be said next is prepared where somebody hears this speaker in that language."""
        speaker = outcome.draft.speaker
        if self._parts.speakers.wants_voice(speaker, outcome.language):
            self._parts.channels.prepare(outcome.language, outcome.text, speaker)

    def trouble(self, trouble: Trouble) -> None:
        self._parts.reports.trouble(trouble)

    def measured(self, measurement: Measurement) -> None:
        self._parts.reports.measured(measurement, self._take)
