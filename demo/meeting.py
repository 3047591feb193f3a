"""The scripted meeting: who joins, who speaks when, and what is kept of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from livekit import api

from config.settings import LiveKit
from demo.ledger import Ledger
from demo.participants import Attendee, SeenCaption
from demo.talk import INTERRUPTION_AT, RATE_HZ
from demo.terminal import Screen
from pipeline.audio import Pcm, seconds

SPEAKER, INTERRUPTER, READER, ORGANISER = "alan", "maya", "reader", "organiser"
ROLE = "translator.role"
ARRIVAL_LIMIT_S = 30.0
SETTLE_LIMIT_S = 30.0
ROOM = "demo"


class MeetingError(Exception):
    """The meeting could not take place; says what did not happen in time."""


@dataclass(slots=True)
class Minutes:
    """What is left of the meeting."""

    began_s: float
    """When the first word of the (last) talk was played; monotonic."""
    ended_s: float
    ledger: Ledger
    attendees: dict[str, Attendee] = field(default_factory=dict)
    rounds: list[tuple[float, float]] = field(default_factory=list)
    """When each repetition of the talk began and ended."""


class Meeting:
    """One room with two speakers, a listener for each language, a reader and an organiser.

    Args:
        source: what is spoken.
        targets: what is listened to, one listener each.
    """

    def __init__(
        self, settings: LiveKit, screen: Screen, *, source: str, targets: tuple[str, ...], room: str = ROOM
    ) -> None:
        self._settings, self._screen = settings, screen
        self._source, self._targets, self._room = source, targets, room
        self._ledger = Ledger()
        speaker = {"translator.speak": source, "translator.listen": "off", "translator.captions": "off"}
        self._attendees = {
            SPEAKER: Attendee(SPEAKER, speaker),
            READER: Attendee(
                READER,
                {"translator.speak": source, "translator.listen": "off", "translator.captions": source},
            ),
            ORGANISER: Attendee(
                ORGANISER,
                {
                    "translator.speak": source,
                    "translator.listen": "off",
                    "translator.captions": "off",
                    "translator.events": "on",
                },
            ),
        }
        for target in targets:
            self._attendees[f"listener-{target}"] = Attendee(
                f"listener-{target}",
                {"translator.speak": target, "translator.listen": target, "translator.captions": target},
                record=lambda name: name.startswith("translated-"),
            )
        self._interrupter = Attendee(INTERRUPTER, speaker)

    async def hold(self, talk: Pcm, interruption: Pcm | None, *, repeat: int = 1) -> Minutes:
        """Plays the talk `repeat` times, with the interruption in each.

        Raises:
            MeetingError: the interpreter did not come, or a listener got no channel.
        """
        everybody = {**self._attendees, INTERRUPTER: self._interrupter}
        self._attendees[ORGANISER].on_event = self._on_event
        for name, attendee in self._attendees.items():
            if name == READER or name.startswith("listener-"):
                attendee.on_caption = self._on_caption
        rounds: list[tuple[float, float]] = []
        try:
            self._screen.say("everybody joins")
            await asyncio.gather(
                *(attendee.join(self._room, self._settings) for attendee in everybody.values())
            )
            await self._invite()
            for number in range(repeat):
                label = f" ({number + 1} of {repeat})" if repeat > 1 else ""
                self._screen.say(f"{SPEAKER} gives a talk of {seconds(len(talk), RATE_HZ):.0f} s{label}")
                began = time.monotonic()
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._attendees[SPEAKER].speak(talk))
                    if interruption is not None:
                        group.create_task(self._interrupt(interruption, len(talk) / RATE_HZ))
                rounds.append((began, time.monotonic()))
                self._screen.say("waiting for the last translation to be spoken")
                await self._settled()
            return Minutes(rounds[0][0], time.monotonic(), self._ledger, self._attendees, rounds)
        finally:
            await asyncio.gather(*(attendee.leave() for attendee in everybody.values()))

    # --- steps -------------------------------------------------------------------------------------------

    async def _invite(self) -> None:
        """Dispatches the interpreter and waits until every listener has their channel."""
        self._screen.say("the organiser invites the interpreter")
        secret = self._settings.api_secret.get_secret_value()
        http = self._settings.url.replace("ws", "http", 1)
        async with api.LiveKitAPI(http, self._settings.api_key, secret) as server:
            await server.agent_dispatch.create_dispatch(
                api.CreateAgentDispatchRequest(agent_name=self._settings.agent_name, room=self._room)
            )
        await self._until(
            lambda: any(
                person.attributes.get(ROLE) == "interpreter"
                for person in self._attendees[ORGANISER].room.remote_participants.values()
            ),
            "the interpreter did not come into the room",
        )
        for target in self._targets:
            listener = self._attendees[f"listener-{target}"]
            await self._until(
                lambda listener=listener: bool(listener.tracks),  # type: ignore[misc]
                f"the listener of {target} got no channel",
            )

    async def _interrupt(self, interruption: Pcm, talk_s: float) -> None:
        await asyncio.sleep(talk_s * INTERRUPTION_AT)
        self._screen.say(f"{INTERRUPTER} interrupts")
        await self._interrupter.speak(interruption)

    async def _settled(self) -> None:
        """Waits until nothing new comes and every clause has an outcome in every language."""
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

    def _on_caption(self, seen: SeenCaption) -> None:
        self._screen.caption(seen)

    def _on_event(self, text: str) -> None:
        event = self._ledger.take(text)
        if event["type"] == "speech":
            self._screen.lag(event["language"], event["lag_s"])
