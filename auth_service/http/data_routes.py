"""Routes for what is stored of a room: taking it away with one, erasing it, and whether people may record."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from auth_service.errors import room_unknown
from auth_service.http.dependencies import (
    Bearer,
    Injected,
    Organising,
    RoomPath,
    count_address,
    organiser,
    same,
)
from auth_service.http.recording_schemas import RecordingWish
from auth_service.storage.records import Room

router = APIRouter(prefix="/api/v1/rooms", tags=["organisers"])


async def holder(room: RoomPath, bearer: Bearer, request: Request, services: Injected) -> Room:
    """Whose a room's data is: its organisers while it is open, and the operator, who also has closed ones."""
    if bearer is None or not same(bearer.credentials, services.settings.auth.operator_key):
        return (await organiser(room, bearer, request, services)).room
    await count_address(request, services, "operator's rooms", services.settings.auth.rooms_per_minute)
    found = await services.storage.room(room)
    if found is None:
        raise room_unknown()
    return found


Held = Annotated[Room, Depends(holder)]


@router.delete("/{room}", status_code=204)
async def close_room(held: Held, services: Injected, erase: Annotated[bool, Query()] = False) -> None:
    """Ends the meeting for everybody; with `erase` nothing that is stored of it or of anybody in it is left."""
    await services.closing.close(held.name, erase=erase)


@router.get("/{room}/export")
async def export(held: Held, services: Injected) -> dict[str, Any]:
    """All that is stored of the room, but no secrets; times are Unix seconds."""
    return await services.retention.export(held.name)


@router.put("/{room}/recording", status_code=204)
async def allow_recording(wanted: RecordingWish, organising: Organising, services: Injected) -> None:
    """Says whether anything may be recorded: by people's pages, which learn it at once, and on the server."""
    name = organising.room.name
    await services.storage.allow_recording(name, allowed=wanted.allowed)
    if not wanted.allowed:
        await services.recordings.stop(name)
    await services.media.show(name, {"recording": wanted.allowed})
