"""Routes for the media server and for monitoring."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import APIRouter, Depends, Header, Request, Response
from livekit import api

from auth_service.errors import MediaServerError, not_authorised
from auth_service.http.dependencies import Injected, count_address, limited_health, whole_body
from auth_service.wiring import Container
from foundation.database import StorageError
from foundation.http.watching import PROMETHEUS, Health, HealthCheck, health_response, may_watch

log = structlog.get_logger(__name__)
router = APIRouter(tags=["machines"])

FAILED_WEBHOOKS_PER_MINUTE = 30
_NUDGING = {"room_started", "participant_joined", "participant_left", "participant_connection_aborted"}


@router.post("/api/v1/webhook", status_code=204)
async def webhook(
    request: Request, services: Injected, authorization: str = Header("", max_length=4096)
) -> None:
    """LiveKit's webhooks: somebody came, so the interpreter is due or they are to be kept out; or somebody went."""
    body = await whole_body(request)
    event = _verified(body, services, authorization)
    if event is None:
        await count_address(request, services, "webhook", FAILED_WEBHOOKS_PER_MINUTE)
        if times := services.refused_webhooks.count():
            log.warning("webhook refused", times=times)
        raise not_authorised()
    services.metrics.webhooks.labels(event.event if event.event in _NUDGING else "other").inc()
    if event.event in _NUDGING and event.room.name:
        services.reconciler.nudge(event.room.name)
    if event.event == "participant_joined":
        await _keep_out(services, event.room.name)


async def _keep_out(services: Container, room: str) -> None:
    """Those who were removed; the periodic look comes back to it."""
    try:
        await services.removals.enforce(room)
    except (MediaServerError, StorageError) as error:
        log.warning("removed participants not looked for", room=room, error=str(error))


def _verified(body: bytes, services: Container, authorization: str) -> api.WebhookEvent | None:
    livekit = services.settings.livekit
    receiver = api.WebhookReceiver(api.TokenVerifier(livekit.api_key, livekit.api_secret.get_secret_value()))
    try:
        return receiver.receive(body.decode(), authorization.removeprefix("Bearer "))
    except Exception:  # noqa: BLE001  the receiver raises bare Exception for what is not signed
        return None


async def look(services: Container) -> Health:
    """Fails when the database is away. Without the media server links still work, so that alone is no failure."""
    try:
        await services.storage.ping()
        storage = "ok"
    except StorageError:
        storage = "unreachable"
    try:
        await services.media.ping()
        media = "ok"
    except MediaServerError:
        media = "unreachable"
    return Health(
        status="ok" if storage == "ok" else "failing",
        service="auth",
        parts={"storage": storage, "media_server": media},
    )


@router.get(
    "/health",
    response_model=Health,
    responses={503: {"model": Health}},
    dependencies=[Depends(limited_health)],
)
async def health(request: Request) -> Response:
    """What was seen within the last second."""
    check: HealthCheck = request.app.state.health
    return health_response(await check.report())


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request, services: Injected) -> Response:
    """For Prometheus; by the token, or without one from this machine."""
    if not may_watch(request.scope, services.settings.auth.metrics_token.get_secret_value()):
        raise not_authorised()
    return Response(await asyncio.to_thread(services.metrics.text), media_type=PROMETHEUS)
