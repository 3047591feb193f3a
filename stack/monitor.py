"""The health monitor: asks every part, keeps what it found for Prometheus, and tells somebody where one is not well.

It ends nothing and starts nothing: whoever started a part does (docs/decisions/0023-who-restarts-what.md).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Final

import aiohttp
import structlog
from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from config.settings import Settings
from config.watching import Watch
from foundation.http import service
from foundation.http.server import ServerLimits
from foundation.http.service import Service
from foundation.http.watching import PROMETHEUS, Health
from foundation.webhooks import signature
from stack.health import PartHealth, Pulse, feel

log = structlog.get_logger(__name__)

TELL_S: Final = 10.0
ATTEMPTS: Final = 3
PAUSE_S: Final = 5.0
WAITING: Final = 100
"""So many changes wait to be told; of more the oldest is given up."""


def parts_of(settings: Settings) -> dict[str, str]:
    """Whom to ask: what is set, else whatever these settings know an address of."""
    if settings.watch.parts:
        return dict(settings.watch.parts)
    services = settings.services
    urls = {
        "livekit": settings.livekit.url.replace("ws", "http", 1),
        "stt": services.stt_url and f"{services.stt_url.rstrip('/')}/health",
        "mt": services.mt_url and f"{services.mt_url.rstrip('/')}/health",
        "tts": services.tts_url and f"{services.tts_url.rstrip('/')}/health",
        "auth": services.auth_url and f"{services.auth_url.rstrip('/')}/health",
        "voice": f"http://{settings.voice.host}:{settings.voice.port}/health",
        "worker": f"http://{services.host}:{services.worker_health_port}/",
    }
    return {name: url for name, url in urls.items() if url}


class Monitor:
    """Watches parts until it is cancelled.

    Args:
        parts: a URL by name.
        clock: Unix time, s.
    """

    def __init__(
        self, parts: Mapping[str, str], watch: Watch, clock: Callable[[], float] = time.time
    ) -> None:
        self._parts, self._watch, self._clock = parts, watch, clock
        self._health = {name: PartHealth(watch.misses) for name in parts}
        self._changes: asyncio.Queue[bytes] = asyncio.Queue(WAITING)
        self._registry = CollectorRegistry()
        self._up = Gauge("hive_part_up", "Whether a part is well", ["part"], registry=self._registry)
        self._answered = Gauge(
            "hive_part_answer_seconds", "How long its newest answer took", ["part"], registry=self._registry
        )
        self._fell = Counter(
            "hive_part_falls",
            "How often a part was well and is not any more",
            ["part"],
            registry=self._registry,
        )

    def metrics(self) -> bytes:
        """For Prometheus, in the text format 0.0.4."""
        return generate_latest(self._registry)

    async def watch(self) -> None:
        """Asks all parts, each at its own pace: one that hangs keeps no other waiting."""
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            for name in self._parts:
                group.create_task(self._look_after(session, name), name=f"watch {name}")

    async def tell(self) -> None:
        """Tells by webhook what has changed, one after the other."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TELL_S)) as session:
            while True:
                await self._deliver(session, await self._changes.get())

    async def _look_after(self, session: aiohttp.ClientSession, name: str) -> None:
        while True:
            began_s = time.monotonic()
            pulse = await feel(session, [self._parts[name]], self._watch.answer_s)
            self._answered.labels(name).set(time.monotonic() - began_s)
            self._note(name, pulse)
            await asyncio.sleep(self._watch.every_s)

    def _note(self, name: str, pulse: Pulse) -> None:
        health = self._health[name]
        changed = health.felt(pulse)
        self._up.labels(name).set(health.well)
        if not changed:
            return
        if health.well:
            log.info("part is well again", part=name)
        else:
            self._fell.labels(name).inc()
            log.error("part is not well", part=name, pulse=pulse.value, answers=self._watch.misses)
        self._wish_told(name, health)

    def _wish_told(self, name: str, health: PartHealth) -> None:
        if not self._watch.webhook_url:
            return
        told = {
            "type": "part_well" if health.well else "part_unwell",
            "part": name,
            "pulse": health.pulse.value,
        }
        if self._changes.full():
            self._changes.get_nowait()
        self._changes.put_nowait(json.dumps({**told, "at": int(self._clock())}).encode())

    async def _deliver(self, session: aiohttp.ClientSession, body: bytes) -> None:
        """Tries again a little later; who cannot be told then is told of the next change."""
        for attempt in range(1, ATTEMPTS + 1):
            if await self._posted(session, body):
                return
            await asyncio.sleep(PAUSE_S * attempt)
        log.warning("nobody could be told of a part", attempts=ATTEMPTS)

    async def _posted(self, session: aiohttp.ClientSession, body: bytes) -> bool:
        headers = {"content-type": "application/json"}
        if secret := self._watch.webhook_secret.get_secret_value():
            headers["hive-signature"] = signature(secret.encode(), body, int(self._clock()))
        try:
            async with session.post(
                self._watch.webhook_url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                return 200 <= answer.status < 300
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False


def monitor_app(monitor: Monitor) -> FastAPI:
    """`/metrics` and `/health`; who may reach them is the network's to say: they name parts, and nobody."""
    app = FastAPI(title="HIVE: health monitor", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """How the parts are."""
        return Response(monitor.metrics(), media_type=PROMETHEUS)

    @app.get("/health")
    async def health() -> Health:
        """That the monitor itself is there."""
        return Health(status="ok", service="health-monitor", parts={})

    return app


async def serve(settings: Settings, started: Callable[[int], None] = lambda port: None) -> None:
    """Watches until it is cancelled. Raises OSError: the port is taken."""
    monitor = Monitor(parts_of(settings), settings.watch)
    await service.serve(
        Service(
            name="the health monitor",
            app=monitor_app(monitor),
            host=settings.watch.host,
            port=settings.watch.port,
            limits=ServerLimits(connections=50, connections_per_address=50),
            trusted_proxies=[],
            watchers={"parts": monitor.watch, "webhook": monitor.tell},
        ),
        started,
    )
