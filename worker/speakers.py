"""Who is interpreted: one interpreter for each speaker whom somebody wants, fed from whatever track they have now.

A speaker is an identity. Tracks, SIDs and even the participant come and go beneath it: an interpreter is kept for a
grace time after its speaker vanished, so that a reconnect costs no more than the sound that was not sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence

import structlog
from livekit import rtc

from config.settings import Settings
from foundation.recent import Recent
from foundation.tasks import Tasks
from pipeline.audio import Pcm
from pipeline.clock import Monotonic
from pipeline.events import Clause, Trouble
from pipeline.interpreter import Interpreter, Wishes
from protocol.events import Event, SpeakerChanged
from protocol.reports import ReportCode
from worker.audio_input import OpenTrack, open_track
from worker.listeners import Person
from worker.subscriptions import Microphone, Subscriptions
from worker.takes import Takes

log = structlog.get_logger(__name__)

ACTIVE_FOR_S = 10.0
"""Somebody who was loud within this time is kept before those who were not."""

AGAIN_S = 1.0
"""How long after it broke off a track is opened again."""

NEW_INTERPRETER_S = 5.0
"""How long after an interpreter gave up another one is begun."""

ASK_AGAIN_S = 3.0
"""A track that was asked for and did not come is asked for again, as requests may be lost in a reconnect."""

MOST_ANNOUNCED = 100
"""Of so many people who are not heard yet it is kept that they said that they are about to speak."""

NewInterpreter = Callable[[Person, int], Interpreter]
"""From a speaker and the number of the take to their interpreter."""


def choose(
    candidates: Sequence[str], *, heard: Collection[str], active: Collection[str], limit: int
) -> frozenset[str]:
    """Whom to hear when there are more than `limit`: those who speak, then those who are heard already."""
    ordered = sorted(candidates, key=lambda who: (who not in active, who not in heard, who))
    return frozenset(ordered[:limit])


class _Speaker:
    """One speaker's interpreter, and the track that it hears."""

    def __init__(self, identity: str, language: str | None, take: int, interpreter: Interpreter) -> None:
        self.identity, self.language, self.take = identity, language, take
        self.interpreter = interpreter
        self.track: rtc.RemoteTrack | None = None
        self.listening: asyncio.Task[None] | None = None
        self.leaving: asyncio.TimerHandle | None = None

    def stay(self) -> None:
        """They are back, or wanted again."""
        if self.leaving is not None:
            self.leaving.cancel()
            self.leaving = None


