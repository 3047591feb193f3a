"""Routes for organisers: rooms, invitations, people, the interpreter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from auth_service.asking import Asked, Bearer, Organising, limited, limited_rooms, same
from auth_service.errors import Refused, not_authorised
from auth_service.messages import (
    CreatedRoom,
    InterpreterOut,
    InterpreterWish,
    InvitationOut,
    InvitationsOut,
    NewInvitation,
    NewInvitationOut,
    NewRoom,
    Removed,
    RoomOut,
    time,
)
from auth_service.parts import Parts, public_url
from auth_service.people import open_rooms
from auth_service.policy import Role
from auth_service.records import Invitation, Wish

router = APIRouter(prefix="/api/v1/rooms", tags=["organisers"], dependencies=[Depends(limited)])

InvitationId = Annotated[str, Path(max_length=64)]
Identity = Annotated[str, Path(max_length=64)]


@router.post("", status_code=201, dependencies=[Depends(limited_rooms)])
async def create_room(wanted: NewRoom, bearer: Bearer, asked: Asked) -> CreatedRoom:
    """Creates a room and its first links."""
    _may_create(bearer.credentials if bearer else None, asked)
    guests = Role(wanted.guest_role)
    room, (organiser, guest, reader) = await asked.invites.create_room(
        wanted.name,
        wanted.title,
        None if wanted.languages is None else tuple(wanted.languages),
        wanted.source_language or asked.settings.rooms.source_language,
        (Role.ORGANISER, guests, Role.READER),
        asked.settings.auth.invitation_days * 86400,
    )
    asked.metrics.rooms.inc()
    return CreatedRoom(
        room=room.name,
        title=room.title,
        organiser_link=_link(asked, organiser),
        guest_link=_link(asked, guest),
        captions_link=_captions_link(asked, reader),
        organiser_token=asked.invites.organiser_token(organiser),
        expires_at=time(organiser.expires_at),
    )


@router.get("/{room}")
async def see_room(organiser: Organising) -> RoomOut:
    room = organiser.room
    return RoomOut(
        room=room.name,
        title=room.title,
        languages=None if room.languages is None else list(room.languages),
        source_language=room.source_language,
        created_at=time(room.created_at),
        open=room.closed_at is None,
    )


@router.delete("/{room}", status_code=204)
async def close_room(organiser: Organising, asked: Asked) -> None:
    """Ends the meeting for everybody."""
    name = organiser.room.name
    await asked.invites.close_room(name)
    await asked.interpreters.dismiss(name)
    await asked.media.end_room(name)


@router.post("/{room}/invitations", status_code=201)
async def invite(wanted: NewInvitation, organiser: Organising, asked: Asked) -> NewInvitationOut:
    """Makes a link; it is shown this once."""
    life_s = wanted.expires_in_s or asked.settings.auth.invitation_days * 86400
    invitation = await asked.invites.invite(organiser.room.name, Role(wanted.role), life_s, wanted.uses)
    captions = _captions_link(asked, invitation) if invitation.role is Role.READER else None
    seen = _seen(invitation, organiser.invitation, asked.clock())
    return NewInvitationOut(**seen.model_dump(), link=_link(asked, invitation), captions_link=captions)


@router.get("/{room}/invitations")
async def see_invitations(organiser: Organising, asked: Asked) -> InvitationsOut:
    now = asked.clock()
    listed = await asked.storage.invitations(organiser.room.name)
    return InvitationsOut(invitations=[_seen(invitation, organiser.invitation, now) for invitation in listed])


@router.delete("/{room}/invitations/{invitation}")
async def revoke(
    invitation: InvitationId, organiser: Organising, asked: Asked, remove: Annotated[bool, Query()] = False
) -> Removed:
    """Withdraws a link; with `remove` also disconnects those who came by it."""
    ended = await asked.invites.revoke(organiser, invitation, remove=remove)
    if not ended:
        return Removed(removed=0)
    return Removed(removed=await asked.evictions.enforce(organiser.room.name))


@router.delete("/{room}/participants/{identity}", status_code=204)
async def remove_participant(identity: Identity, organiser: Organising, asked: Asked) -> None:
    """Disconnects one person for good."""
    await asked.invites.end_session(organiser.room.name, identity)
    await asked.media.remove(organiser.room.name, identity)


@router.put("/{room}/interpreter", tags=["interpreter"])
async def invite_interpreter(wanted: InterpreterWish, organiser: Organising, asked: Asked) -> InterpreterOut:
    """Invites the interpreter, or changes the one that is there."""
    languages = organiser.room.languages if wanted.languages is None else tuple(wanted.languages)
    glossary = None if wanted.glossary is None else wanted.glossary.model_dump(exclude_none=True)
    wish = Wish(languages, tuple(dict.fromkeys(wanted.muted)), glossary, dict(wanted.voices))
    return await asked.interpreters.invite(organiser.room.name, wish)


@router.get("/{room}/interpreter", tags=["interpreter"])
async def see_interpreter(organiser: Organising, asked: Asked) -> InterpreterOut:
    return await asked.interpreters.state(organiser.room.name)


@router.delete("/{room}/interpreter", status_code=204, tags=["interpreter"])
async def dismiss_interpreter(organiser: Organising, asked: Asked) -> None:
    await asked.interpreters.dismiss(organiser.room.name)


def _may_create(shown: str | None, asked: Parts) -> None:
    if shown is not None and same(shown, asked.settings.auth.operator_key):
        return
    if shown is not None and not open_rooms(asked):
        raise not_authorised()
    if not open_rooms(asked):
        raise Refused(403, "rooms_closed", "Rooms are created by the operator here.")


def _link(asked: Parts, invitation: Invitation) -> str:
    return f"{public_url(asked.settings)}/j/{asked.invites.token(invitation)}"


def _captions_link(asked: Parts, invitation: Invitation) -> str:
    """The token is in the fragment, which browsers send to nobody."""
    return f"{public_url(asked.settings)}/captions/{invitation.room}#{asked.invites.token(invitation)}"


def _seen(invitation: Invitation, own: str, now: float) -> InvitationOut:
    return InvitationOut(
        id=invitation.id,
        role=invitation.role,
        expires_at=time(invitation.expires_at),
        uses=invitation.uses,
        used=invitation.used,
        state=invitation.state(now),
        created_at=time(invitation.created_at),
        own=invitation.id == own,
    )
