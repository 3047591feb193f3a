"""What Kubernetes' network policies let through: a connection is opened only where both ends allow it."""

from __future__ import annotations

from typing import Any

from tests.deploy.manifests import Manifest

Place = tuple[str, str]
"""Namespace and name of a pod; or ("people", …), ("monitoring", …) for a namespace with that access, ("world", …)
for an address outside, ("private", …) for one in a private network."""

ZONES = ("people", "monitoring")


def allowed(policies: list[Manifest], source: Place, target: Place, protocol: str, port: int) -> bool:
    """Whether `source` may open a connection to a port of `target`."""
    ends = (
        lets_out(policies, source, target, protocol, port),
        lets_in(policies, source, target, protocol, port),
    )
    return all(ends)


def lets_out(policies: list[Manifest], source: Place, target: Place, protocol: str, port: int) -> bool:
    """Whether the policies of `source` have nothing against it."""
    return _one_end(policies, source, target, "Egress", (protocol, port))


def lets_in(policies: list[Manifest], source: Place, target: Place, protocol: str, port: int) -> bool:
    """Whether the policies of `target` have nothing against it."""
    return _one_end(policies, target, source, "Ingress", (protocol, port))


def _one_end(policies: list[Manifest], own: Place, other: Place, way: str, port: tuple[str, int]) -> bool:
    mine = [p["spec"] for p in policies if p["metadata"]["namespace"] == own[0] and _selects(p["spec"], own)]
    mine = [spec for spec in mine if way in spec["policyTypes"]]
    if not mine:
        return True  # nobody says anything: not ours
    key = "to" if way == "Egress" else "from"
    rules = [rule for spec in mine for rule in spec.get(way.lower(), ())]
    return any(_peers(rule.get(key), other, own[0]) and _ports(rule.get("ports"), port) for rule in rules)


def _selects(spec: Manifest, place: Place) -> bool:
    return _labels_match(spec["podSelector"], {"app.kubernetes.io/name": place[1]})


def _ports(ports: list[Manifest] | None, wanted: tuple[str, int]) -> bool:
    return ports is None or any(
        one["protocol"] == wanted[0] and one.get("port", wanted[1]) == wanted[1] for one in ports
    )


def _peers(peers: list[Manifest] | None, other: Place, namespace: str) -> bool:
    return peers is None or any(_peer(peer, other, namespace) for peer in peers)


def _peer(peer: Manifest, other: Place, namespace: str) -> bool:
    zone, name = other
    if "ipBlock" in peer:
        return zone == "world" or (zone == "private" and "except" not in peer["ipBlock"])
    if zone in ("world", "private"):
        return False
    if "namespaceSelector" in peer:
        labels = {"hive/access": zone} if zone in ZONES else {"kubernetes.io/metadata.name": zone}
        if not _labels_match(peer["namespaceSelector"], labels):
            return False
    elif zone != namespace:
        return False
    label = "k8s-app" if zone == "kube-system" else "app.kubernetes.io/name"
    return _labels_match(peer.get("podSelector", {}), {label: name})


def _labels_match(selector: Manifest, labels: dict[str, Any]) -> bool:
    exact = selector.get("matchLabels", {}).items()
    among = selector.get("matchExpressions", ())
    assert all(one["operator"] == "In" for one in among)
    return all(labels.get(key) == value for key, value in exact) and all(
        labels.get(one["key"]) in one["values"] for one in among
    )
