"""Whose word is taken for where a request comes from."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address, ip_interface, ip_network

import psutil
import structlog
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from foundation.http.addresses import plain

log = structlog.get_logger(__name__)

OWN_NETWORKS = "own-networks"
"""Stands for the networks that this machine, or this container, is in."""


def trusted_addresses(entries: Iterable[str]) -> list[str]:
    """Addresses and networks of proxies, checked, with `own-networks` spelled out.

    Raises:
        ValueError: an entry that is none; "*" too, as then anybody could say to be anybody.
    """
    found: list[str] = []
    for entry in entries:
        if entry == OWN_NETWORKS:
            found += _own_networks()
            continue
        try:
            found.append(str(ip_network(entry)) if "/" in entry else str(ip_address(entry)))
        except ValueError as error:
            raise ValueError(f"{entry!r} is neither an address nor a network: {error}") from error
    return found


def _own_networks() -> list[str]:
    networks = []
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.netmask and address.family.name in ("AF_INET", "AF_INET6"):
                host, mask = address.address.partition("%")[0], address.netmask
                bits = mask if "." in mask else str(int(ip_address(mask)).bit_count())
                networks.append(str(ip_interface(f"{host}/{bits}").network))
    return networks


class Forwarded:
    """An ASGI middleware that puts the client in the place of its proxy, if the proxy may say so."""

    def __init__(self, app: ASGIApp, trusted: list[str]) -> None:
        """`trusted`: as `trusted_addresses` gives them."""
        self._app = app
        self._believing = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]
        self._told = False

    def is_proxy(self, host: str) -> bool:
        """Whether an address is one of a proxy that is believed."""
        return host in self._believing.trusted_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not scope.get("client"):
            await self._app(scope, receive, send)
            return
        peer, port = scope["client"]
        peer = str(plain(peer) or peer)  # IPv4 within IPv6, where one socket listens for both
        scope["client"] = (peer, port)
        if self.is_proxy(peer):
            await self._believing(scope, receive, send)  # type: ignore[arg-type]
            return
        if any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            self._tell_once(peer)
        await self._app(scope, receive, send)

    def _tell_once(self, peer: str) -> None:
        """Anybody can send this header."""
        if self._told:
            return
        self._told = True
        log.warning(
            "X-Forwarded-For is not believed: requests count against the proxy's address",
            proxy=peer,
            setting="trusted_proxies",
        )
