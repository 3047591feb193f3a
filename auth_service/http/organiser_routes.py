"""Routes for organisers: rooms, invitations, people, the interpreter."""

from __future__ import annotations

import contextlib
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from auth_service.errors import MediaServerError, Refused
from auth_service.http.dependencies import (
    Bearer,
    Injected,
    Organising,
    PathIdentity,
    may_create_rooms,
)
from auth_service.http.fields import timestamp
from auth_service.http.interpreter_answers import interpreter_out
from auth_service.http.schemas import (
    CreatedRoom,
    DoorOut,
    DoorWish,
    InterpreterOut,
    InterpreterWish,
    InvitationOut,
    InvitationsOut,
    NewInvitation,
    NewRoom,
    Removed,
    RoomOut,
    SealedKey,
    WaiterOut,
)
from auth_service.policy import Role
from auth_service.storage.records import Invitation, Room
from auth_service.wiring import Container, public_url
from foundation.tracing.facts import SpanName
from foundation.tracing.spans import TRACEPARENT, first_span
from protocol.control import Wish

router = APIRouter(prefix="/api/v1/rooms", tags=["organisers"])

InvitationId = Annotated[str, Path(max_length=64)]
WaiterId = Annotated[str, Path(max_length=64)]


@router.post("", status_code=201)
async def create_room(wanted: NewRoom, bearer: Bearer, request: Request, services: Injected) -> CreatedRoom:
    """Creates a room and its first links."""
    await may_create_rooms(bearer.credentials if bearer else None, request, services)
    guests = Role(wanted.guest_role)
    room, (organiser, guest, reader), token = await services.invites.create_room(
        wanted.name,
        wanted.title,
        None if wanted.languages is None else tuple(wanted.languages),
        wanted.source_language or services.settings.rooms.source_language,
        (Role.ORGANISER, guests, Role.READER),
        services.settings.auth.invitation_days * 86400,
        chat=wanted.chat,
        encrypted=wanted.encrypted,
        interpreter=wanted.interpreter,
    )
    services.metrics.rooms.inc()
    return CreatedRoom(
        room=room.name,
        title=room.title,
        organiser_link=_link(services, organiser),
        guest_link=_link(services, guest),
        captions_link=_captions_link(services, reader),
        organiser_token=token,
        expires_at=timestamp(organiser.expires_at),
    )


@router.get("/{room}")
async def see_room(organiser: Organising) -> RoomOut:
    """The room's settings; a closed room is refused."""
    room = organiser.room
    return RoomOut(
        room=room.name,
        title=room.title,
        languages=None if room.languages is None else list(room.languages),
        source_language=room.source_language,
        created_at=timestamp(room.created_at),
        open=room.closed_at is None,
        chat=room.chat,
        recording_allowed=room.recording,
        encrypted=room.encrypted,
    )


@router.post("/{room}/invitations", status_code=201)
async def invite(wanted: NewInvitation, organiser: Organising, services: Injected) -> InvitationOut:
    """Makes a link."""
    life_s = wanted.expires_in_s or services.settings.auth.invitation_days * 86400
    invitation = await services.invites.invite(
        organiser.room.name, Role(wanted.role), life_s, wanted.uses, wanted.name
    )
    return _seen(services, invitation, organiser.invitation)


@router.get("/{room}/invitations")
async def see_invitations(organiser: Organising, services: Injected) -> InvitationsOut:
    """All links of the room, the oldest first."""
    listed = await services.storage.invitations(organiser.room.name)
    return InvitationsOut(
        invitations=[_seen(services, invitation, organiser.invitation) for invitation in listed]
    )


@router.delete("/{room}/invitations/{invitation}")
async def revoke(
    invitation: InvitationId,
    organiser: Organising,
    services: Injected,
    remove: Annotated[bool, Query()] = False,
) -> Removed:
    """Withdraws a link; with `remove` also disconnects those who came by it."""
    room, there = organiser.room.name, frozenset[str]()
    if remove:
        with contextlib.suppress(
            MediaServerError
        ):  # the link is withdrawn all the same; the removal below says it
            there = await services.media.people(room)
    ended = await services.invites.revoke(organiser, invitation, remove=remove)
    if ended:
        await services.removals.enforce(room)  # somebody else who looks just now may be quicker
    return Removed(removed=len(there.intersection(ended)))


@router.delete("/{room}/participants/{identity}", status_code=204)
async def remove_participant(
    identity: PathIdentity,
    organiser: Organising,
    services: Injected,
    withdraw_link: Annotated[bool, Query()] = False,
) -> None:
    """Disconnects one person and keeps them out; with `withdraw_link` nobody new comes by the link they came by."""
    await services.invites.end_session(organiser, identity, shut_link=withdraw_link)
    await services.media.remove(organiser.room.name, identity)


@router.get("/{room}/door")
async def see_door(organiser: Organising, services: Injected) -> DoorOut:
    """Whether the room is locked or has a lobby, and who waits there."""
    return await _door(services, organiser.room)


