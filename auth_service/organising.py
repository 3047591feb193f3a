"""Routes for organisers: rooms, invitations, people, the interpreter."""

from __future__ import annotations

import contextlib
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from auth_service.asking import Asked, Bearer, Organising, count_address, same
from auth_service.errors import MediaServerError, Refused, not_authorised
from auth_service.messages import (
    CreatedRoom,
    DoorOut,
    DoorWish,
    InterpreterOut,
    InterpreterWish,
    InvitationOut,
    InvitationsOut,
    NewInvitation,
    NewInvitationOut,
    NewRoom,
    Removed,
    RoomOut,
    WaiterOut,
    time,
)
from auth_service.parts import Parts, public_url
from auth_service.people import open_rooms
from auth_service.policy import Role
from auth_service.records import Invitation, Room, Wish

router = APIRouter(prefix="/api/v1/rooms", tags=["organisers"])

InvitationId = Annotated[str, Path(max_length=64)]
Identity = Annotated[str, Path(max_length=64)]
WaiterId = Annotated[str, Path(max_length=64)]


@router.post("", status_code=201)
async def create_room(wanted: NewRoom, bearer: Bearer, request: Request, asked: Asked) -> CreatedRoom:
    """Creates a room and its first links."""
    await _may_create(bearer.credentials if bearer else None, request, asked)
    guests = Role(wanted.guest_role)
    room, (organiser, guest, reader), token = await asked.invites.create_room(
        wanted.name,
        wanted.title,
        None if wanted.languages is None else tuple(wanted.languages),
        wanted.source_language or asked.settings.rooms.source_language,
        (Role.ORGANISER, guests, Role.READER),
        asked.settings.auth.invitation_days * 86400,
        chat=wanted.chat,
    )
    asked.metrics.rooms.inc()
    return CreatedRoom(
        room=room.name,
        title=room.title,
        organiser_link=_link(asked, organiser),
        guest_link=_link(asked, guest),
        captions_link=_captions_link(asked, reader),
        organiser_token=token,
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
        chat=room.chat,
        recording_allowed=room.recording,
    )


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
    room, there = organiser.room.name, frozenset[str]()
    if remove:
        with contextlib.suppress(
            MediaServerError
        ):  # the link is withdrawn all the same; the removal below says it
            there = await asked.media.people(room)
    ended = await asked.invites.revoke(organiser, invitation, remove=remove)
    if ended:
        await asked.evictions.enforce(room)  # somebody else who looks just now may be quicker
    return Removed(removed=len(there.intersection(ended)))


@router.delete("/{room}/participants/{identity}", status_code=204)
async def remove_participant(
    identity: Identity, organiser: Organising, asked: Asked, withdraw_link: Annotated[bool, Query()] = False
) -> None:
    """Disconnects one person and keeps them out; with `withdraw_link` nobody new comes by the link they came by."""
    await asked.invites.end_session(organiser, identity, shut_link=withdraw_link)
    await asked.media.remove(organiser.room.name, identity)


@router.get("/{room}/door")
async def see_door(organiser: Organising, asked: Asked) -> DoorOut:
    """Whether the room is locked or has a lobby, and who waits there."""
    return await _door(asked, organiser.room)


@router.put("/{room}/door")
async def set_door(wanted: DoorWish, organiser: Organising, asked: Asked) -> DoorOut:
    """Locks the room, opens it, or has people wait until they are let in."""
    room = await asked.door.set(organiser.room, locked=wanted.locked, lobby=wanted.lobby)
    return await _door(asked, room)


@router.post("/{room}/door/waiting/{waiter}", status_code=204)
async def admit(waiter: WaiterId, organiser: Organising, asked: Asked) -> None:
    """Lets somebody in."""
    await asked.door.answer(organiser.room, waiter, "admitted")


@router.delete("/{room}/door/waiting/{waiter}", status_code=204)
async def refuse(waiter: WaiterId, organiser: Organising, asked: Asked) -> None:
    """Sends somebody away."""
    await asked.door.answer(organiser.room, waiter, "refused")


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


async def _may_create(shown: str | None, request: Request, asked: Parts) -> None:
    """Whoever has the key and whoever has none are counted apart."""
    per_minute = asked.settings.auth.rooms_per_minute
    if shown is not None and same(shown, asked.settings.auth.operator_key):
        await count_address(request, asked, "operator's rooms", per_minute)
        return
    if shown is not None and not open_rooms(asked):
        raise not_authorised()
    await count_address(request, asked, "rooms", per_minute)
    if not open_rooms(asked):
        raise Refused(403, "rooms_closed", "Rooms are created by the operator here.")


def _link(asked: Parts, invitation: Invitation) -> str:
    """The token is in the fragment, which browsers send to nobody."""
    return f"{public_url(asked.settings)}/join#{asked.invites.token(invitation)}"


def _captions_link(asked: Parts, invitation: Invitation) -> str:
    return f"{public_url(asked.settings)}/captions/{invitation.room}#{asked.invites.token(invitation)}"


async def _door(asked: Parts, room: Room) -> DoorOut:
    return DoorOut(
        locked=room.locked,
        lobby=room.lobby,
        waiting=[
            WaiterOut(id=waiter.id, name=waiter.name, role=waiter.role, since=time(waiter.asked_at))
            for waiter in await asked.door.waiting(room)
        ],
    )


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
