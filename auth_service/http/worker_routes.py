"""What workers tell the service."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import Any, Final, get_args

from fastapi import APIRouter, Header, Request
from livekit import api

from auth_service.errors import Refused, not_authorised
from auth_service.http.dependencies import Injected, count_address, whole_body
from auth_service.wiring import Container
from config.settings import Profile
from protocol.abilities import read_abilities

router = APIRouter(tags=["machines"])

FAILED_REPORTS_PER_MINUTE: Final = 30
WORKERS_PATH: Final = "/api/v1/workers"
WORKER: Final = re.compile(r"[0-9a-f]{16}")


@router.post(WORKERS_PATH, status_code=204)
async def report(
    request: Request, services: Injected, authorization: str = Header("", max_length=4096)
) -> None:
    """A worker says what it can do: `{"worker": id, "abilities": {…}, "profile": "cpu"}`.

    It is signed like the media server's webhooks.
    """
    body = await whole_body(request)
    if not is_signed(body, services, authorization):
        await count_address(request, services, "worker", FAILED_REPORTS_PER_MINUTE)
        raise not_authorised()
    said = _json(body)
    worker = said.get("worker") if isinstance(said, dict) else None
    if not isinstance(worker, str) or not WORKER.fullmatch(worker):
        raise Refused(422, "invalid", "worker: expected 16 hexadecimal digits.")
    profile = said.get("profile")
    known = profile if isinstance(profile, str) and profile in get_args(Profile) else ""
    await services.workers.tell(worker, read_abilities(said.get("abilities")), services.clock(), known)


def is_signed(body: bytes, services: Container, authorization: str) -> bool:
    """Whether a holder of the media server's key has signed this very body."""
    livekit = services.settings.livekit
    verifier = api.TokenVerifier(livekit.api_key, livekit.api_secret.get_secret_value())
    try:
        claims = verifier.verify(authorization.removeprefix("Bearer "))
    except Exception:  # noqa: BLE001  what is not a token raises many kinds of errors
        return False
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return hmac.compare_digest((claims.sha256 or "").encode(), digest.encode())


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
