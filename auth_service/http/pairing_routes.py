"""Routes that pair a device with this installation, and give it rooms of its own."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request

from auth_service.access.pairing import CODE_S
from auth_service.access.tokens import Guest, NotOurs
from auth_service.errors import not_authorised
from auth_service.http.answers import ice_servers_out, livekit_url
from auth_service.http.dependencies import (
    Bearer,
    Injected,
    RoomPath,
    count,
    count_address,
    count_known,
    may_create_rooms,
    same,
)
from auth_service.http.fields import timestamp
from auth_service.http.pairing_schemas import (
    DeviceOut,
    DevicesOut,
    NewPairedRoom,
    PairedOut,
    PairedRoomOut,
    PairingCodeOut,
    Redemption,
    SpeakersOut,
)
from auth_service.paired_rooms import PairedRoom, PairedRoomWish
from auth_service.storage.devices import OPERATOR
from auth_service.storage.records import Device, Session
from auth_service.wiring import Container
from foundation import names

PREFIX: Final = "/api/v1/pairing"
FOR_EXTENSIONS: Final = tuple(f"{PREFIX}/{path}" for path in ("redeem", "rooms", "devices/"))
"""How the paths begin that a browser's extension asks. It makes no codes: where anybody may make rooms, any extension
could pair itself."""
ALTOGETHER: Final = 12
"""So many times the tries of one address are all tries together."""

router = APIRouter(prefix=PREFIX, tags=["pairing"])

DeviceId = Annotated[str, Path(max_length=64)]


async def device(bearer: Bearer, request: Request, services: Injected) -> Device:
    """The device whose token is shown. Raises Refused."""
    if bearer is None:
        raise not_authorised()
    found = await services.pairing.device(bearer.credentials)
    await count_known(request, services)
    return found


async def owner(bearer: Bearer, request: Request, services: Injected) -> str:
    """Whoever makes codes and sees what was paired by them. Raises Refused."""
    found = None if bearer is None else _owner(bearer.credentials, services)
    if found is None:
        raise not_authorised()
    await count_known(request, services)
    return found


async def withdrawer(bearer: Bearer, device_id: DeviceId, request: Request, services: Injected) -> str:
    """Whose name a device is withdrawn in: its owner's, or its own. Raises Refused."""
    if bearer is not None and _owner(bearer.credentials, services) is None:
        itself = await device(bearer, request, services)
        if itself.id != device_id:
            raise not_authorised()
        return itself.owner
    return await owner(bearer, request, services)


Paired = Annotated[Device, Depends(device)]
CodeOwner = Annotated[str, Depends(owner)]
Withdrawer = Annotated[str, Depends(withdrawer)]


@router.post("/codes", status_code=201)
async def make_code(bearer: Bearer, request: Request, services: Injected) -> PairingCodeOut:
    """A code to be typed on a device within ten minutes. Whoever may make rooms may; with an owner's token it is
    theirs."""
    shown = bearer.credentials if bearer else None
    known = None if shown is None else _owner(shown, services)
    if shown is not None and known is None:
        raise not_authorised()
    await may_create_rooms(shown if known == OPERATOR else None, request, services)
    made = await services.pairing.make_code(services.pairing.new_owner() if known is None else known)
    return PairingCodeOut(
        code=made.code, expires_at=timestamp(made.expires_at), lasts_s=CODE_S, owner_token=made.owner_token
    )


@router.post("/redeem")
async def redeem(wanted: Redemption, request: Request, services: Injected) -> PairedOut:
    """Exchanges a code for a device's token. How often that is tried is bounded, by address and altogether."""
    per_minute = services.settings.auth.pairings_per_minute
    await count_address(request, services, "pairing", per_minute)
    await count(services, "pairing", ALTOGETHER * per_minute)
    paired = await services.pairing.redeem(wanted.code, wanted.name)
    return PairedOut(
        token=paired.token, expires_at=timestamp(paired.device.ends_at), device_id=paired.device.id
    )


@router.post("/rooms", status_code=201)
async def make_room(
    wanted: NewPairedRoom, paired: Paired, request: Request, services: Injected
) -> PairedRoomOut:
    """Makes a room in which the device's tab and microphone are interpreted for it; nobody else gets in."""
    per_minute = services.settings.auth.rooms_per_minute
    await count_address(request, services, "paired rooms", per_minute)
    await count(services, f"paired rooms:{paired.id}", per_minute)
    wish = PairedRoomWish(
        hear=wanted.hear,
        speak=wanted.speak,
        languages=None if wanted.languages is None else tuple(wanted.languages),
    )
    made = await services.paired_rooms.make(paired, wish)
    services.metrics.rooms.inc()
    return _room(services, made)


@router.delete("/rooms/{room}", status_code=204)
async def close_room(room: RoomPath, paired: Paired, services: Injected) -> None:
    """Ends a room of the device; nothing of it is kept."""
    await services.paired_rooms.close(paired, room)


@router.get("/devices")
async def see_devices(who: CodeOwner, services: Injected) -> DevicesOut:
    """What was paired by the owner's codes; the operator sees everybody's."""
    return DevicesOut(
        devices=[
            DeviceOut(
                device_id=each.id,
                name=each.name,
                created_at=timestamp(each.created_at),
                used_at=timestamp(each.used_at),
                expires_at=timestamp(each.ends_at),
            )
            for each in await services.pairing.devices(who)
        ]
    )


@router.delete("/devices/{device_id}", status_code=204)
async def withdraw(device_id: DeviceId, who: Withdrawer, services: Injected) -> None:
    """Ends a device at once: its token opens nothing any more, its rooms are over."""
    await services.paired_rooms.close_all(await services.pairing.withdraw(device_id, who))


def _owner(shown: str, services: Container) -> str | None:
    """Whose key or token it is; None for what is no owner's."""
    if same(shown, services.settings.auth.operator_key):
        return OPERATOR
    try:
        return services.pairing.owner(shown)
    except NotOurs:
        return None


def _room(services: Container, made: PairedRoom) -> PairedRoomOut:
    return PairedRoomOut(
        room=made.room.name,
        url=livekit_url(services),
        speakers=SpeakersOut(
            tab=_token(services, made.tab), microphone=_token(services, made.microphone, deaf=True)
        ),
        listener=_token(services, made.listener),
        expires_at=timestamp(made.ends_at),
        ice_servers=ice_servers_out(services, made.listener.identity),
    )


def _token(services: Container, session: Session, *, deaf: bool = False) -> str:
    services.metrics.joins.labels(session.role.value, "paired").inc()
    proof = names.metadata(session.name, session.name_salt or "")
    return services.mint.token(
        Guest(
            session.room,
            session.identity,
            session.name,
            session.role,
            session.attributes,
            metadata=proof,
            sound_only=True,
            deaf=deaf,
        )
    )
