"""What Grafana's dashboards ask for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.monitoring.rule_cases import MONITORING

GRAFANA = MONITORING / "grafana"


def dashboards() -> dict[str, dict[str, Any]]:
    """By name, as Grafana reads them."""
    return {
        path.stem: json.loads(path.read_text()) for path in sorted((GRAFANA / "dashboards").glob("*.json"))
    }


def expressions() -> Iterator[tuple[str, str]]:
    """Of each panel its place, and each expression with all languages chosen."""
    for name, dashboard in dashboards().items():
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                yield f"{name}: {panel['title']}", target["expr"].replace("$language", ".*")


def names(expression: str) -> set[str]:
    """The series that an expression reads; of a spread its own name."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)|ignoring\([^)]*\)", "", expression)
    found = re.findall(r"\b(?:hive|livekit)[a-z0-9_:]+|\b(?:up|ALERTS|[a-z_]+_(?:ttft|latency|rate))\b", bare)
    return {re.sub(r"_(?:bucket|count|sum)$", "", name) for name in found}
