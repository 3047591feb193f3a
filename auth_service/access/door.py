"""The door of a room: who comes straight in, who waits until an organiser lets them in, and who does not come in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from auth_service.access.invitations import AdmittedPerson, Invites, JoinWishes
from auth_service.access.tokens import fingerprint, new_identifier, new_session
from auth_service.errors import Refused, removed
from auth_service.policy import Role
from auth_service.storage.records import AdmissionDecision, Invitation, Room, Waiter
from auth_service.storage.rooms import Storage
from auth_service.storage.waiting import Waiting

ASK_AGAIN_S = 4.0
COMING_S = 180.0
"""How long somebody who was let in may take to come; a browser in the background asks once a minute."""
_TRY_AGAIN_S = 30.0


class Visitor(JoinWishes, Protocol):
    """Somebody who comes by a link."""

    @property
    def earlier(self) -> Sequence[str]:
        """Identities that their browser was given before."""
        ...


@dataclass(frozen=True, slots=True)
class Ticket:
    """What somebody who has to wait asks again with."""

    secret: str
    """Becomes the secret of their session."""
    ends_at: float


class Door:
    """Raises Refused for who may not come in, StorageError when the database is away.

    Organisers always come straight in: a locked room without one could be opened by nobody.

    Args:
        places: how many may wait at one door.
        patience_s: how long somebody may wait.
    """

    def __init__(
        self,
        storage: Storage,
        waiting: Waiting,
        invites: Invites,
        *,
        places: int,
        patience_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._storage, self._waiting, self._invites = storage, waiting, invites
        self._places, self._patience_s, self._clock = places, patience_s, clock

    async def knock(self, invitation: Invitation, room: Room, visitor: Visitor) -> AdmittedPerson | Ticket:
        """Comes in by an invitation that is open, or waits."""
        if any(
            session.ended_at is not None
            for session in await self._storage.sessions_of(room.name, list(visitor.earlier))
        ):
            raise removed()
        if invitation.role is not Role.ORGANISER:
            if room.locked:
                raise locked()
            if room.lobby:
                return await self._wait(invitation, visitor)
        return await self._invites.enter(invitation, room, visitor, new_session())

    async def _wait(self, invitation: Invitation, visitor: Visitor) -> Ticket:
        now, secret = self._clock(), new_session()
        waiter = Waiter(
            fingerprint(secret),
            new_identifier(),
            invitation.room,
            invitation.id,
            invitation.role,
            visitor.name,
            visitor.speak,
            visitor.listen,
            visitor.captions,
            now,
            now,
            now + self._patience_s,
        )
        if not await self._waiting.add(waiter, self._places):
            raise Refused(
                429, "lobby_full", "Too many people wait for this meeting.", retry_after_s=_TRY_AGAIN_S
            )
        return Ticket(secret, waiter.ends_at)

    async def ask(self, secret: str) -> AdmittedPerson | Ticket:
        """Comes in if it may be by now. Asked again after coming in, e.g. because the answer got lost, it renews."""
        mark = fingerprint(secret)
        waiter = await self._waiting.look(mark, self._clock())
        if waiter is None:
            if await self._storage.session(mark) is not None:
                return await self._invites.renew(secret)
            raise waiting_ended()
        found = await self._storage.invitation(waiter.invitation)
        if found is None:
            raise waiting_ended()
        invitation, room = found
        self._invites.check(invitation, room)
        if waiter.answer == "refused":
            raise Refused(403, "not_admitted", "The organiser did not let you in.")
        if waiter.answer is None and not await self._comes_in_unasked(waiter, room, mark):
            return Ticket(secret, waiter.ends_at)
        return await self._invites.enter(invitation, room, waiter, secret, waited=True)

    async def _comes_in_unasked(self, waiter: Waiter, room: Room, mark: str) -> bool:
        """Whether the room has been opened meanwhile. Raises Refused where it was locked, or waiting is over."""
        if room.locked:
            await self._waiting.drop(mark)
            raise locked()
        if room.lobby:
            return False
        if not await self._admit(waiter):
            raise waiting_ended()
        return True

    async def give_up(self, secret: str) -> None:
        """Waits no longer; also for who does not wait."""
        await self._waiting.drop(fingerprint(secret))

    async def set(self, room: Room, *, locked: bool, lobby: bool) -> Room:
        """Says who gets in from now on."""
        await self._storage.set_door(room.name, locked=locked, lobby=lobby)
        return replace(room, locked=locked, lobby=lobby)

    async def waiting(self, room: Room) -> list[Waiter]:
        """Who waits, the longest first; behind a locked door nobody does."""
        return [] if room.locked else await self._waiting.at(room.name, self._clock())

    async def answer(self, room: Room, identifier: str, answer: AdmissionDecision) -> None:
        """Lets somebody in or sends them away; the same answer again changes nothing."""
        now = self._clock()
        if not await self._waiting.answer(room.name, identifier, answer, now, now + COMING_S):
            raise Refused(404, "not_found", "Nobody waits by that name.")

    async def _admit(self, waiter: Waiter) -> bool:
        now = self._clock()
        return await self._waiting.answer(waiter.room, waiter.id, "admitted", now, now + COMING_S)


def locked() -> Refused:
    """To who comes, and to who waited while the door was locked."""
    return Refused(403, "room_locked", "This meeting is locked: nobody new may join.")


def waiting_ended() -> Refused:
    """For a ticket that ran out, was given up, or never was one."""
    return Refused(410, "waiting_ended", "You no longer wait for this meeting; ask again.")
