"""Who is asking: what all routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from voice_service.accounts.callers import not_authorised
from voice_service.accounts.records import Caller
from voice_service.wiring import VoiceServices

_bearer = HTTPBearer(auto_error=False, description="A key, or a token made with one")

ShownKey = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def services(request: Request) -> VoiceServices:
    """What `create_app` was given."""
    found: VoiceServices = request.app.state.services
    return found


Wired = Annotated[VoiceServices, Depends(services)]


async def caller(bearer: ShownKey, services: Wired) -> Caller:
    """Whoever the request shows to be. Raises ProblemError(401)."""
    if bearer is None:
        raise not_authorised()
    return await services.callers.by_key(bearer.credentials)


Calling = Annotated[Caller, Depends(caller)]

Admitted = Calling
"""Whoever asks for work that costs: here their rate and what is left of their month are looked at."""
