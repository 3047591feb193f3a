"""Routes for the media server and for monitoring."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Header, Request, Response
from livekit import api
from starlette.requests import ClientDisconnect

from auth_service.asking import Asked, Bearer, address, count, same
from auth_service.errors import MediaServerError, Refused, StorageError, not_authorised
from auth_service.messages import Health
from auth_service.parts import Parts

log = structlog.get_logger(__name__)
router = APIRouter(tags=["machines"])

FAILED_WEBHOOKS_PER_MINUTE = 30
_NUDGING = {"room_started", "participant_joined", "participant_left", "participant_connection_aborted"}


@router.post("/api/v1/webhook", status_code=204)
async def webhook(request: Request, asked: Asked, authorization: str = Header("", max_length=4096)) -> None:
    """LiveKit's webhooks: somebody came, so the interpreter is due or they are to be kept out; or somebody went."""
    try:
        body = await request.body()
    except ClientDisconnect as error:
        raise Refused(400, "bad_request", "The body ended too early.") from error
    event = _verified(body, asked, authorization)
    if event is None:
        await count(asked, f"webhook:{address(request)}", FAILED_WEBHOOKS_PER_MINUTE)
        raise not_authorised()
    asked.metrics.webhooks.labels(event.event if event.event in _NUDGING else "other").inc()
    if event.event in _NUDGING and event.room.name:
        asked.reconciler.nudge(event.room.name)
    if event.event == "participant_joined":
        try:
            await asked.evictions.enforce(event.room.name)
        except (MediaServerError, StorageError) as error:  # the periodic look comes back to it
            log.warning("removed participants not looked for", room=event.room.name, error=str(error))


def _verified(body: bytes, asked: Parts, authorization: str) -> api.WebhookEvent | None:
    livekit = asked.settings.livekit
    receiver = api.WebhookReceiver(api.TokenVerifier(livekit.api_key, livekit.api_secret.get_secret_value()))
    try:
        return receiver.receive(body.decode(), authorization.removeprefix("Bearer "))
    except Exception as error:  # noqa: BLE001  the receiver raises bare Exception for what is not signed
        log.warning("webhook refused", error=type(error).__name__)
        return None


@router.get("/health", responses={503: {"model": Health}})
async def health(response: Response, asked: Asked) -> Health:
    """Fails when the database is away. Without the media server links still work, so that alone is no failure."""
    try:
        await asked.storage.ping()
        storage = True
    except StorageError:
        storage = False
    try:
        await asked.media.ping()
        media = True
    except MediaServerError:
        media = False
    response.status_code = 200 if storage else 503
    return Health(
        status="ok" if storage else "failing",
        storage="ok" if storage else "unreachable",
        media_server="ok" if media else "unreachable",
    )


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(bearer: Bearer, asked: Asked) -> Response:
    token = asked.settings.auth.metrics_token
    if token.get_secret_value() and not (bearer and same(bearer.credentials, token)):
        raise not_authorised()
    return Response(asked.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
