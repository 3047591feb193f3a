"""Routes for organisers: whether guests may write, and lowering somebody's hand."""

from __future__ import annotations

from fastapi import APIRouter

from auth_service.http.dependencies import Injected, Organising, PathIdentity
from auth_service.http.schemas import ChatWish
from auth_service.policy import CHATTING, role_of
from protocol.attributes import HAND

router = APIRouter(prefix="/api/v1/rooms", tags=["organisers"])


@router.put("/{room}/chat", status_code=204)
async def allow_chat(wanted: ChatWish, organising: Organising, services: Injected) -> None:
    """Lets speakers and listeners write in the chat, or keeps them from it; it holds at once for those in the room."""
    name = organising.room.name
    await services.storage.allow_chat(name, allowed=wanted.allowed)
    guests = frozenset(
        identity for identity in await services.media.people(name) if role_of(identity) in CHATTING
    )
    await services.media.allow_data(name, guests, allowed=wanted.allowed)


@router.delete("/{room}/participants/{identity}/hand", status_code=204)
async def lower_hand(identity: PathIdentity, organising: Organising, services: Injected) -> None:
    """Lowers somebody's hand; that they have raised none, or are not there, is no error."""
    await services.media.clear(organising.room.name, identity, HAND)
