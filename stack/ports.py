"""Which ports the stack listens on, and who holds one that is taken."""

from __future__ import annotations

import random
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import psutil

from config.addresses import several
from config.settings import Settings
from stack.errors import PortsBusy, StackError

_UDP = frozenset({"rtc_udp"})

_CANDIDATES = range(20_000, 32_000)
"""Below what Linux gives to outgoing connections (32768 and up): one of those could take a port that was just found
free before it is listened on."""

_given: set[int] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """One port for each thing that listens."""

    voice: int = 8000
    """The public API for voice messages and speech."""
    livekit: int = 7880
    """HTTP and WebSocket of the media server."""
    rtc_udp: int = 7882
    """Media over UDP, all participants on one port."""
    stt: int = 8001
    mt: int = 8002
    tts: int = 8003
    auth: int = 8004
    """Invitations, tokens and the web app."""
    worker: int = 8081
    """Health of the worker."""

    @classmethod
    def of(cls, settings: Settings) -> Ports:
        """Takes the ports from the URLs in the settings; an empty URL leaves the default."""
        services = settings.services
        livekit = _port(settings.livekit.url, 7880)
        return cls(
            voice=settings.voice.port,
            livekit=livekit,
            rtc_udp=livekit + 2,
            stt=_port(services.stt_url, 8001),
            mt=_port(services.mt_url, 8002),
            tts=_port(services.tts_url, 8003),
            auth=settings.auth.port,
            worker=services.worker_health_port,
        )

    @classmethod
    def free(cls) -> Ports:
        """Takes ports that nobody uses at the moment; for tests and a second stack."""
        return cls(**{name: free_port() for name in cls.__dataclass_fields__})

    def shifted(self, offset: int) -> Ports:
        """The same, each `offset` higher.

        Raises:
            StackError: a port would lie outside 1…65535.
        """
        moved = {name: port + offset for name, port in asdict(self).items()}
        if any(not 0 < port < 65536 for port in moved.values()):
            raise StackError(f"a port offset of {offset} leads outside 1 to 65535")
        return Ports(**moved)


def free_port() -> int:
    """A port that nobody uses at the moment, TCP and UDP, on any address; never the same twice in one process.

    Raises:
        StackError: none is left.
    """
    for port in random.sample(_CANDIDATES, len(_CANDIDATES)):
        if port not in _given and all(_is_free("", port, udp=udp) for udp in (False, True)):
            _given.add(port)
            return port
    raise StackError(f"no port from {_CANDIDATES.start} to {_CANDIDATES.stop - 1} is free")


def _port(urls: str, default: int) -> int:
    """That of the first, where there are several."""
    url = next(iter(several(urls)), "")
    try:
        return (urlsplit(url).port or default) if url else default
    except ValueError as error:
        raise StackError(f"{url!r} has no usable port: {error}") from error


def check_free(wanted: dict[str, int], host: str = "127.0.0.1") -> None:
    """Makes sure that the ports, named as in `Ports`, can be listened on.

    Raises:
        PortsBusy: names every port that is taken, and who holds it where that can be found out.
    """
    taken = []
    for name, port in wanted.items():
        if not _is_free(host, port, udp=name in _UDP):
            holder = holder_of(port, udp=name in _UDP)
            taken.append(f"{port}{'/udp' if name in _UDP else ''} ({name}) is held by {holder}")
    if taken:
        raise PortsBusy(
            f"port {'; port '.join(taken)}. Stop that program, or move all ports, e.g. with --port-offset 100"
        )


def _is_free(host: str, port: int, *, udp: bool) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        if not udp:  # a port that waits out its last connections is free; one that is listened on is not
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def holder_of(port: int, *, udp: bool = False) -> str:
    """Names the process that holds a port, e.g. "redis-server (process 812)"."""
    connections = psutil.net_connections("udp" if udp else "tcp")
    holders = [connection.pid for connection in connections if _holds(connection, port, udp=udp)]
    for pid in filter(None, holders):
        with suppress(psutil.Error):  # it has just ended
            return f"{psutil.Process(pid).name()} (process {pid})"
    return "a process of another user" if holders else "an unknown process"


def _holds(connection: Any, port: int, *, udp: bool) -> bool:
    if not connection.laddr or connection.laddr.port != port:
        return False
    return udp or connection.status == psutil.CONN_LISTEN
