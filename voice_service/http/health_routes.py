"""Whether the service can do its work, and its figures for Prometheus."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.responses import Response

from foundation.database import StorageError, reading
from foundation.http.watching import PROMETHEUS, Health, health_response, may_watch
from voice_service.accounts.callers import not_authorised
from voice_service.http.dependencies import Wired
from voice_service.wiring import VoiceServices

router = APIRouter(tags=["service"])


async def look(services: VoiceServices) -> Health:
    """Asks database and recognition, and says what is there: without speech it still answers. Raises nothing."""
    recognition = await services.messages.recogniser.state()
    parts = {"database": "ok", "recognition": recognition, **services.engines.parts()}
    try:
        async with reading(services.engine) as connection:
            await connection.execute(text("SELECT 1"))
    except StorageError:
        parts["database"] = "unreachable"
    well = parts["database"] == "ok"
    return Health(status="ok" if well else "failing", service="voice", parts=parts)


@router.get("/health", response_model=Health)
@router.get("/api/v1/health", response_model=Health)
async def health(request: Request) -> Response:
    """Needs no key; looks at most once a second."""
    return health_response(await request.app.state.health.report())


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, services: Wired) -> Response:
    """For Prometheus; by `services.token`, or without one from this machine."""
    if not may_watch(request.scope, services.settings.services.token.get_secret_value()):
        raise not_authorised()
    services.exposed.queue(await services.queue_watch.depths())
    return Response(await asyncio.to_thread(services.exposed.text), media_type=PROMETHEUS)
