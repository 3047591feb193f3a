"""The scripted meeting: who joins, who speaks when, and what is kept of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from livekit import rtc

from demo.doors import Coming, Doors
from demo.ledger import Ledger
from demo.participants import CHUNK_S, MICROPHONE, TRANSLATED, Attendee, SeenCaption
from demo.scripts import Script, ScriptPart
from demo.terminal import Screen
from pipeline.text.languages import same_language
from protocol.attributes import CAPTIONS, EVENTS, LISTEN, ROLE, SPEAK
from protocol.events import CaptionSent, Event, SpeechDone

READER, ORGANISER = "reader", "organiser"
ARRIVAL_LIMIT_S = 30.0
SETTLE_LIMIT_S = 30.0
SPARE_CHUNK_S = 0.1
ROOM = "demo"


class MeetingError(Exception):
    """The meeting could not take place or end; says what did not happen in time."""


@dataclass(frozen=True, slots=True)
class PlayedPart:
    """A part of the script as it was played."""

    part: ScriptPart
    began_s: float
    """Monotonic: when its first sample was handed to the microphone."""


@dataclass(slots=True)
class Arrivals:
    """How long after they were told things reached a client, by this machine's clock and the interpreter's."""

    events_s: list[float] = field(default_factory=list)
    """Each event; its way is that of a caption."""
    captions_s: list[tuple[float, float]] = field(default_factory=list)
    """Interim captions with a new word: from the arrival of its sound to when it was sent, and then on its way."""

    def note(self, event: Event, at_s: float) -> None:
        """An event came."""
        self.events_s.append(at_s - event.at_s)
        if isinstance(event, CaptionSent):
            self.captions_s.append((event.latency_s, at_s - event.at_s))


@dataclass(slots=True)
class Minutes:
    """What is left of the meeting."""

    began_s: float = 0.0
    """When the first word was played; monotonic."""
    ended_s: float = 0.0
    ledger: Ledger = field(default_factory=Ledger)
    """Of the interpreter that is there, or was last."""
    earlier: list[Ledger] = field(default_factory=list)
    """Of those before it, where one was replaced."""
    attendees: dict[str, Attendee] = field(default_factory=dict)
    rounds: list[tuple[float, float]] = field(default_factory=list)
    """When each repetition of the script began and ended."""
    spoken: list[PlayedPart] = field(default_factory=list)
    arrivals: Arrivals = field(default_factory=Arrivals)

    def identity(self, speaker: str) -> str:
        """By which clauses and captions name one who speaks in the script."""
        return self.attendees[speaker].identity if speaker in self.attendees else speaker

    def listener(self, target: str) -> Attendee:
        """Who listens to a language."""
        return self.attendees[listener_name(target)]


def listener_name(target: str) -> str:
    """The identity of a language's listener."""
    return f"listener-{target}"


