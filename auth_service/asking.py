"""Who is asking, and how often they may: what all routes share."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from auth_service.errors import Refused, not_authorised
from auth_service.invites import Organiser
from auth_service.limits import Rate
from auth_service.parts import Parts

_bearer = HTTPBearer(auto_error=False, description="An organiser's token, or the operator's key")

Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
RoomPath = Annotated[str, Path(max_length=63, description="A room's name")]


def parts(request: Request) -> Parts:
    found: Parts = request.app.state.parts
    return found


Asked = Annotated[Parts, Depends(parts)]


def address(request: Request) -> str:
    """Whom to count a request against: an IPv4 address, or the network of an IPv6 one, which one household has."""
    try:
        found = ip_address(request.client.host if request.client else "")
    except ValueError:
        return "unknown"
    if found.version == 6 and found.ipv4_mapped is None:
        return found.exploded[:19] + "/64"
    return str(found.ipv4_mapped if found.version == 6 else found)


async def count(asked: Parts, key: str, per_minute: int) -> None:
    """Raises Refused(429) where the key was used too often."""
    wait_s = await asked.limiter.take(key, Rate(per_minute), asked.clock())
    if wait_s > 0:
        raise Refused(429, "rate_limited", "Too many requests; try again later.", retry_after_s=wait_s)


async def limited(request: Request, asked: Asked) -> None:
    await count(asked, f"any:{address(request)}", asked.settings.auth.requests_per_minute)


async def limited_entry(request: Request, asked: Asked) -> None:
    await count(asked, f"join:{address(request)}", asked.settings.auth.joins_per_minute)


async def limited_rooms(request: Request, asked: Asked) -> None:
    await count(asked, f"rooms:{address(request)}", asked.settings.auth.rooms_per_minute)


def same(shown: str, secret: SecretStr) -> bool:
    """Compares in constant time; an empty secret is never the same."""
    expected = secret.get_secret_value()
    return bool(expected) and hmac.compare_digest(shown.encode(), expected.encode())


async def organiser(room: RoomPath, bearer: Bearer, asked: Asked) -> Organiser:
    if bearer is None:
        raise not_authorised()
    return await asked.invites.organiser(bearer.credentials, room)


Organising = Annotated[Organiser, Depends(organiser)]
