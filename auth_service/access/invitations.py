"""Rooms, the links into them, and what a link is exchanged for."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from auth_service.access.beginnings import begin_session, new_invitation
from auth_service.access.revocations import Revocations
from auth_service.access.tokens import (
    Claim,
    LinkSigner,
    NotOurs,
    TokenKind,
    fingerprint,
    new_session,
)
from auth_service.errors import (
    Refused,
    invitation_unknown,
    not_authorised,
    removed,
    room_closed,
    session_ended,
)
from auth_service.policy import Role, attributes
from auth_service.storage.records import Invitation, Room, Session
from auth_service.storage.rooms import RoomExists, Storage
from protocol.control import Wish

_GONE = {
    "expired": "This invitation has expired.",
    "revoked": "This invitation has been withdrawn.",
    "used_up": "This invitation has been used as often as it may be.",
}


class JoinWishes(Protocol):
    """What somebody who joins says of themself."""

    @property
    def name(self) -> str:
        """What others are shown; empty for whoever makes a room."""
        ...

    @property
    def speak(self) -> str | None:
        """A code or "auto"; None: what is spoken in the room."""
        ...

    @property
    def listen(self) -> str | None:
        """A code or "off"; None: not said."""
        ...

    @property
    def captions(self) -> str | None:
        """Codes and "original", with commas, or "off"; None: not said."""
        ...


@dataclass(frozen=True, slots=True)
class _Nobody:
    """Whoever makes a room is not in it and wishes for nothing."""

    name: str = ""
    speak: str | None = None
    listen: str | None = None
    captions: str | None = None


@dataclass(frozen=True, slots=True)
class AdmittedPerson:
    """Somebody who may connect to a room now."""

    session: Session
    secret: str
    """Renews; known to nobody but them."""
    room: Room
    organiser_token: str | None


@dataclass(frozen=True, slots=True)
class Organiser:
    """Somebody who may make an organiser's calls for one room, for as long as their session lasts."""

    room: Room
    invitation: str
    """The one they came by."""
    identity: str


def grant(session: Session) -> str:
    """What names one time that somebody was made an organiser: another time is another grant."""
    return f"{session.identity}@{session.organiser_at}"


