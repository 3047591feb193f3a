"""Cases for `promtool test rules`: series as they come, and what the rules then say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stack.parts import ROOT
from worker.figures.series import SPREADS

MONITORING = ROOT / "config" / "monitoring"
EVERY_S = 30
"""Between two readings; more seldom than in prometheus.yml, so that promtool has less to do."""


@dataclass(frozen=True)
class Case:
    """Series from the start, and what holds at one moment."""

    name: str
    series: Mapping[str, str]
    """From a series to its values, as promtool writes them, one each `EVERY_S`."""
    says: Mapping[str, float]
    """From an alert's name to how often it fires; from another expression to its one value."""
    at: str = "10m"


def times(name: str, slow: float, *, above_s: float) -> dict[str, str]:
    """A spread that grows by a hundred times each `EVERY_S`, of which `slow` take longer than a bound.

    The others take just as long as the bound allows, these just longer.
    """
    bounds = SPREADS[name].bounds_s
    counts = [100.0 if bound > above_s else 100.0 - slow if bound == above_s else 0.0 for bound in bounds]
    labels = [str(bound) for bound in bounds]
    return {
        f'{name}_bucket{{language="es",le="{label}"}}': steady(count)
        for label, count in zip([*labels, "+Inf"], [*counts, 100.0], strict=True)
    }


def steady(step: float) -> str:
    """A count that grows by `step` each `EVERY_S` for an hour."""
    return f"0+{step:g}x120"


def until(minutes: int, step: float) -> str:
    """The same, and then no longer."""
    readings = minutes * 60 // EVERY_S
    return f"0+{step:g}x{readings} {step * readings:g}x{120 - readings}"


def document(cases: Sequence[Case]) -> dict[str, Any]:
    """What promtool reads."""
    return {
        "rule_files": [str(path) for path in sorted((MONITORING / "rules").glob("*.yml"))],
        "evaluation_interval": f"{EVERY_S}s",
        "tests": [_test(case) for case in cases],
    }


def _test(case: Case) -> dict[str, Any]:
    return {
        "name": case.name,
        "interval": f"{EVERY_S}s",
        "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
        "promql_expr_test": [
            {
                "expr": _expression(name),
                "eval_time": case.at,
                "exp_samples": [{"labels": "{}", "value": value}],
            }
            for name, value in case.says.items()
        ],
    }


def _expression(name: str) -> str:
    if name.isalpha() and name[0].isupper():
        return f'sum(ALERTS{{alertname="{name}",alertstate="firing"}}) or vector(0)'
    return name
