"""Whom an address stands for."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_HOUSEHOLD_BITS = 64
"""One IPv6 network; everybody who has one has 2^64 addresses."""
_SITE_BITS = 48
"""What one customer of a provider may get: 65536 networks."""


def plain(host: str) -> IPv4Address | IPv6Address | None:
    """The address itself; an IPv4 address within IPv6 (::ffff:192.0.2.1) is the IPv4 one. None for what is none."""
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def network(host: str) -> str:
    """Whom to count something against: an IPv4 address, or the /64 of an IPv6 one, which one household has."""
    found = plain(host)
    if found is None:
        return "unknown"
    return str(found) if isinstance(found, IPv4Address) else _within(found, _HOUSEHOLD_BITS)


def site(host: str) -> str | None:
    """The /48 that an IPv6 address lies in, whose holder may come from a new /64 each time; None for others."""
    found = plain(host)
    return _within(found, _SITE_BITS) if isinstance(found, IPv6Address) else None


def is_loopback(host: str) -> bool:
    """Whether an address is one of this machine alone."""
    found = plain(host)
    return found is not None and found.is_loopback


def reaches_this_machine_alone(host: str) -> bool:
    """Whether nobody but this machine can connect to what listens on `host`, an address or a name."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        return False
    return bool(host) and all(is_loopback(str(address[0])) for *_, address in found)


def _within(address: IPv6Address, bits: int) -> str:
    return str(ip_network((int(address), bits), strict=False))
