from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network

import psutil
import pytest

from foundation.http.addresses import network, reaches_this_machine_alone, site
from foundation.http.proxies import OWN_NETWORKS, trusted_addresses


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.1", ("192.0.2.1", None)),
        ("::ffff:192.0.2.1", ("192.0.2.1", None)),
        ("2001:db8:1:2:3:4:5:6", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("2001:db8:1:2::1", ("2001:db8:1:2::/64", "2001:db8:1::/48")),
        ("fe80::1%eth0", ("fe80::/64", "fe80::/48")),
        ("somewhere", ("unknown", None)),
        ("", ("unknown", None)),
    ],
)
def test_whom_an_address_is_counted_against(host: str, counted: tuple[str, str | None]) -> None:
    """An IPv4 address for itself, an IPv6 address as its network and its site."""
    assert (network(host), site(host)) == counted


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
        ("192.0.2.1", False),
        ("no-such-host.invalid", False),
    ],
)
def test_who_can_connect(host: str, alone: bool) -> None:
    """What is not known to be this machine's alone is taken to be reachable."""
    assert reaches_this_machine_alone(host) is alone


def test_own_networks_are_those_of_the_interfaces() -> None:
    """In a container: the network of its neighbours, whatever addresses that was given."""
    networks = [ip_network(entry) for entry in trusted_addresses([OWN_NETWORKS, "192.0.2.0/24"])]
    own = [
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family is socket.AF_INET
    ]
    assert ip_network("192.0.2.0/24") in networks
    assert own
    assert all(any(ip_address(address) in found for found in networks) for address in own)
