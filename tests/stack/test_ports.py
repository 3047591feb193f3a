"""Ports that nobody uses."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import psutil
import pytest

from stack import ports
from stack.errors import StackError
from stack.ports import Ports, free_port, holder_of


def test_free_ports_are_never_given_twice() -> None:
    """Nor does the kernel give them to an outgoing connection before they are listened on."""
    given = [free_port() for _ in range(200)]
    assert len(set(given)) == 200
    table = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if table.exists():
        assert max(given) < int(table.read_text().split()[0])


def test_a_port_in_use_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds it, over TCP or UDP, on any address."""
    first = free_port()
    monkeypatch.setattr(ports, "_CANDIDATES", range(first, first + 1))
    monkeypatch.setattr(ports, "_given", set())
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as holder:
            holder.bind(("127.0.0.1", first))
            if kind is socket.SOCK_STREAM:
                holder.listen()
            with pytest.raises(StackError, match=f"no port from {first} to {first} is free"):
                free_port()
    assert free_port() == first


def test_a_whole_set_is_free() -> None:
    """One port for each thing that listens, all different."""
    found = Ports.free()
    assert len({getattr(found, name) for name in Ports.__dataclass_fields__}) == len(
        Ports.__dataclass_fields__
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_holder_of_a_port_is_named(host: str) -> None:
    """Over TCP if it listens, over UDP if it is bound; a port of the one is none of the other."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    ours = f"{psutil.Process().name()} (process {os.getpid()})"
    port = free_port()
    with socket.socket(family, socket.SOCK_STREAM) as holder:
        holder.bind((host, port))
        assert holder_of(port) == "an unknown process"
        holder.listen()
        assert (holder_of(port), holder_of(port, udp=True)) == (ours, "an unknown process")
    with socket.socket(family, socket.SOCK_DGRAM) as holder:
        holder.bind((host, port))
        assert (holder_of(port), holder_of(port, udp=True)) == ("an unknown process", ours)
