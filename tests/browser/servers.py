"""Real servers for the browser tests, each a process on free ports of 127.0.0.1."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from stack.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
API_KEY = "browsertests"
API_SECRET = "a-secret-that-only-the-browser-tests-use"
_PATIENCE_S = 20.0


class ServerError(Exception):
    """A server did not come up; the message has the end of what it wrote."""


@dataclass(frozen=True, slots=True)
class MediaServer:
    url: str
    """As a client connects: ws://…"""
    rtc_port: int


@dataclass(frozen=True, slots=True)
class Service:
    url: str
    operator_key: str


@contextlib.contextmanager
def livekit_server(
    binary: Path, directory: Path, *, webhook_port: int, port: int = 0
) -> Iterator[MediaServer]:
    """A media server that reports to the service on `webhook_port`.

    Args:
        port: 0 for a free one.

    Raises:
        ServerError: it did not come up.
    """
    port, udp = port or free_port(), free_port()
    config = directory / "livekit.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "port": port,
                "bind_addresses": ["127.0.0.1"],
                "keys": {API_KEY: API_SECRET},
                "logging": {"level": "warn"},
                "rtc": {
                    "udp_port": udp,
                    "tcp_port": free_port(),
                    "node_ip": "127.0.0.1",
                    "enable_loopback_candidate": True,
                    "interfaces": {"includes": ["lo", "lo0"]},
                    "stun_servers": ["127.0.0.1:9"],
                },
                "webhook": {
                    "api_key": API_KEY,
                    "urls": [f"http://127.0.0.1:{webhook_port}/api/v1/webhook"],
                },
            }
        )
    )
    with process([str(binary), "--config", str(config)], directory / "livekit.log", {}):
        await_http(f"http://127.0.0.1:{port}/", directory / "livekit.log")
        yield MediaServer(f"ws://127.0.0.1:{port}", udp)


@contextlib.contextmanager
def auth_service(
    directory: Path, media: MediaServer, *, port: int, web: Path, settings: dict[str, str] | None = None
) -> Iterator[Service]:
    """The service that lets people in, with a database of its own.

    Args:
        settings: more `HIVE_…` variables.
    """
    key = "operator-key-of-the-browser-tests"
    environment = {
        "HIVE_DEVELOPMENT": "true",
        "HIVE_LIVEKIT__URL": media.url,
        "HIVE_LIVEKIT__API_KEY": API_KEY,
        "HIVE_LIVEKIT__API_SECRET": API_SECRET,
        "HIVE_AUTH__PORT": str(port),
        "HIVE_AUTH__OPERATOR_KEY": key,
        "HIVE_AUTH__DATABASE_URL": f"sqlite:///{directory / 'rooms.sqlite3'}",
        "HIVE_AUTH__WEB_DIRECTORY": str(web),
        **(settings or {}),
    }
    log = directory / "auth_service.log"
    with process([sys.executable, "-m", "auth_service"], log, environment):
        await_http(f"http://127.0.0.1:{port}/health", log)
        yield Service(f"http://127.0.0.1:{port}", key)


@contextlib.contextmanager
def coturn(directory: Path, *, port: int, secret: str) -> Iterator[None]:
    """Debian's relay on 127.0.0.1 for users with credentials made of `secret`.

    Raises:
        ServerError: it is not installed or did not come up.
    """
    binary = shutil.which("turnserver")
    if binary is None:
        raise ServerError("no turnserver: install coturn")
    first = free_port()
    path, log = directory / "turnserver.conf", directory / "turnserver.log"
    path.write_text(
        f"""\
listening-ip=127.0.0.1
relay-ip=127.0.0.1
listening-port={port}
min-port={first}
max-port={first + 400}
use-auth-secret
static-auth-secret={secret}
realm=browser-tests
allow-loopback-peers
no-tls
no-dtls
no-cli
pidfile={directory / "turnserver.pid"}
log-file=stdout
"""
    )
    with process([binary, "-c", str(path)], log, {}):
        _await_port(port, log)
        yield


@contextlib.contextmanager
def process(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a command from the project's root until the block ends; what it says goes to `log`."""
    with log.open("ab") as out:
        running = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=os.environ | environment
        )
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(3)
        except subprocess.TimeoutExpired:  # e.g. a media server that waits for its last participant
            running.kill()
            running.wait()


def await_http(url: str, log: Path, status: int = 200) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        with (
            contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(url, timeout=2) as answer,
        ):
            if answer.status == status:
                return
        time.sleep(0.1)
    raise ServerError(f"{url} did not answer within {_PATIENCE_S:g} s\n{_end_of(log)}")


def _await_port(port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise ServerError(f"nothing listens on port {port}\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:] if log.exists() else ""
