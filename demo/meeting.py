"""The scripted meeting: who joins, who speaks when, and what is kept of it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from livekit import api, rtc

from config.settings import LiveKit
from demo.ledger import Ledger
from demo.participants import MICROPHONE, TRANSLATED, Attendee, SeenCaption
from demo.scripts import Script, ScriptPart
from demo.terminal import Screen
from pipeline.text.languages import same_language
from protocol.attributes import CAPTIONS, CONTROL_TOPIC, EVENTS, LISTEN, ROLE, SPEAK
from protocol.events import SpeechDone
from protocol.sealing import seal

READER, ORGANISER = "reader", "organiser"
ARRIVAL_LIMIT_S = 30.0
SETTLE_LIMIT_S = 30.0
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
class Minutes:
    """What is left of the meeting."""

    began_s: float
    """When the first word was played; monotonic."""
    ended_s: float
    ledger: Ledger
    attendees: dict[str, Attendee] = field(default_factory=dict)
    rounds: list[tuple[float, float]] = field(default_factory=list)
    """When each repetition of the script began and ended."""
    spoken: list[PlayedPart] = field(default_factory=list)

    def listener(self, target: str) -> Attendee:
        """Who listens to a language."""
        return self.attendees[listener_name(target)]


def listener_name(target: str) -> str:
    """The identity of a language's listener."""
    return f"listener-{target}"


class Meeting:
    """One room with the script's speakers, a listener for each language, a reader of originals and an organiser.

    Args:
        targets: what is listened to, one listener each.
    """

    def __init__(
        self, settings: LiveKit, screen: Screen, script: Script, *, targets: tuple[str, ...], room: str = ROOM
    ) -> None:
        self._settings, self._screen, self._script = settings, screen, script
        self._targets, self._room = targets, room
        self._ledger = Ledger()
        self._spoken: list[PlayedPart] = []
        main = script.parts[0].language
        quiet = {LISTEN: "off", CAPTIONS: "off"}
        self._attendees = {
            name: Attendee(name, {SPEAK: language, **quiet}) for name, language in script.speakers.items()
        }
        self._attendees[READER] = Attendee(
            READER,
            {SPEAK: main, LISTEN: "off", CAPTIONS: "original"},
        )
        self._attendees[ORGANISER] = Attendee(ORGANISER, {SPEAK: main, **quiet, EVENTS: "on"})
        for target in targets:
            name = listener_name(target)
            wishes = {
                SPEAK: target,
                LISTEN: target,
                CAPTIONS: target,
            }
            self._attendees[name] = Attendee(name, wishes, record=self._recorded_by(target))

    async def hold(self, *, repeat: int = 1) -> Minutes:
        """Plays the script `repeat` times.

        Raises:
            MeetingError: the interpreter did not come, or a listener got no channel.
        """
        self._attendees[ORGANISER].on_event = self._on_event
        self._attendees[READER].on_caption = self._on_original
        for target in self._targets:
            self._attendees[listener_name(target)].on_caption = self._screen.caption
        rounds: list[tuple[float, float]] = []
        try:
            self._screen.say("everybody joins")
            await asyncio.gather(
                *(attendee.join(self._room, self._settings) for attendee in self._attendees.values())
            )
            await self._invite()
            for number in range(repeat):
                label = f" ({number + 1} of {repeat})" if repeat > 1 else ""
                self._screen.say(f"the meeting takes {self._script.length_s:.0f} s{label}")
                began = time.monotonic()
                async with asyncio.TaskGroup() as group:
                    for speaker in self._script.speakers:
                        group.create_task(self._speak(speaker, began))
                rounds.append((began, time.monotonic()))
                self._screen.say("waiting for the last translation to be spoken")
                await self._settled()
            await self._dismiss()
            await self._settled()  # what it told last may still be on its way
            return Minutes(
                rounds[0][0], time.monotonic(), self._ledger, self._attendees, rounds, self._spoken
            )
        finally:
            await asyncio.gather(*(attendee.leave() for attendee in self._attendees.values()))

    # --- steps -------------------------------------------------------------------------------------------

    async def _invite(self) -> None:
        """Dispatches the interpreter and waits until every listener who needs a channel has it."""
        self._screen.say("the organiser invites the interpreter")
        async with self._server() as server:
            await server.agent_dispatch.create_dispatch(
                api.CreateAgentDispatchRequest(agent_name=self._settings.agent_name, room=self._room)
            )
        await self._until(
            lambda: self._interpreter() is not None, "the interpreter did not come into the room"
        )
        for target in self._targets:
            if not self._script.heard_by(target):
                continue
            listener = self._attendees[listener_name(target)]
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
        secret = self._settings.api_secret.get_secret_value()
        data = seal(
            json.dumps({"type": "dismiss"}),
            room=self._room,
            to=interpreter.identity,
            api_key=self._settings.api_key,
            api_secret=secret,
        )
        async with self._server() as server:
            await server.room.send_data(
                api.SendDataRequest(
                    room=self._room,
                    data=data,
                    topic=CONTROL_TOPIC,
                    destination_identities=[interpreter.identity],
                )
            )
        await self._until(lambda: self._interpreter() is None, "the interpreter did not finish and leave")

    def _interpreter(self) -> rtc.RemoteParticipant | None:
        people = self._attendees[ORGANISER].room.remote_participants.values()
        return next((person for person in people if person.attributes.get(ROLE) == "interpreter"), None)

    def _server(self) -> api.LiveKitAPI:
        secret = self._settings.api_secret.get_secret_value()
        return api.LiveKitAPI(self._settings.url.replace("ws", "http", 1), self._settings.api_key, secret)

    async def _speak(self, speaker: str, began_s: float) -> None:
        """Plays everything that one speaker says in one round, each part at its moment."""
        for part in self._script.parts:
            if part.speaker != speaker:
                continue
            await asyncio.sleep(max(0.0, began_s + part.starts_s - time.monotonic()))
            self._screen.say(f"{speaker} speaks")
            await self._attendees[speaker].speak(
                part.pcm,
                lambda at_s, part=part: self._spoken.append(PlayedPart(part, at_s)),  # type: ignore[misc]
            )

    async def _settled(self) -> None:
        """Waits until nothing new comes and every clause has an outcome in every language.

        Who is far behind may still have something to say: only sending the interpreter away makes sure of it.
        """
        deadline = time.monotonic() + SETTLE_LIMIT_S
        quiet_since, known = time.monotonic(), -1
        while time.monotonic() < deadline:
            await asyncio.sleep(0.2)
            if len(self._ledger.clauses) != known or self._ledger.unsettled(self._targets):
                known, quiet_since = len(self._ledger.clauses), time.monotonic()
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
        originals = {
            name for name, language in self._script.speakers.items() if same_language(language, target)
        }

        def recorded(publisher: str, name: str) -> bool:
            return name.startswith(TRANSLATED) or (name == MICROPHONE and publisher in originals)

        return recorded

    def _on_original(self, seen: SeenCaption) -> None:
        """Shows originals that no listener reads."""
        language = seen.attributes.get("language", "")
        if not any(same_language(language, target) for target in self._targets):
            self._screen.caption(seen)

    def _on_event(self, text: str) -> None:
        event = self._ledger.take(text)
        if isinstance(event, SpeechDone):
            self._screen.lag(event.language, event.lag_s)