@router.put("/{room}/door")
async def set_door(wanted: DoorWish, organiser: Organising, services: Injected) -> DoorOut:
    """Locks the room, opens it, or has people wait until they are let in."""
    room = await services.door.set(organiser.room, locked=wanted.locked, lobby=wanted.lobby)
    return await _door(services, room)


@router.post("/{room}/door/waiting/{waiter}", status_code=204)
async def admit(waiter: WaiterId, organiser: Organising, services: Injected) -> None:
    """Lets somebody in."""
    await services.door.answer(organiser.room, waiter, "admitted")


@router.delete("/{room}/door/waiting/{waiter}", status_code=204)
async def refuse(waiter: WaiterId, organiser: Organising, services: Injected) -> None:
    """Sends somebody away."""
    await services.door.answer(organiser.room, waiter, "refused")


@router.put("/{room}/interpreter", tags=["interpreter"])
async def invite_interpreter(
    wanted: InterpreterWish, organiser: Organising, services: Injected, request: Request
) -> InterpreterOut:
    """Invites the interpreter, or changes the one that is there."""
    languages = organiser.room.languages if wanted.languages is None else tuple(wanted.languages)
    glossary = None if wanted.glossary is None else wanted.glossary.model_dump(exclude_none=True)
    wish = Wish(
        languages,
        tuple(dict.fromkeys(wanted.muted)),
        glossary,
        dict(wanted.voices),
        speed=wanted.speed,
        interprets={who: list(dict.fromkeys(codes)) for who, codes in wanted.interprets.items() if codes},
        consecutive=wanted.consecutive,
        forbids_likeness=wanted.forbids_likeness,
        encrypted=organiser.room.encrypted,
    )
    told = request.headers.get(TRACEPARENT)
    with first_span(SpanName.INTERACTION, told=told, interaction="invite"):
        found = await services.interpreters.invite(organiser.room.name, wish)
    return interpreter_out(found, await services.workers.abilities())


@router.get("/{room}/interpreter", tags=["interpreter"])
async def see_interpreter(organiser: Organising, services: Injected) -> InterpreterOut:
    """What is wanted of the interpreter, and how it does at this moment."""
    found = await services.interpreters.state(organiser.room.name)
    return interpreter_out(found, await services.workers.abilities())


@router.delete("/{room}/interpreter", status_code=204, tags=["interpreter"])
async def dismiss_interpreter(organiser: Organising, services: Injected) -> None:
    """Sends the interpreter away, and ends what it records; that there is none is no error."""
    await services.recordings.stop(organiser.room.name)
    await services.interpreters.dismiss(organiser.room.name)


@router.put("/{room}/interpreter/key", status_code=204, tags=["interpreter"])
async def hand_over_key(wanted: SealedKey, organiser: Organising, services: Injected) -> None:
    """Passes the key of an encrypted room on to the interpreter it is sealed for; it is neither read nor kept here."""
    _must_be_encrypted(organiser.room)
    message = {"type": "key", "sealed": wanted.sealed}
    if not await services.interpreters.pass_on(organiser.room.name, message, to=wanted.identity):
        raise Refused(409, "interpreter_gone", "That interpreter is not in the room.")


@router.delete("/{room}/interpreter/key", status_code=204, tags=["interpreter"])
async def withdraw_key(organiser: Organising, services: Injected) -> None:
    """Has interpreters forget the key: whoever held it leaves at once, another one comes without it."""
    _must_be_encrypted(organiser.room)
    await services.interpreters.pass_on(organiser.room.name, {"type": "withdraw"})


def _must_be_encrypted(room: Room) -> None:
    if not room.encrypted:
        raise Refused(409, "not_encrypted", "This room is not encrypted end to end.")


def _link(services: Container, invitation: Invitation) -> str:
    """The token is in the fragment, which browsers send to nobody."""
    return f"{public_url(services.settings)}/join#{services.invites.token(invitation)}"


def _captions_link(services: Container, invitation: Invitation) -> str:
    return f"{public_url(services.settings)}/captions/{invitation.room}#{services.invites.token(invitation)}"


async def _door(services: Container, room: Room) -> DoorOut:
    return DoorOut(
        locked=room.locked,
        lobby=room.lobby,
        waiting=[
            WaiterOut(id=waiter.id, name=waiter.name, role=waiter.role, since=timestamp(waiter.asked_at))
            for waiter in await services.door.waiting(room)
        ],
    )


def _seen(services: Container, invitation: Invitation, own: str) -> InvitationOut:
    """The link is signed anew, as it is stored nowhere; one by which nobody may come has none."""
    state = invitation.state(services.clock())
    valid = state == "valid"
    captions = valid and invitation.role is Role.READER
    return InvitationOut(
        id=invitation.id,
        role=invitation.role,
        name=invitation.name,
        expires_at=timestamp(invitation.expires_at),
        uses=invitation.uses,
        used=invitation.used,
        state=state,
        created_at=timestamp(invitation.created_at),
        own=invitation.id == own,
        link=_link(services, invitation) if valid else None,
        captions_link=_captions_link(services, invitation) if captions else None,
    )
