"""The load on the public API and its figures, with a real service, client and HTTP, and engines that are quick."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.plans import Asked, drive, figures, text
from cli.main import parser
from tests.voice_service.background import Background
from tests.voice_service.messaging import wav


def test_all_plans_ask_at_once_and_the_run_ends_by_itself(tmp_path: Path) -> None:
    """Messages and jobs of each, with how long jobs waited; who may not ask that often is told so and counted."""
    with Background(tmp_path, requests_per_minute=100_000) as service:
        keys = {
            plan: service.key(plan, plan)["authorization"].removeprefix("Bearer ") for plan in ("free", "pro")
        }
        asked = asyncio.run(drive(service.url, keys, wav(1.5), target="es", clients=2, seconds=1.0))

    assert {(each.plan, each.way) for each in asked} == {
        ("free", "job"), ("free", "message"), ("pro", "job"), ("pro", "message"),
    }  # fmt: skip
    jobs = [each for each in asked if each.way == "job" and not each.error]
    assert jobs
    assert all(each.waited_s is not None and each.took_s > 0 for each in jobs)
    assert {each.error for each in asked} <= {"", "429 quota_used_up", "503 overloaded", "job overloaded"}


ASKED = [
    Asked("pro", "message", 2.0, None, ""),
    Asked("pro", "message", 4.0, None, ""),
    Asked("pro", "job", 12.0, 3.0, ""),
    Asked("pro", "job", 1.0, None, "429 rate_limited"),
    Asked("pro", "job", 1.0, None, "503 overloaded"),
    Asked("free", "message", 9.0, None, ""),
]


def test_figures_are_those_of_one_plan() -> None:
    """What was refused is counted and not mixed with how long answers took."""
    found = figures(ASKED, "pro", 60.0, 10.0)
    assert found == {
        "asked": 5, "answered": 3, "per_minute": 3.0,
        "message_s": {"count": 2, "median": 3.0, "p95": 3.9, "longest": 4.0},
        "job_s": {"count": 1, "median": 12.0, "p95": 12.0, "longest": 12.0},
        "job_waited_s": {"count": 1, "median": 3.0, "p95": 3.0, "longest": 3.0},
        "promised_s": 10.0, "within_promise": 0.6667, "refused_429": 1,
        "errors": {"429 rate_limited": 1, "503 overloaded": 1},
    }  # fmt: skip
    assert figures(ASKED, "business", 60.0, 5.0)["message_s"] is None


def test_each_plan_has_its_row() -> None:
    found = {
        "clients": 2, "seconds": 60.0, "machine": {"cores": 2, "load_before": 0.5, "load_after": 1.5},
        "plans": {plan: figures(ASKED, plan, 60.0, 10.0) for plan in ("pro", "business")},
    }  # fmt: skip
    written = text(found)
    assert "| pro | 3 | 3.0 | 3.00 / 3.90 | 12.00 / 12.00 | 3.00 / 3.00 | 66.7 % of 10 s | 1 |" in written
    assert "1 × 429 rate_limited, 1 × 503 overloaded" in written
    assert "| business | 0 | 0.0 | – | – | – | – of 10 s | 0 | – |" in written


def test_the_command_takes_plans_that_there_are(tmp_path: Path) -> None:
    given = parser().parse_args(["bench", "plans", "--plans", "pro,free,pro", "--clients", "4", "--json"])
    assert (given.plans, given.clients, given.seconds, given.into) == (("pro", "free"), 4, 60, "es")
