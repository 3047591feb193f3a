"""The programs of the local stack: how each is started and how it shows that it is ready."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from config.settings import Settings
from config.shipped import LIVEKIT, shipped
from stack.ports import Ports
from turn.render import livekit_turn_servers, write_private

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent
"""Where the packages lie."""


@dataclass(frozen=True, slots=True)
class Part:
    """A program of the stack."""

    name: str
    command: tuple[str, ...]
    ready: tuple[str, ...]
    """URLs that answer 200 once it can be used."""
    listens: tuple[str, ...]
    """Names of the ports, as in `Ports`, that it listens on."""
    known_by: tuple[str, str] | None = None
    """A part that runs before it, and what that part logs once it knows this one; for what no address tells
    (docs/decisions/0012-a-worker-is-known-by-the-servers-log.md)."""
    after: tuple[str, ...] = ()
    """Parts that must be ready before it is started."""
    environment: Mapping[str, str] = field(default_factory=dict)
    start_patience_s: float = 90.0
    """How long it may take to get ready; loading models takes its time."""
    stop_patience_s: float = 6.0


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """What a part may know when it is planned."""

    settings: Settings
    """With the real ports and URLs."""
    ports: Ports
    directory: Path
    """For files of this run; nobody else may read them."""
    livekit_server: Path
    parts: tuple[str, ...]
    """Names of all that run together."""


Planner = Callable[[PlanningContext], Part]


def with_ports(settings: Settings, ports: Ports) -> Settings:
    """The settings of a stack on this machine that listens on `ports`."""
    livekit = replace(settings.livekit, url=f"ws://{HOST}:{ports.livekit}")
    services = settings.services
    services = replace(
        services,
        host=HOST,
        worker_health_port=ports.worker,
        stt_url=f"http://{HOST}:{ports.stt}" if services.stt_url else "",
        mt_url=f"http://{HOST}:{ports.mt}" if services.mt_url else "",
        tts_url=f"http://{HOST}:{ports.tts}" if services.tts_url else "",
        auth_url=f"http://{HOST}:{ports.auth}" if services.auth_url else "",
    )
    auth = replace(settings.auth, host=HOST, port=ports.auth)
    voice = replace(settings.voice, host=HOST, port=ports.voice)
    return replace(settings, livekit=livekit, services=services, auth=auth, voice=voice)


def livekit_server(place: PlanningContext) -> Part:
    """The media server, with `livekit.yaml` adapted to the ports and keys at hand."""
    config, turn_secret = place.directory / "livekit.yaml", place.directory / "turn-secret"
    write_private(turn_secret, place.settings.turn.secret.get_secret_value())
    base = shipped(LIVEKIT).read_text(encoding="utf-8")
    write_private(config, livekit_config(base, place, turn_secret))
    return Part(
        name="livekit",
        command=(str(place.livekit_server), "--config", str(config)),
        ready=(f"http://{HOST}:{place.ports.livekit}/",),
        listens=("livekit", "rtc_udp"),
        start_patience_s=30.0,
        stop_patience_s=4.0,
    )


def livekit_config(base: str, place: PlanningContext, turn_secret: Path) -> str:
    """The server's configuration: `base` (YAML) with our ports on loopback, and the keys, the relay and the
    webhook of the settings."""
    settings, ports = place.settings, place.ports
    config = yaml.safe_load(base)
    config["port"] = ports.livekit
    config["log_level"] = "debug" if settings.logging.level == "debug" else "info"  # see `Part.known_by`
    config["bind_addresses"] = [HOST]
    # Media over TCP cannot be bound to one address (livekit-server listens on all), and nobody needs it on loopback.
    config["rtc"] |= {"tcp_port": 0, "udp_port": ports.rtc_udp, "node_ip": HOST}
    config["keys"] = {settings.livekit.api_key: settings.livekit.api_secret.get_secret_value()}
    if "auth" in place.parts:
        config["webhook"] = {
            "api_key": settings.livekit.api_key,
            "urls": [f"http://{HOST}:{ports.auth}/api/v1/webhook"],
        }
    if relays := livekit_turn_servers(settings.turn, turn_secret):
        config["rtc"]["turn_servers"] = relays
    return yaml.safe_dump(config, sort_keys=False)


def speech(place: PlanningContext) -> Part:
    """The engines over HTTP; those with an empty URL run inside the rooms' own processes."""
    services = place.settings.services
    urls = {"stt": services.stt_url, "mt": services.mt_url, "tts": services.tts_url}
    return Part(
        name="speech",
        command=(sys.executable, "-m", "speech_service"),
        ready=tuple(f"{url}/health" for url in urls.values() if url),
        listens=tuple(name for name, url in urls.items() if url),
        start_patience_s=180.0,
    )


def worker(place: PlanningContext) -> Part:
    """The interpreters' host: one process a room, dispatched by the media server."""
    return Part(
        name="worker",
        command=(sys.executable, "-m", "worker"),
        ready=(f"http://{HOST}:{place.ports.worker}/",),
        listens=("worker",),
        known_by=(
            "livekit",
            "worker registered",
        ),  # before that, the server drops a room's call for an interpreter
        after=("livekit",),
        stop_patience_s=30.0,  # rooms that are under way say their last words
    )


def auth(place: PlanningContext) -> Part:
    """Invitations, tokens and the web app."""
    return Part(
        name="auth",
        command=(sys.executable, "-m", "auth_service"),
        ready=(f"http://{HOST}:{place.ports.auth}/health",),
        listens=("auth",),
        after=("livekit",),
        start_patience_s=60.0,
    )


def voice(place: PlanningContext) -> Part:
    """The public API; its output is a log, in which no key may stand."""
    return Part(
        name="voice",
        command=(sys.executable, "-m", "voice_service", "--no-first-key"),
        ready=(f"http://{HOST}:{place.ports.voice}/health",),
        listens=("voice",),
        start_patience_s=60.0,
    )


PLANS: Mapping[str, Planner] = {
    "livekit": livekit_server,
    "speech": speech,
    "auth": auth,
    "voice": voice,
    "worker": worker,
}
"""All parts, in the order in which they are started."""
