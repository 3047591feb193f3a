"""deploy/kubernetes as a set of walls: who reaches whom, pair by pair and port by port."""

from __future__ import annotations

from tests.deploy.manifests import PODS, plain
from tests.deploy.network import Place, allowed, lets_in, lets_out

POLICIES = [one for one in plain() if one["kind"] == "NetworkPolicy"]
OURS: list[Place] = [("hive-media" if name == "livekit" else "hive", name) for name in PODS]
OUTSIDE: list[Place] = [
    ("people", "gateway"),
    ("monitoring", "prometheus"),
    ("world", "address"),
    ("private", "address"),
]
PORTS = [
    *(("TCP", port) for port in (443, 5432, 6379, 6789, 7880, 7881, 8000, 8001, 8002, 8003, 8004, 8081)),
    *(("UDP", port) for port in (53, 7882, 50000)),
]


def test_each_talks_to_whom_it_must_and_nobody_else() -> None:
    """Every pair of pods and every port of theirs: what is open is what compose's networks are there for."""
    everybody: list[Place] = [*OURS, *OUTSIDE, ("kube-system", "kube-dns")]

    open_ports = {
        (source[1] if source in OURS else source[0], target[1] if target in OURS else target[0], port)
        for source in everybody
        for target in everybody
        for protocol, port in PORTS
        if (source in OURS or target in OURS)
        and source != target
        and allowed(POLICIES, source, target, protocol, port)
    }

    addresses = ("world", "private")
    assert {one for one in open_ports if {one[0], one[1]} <= {place[1] for place in OURS}} == {
        ("worker", "stt", 8001), ("worker", "mt", 8002), ("worker", "tts", 8003),
        ("voice", "stt", 8001), ("voice", "mt", 8002), ("voice", "tts", 8003),
        ("worker", "livekit", 7880), ("worker", "livekit", 7881), ("worker", "livekit", 7882),
        ("worker", "auth", 8004), ("auth", "livekit", 7880), ("livekit", "auth", 8004),
    }  # fmt: skip
    assert {one for one in open_ports if one[0] in ("people", "monitoring", *addresses)} == {
        ("people", "livekit", 7880), ("people", "auth", 8004), ("people", "voice", 8000),
        *((zone, "livekit", port) for zone in ("people", "monitoring", *addresses) for port in (7881, 7882)),
    }  # fmt: skip
    assert {one for one in open_ports if one[1] in addresses} == {
        ("models", "world", 443), ("voice", "world", 443),
        *((name, zone, port) for name in ("auth", "voice") for zone in addresses for port in (5432, 6379)),
        *(("worker", zone, port) for zone in addresses for port in (7881, 7882)),
        *(("livekit", zone, port) for zone in addresses for port in (53, 6379, 7882, 50000)),
    }  # fmt: skip
    assert {one[0] for one in open_ports if one[1:] == ("kube-system", 53)} == {
        "models", "worker", "auth", "voice", "livekit",
    }  # fmt: skip


def test_what_one_end_lets_through_the_other_expects() -> None:
    """No policy is wider than its counterpart: a slip in one alone opens nothing. Media comes from everybody."""
    one_sided = {
        (source[1], target[1], port)
        for source in OURS
        for target in OURS
        for protocol, port in PORTS
        if source != target
        and lets_out(POLICIES, source, target, protocol, port)
        != lets_in(POLICIES, source, target, protocol, port)
    }
    media = {("worker", name, port) for name in PODS for port in (7881, 7882)}
    signalled = {(name, "livekit", port) for name in PODS for port in (7881, 7882)}
    anywhere = {("livekit", name, port) for name in PODS for port in (53, 6379, 7882, 50000)}
    stores = {(source, name, port) for source in ("auth", "voice") for name in PODS for port in (5432, 6379)}

    assert one_sided <= media | signalled | anywhere | stores
