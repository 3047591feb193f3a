"""How many messages the public API answers, how soon, for each plan, while all plans ask at once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.hearing import Measurements, spread
from bench.machine import describe
from bench.public_api import house
from bench.result import markdown, number, percent, seconds
from config.settings import Settings
from hive_client import (
    HiveClient,
    HiveError,
    JobFailed,
    QuotaUsedUp,
    RateLimited,
    Refused,
    Retries,
    Unavailable,
)

PLANS: Final = ("free", "pro", "business", "enterprise")
ANSWER_S: Final = 300.0
"""Who was asked before the end is waited for so long."""
_ONCE: Final = Retries(tries=1)
_LOOKING: Final = Retries(tries=50, first_pause_s=0.5)
"""Asking after a job is not what is measured."""
_LONGEST_REST_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One message, and what became of it."""

    plan: str
    way: str
    """"message": waited for. "job": done later."""
    took_s: float
    """From asking to the answer."""
    waited_s: float | None
    """Of a job that is done: until it was begun."""
    error: str
    """Empty: it was answered."""


async def drive(
    url: str, keys: Mapping[str, str], sound: bytes, *, target: str, clients: int, seconds: float
) -> list[Asked]:
    """Asks with all keys at once, each client again as soon as it has its answer. Ends by itself.

    Args:
        keys: by plan.
        clients: for each plan; every second one waits for its answers, the others ask for jobs.
        seconds: nothing is begun after so long.
    """
    found: list[Asked] = []
    until_s = time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for plan, key in keys.items():
            for number_ in range(clients):
                way = "message" if number_ % 2 else "job"
                group.create_task(_client(_Client(url, key, plan, way, sound, target), until_s, found))
    return found


@dataclass(frozen=True, slots=True)
class _Client:
    url: str
    key: str
    plan: str
    way: str
    sound: bytes
    target: str


async def _client(client: _Client, until_s: float, found: list[Asked]) -> None:
    async with (
        HiveClient(client.url, client.key, retries=_ONCE, patience_s=ANSWER_S) as hive,
        HiveClient(client.url, client.key, retries=_LOOKING) as looking,
    ):
        while time.monotonic() < until_s:
            began_s = time.monotonic()
            waited_s, error, rest_s = None, "", 0.0
            try:
                if client.way == "job":
                    waited_s = await _job(hive, looking, client)
                else:
                    await hive.messages.translate(client.sound, client.target, preserve_emotion=False)
            except QuotaUsedUp as used_up:
                found.append(Asked(client.plan, client.way, time.monotonic() - began_s, None, _name(used_up)))
                return
            except HiveError as failed:
                error, rest_s = _name(failed), _rest_s(failed)
            found.append(Asked(client.plan, client.way, time.monotonic() - began_s, waited_s, error))
            await asyncio.sleep(rest_s)


async def _job(hive: HiveClient, looking: HiveClient, client: _Client) -> float | None:
    """How long it waited until it was begun, s."""
    name = await hive.jobs.translate(client.sound, client.target, preserve_emotion=False)
    await looking.jobs.wait(name, within_s=ANSWER_S)
    job = await looking.jobs.get(name)
    return None if job.started_at is None else (job.started_at - job.created_at).total_seconds()


def _name(error: HiveError) -> str:
    if isinstance(error, Refused):
        return f"{error.status} {error.code}"
    return f"job {error.code}" if isinstance(error, JobFailed) else type(error).__name__


def _rest_s(error: HiveError) -> float:
    """As the service asks for, but not for long."""
    if isinstance(error, RateLimited | Unavailable):
        return min(error.retry_after_s or 1.0, _LONGEST_REST_S)
    return 0.0


async def measure(
    sound: bytes,
    settings: Settings,
    *,
    plans: Sequence[str],
    clients: int,
    seconds: float,
    target: str,
    say: Callable[[str], None],
) -> Measurements:
    """Raises StackError, StorageError, ProblemError: the services cannot be started, or a plan is none."""
    machine = describe()
    async with house(settings) as here, here.voice() as url:
        keys = {plan: await here.key(plan) for plan in plans}
        promised = {plan: await _promised_s(url, key) for plan, key in keys.items()}
        say(f"{clients} clients for each of {', '.join(plans)}, {seconds:g} s")
        began_s = time.monotonic()
        asked = await drive(url, keys, sound, target=target, clients=clients, seconds=seconds)
        took_s = time.monotonic() - began_s
    return {
        "kind": "plans",
        "clients": clients,
        "seconds": round(took_s, 1),
        "machine": machine | {"load_after": describe()["load_before"]},
        "plans": {plan: figures(asked, plan, took_s, promised[plan]) for plan in plans},
    }


async def _promised_s(url: str, key: str) -> float:
    async with HiveClient(url, key) as hive:
        return (await hive.account.get()).plan.promised_s


def figures(asked: Sequence[Asked], plan: str, took_s: float, promised_s: float) -> dict[str, Any]:
    """Of one plan. Spreads are those of what was answered; None where nothing was."""
    mine = [each for each in asked if each.plan == plan]
    good = [each for each in mine if not each.error]
    errors = Counter(each.error for each in mine if each.error)
    return {
        "asked": len(mine),
        "answered": len(good),
        "per_minute": round(60 * len(good) / took_s, 2),
        "message_s": _took(good, "message"),
        "job_s": _took(good, "job"),
        "job_waited_s": _waited(good),
        "promised_s": promised_s,
        "within_promise": _share([each.took_s <= promised_s for each in good]),
        "refused_429": sum(count for error, count in errors.items() if error.startswith("429")),
        "errors": dict(sorted(errors.items())),
    }


def _took(answered: Sequence[Asked], way: str) -> dict[str, float] | None:
    return _spread([each.took_s for each in answered if each.way == way])


def _waited(answered: Sequence[Asked]) -> dict[str, float] | None:
    return _spread([each.waited_s for each in answered if each.waited_s is not None])


def _spread(values_s: Sequence[float]) -> dict[str, float] | None:
    return spread(values_s) if values_s else None


def _share(kept: Sequence[bool]) -> float | None:
    return round(sum(kept) / len(kept), 4) if kept else None


def text(found: Measurements) -> str:
    """Markdown."""
    machine = found["machine"]
    head = (
        f"# Public API: {found['clients']} clients for each plan, {found['seconds']:.0f} s\n\n"
        f"{machine['cores']} cores, load {machine['load_before']} before and {machine['load_after']} after\n"
    )
    rows = [
        (
            plan, str(each["answered"]), number(each["per_minute"], 1), seconds(each["message_s"]),
            seconds(each["job_s"]), seconds(each["job_waited_s"]),
            f"{percent(each['within_promise'])} of {each['promised_s']:g} s", str(each["refused_429"]),
            ", ".join(f"{count} × {error}" for error, count in each["errors"].items()) or "–",
        )
        for plan, each in found["plans"].items()
    ]  # fmt: skip
    columns = (
        "plan", "answered", "a minute", "message, s (median / p95)", "job, s", "job waited, s", "within its promise",
        "429", "refusals and errors",
    )  # fmt: skip
    return "\n".join([head, markdown("By plan", columns, rows)])
