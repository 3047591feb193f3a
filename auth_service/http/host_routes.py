"""Routes for what organisers do to others in the room."""

from __future__ import annotations

from fastapi import APIRouter

from auth_service.http.dependencies import Injected, Organising, PathIdentity
from auth_service.http.schemas import Muted, OrganiserOut, OrganisersOut
from auth_service.policy import Role

router = APIRouter(prefix="/api/v1/rooms", tags=["organisers"])


@router.post("/{room}/participants/{identity}/mute")
async def mute(identity: PathIdentity, organiser: Organising, services: Injected) -> Muted:
    """Closes somebody's microphone; they are told by whom and may open it again."""
    return Muted(muted=await services.hosting.mute(organiser, identity))


@router.post("/{room}/mute")
async def mute_others(organiser: Organising, services: Injected) -> Muted:
    """Closes all microphones but the caller's own."""
    return Muted(muted=await services.hosting.mute_others(organiser))


@router.get("/{room}/organisers")
async def see_organisers(organiser: Organising, services: Injected) -> OrganisersOut:
    """Who organises, whether or not they are in the room now."""
    return OrganisersOut(
        organisers=[
            OrganiserOut(identity=each.identity, by_link=each.role is Role.ORGANISER)
            for each in await services.hosting.organisers(organiser)
        ]
    )


@router.put("/{room}/organisers/{identity}", status_code=204)
async def appoint(identity: PathIdentity, organiser: Organising, services: Injected) -> None:
    """Makes somebody an organiser for as long as their session lasts."""
    await services.hosting.appoint(organiser, identity)


@router.delete("/{room}/organisers/{identity}", status_code=204)
async def dismiss(identity: PathIdentity, organiser: Organising, services: Injected) -> None:
    """Takes that back; at once, also for a token that they hold."""
    await services.hosting.dismiss(organiser, identity)