class Speakers:
    """Keeps as many speakers' interpreters fed as the room may have.

    Args:
        tell: receives telemetry.
        trouble: receives why somebody is not interpreted.
        heard: receives what each speaker says, beside their interpreter; must not block.
    """

    def __init__(
        self,
        *,
        new_interpreter: NewInterpreter,
        tasks: Tasks,
        settings: Settings,
        tell: Callable[[Event], None],
        trouble: Callable[[Trouble], None],
        heard: Callable[[str, Pcm], None] = lambda who, pcm: None,
        open_track: OpenTrack = open_track,
        now: Monotonic | None = None,
    ) -> None:
        self._new_interpreter, self._tasks, self._settings = new_interpreter, tasks, settings
        self._tell, self._trouble, self._heard, self._open_track = tell, trouble, heard, open_track
        self._now = now or asyncio.get_running_loop().time
        self._speakers: dict[str, _Speaker] = {}
        self._takes = Takes()
        self._subscriptions = Subscriptions(self._now, patience_s=ASK_AGAIN_S)
        self._people: Mapping[str, Person] = {}
        self._microphones: Mapping[str, Microphone] = {}
        self._wishes: Mapping[str, Wishes] = {}
        self._loud_s: dict[str, float] = {}
        self._waiting: frozenset[str] = frozenset()
        self._interpreting: set[asyncio.Task[None]] = set()
        self._announced: Recent[str, str] = Recent(MOST_ANNOUNCED)
        self._all_wanted = False
        self._closed = False

    @property
    def heard(self) -> frozenset[str]:
        """Those whose tracks are listened to now."""
        return frozenset(who for who, speaker in self._speakers.items() if speaker.listening is not None)

    @property
    def interpreted(self) -> frozenset[str]:
        """Those who have an interpreter, also while they are silent or gone for a moment."""
        return frozenset(self._speakers)

    @property
    def languages(self) -> tuple[str, ...]:
        """What those speak whose tracks are listened to now, "" where it is to be found out."""
        return tuple(self._speakers[who].language or "" for who in sorted(self.heard))

    def track_sid(self, identity: str) -> str:
        """SID of a speaker's microphone, "" while they have none."""
        microphone = self._microphones.get(identity)
        return microphone.sid if microphone is not None else ""

    def wants_voice(self, identity: str, language: str) -> bool:
        """Whether somebody hears this speaker in a language.

        What somebody said is still wanted when they have left, or are not interpreted any more.
        """
        wishes = self._wishes.get(identity)
        return language in wishes.voices if wishes is not None else self._said_it_before(identity)

    def voices(self, identity: str) -> frozenset[str]:
        """The languages in which somebody hears this speaker."""
        wishes = self._wishes.get(identity)
        if wishes is None and identity in self._speakers and self._said_it_before(identity):
            wishes = self._speakers[identity].interpreter.wishes
        return frozenset() if wishes is None else wishes.voices

    def sound_of(self, clause: Clause, take: int) -> Pcm | None:
        """How a clause of one of the speaker's takes was said; None once that is forgotten."""
        speaker = self._speakers.get(clause.speaker)
        return speaker.interpreter.sound_of(clause) if speaker is not None and speaker.take == take else None

    def update(
        self,
        people: Mapping[str, Person],
        microphones: Mapping[str, Microphone],
        wishes: Mapping[str, Wishes],
    ) -> None:
        """Sets who is there, with which microphone, and who is wanted."""
        self._people, self._microphones, self._wishes = people, microphones, wishes
        self._loud_s = {who: at_s for who, at_s in self._loud_s.items() if who in people}
        self._apply()

    def want_all(self, wanted: bool) -> None:
        """Whether every microphone is received with the next `update`, also those that nobody wants interpreted."""
        if self._all_wanted and not wanted:
            for identity in self._microphones.keys() - self._speakers.keys():
                self._subscriptions.give_up(identity, self._microphones[identity])
        self._all_wanted = wanted

    def loud(self, identities: Collection[str]) -> None:
        """Notes who speaks at the moment, as the media server hears it."""
        self._loud_s |= dict.fromkeys(identities, self._now())
        if self._waiting & frozenset(identities):
            self._apply()

    def about_to_speak(self, identity: str, traceparent: str) -> None:
        """Somebody's page says that they are, and in which trace."""
        if speaker := self._speakers.get(identity):
            speaker.interpreter.begins_to_speak(traceparent)
        elif traceparent:
            self._announced[identity] = traceparent

    def renew(self) -> None:
        """Begins every interpreter anew, e.g. for another glossary; the old ones finish what they heard."""
        for speaker in self._speakers.values():
            person = self._people.get(speaker.identity)
            if person is not None:
                self._begin_take(speaker, person)

    def reconnected(self) -> None:
        """What was asked for on the way may be lost: asks for every track again."""
        self._subscriptions.forget()

    def tell_all(self) -> None:
        """Tells everybody's state again."""
        for speaker in self._speakers.values():
            self._tell_state(speaker, "interpreted")

    def close(self) -> None:
        """Stops listening; interpreters finish what they heard."""
        self._closed = True
        for identity in list(self._speakers):
            self._retire(identity)

    async def finished(self) -> None:
        """Returns once every interpreter has finished what it heard, those of speakers who left included."""
        while self._interpreting:
            await asyncio.wait(self._interpreting)

    # --- who is heard ------------------------------------------------------------------------------------

    def _apply(self) -> None:
        if self._closed:
            return
        wanted = [who for who in self._microphones if who in self._wishes and who in self._people]
        self._ask_for(wanted)
        chosen = self._choose([who for who in wanted if not self._microphones[who].muted])
        for identity in chosen:
            self._hear(identity)
        for identity, speaker in list(self._speakers.items()):
            self._renew_wishes(speaker)
            if identity not in chosen:
                self._stop_hearing(speaker)
            if identity in wanted:
                speaker.stay()
            else:
                self._let_go(speaker)
        self._subscriptions.keep(self._microphones)

    def _ask_for(self, wanted: Sequence[str]) -> None:
        for identity in self._microphones if self._all_wanted else wanted:
            self._subscriptions.ask(identity, self._microphones[identity])

    def _choose(self, candidates: Sequence[str]) -> frozenset[str]:
        """Those who are heard; the others are told that they wait."""
        now = self._now()
        active = {who for who, at_s in self._loud_s.items() if now - at_s < ACTIVE_FOR_S}
        limit = self._settings.recognition.max_speakers
        chosen = choose(candidates, heard=self.heard, active=active, limit=limit)
        self._tell_waiting(frozenset(candidates) - chosen, limit)
        return chosen

    def _renew_wishes(self, speaker: _Speaker) -> None:
        """What was said by somebody who vanished or is withheld is still translated, as it was wanted then."""
        if speaker.identity in self._wishes or not self._said_it_before(speaker.identity):
            speaker.interpreter.wish(self._wishes.get(speaker.identity, Wishes()))

    def _said_it_before(self, identity: str) -> bool:
        person = self._people.get(identity)
        return person is None or person.withheld

    def _let_go(self, speaker: _Speaker) -> None:
        """Retires a speaker whom nobody wants any more, unless that changes within the grace time."""
        if speaker.leaving is None:
            grace_s = self._settings.rooms.speaker_grace_s
            loop = asyncio.get_running_loop()
            speaker.leaving = loop.call_later(grace_s, self._retire, speaker.identity)

    def _hear(self, identity: str) -> None:
        person = self._people[identity]
        speaker = self._speakers.get(identity)
        if speaker is None:
            take = self._takes.next(identity)
            interpreter = self._new_interpreter(person, take)
            speaker = _Speaker(identity, person.speaks, take, interpreter)
            self._speakers[identity] = speaker
            if announced := self._announced.pop(identity, ""):
                interpreter.begins_to_speak(announced)
            self._run(speaker)
        elif speaker.language != person.speaks:
            self._begin_take(speaker, person)
        track = self._microphones[identity].track
        if track is not speaker.track or (track is not None and speaker.listening is None):
            self._stop_hearing(speaker)
            if track is not None:
                speaker.track = track
                listening = self._tasks.start(self._listen(speaker, track), name=f"sound of {identity}")
                speaker.listening = listening
                listening.add_done_callback(lambda done: self._listening_ended(speaker, done))

    def _stop_hearing(self, speaker: _Speaker) -> None:
        listening, speaker.listening, speaker.track = speaker.listening, None, None
        if listening is not None:
            listening.cancel()
            speaker.interpreter.gap()

    async def _listen(self, speaker: _Speaker, track: rtc.RemoteTrack) -> None:
        async with self._open_track(track) as frames:
            async for pcm in frames:
                speaker.interpreter.listen(pcm)
                self._heard(speaker.identity, pcm)

    def _listening_ended(self, speaker: _Speaker, listening: asyncio.Task[None]) -> None:
        """A track broke off by itself: it is opened again if it is still theirs."""
        if speaker.listening is listening:
            self._stop_hearing(speaker)
            asyncio.get_running_loop().call_later(AGAIN_S, self._apply)

    def _tell_waiting(self, waiting: frozenset[str], limit: int) -> None:
        for identity in sorted(waiting - self._waiting):
            reason = f"{limit} people are being interpreted already"
            self._trouble(Trouble(identity, "hear", "", reason, ReportCode.WAITING, count=limit))
        self._waiting = waiting

    # --- interpreters ------------------------------------------------------------------------------------

    def _run(self, speaker: _Speaker) -> None:
        interpreter = speaker.interpreter
        task = self._tasks.start(interpreter.run(), name=f"interpreter of {speaker.identity}")
        self._interpreting.add(task)
        task.add_done_callback(self._interpreting.discard)
        task.add_done_callback(lambda _: self._gave_up(speaker, interpreter))
        self._tell_state(speaker, "interpreted")

    def _begin_take(self, speaker: _Speaker, person: Person) -> None:
        old = speaker.interpreter
        speaker.take, speaker.language = self._takes.next(speaker.identity), person.speaks
        speaker.interpreter = self._new_interpreter(person, speaker.take)
        speaker.interpreter.wish(self._wishes.get(speaker.identity, Wishes()))
        old.close()
        self._run(speaker)

    def _gave_up(self, speaker: _Speaker, interpreter: Interpreter) -> None:
        """An interpreter ended though nobody closed it: a new one is begun a little later."""
        if speaker.interpreter is not interpreter or self._speakers.get(speaker.identity) is not speaker:
            return
        self._stop_hearing(speaker)
        del self._speakers[speaker.identity]
        speaker.stay()
        if not self._closed:
            asyncio.get_running_loop().call_later(NEW_INTERPRETER_S, self._apply)

    def _retire(self, identity: str) -> None:
        """Ends a speaker's interpreter: gone for good, or wanted by nobody."""
        speaker = self._speakers.pop(identity)
        speaker.stay()
        self._stop_hearing(speaker)
        speaker.interpreter.close()
        self._tell_state(speaker, "gone")
        if not self._all_wanted:
            self._subscriptions.give_up(identity, self._microphones.get(identity))

    def _tell_state(self, speaker: _Speaker, state: str) -> None:
        self._tell(
            SpeakerChanged(
                speaker=speaker.identity, state=state, language=speaker.language or "", take=speaker.take
            )
        )