class Meeting:
    """One room with the script's speakers, a listener for each language, a reader of originals and an organiser.

    Args:
        doors: by which everybody comes in.
        targets: what is listened to, one listener each.
        spare: clients receive what listeners hear in translation and nothing else, and hand their sound over in
            larger pieces, so that many of them fit on a machine.
        most_pieces: see `Attendee`.
    """

    def __init__(
        self,
        doors: Doors,
        screen: Screen,
        script: Script,
        *,
        targets: tuple[str, ...],
        room: str = ROOM,
        spare: bool = False,
        most_pieces: int | None = None,
    ) -> None:
        self._doors, self._screen, self._script = doors, screen, script
        self._targets, self._room, self._spare = targets, room, spare
        self._most_pieces = most_pieces
        self._sender = ""
        """Of the newest events: the interpreter."""
        self._wishes, self._coming = cast(script, targets)
        self.minutes = Minutes(attendees={name: self._attendee(name) for name in self._wishes})
        """So far."""

    async def hold(self, *, repeat: int = 1) -> Minutes:
        """Plays the script `repeat` times.

        Raises:
            MeetingError: the interpreter did not come, or a listener got no channel.
        """
        minutes = self.minutes
        minutes.attendees[ORGANISER].on_event = self._on_event
        minutes.attendees[READER].on_caption = self._on_original
        for target in self._targets:
            minutes.listener(target).on_caption = self._screen.caption
        try:
            self._screen.say("everybody joins")
            await asyncio.gather(*map(self._join, minutes.attendees))
            await self._invite()
            for number in range(repeat):
                label = f" ({number + 1} of {repeat})" if repeat > 1 else ""
                self._screen.say(f"the meeting takes {self._script.length_s:.0f} s{label}")
                began = time.monotonic()
                minutes.began_s = minutes.began_s or began
                async with asyncio.TaskGroup() as group:
                    for speaker in self._script.speakers:
                        group.create_task(self._speak(speaker, began))
                minutes.rounds.append((began, time.monotonic()))
                self._screen.say("waiting for the last translation to be spoken")
                await self._settled()
            await self._dismiss()
            await self._settled()  # what it told last may still be on its way
            minutes.ended_s = time.monotonic()
            return minutes
        finally:
            await asyncio.gather(*(attendee.leave() for attendee in minutes.attendees.values()))

    # --- steps -------------------------------------------------------------------------------------------

    def _attendee(self, name: str) -> Attendee:
        target = next((target for target in self._targets if name == listener_name(target)), None)
        return Attendee(
            name,
            self._wishes[name],
            record=self._recorded_by(target) if target else lambda publisher, name: False,
            only_recorded=self._spare,
            chunk_s=SPARE_CHUNK_S if self._spare else CHUNK_S,
            most_pieces=self._most_pieces,
        )

    async def _join(self, name: str) -> None:
        admission = await self._doors.admit(self._room, name, self._coming[name], self._wishes[name])
        await self.minutes.attendees[name].join(admission)

    async def _invite(self) -> None:
        """Calls the interpreter and waits until every listener who needs a channel has it."""
        self._screen.say("the organiser invites the interpreter")
        await self._doors.invite(self._room)
        await self._until(
            lambda: self._interpreter() is not None, "the interpreter did not come into the room"
        )
        for target in self._targets:
            if not self._script.heard_by(target):
                continue
            listener = self.minutes.listener(target)
            await self._until(
                lambda listener=listener: bool(listener.translated_tracks),  # type: ignore[misc]
                f"the listener of {target} got no channel",
            )

    async def _dismiss(self) -> None:
        """Sends the interpreter away and waits until it has left: it finishes what it has heard before that.

        However far behind it is, nothing that was said is missing from the record only because it came too late.
        """
        interpreter = self._interpreter()
        if interpreter is None:  # what it has not said is missing, and the verdict says so
            return
        await self._doors.dismiss(self._room, interpreter.identity)
        await self._until(lambda: self._interpreter() is None, "the interpreter did not finish and leave")

    def _interpreter(self) -> rtc.RemoteParticipant | None:
        people = self.minutes.attendees[ORGANISER].room.remote_participants.values()
        return next((person for person in people if person.attributes.get(ROLE) == "interpreter"), None)

    async def _speak(self, speaker: str, began_s: float) -> None:
        """Plays everything that one speaker says in one round, each part at its moment."""
        for part in self._script.parts:
            if part.speaker != speaker:
                continue
            await asyncio.sleep(max(0.0, began_s + part.starts_s - time.monotonic()))
            self._screen.say(f"{speaker} speaks")
            await self.minutes.attendees[speaker].speak(
                part.pcm,
                lambda at_s, part=part: self.minutes.spoken.append(PlayedPart(part, at_s)),  # type: ignore[misc]
            )

    async def _settled(self) -> None:
        """Waits until nothing new comes and every clause has an outcome in every language.

        Who is far behind may still have something to say: only sending the interpreter away makes sure of it.
        """
        deadline = time.monotonic() + SETTLE_LIMIT_S
        quiet_since, known = time.monotonic(), -1
        while time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            ledger = self.minutes.ledger
            if len(ledger.clauses) != known or ledger.unsettled(self._targets):
                known, quiet_since = len(ledger.clauses), time.monotonic()
            elif time.monotonic() - quiet_since > 2.0:
                return

    async def _until(self, happened: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + ARRIVAL_LIMIT_S
        while not happened():
            if time.monotonic() > deadline:
                raise MeetingError(f"{otherwise} within {ARRIVAL_LIMIT_S:g} s")
            await asyncio.sleep(0.05)

    # --- what comes in -----------------------------------------------------------------------------------

    def _recorded_by(self, target: str) -> Callable[[str, str], bool]:
        """A listener keeps the interpreter's tracks, and the microphones of those whom they hear as they speak."""
        originals = [
            name for name, language in self._script.speakers.items() if same_language(language, target)
        ]

        def recorded(publisher: str, name: str) -> bool:
            if name.startswith(TRANSLATED):
                return True
            if self._spare or name != MICROPHONE:
                return False
            return publisher in map(self.minutes.identity, originals)

        return recorded

    def _on_original(self, seen: SeenCaption) -> None:
        """Shows originals that no listener reads."""
        language = seen.attributes.get("language", "")
        if not any(same_language(language, target) for target in self._targets):
            self._screen.caption(seen)

    def _on_event(self, text: str, sender: str) -> None:
        if sender != self._sender and self._sender:  # another interpreter counts clauses from 1 again
            self.minutes.earlier.append(self.minutes.ledger)
            self.minutes.ledger = Ledger()
        self._sender = sender
        event = self.minutes.ledger.take(text)
        if event is not None:
            self.minutes.arrivals.note(event, time.monotonic())
        if isinstance(event, SpeechDone):
            self._screen.lag(event.language, event.lag_s)


def cast(script: Script, targets: tuple[str, ...]) -> tuple[dict[str, dict[str, str]], dict[str, Coming]]:
    """Who takes part: what each wishes, and as what they come, by name."""
    quiet = {LISTEN: "off", CAPTIONS: "off"}
    main = script.parts[0].language
    wishes = {name: {SPEAK: language, **quiet} for name, language in script.speakers.items()}
    coming: dict[str, Coming] = dict.fromkeys(script.speakers, "speaker")
    wishes[READER], coming[READER] = {SPEAK: main, LISTEN: "off", CAPTIONS: "original"}, "reader"
    wishes[ORGANISER], coming[ORGANISER] = {SPEAK: main, **quiet, EVENTS: "on"}, "organiser"
    for target in targets:
        name = listener_name(target)
        wishes[name], coming[name] = {SPEAK: target, LISTEN: target, CAPTIONS: target}, "listener"
    return wishes, coming
