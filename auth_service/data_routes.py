"""Routes for what is stored of a room: taking it away with one, erasing it, and whether people may record."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from auth_service.asking import Asked, Bearer, Organising, RoomPath, count_address, organiser, same
from auth_service.errors import room_unknown
from auth_service.messages import RecordingWish
from auth_service.records import Room

router = APIRouter(prefix="/api/v1/rooms", tags=["organisers"])


async def holder(room: RoomPath, bearer: Bearer, request: Request, asked: Asked) -> Room:
    """Whose a room's data is: its organisers while it is open, and the operator, who also has closed ones."""
    if bearer is None or not same(bearer.credentials, asked.settings.auth.operator_key):
        return (await organiser(room, bearer, request, asked)).room
    await count_address(request, asked, "operator's rooms", asked.settings.auth.rooms_per_minute)
    found = await asked.storage.room(room)
    if found is None:
        raise room_unknown()
    return found


Held = Annotated[Room, Depends(holder)]


@router.delete("/{room}", status_code=204)
async def close_room(held: Held, asked: Asked, erase: Annotated[bool, Query()] = False) -> None:
    """Ends the meeting for everybody; with `erase` nothing that is stored of it or of anybody in it is left."""
    await asked.invites.close_room(held.name)
    await asked.interpreters.dismiss(held.name)
    if erase:
        await asked.retention.erase(held.name, asked.clock())
    await asked.media.end_room(held.name)


@router.get("/{room}/export")
async def export(held: Held, asked: Asked) -> dict[str, Any]:
    """All that is stored of the room, but no secrets; times are Unix seconds."""
    return await asked.retention.export(held.name)


@router.put("/{room}/recording", status_code=204)
async def allow_recording(wanted: RecordingWish, organising: Organising, asked: Asked) -> None:
    """Says whether people's pages may record what they hear; those that are in the room learn it at once."""
    name = organising.room.name
    await asked.storage.allow_recording(name, allowed=wanted.allowed)
    await asked.media.show(name, {"recording": wanted.allowed})
