"""Who is asking: what all routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from foundation.http.address_limits import take_for_address
from foundation.http.problems import Problem, ProblemError
from foundation.http.rate_limits import Rate
from voice_service.accounts.callers import not_authorised
from voice_service.accounts.records import AccountRole, Caller
from voice_service.wiring import VoiceServices

_bearer = HTTPBearer(auto_error=False, description="A key, or a token made with one")

ShownKey = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def services(request: Request) -> VoiceServices:
    """What `create_app` was given."""
    found: VoiceServices = request.app.state.services
    return found


Wired = Annotated[VoiceServices, Depends(services)]


async def caller(bearer: ShownKey, services: Wired) -> Caller:
    """Whoever the request shows to be. Raises ProblemError: 401, or 429 where the key asks too often."""
    if bearer is None:
        raise not_authorised()
    return await _counted(await services.callers.by_credential(bearer.credentials), services)


async def caller_by_key(bearer: ShownKey, services: Wired) -> Caller:
    """Likewise, where a token is not enough."""
    if bearer is None:
        raise not_authorised()
    return await _counted(await services.callers.by_key(bearer.credentials), services)


async def operator(caller: Annotated[Caller, Depends(caller)]) -> Caller:
    """Whoever runs the installation. Raises ProblemError(403) for everybody else."""
    if caller.role is not AccountRole.OPERATOR:
        raise ProblemError(Problem(403, "not_operator", "Only an operator may see this."))
    return caller


async def _counted(caller: Caller, services: VoiceServices) -> Caller:
    """A key and its tokens are counted as one."""
    per_minute = caller.plan.requests_per_minute or services.settings.voice.requests_per_minute
    wait_s = await services.limiter.take(f"voice key:{caller.key}", Rate(per_minute))
    if wait_s > 0:
        raise too_often(wait_s)
    return caller


async def count_failure(request: Request, services: VoiceServices) -> None:
    """Counts a refused key or token against the address it came from. Raises ProblemError(429) where they are many.

    They are counted for themselves: whoever has a good key at the same address is not kept out.
    """
    per_minute = services.settings.voice.failures_per_minute
    wait_s = await take_for_address(request, services.limiter, "voice failed", per_minute)
    if wait_s > 0:
        raise too_often(wait_s)


def too_often(wait_s: float) -> ProblemError:
    """Somebody asks more often than they may."""
    more = {"retry_after_s": round(wait_s, 3)}
    return ProblemError(Problem(429, "rate_limited", "Too many requests; try again later.", more))


Calling = Annotated[Caller, Depends(caller)]
CallingByKey = Annotated[Caller, Depends(caller_by_key)]
CallingOperator = Annotated[Caller, Depends(operator)]
