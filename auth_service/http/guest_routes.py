"""Routes for whoever holds a link."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from auth_service import VERSION
from auth_service.access.door import ASK_AGAIN_S, Ticket
from auth_service.access.invitations import AdmittedPerson
from auth_service.access.tokens import Guest, fingerprint
from auth_service.http.answers import ice_servers_out, livekit_url
from auth_service.http.dependencies import Injected, count, count_entry, limited, open_rooms
from auth_service.http.fields import listed, timestamp
from auth_service.http.schemas import (
    Asking,
    ConfigOut,
    InstalledOut,
    InvitationSeen,
    Join,
    Joined,
    MustWait,
    OfferOut,
    Renew,
    ShownInvitation,
)
from auth_service.wiring import Container
from foundation import names
from foundation.database import StorageError
from protocol.abilities import Abilities

ASKED_PER_MINUTE = 60
"""By one who waits."""
TRIAL = "embedded"
"""The profile with the smallest models, which is what a first try gets."""

router = APIRouter(prefix="/api/v1", tags=["people"])


@router.get("/config", dependencies=[Depends(limited)])
async def config(services: Injected) -> ConfigOut:
    """What a page needs to know before anybody joins."""
    return ConfigOut(
        open_rooms=open_rooms(services),
        version=VERSION,
        livekit_url=livekit_url(services),
        privacy_url=services.settings.auth.privacy_url or None,
        offer=await _offer(services, None),
        interpreter=await _installed(services),
    )


@router.post("/invitation")
async def see_invitation(shown: ShownInvitation, request: Request, services: Injected) -> InvitationSeen:
    """What a link leads to. Does not use it up. The link's secret is in the body, as proxies log paths."""
    invitation, room = await services.invites.open(shown.invitation, shown.session)
    await count_entry(request, services, invitation.id)
    wish = await services.interpreters.wish(room.name)
    languages = wish.languages or room.languages
    offer = await _offer(services, languages)
    if wish.forbids_likeness:
        offer = offer.model_copy(update={"likened": []})
    return InvitationSeen(
        room=room.name,
        title=room.title,
        role=invitation.role,
        languages=listed(languages),
        offer=offer,
        source_language=room.source_language,
        expires_at=timestamp(invitation.expires_at),
        recorded=await services.recordings.running(room.name),
        encrypted=room.encrypted,
    )


@router.post("/join", responses={202: {"model": MustWait}})
async def join(wishes: Join, request: Request, services: Injected, response: Response) -> Joined | MustWait:
    """Exchanges a link for a token of the media server, or for a ticket where people wait to be let in."""
    invitation, room = await services.invites.open(wishes.invitation)
    await count_entry(request, services, invitation.id)
    await count(
        services, f"invitation:{invitation.id}", services.settings.auth.joins_per_invitation_per_minute
    )
    return _answer(services, await services.door.knock(invitation, room, wishes), "join", response)


@router.post("/waiting", responses={202: {"model": MustWait}})
async def ask(asking: Asking, request: Request, services: Injected, response: Response) -> Joined | MustWait:
    """Whether somebody who waits was let in."""
    await limited(request, services)
    await count(services, f"waiting:{fingerprint(asking.ticket)}", ASKED_PER_MINUTE)
    return _answer(services, await services.door.ask(asking.ticket), "waited", response)


@router.post("/waiting/end", status_code=204)
async def give_up(asking: Asking, request: Request, services: Injected) -> None:
    """Waits no longer."""
    await limited(request, services)
    await services.door.give_up(asking.ticket)


@router.post("/renew")
async def renew(renewal: Renew, request: Request, services: Injected) -> Joined:
    """A new token and new relay credentials for somebody who joined."""
    entry = await services.invites.renew(renewal.session)
    await count_entry(request, services, fingerprint(renewal.session))
    return _joined(services, entry, "renew")


async def _offer(services: Container, languages: tuple[str, ...] | None) -> OfferOut:
    try:
        able = await services.workers.abilities()
    except StorageError:  # a page can do without
        able = Abilities()
    offer = able.within(languages, services.settings.rooms.source_language)
    return OfferOut(
        recognised=listed(offer.recognised),
        read=listed(offer.read),
        heard=listed(offer.heard),
        likened=listed(offer.likened),
    )


async def _installed(services: Container) -> InstalledOut:
    try:
        profiles = await services.workers.profiles(services.clock())
    except StorageError:  # a page can do without
        profiles = frozenset()
    return InstalledOut(available=bool(profiles), trial=profiles == frozenset({TRIAL}))


def _answer(
    services: Container, answer: AdmittedPerson | Ticket, way: str, response: Response
) -> Joined | MustWait:
    if isinstance(answer, AdmittedPerson):
        return _joined(services, answer, way)
    response.status_code = 202
    return MustWait(ticket=answer.secret, expires_at=timestamp(answer.ends_at), ask_again_s=ASK_AGAIN_S)


def _joined(services: Container, entry: AdmittedPerson, way: str) -> Joined:
    session = entry.session
    proof = names.metadata(session.name, session.name_salt) if session.name_salt else ""
    guest = Guest(
        session.room,
        session.identity,
        session.name,
        session.acts_as,
        session.attributes,
        metadata=proof,
        chat=entry.room.chat,
    )
    services.metrics.joins.labels(session.role.value, way).inc()
    return Joined(
        url=livekit_url(services),
        token=services.mint.token(guest),
        identity=session.identity,
        role=session.acts_as,
        expires_at=timestamp(services.clock() + services.mint.life.total_seconds()),
        room=session.room,
        title=entry.room.title,
        session=entry.secret,
        ice_servers=ice_servers_out(services, session.identity),
        organiser_token=entry.organiser_token,
        recording_allowed=entry.room.recording,
        encrypted=entry.room.encrypted,
    )
