"""Rooms that a paired device makes for itself: a call in its tab and its microphone speak, itself listens, nobody else
comes.

They are locked and have no organiser, so no link leads in. They end when the device says so, when it is withdrawn, when
nobody is there, and after their time; nothing of them is kept then.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import structlog

from auth_service.access.beginnings import begin_session, new_invitation
from auth_service.access.pairing import device_withdrawn
from auth_service.access.tokens import new_session
from auth_service.closing import Closing
from auth_service.dispatch.interpreters import Interpreters
from auth_service.errors import MediaServerError, room_unknown
from auth_service.livekit_server import MediaServer
from auth_service.policy import Role, attributes
from auth_service.storage.devices import Devices
from auth_service.storage.records import Device, Invitation, Room, Session
from auth_service.storage.rooms import Storage
from foundation.database import StorageError
from foundation.tally import Tally
from protocol.attributes import OVERRIDES, VOICE
from protocol.control import Wish
from protocol.registers import BY_PITCH

log = structlog.get_logger(__name__)

MOST_ROOMS: Final = 2
"""Open at once, of one device; one more closes the oldest."""
UNUSED_S: Final = 300.0
"""Nobody may be there for so long after it was made."""
LOOK_S: Final = 60.0
TAB, MICROPHONE, LISTENER = "Tab", "Microphone", "Listener"
"""What the three are called in the room; the device's own name goes nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedRoomWish:
    """What a device wants to hear and say; languages are codes."""

    hear: str
    """In what it hears the call, or "off"."""
    speak: str
    """What is spoken in the call, or "auto"."""
    languages: tuple[str, ...] | None
    """What may be asked for; None: whatever the interpreter can do."""

    def offered(self) -> tuple[str, ...] | None:
        """`languages` with those that are asked for at once."""
        if self.languages is None:
            return None
        asked = (code for code in (self.hear, self.speak) if code not in ("off", "auto"))
        return tuple(dict.fromkeys((*self.languages, *asked)))


@dataclass(frozen=True, slots=True)
class PairedRoom:
    """A room that was just made, with the three who may connect to it."""

    room: Room
    tab: Session
    microphone: Session
    listener: Session
    ends_at: float


class PairedRooms:
    """Raises Refused, MediaServerError, StorageError.

    Args:
        life_s: how long a room lasts at most.
    """

    def __init__(
        self,
        storage: Storage,
        devices: Devices,
        media: MediaServer,
        closing: Closing,
        interpreters: Interpreters,
        *,
        life_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._storage, self._devices, self._media, self._closing = storage, devices, media, closing
        self._interpreters = interpreters
        self._life_s, self._clock = life_s, clock
        self._empty: frozenset[str] = frozenset()
        self._away = Tally()

    async def make(self, device: Device, wish: PairedRoomWish) -> PairedRoom:
        """A room with an interpreter that is wanted from the beginning, and fetched while the device connects."""
        made, links = self._planned(device, wish)
        people = [made.tab, made.microphone, made.listener]
        await self._storage.add_room(made.room, links, people, Wish(made.room.languages))
        found = await self._devices.get(device.id)
        if found is None or found.withdrawn_at is not None:  # while the room was made
            await self._closing.close(made.room.name, erase=True)
            raise device_withdrawn()
        self._interpreters.expect(made.room.name)
        log.info("paired room made", room=made.room.name, device=device.id)
        others = [
            room for room in await self._storage.open_rooms_of(device.id) if room.name != made.room.name
        ]
        for older in others[: 1 - MOST_ROOMS]:
            await self._closing.close(older.name, erase=True)
        return made

    async def close(self, device: Device, name: str) -> None:
        """Ends a room of this device; one that has ended already is no error."""
        room = await self._storage.room(name)
        if room is not None and room.closed_at is not None:  # whose it was is not known any more
            return
        if room is None or room.device != device.id:
            raise room_unknown()
        await self._closing.close(name, erase=True)

    async def close_all(self, device: Device) -> None:
        """Ends all rooms of a device. Where the media server is away all are closed here before that is raised."""
        away: MediaServerError | None = None
        for room in await self._storage.open_rooms_of(device.id):
            try:
                await self._closing.close(room.name, erase=True)
            except MediaServerError as error:
                away = error
        if away is not None:
            raise away

    async def sweep(self) -> None:
        """Ends the rooms whose time is over, and those in which nobody was at two looks in a row."""
        rooms, now = await self._storage.open_rooms_of(), self._clock()
        live = await self._media.live_rooms() if rooms else frozenset()
        empty = {room.name for room in rooms if room.name not in live and room.created_at + UNUSED_S <= now}
        over = {room.name for room in rooms if room.created_at + self._life_s <= now}
        still_empty, self._empty = empty & self._empty, frozenset(empty)
        for name in sorted(over | still_empty):
            await self._closing.close(name, erase=True)
            log.info("paired room ended", room=name, unused=name not in over)

    async def run(self) -> None:
        """Sweeps until cancelled."""
        while True:
            try:
                await self.sweep()
            except (MediaServerError, StorageError) as error:
                if times := self._away.count(str(error)):
                    log.warning("paired rooms not looked after", error=str(error), times=times)
            await asyncio.sleep(LOOK_S)

    def _planned(self, device: Device, wish: PairedRoomWish) -> tuple[PairedRoom, list[Invitation]]:
        """The room, and the links that its three have come by, which nobody else can use."""
        now = self._clock()
        room = Room(
            f"paired-{secrets.token_hex(8)}", "", wish.offered(), "auto", now,
            locked=True, recording=False, device=device.id,
        )  # fmt: skip
        sources = _used(room, Role.SPEAKER, now, self._life_s, 2)
        hearers = _used(room, Role.LISTENER, now, self._life_s, 1)
        ends_at = sources.expires_at

        def session(link: Invitation, name: str, wishes: dict[str, str]) -> Session:
            return begin_session(link, name, wishes, new_session(), now, ends_at)

        tab = session(sources, TAB, _source(wish.speak))
        microphone = session(sources, MICROPHONE, _source("auto" if wish.hear == "off" else wish.hear))
        listener = session(hearers, LISTENER, _listener(wish, microphone.identity))
        return PairedRoom(room, tab, microphone, listener, ends_at), [sources, hearers]


def _used(room: Room, role: Role, now: float, life_s: float, uses: int) -> Invitation:
    return replace(new_invitation(room.name, role, now, life_s, uses), used=uses)


def _source(speak: str) -> dict[str, str]:
    """What a call or a microphone wishes: nothing to hear or read, and a voice as low or high as its own."""
    wishes = attributes(Role.SPEAKER, source_language=speak, speak=speak, listen="off", captions="off")
    return wishes | {VOICE: BY_PITCH}


def _listener(wish: PairedRoomWish, microphone: str) -> dict[str, str]:
    """The call is heard in one language; nobody wants to hear what they say themselves."""
    captions = "original" if wish.hear == "off" else f"{wish.hear},original"
    wishes = attributes(Role.LISTENER, source_language="auto", listen=wish.hear, captions=captions)
    return wishes | {OVERRIDES: json.dumps({microphone: "original"})}
