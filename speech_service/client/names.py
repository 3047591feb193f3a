"""Names of services with several addresses: each is found, and each is connected to by itself."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult


def is_name(url: str) -> bool:
    """Whether a URL's host has to be looked up; `localhost` has not, it is one machine whatever its addresses."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


async def addresses_of(url: str) -> tuple[str, ...]:
    """All addresses of a URL's host, sorted: those of IPv4 where there are any, as two families are one machine.

    Raises:
        OSError: the name is not known, or nobody tells.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme in ("https", "wss") else 80)
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    old = {str(address[0]) for family, *_, address in found if family is socket.AF_INET}
    new = {str(address[0]) for family, *_, address in found if family is socket.AF_INET6}
    return tuple(sorted(old or new))


class Pinned(AbstractResolver):
    """Takes one address for whatever name: the name stays in the Host header and in TLS."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The one address."""
        v6 = ip_address(self._address).version == 6
        return [
            ResolveResult(
                hostname=host,
                host=self._address,
                port=port,
                family=socket.AF_INET6 if v6 else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Holds nothing."""
