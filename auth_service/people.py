"""Routes for whoever holds a link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from auth_service import VERSION
from auth_service.asking import Asked, count, limited, limited_entry
from auth_service.invites import Entry
from auth_service.messages import ConfigOut, IceServerOut, InvitationSeen, Join, Joined, Renew, time
from auth_service.parts import Parts
from auth_service.tokens import Guest, fingerprint
from turn.credentials import ice_servers

router = APIRouter(prefix="/api/v1", tags=["people"], dependencies=[Depends(limited)])


@router.get("/config")
async def config(asked: Asked) -> ConfigOut:
    """What a page needs to know before anybody joins."""
    return ConfigOut(open_rooms=open_rooms(asked), version=VERSION, livekit_url=_livekit_url(asked))


@router.get("/invitations/{token}", dependencies=[Depends(limited_entry)])
async def see_invitation(token: Annotated[str, Path(max_length=200)], asked: Asked) -> InvitationSeen:
    """What a link leads to. Does not use it up."""
    invitation, room = await asked.invites.open(token)
    return InvitationSeen(
        room=room.name,
        title=room.title,
        role=invitation.role,
        languages=None if room.languages is None else list(room.languages),
        source_language=room.source_language,
        expires_at=time(invitation.expires_at),
    )


@router.post("/join", dependencies=[Depends(limited_entry)])
async def join(wishes: Join, asked: Asked) -> Joined:
    """Exchanges a link for a token of the media server."""
    invitation, _ = await asked.invites.open(wishes.invitation)
    await count(asked, f"invitation:{invitation.id}", asked.settings.auth.joins_per_invitation_per_minute)
    return _joined(asked, await asked.invites.join(wishes.invitation, wishes), "join")


@router.post("/renew", dependencies=[Depends(limited_entry)])
async def renew(renewal: Renew, asked: Asked) -> Joined:
    """A new token and new relay credentials for somebody who joined."""
    await count(asked, f"session:{fingerprint(renewal.session)}", asked.settings.auth.joins_per_minute)
    return _joined(asked, await asked.invites.renew(renewal.session), "renew")


def open_rooms(asked: Parts) -> bool:
    """Whether anybody may create rooms."""
    chosen = asked.settings.auth.open_rooms
    return asked.settings.development if chosen is None else chosen


def _livekit_url(asked: Parts) -> str:
    return asked.settings.livekit.public_url or asked.settings.livekit.url


def _joined(asked: Parts, entry: Entry, way: str) -> Joined:
    session, now = entry.session, asked.clock()
    guest = Guest(session.room, session.identity, session.name, session.role, session.attributes)
    asked.metrics.joins.labels(session.role.value, way).inc()
    return Joined(
        url=_livekit_url(asked),
        token=asked.mint.token(guest),
        identity=session.identity,
        role=session.role,
        expires_at=time(now + asked.mint.life.total_seconds()),
        room=session.room,
        title=entry.room.title,
        session=entry.secret,
        ice_servers=[
            IceServerOut(urls=list(server.urls), username=server.username, credential=server.credential)
            for server in ice_servers(asked.settings.turn, session.identity, now)
        ],
        organiser_token=entry.organiser_token,
    )