class Invites:
    """Raises Refused for what the caller may not do, StorageError when the database is away."""

    def __init__(
        self,
        storage: Storage,
        revocations: Revocations,
        signer: LinkSigner,
        *,
        session_s: float,
        clock: Callable[[], float],
    ) -> None:
        self._storage, self._revocations, self._signer = storage, revocations, signer
        self._session_s, self._clock = session_s, clock

    async def create_room(
        self,
        name: str | None,
        title: str,
        languages: tuple[str, ...] | None,
        source_language: str,
        roles: tuple[Role, ...],
        life_s: float,
        *,
        chat: bool = False,
        encrypted: bool = False,
        interpreter: bool = False,
    ) -> tuple[Room, list[Invitation], str]:
        """Makes a room with one invitation for each of `roles`, the organisers' first, and the token of its maker,
        who is an organiser without being in the room, as long as the organisers' invitation lasts.

        Args:
            interpreter: one is wanted; it is fetched when the first person comes.
        """
        now = self._clock()
        room = Room(
            name or f"room-{secrets.token_hex(6)}",
            title,
            languages,
            source_language,
            now,
            chat=chat,
            encrypted=encrypted,
        )
        first = [new_invitation(room.name, role, now, life_s) for role in roles]
        try:
            founder = self._begin(first[0], room, _Nobody(), new_session(), first[0].expires_at)
            wish = Wish(languages, encrypted=encrypted) if interpreter else None
            await self._storage.add_room(room, first, [founder], wish)
        except RoomExists as error:
            raise Refused(409, "room_exists", "A room of that name exists already.") from error
        return room, first, self._organiser_token(founder)

    async def invite(
        self, room: str, role: Role, life_s: float, uses: int | None, name: str = ""
    ) -> Invitation:
        """Makes a further invitation, good for `life_s` seconds; `uses` None: for any number of people."""
        invitation = new_invitation(room, role, self._clock(), life_s, uses, name)
        await self._storage.add_invitation(invitation)
        return invitation

    def token(self, invitation: Invitation) -> str:
        """The last part of the invitation's link."""
        return self._signer.sign(Claim(TokenKind.INVITATION, invitation.id, int(invitation.expires_at)))

    def _organiser_token(self, session: Session) -> str:
        identifier = session.identity.removeprefix(f"{session.role.value}-")
        return self._signer.sign(Claim(TokenKind.ORGANISER, identifier, int(session.ends_at)))

    async def open(self, token: str, secret: str | None = None) -> tuple[Invitation, Room]:
        """Reads a link's token without using it up.

        Args:
            secret: of a session. Whoever came by the link still sees it once it is used up or has expired.
        """
        try:
            claim = self._signer.read(token, TokenKind.INVITATION)
        except NotOurs as error:
            raise invitation_unknown() from error
        found = await self._storage.invitation(claim.identifier)
        if found is None:
            raise invitation_unknown()
        invitation, room = found
        if secret is not None and (await self._renewable(secret))[1].id == invitation.id:
            return invitation, room
        self.check(invitation, room)
        if await self._revocations.holds(invitation.id):
            raise Refused(410, "invitation_revoked", _GONE["revoked"])
        return invitation, room

    def check(self, invitation: Invitation, room: Room) -> None:
        """Whether somebody may still come by it."""
        if room.closed_at is not None:
            raise room_closed()
        state = invitation.state(self._clock())
        if state != "valid":
            raise Refused(410, f"invitation_{state}", _GONE[state])

    async def enter(
        self, invitation: Invitation, room: Room, wishes: JoinWishes, secret: str, *, waited: bool = False
    ) -> AdmittedPerson:
        """Uses an invitation up once.

        Args:
            secret: becomes the session's.
            waited: they waited with this secret and were let in.
        """
        now = self._clock()
        session = self._begin(invitation, room, wishes, secret, now + self._session_s)
        if not await self._storage.use_invitation(invitation.id, session, now, waited=waited):
            if waited and await self._storage.session(session.fingerprint) is not None:
                return await self.renew(secret)  # two came with one secret, and this is the other
            await self.open(self.token(invitation))  # says why, unless it is good again, which it cannot be
            raise Refused(410, "invitation_used_up", _GONE["used_up"])
        return self._entry(session, secret, room)

    def _begin(
        self, invitation: Invitation, room: Room, wishes: JoinWishes, secret: str, ends_at: float
    ) -> Session:
        first = attributes(
            invitation.role,
            source_language=room.source_language,
            speak=wishes.speak,
            listen=wishes.listen,
            captions=wishes.captions,
        )
        return begin_session(invitation, wishes.name, first, secret, self._clock(), ends_at)

    async def renew(self, secret: str) -> AdmittedPerson:
        """A fresh entry for a session that neither ended nor ran out; the session itself gets no longer."""
        session, _, room = await self._renewable(secret)
        return self._entry(session, secret, room)

    async def _renewable(self, secret: str) -> tuple[Session, Invitation, Room]:
        """A session that renews, with how its holder came. Of several reasons why it does not, the last word is told:
        the meeting is over, its holder was removed, their link was withdrawn, its time is over."""
        session = await self._storage.session(fingerprint(secret))
        found = None if session is None else await self._storage.invitation(session.invitation)
        if session is None or found is None:
            raise session_ended()
        invitation, room = found
        if room.closed_at is not None:
            raise room_closed()
        if session.ended_at is not None or await self._revocations.holds(session.identity):
            raise removed()
        if invitation.revoked_at is not None or await self._revocations.holds(invitation.id):
            raise Refused(410, "invitation_revoked", _GONE["revoked"])
        if session.ends_at <= self._clock():
            raise session_ended()
        return session, invitation, room

    async def organiser(self, token: str, room: str, *, also_closed: bool = False) -> Organiser:
        """Reads an organiser's token for one room; one of another room learns nothing about this one.

        Args:
            also_closed: whether who organised until the room was closed still may, while their session would last.
        """
        try:
            claim = self._signer.read(token, TokenKind.ORGANISER)
        except NotOurs as error:
            raise not_authorised() from error
        session = await self._organises(claim.identifier)
        found = await self._storage.invitation(session.invitation)
        if found is None:
            raise not_authorised()
        invitation, of = found
        if of.name != room:
            raise Refused(404, "room_unknown", "There is no such room, or it is not yours.")
        if of.closed_at is not None and not also_closed:
            raise room_closed()
        if of.closed_at is None and await self._revocations.holds(session.invitation):
            raise not_authorised()
        if _is_over(session, invitation, of, self._clock()):
            raise not_authorised()
        return Organiser(of, invitation.id, session.identity)

    async def _organises(self, identifier: str) -> Session:
        """The session of an organiser whose identity ends so. Raises Refused."""
        session = await self._storage.session_as([f"{role.value}-{identifier}" for role in Role])
        if session is None or session.acts_as is not Role.ORGANISER or await self._is_withdrawn(session):
            raise not_authorised()
        return session

    async def _is_withdrawn(self, session: Session) -> bool:
        """Whether another service has ended the session, or taken back that its holder was made an organiser."""
        marks = [session.identity, *([] if session.organiser_at is None else [grant(session)])]
        return any([await self._revocations.holds(mark) for mark in marks])

    async def revoke(self, organiser: Organiser, identifier: str, *, remove: bool) -> list[str]:
        """Returns the identities that have to be disconnected."""
        if identifier == organiser.invitation:
            raise Refused(409, "own_invitation", "You act by this invitation yourself.")
        now = self._clock()
        ended = await self._storage.revoke(organiser.room.name, identifier, now, end_sessions=remove)
        if ended is None:
            raise Refused(404, "not_found", "This room has no such invitation.")
        await self._revocations.add(identifier, self._session_s)
        for identity in ended:
            await self._revocations.add(identity, self._session_s)
        return ended

    async def end_session(self, organiser: Organiser, identity: str, *, shut_link: bool) -> None:
        """Ends somebody's session, and with `shut_link` lets nobody new come by the link they came by."""
        if identity == organiser.identity:
            raise Refused(409, "own_session", "You act by this session yourself.")
        room = organiser.room.name
        if not await self._storage.end_session(room, identity, self._clock(), shut_link=shut_link):
            raise Refused(404, "not_found", "Nobody of that identity joined this room.")
        await self._revocations.add(identity, self._session_s)

    async def close_room(self, room: str) -> None:
        """Ends the room's invitations and sessions; who is there stays until the media server ends the room."""
        listed = await self._storage.invitations(room)
        await self._storage.close_room(room, self._clock())
        for invitation in listed:
            await self._revocations.add(invitation.id, self._session_s)

    def _entry(self, session: Session, secret: str, room: Room) -> AdmittedPerson:
        organises = session.acts_as is Role.ORGANISER
        return AdmittedPerson(session, secret, room, self._organiser_token(session) if organises else None)


def _was_ended(ended_at: float | None, room: Room) -> bool:
    """Whether something was ended for itself, and not because its room was closed."""
    return ended_at is not None and (room.closed_at is None or ended_at < room.closed_at)


def _is_over(session: Session, invitation: Invitation, room: Room, now: float) -> bool:
    ended = _was_ended(session.ended_at, room) or _was_ended(invitation.revoked_at, room)
    return ended or min(session.ends_at, invitation.expires_at) <= now
