"""Who is asking, and how often they may: what all routes share."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr
from starlette.requests import ClientDisconnect, HTTPConnection

from auth_service.access.invitations import Organiser
from auth_service.errors import Refused, not_authorised
from auth_service.wiring import Container
from foundation.http.address_limits import take_for_address
from foundation.http.rate_limits import Rate

_bearer = HTTPBearer(auto_error=False, description="An organiser's token, or the operator's key")

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
RoomPath = Annotated[str, Path(max_length=63, description="A room's name")]
PathIdentity = Annotated[str, Path(max_length=64)]


def services(request: Request) -> Container:
    """What `create_app` was given."""
    found: Container = request.app.state.services
    return found


Injected = Annotated[Container, Depends(services)]


async def count(services: Container, key: str, per_minute: int) -> None:
    """Raises Refused(429) where the key was used too often."""
    _refuse_until(await services.limiter.take(key, Rate(per_minute)))


def _refuse_until(wait_s: float) -> None:
    if wait_s > 0:
        raise Refused(429, "rate_limited", "Too many requests; try again later.", retry_after_s=wait_s)


async def whole_body(request: Request) -> bytes:
    """Raises Refused(400) where it ends too early."""
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise Refused(400, "bad_request", "The body ended too early.") from error


async def count_address(request: HTTPConnection, services: Container, kind: str, per_minute: int) -> None:
    """Raises Refused(429) where an address, or its site, did something of this kind too often."""
    _refuse_until(await take_for_address(request, services.limiter, kind, per_minute))


async def count_failure(request: HTTPConnection, services: Container) -> None:
    """What is refused has a count of its own, so that nobody's junk keeps others of the same address out."""
    await count_address(request, services, "failed", services.settings.auth.failures_per_minute)


async def count_known(request: Request, services: Container) -> None:
    """For requests that have shown a link, token or key of ours; those who have none cannot use this up."""
    await count_address(request, services, "known", services.settings.auth.requests_per_minute)


async def count_entry(request: Request, services: Container, by: str) -> None:
    """For whoever has shown a link or a session, named `by`."""
    await count_known(request, services)
    await count_address(request, services, f"join:{by}", services.settings.auth.joins_per_minute)


async def limited(request: Request, services: Injected) -> None:
    """For requests that show nothing."""
    await count_address(request, services, "open", services.settings.auth.requests_per_minute)


async def limited_health(request: Request, services: Injected) -> None:
    """Apart from all others: whoever watches the service must not be kept out by anybody's requests."""
    await count_address(request, services, "health", services.settings.auth.requests_per_minute)


def same(shown: str, secret: SecretStr) -> bool:
    """Compares in constant time; an empty secret is never the same."""
    expected = secret.get_secret_value()
    return bool(expected) and hmac.compare_digest(shown.encode(), expected.encode())


def open_rooms(services: Container) -> bool:
    """Whether anybody may create rooms."""
    chosen = services.settings.auth.open_rooms
    return services.settings.development if chosen is None else chosen


async def may_create_rooms(shown: str | None, request: Request, services: Container) -> None:
    """Whoever has the key and whoever has none are counted apart. Raises Refused."""
    per_minute = services.settings.auth.rooms_per_minute
    if shown is not None and same(shown, services.settings.auth.operator_key):
        await count_address(request, services, "operator's rooms", per_minute)
        return
    if shown is not None and not open_rooms(services):
        raise not_authorised()
    await count_address(request, services, "rooms", per_minute)
    if not open_rooms(services):
        raise Refused(403, "rooms_closed", "Rooms are created by the operator here.")


async def organiser(room: RoomPath, bearer: Bearer, request: Request, services: Injected) -> Organiser:
    """Whoever holds a token for the room in the path; counted once it proved right. Raises Refused."""
    if bearer is None:
        raise not_authorised()
    found = await services.invites.organiser(bearer.credentials, room)
    await count_known(request, services)
    return found


Organising = Annotated[Organiser, Depends(organiser)]
