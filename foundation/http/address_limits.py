"""Counting by address: an IPv6 network (/64) as one, and the site (/48) that it lies in."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

from foundation.http.addresses import network, site
from foundation.http.rate_limits import Limiter, Rate

NETWORKS_OF_A_SITE: Final = 8
"""How many times the rate of one IPv6 network (/64) a site (/48) has, whose holder may come from any of its 65536."""


def host(request: HTTPConnection) -> str:
    """The address that a request comes from."""
    return request.client.host if request.client else ""


async def take_for_address(request: HTTPConnection, limiter: Limiter, kind: str, per_minute: int) -> float:
    """Counts that an address, and its site, did something of this kind.

    Returns:
        0 when it may go on, else the seconds after which it may come again.
    """
    wait_s = await limiter.take(f"{kind}:{network(host(request))}", Rate(per_minute))
    if wait_s <= 0 and (wider := site(host(request))):
        wait_s = await limiter.take(f"{kind}:{wider}", Rate(NETWORKS_OF_A_SITE * per_minute))
    return wait_s
