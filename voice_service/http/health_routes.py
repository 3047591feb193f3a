"""Whether the service can do its work."""

from __future__ import annotations

from fastapi import APIRouter, Request
from sqlalchemy import text
from starlette.responses import Response

from foundation.database import StorageError, reading
from foundation.http.watching import Health, health_response
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
