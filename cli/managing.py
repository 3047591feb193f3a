"""What `hive accounts` does and prints: what was asked for on standard output, words about it on standard error."""

from __future__ import annotations

import getpass
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import Settings
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts import audit, plans
from voice_service.accounts.plans import PlanChange
from voice_service.accounts.records import AccountRole
from voice_service.accounts.tenants import Accounts
from voice_service.messages.choices import COLUMNS
from voice_service.storage import database


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it is done, and by whom."""

    engine: AsyncEngine
    accounts: Accounts
    who: str


async def act(settings: Settings, subject: str, action: str, given: dict[str, Any]) -> None:
    """Does one action, e.g. "key", "new".

    Raises:
        ProblemError: what was named is not there, or may not be so.
        StorageError: the database cannot be reached.
        SettingsError: the database is not supported.
    """
    async with database.opened(settings.voice.database_url.get_secret_value()) as engine:
        place = _Place(engine, Accounts(engine, _who(), clock=time.time), _who())
        await _ACTIONS[subject, action](place, given)


def _who() -> str:
    try:
        return f"command line: {getpass.getuser()}"
    except (KeyError, OSError):  # nobody's name
        return f"command line: user {os.getuid()}"


async def _add_tenant(place: _Place, given: dict[str, Any]) -> None:
    await place.accounts.add_tenant(given["name"], given["plan"])
    _say(f"{given['name']} is there; its first key: hive accounts key new --tenant NAME --name NAME")


async def _list_tenants(place: _Place, given: dict[str, Any]) -> None:
    _table(
        ("name", "plan", "keys", "since", "id"),
        [(t.name, t.plan, t.keys, _day(t.created_at), t.id) for t in await place.accounts.tenants()],
    )


async def _set_tenant(place: _Place, given: dict[str, Any]) -> None:
    choices: dict[str, bool] = {name: given[name] for name in COLUMNS if name in given}
    if given.get("plan") is None and not choices:
        raise ProblemError(Problem(422, "invalid", "Say what shall be changed, e.g. --plan pro."))
    if given.get("plan") is not None:
        await place.accounts.set_plan(given["name"], given["plan"])
    if choices:
        await place.accounts.choose(given["name"], choices)


async def _remove_tenant(place: _Place, given: dict[str, Any]) -> None:
    await place.accounts.remove_tenant(given["name"])


async def _new_key(place: _Place, given: dict[str, Any]) -> None:
    print(await place.accounts.new_key(given["tenant"], given["name"], given["person"]), flush=True)
    _say("keep it: it is shown this once")


async def _list_keys(place: _Place, given: dict[str, Any]) -> None:
    _table(
        ("id", "tenant", "name", "person", "made", "last used", "withdrawn"),
        [
            (
                k.id,
                k.tenant,
                k.name,
                k.person or "-",
                _day(k.created_at),
                _minute(k.used_at),
                _minute(k.withdrawn_at),
            )
            for k in await place.accounts.keys(given["tenant"])
        ],
    )


async def _withdraw_key(place: _Place, given: dict[str, Any]) -> None:
    await place.accounts.withdraw_key(given["id"])


async def _add_person(place: _Place, given: dict[str, Any]) -> None:
    print(
        await place.accounts.add_person(given["tenant"], given["name"], AccountRole(given["role"])),
        flush=True,
    )


async def _list_people(place: _Place, given: dict[str, Any]) -> None:
    found = await place.accounts.people(given["tenant"])
    _table(("id", "tenant", "name", "role"), [(p.id, p.tenant, p.name, p.role.value) for p in found])


async def _remove_person(place: _Place, given: dict[str, Any]) -> None:
    await place.accounts.remove_person(given["id"])


async def _list_plans(place: _Place, given: dict[str, Any]) -> None:
    _table(
        ("name", "messages a month", "promised s", "queue", "requests a minute", "rights", "languages"),
        [
            (
                p.name,
                "unlimited" if p.messages_per_month is None else p.messages_per_month,
                f"{p.promised_s:g}",
                p.queue.value,
                p.requests_per_minute or "default",
                ",".join(sorted(p.rights)) or "none",
                "all" if p.languages is None else ",".join(p.languages),
            )
            for p in await plans.all_plans(place.engine)
        ],
    )


async def _set_plan(place: _Place, given: dict[str, Any]) -> None:
    values = {name: value for name, value in given.items() if name != "name"}
    await plans.change(place.engine, PlanChange(given["name"], values), place.who, time.time())


async def _list_audit(place: _Place, given: dict[str, Any]) -> None:
    page = await audit.page(place.engine, most=given["most"])
    _table(
        ("when", "who", "what", "about", "tenant"),
        [(_minute(d.at), d.who, d.what, d.about, d.tenant or "-") for d in page.deeds],
    )


_ACTIONS: dict[tuple[str, str], Callable[[_Place, dict[str, Any]], Awaitable[None]]] = {
    ("tenant", "add"): _add_tenant,
    ("tenant", "list"): _list_tenants,
    ("tenant", "set"): _set_tenant,
    ("tenant", "remove"): _remove_tenant,
    ("key", "new"): _new_key,
    ("key", "list"): _list_keys,
    ("key", "withdraw"): _withdraw_key,
    ("person", "add"): _add_person,
    ("person", "list"): _list_people,
    ("person", "remove"): _remove_person,
    ("plan", "list"): _list_plans,
    ("plan", "set"): _set_plan,
    ("audit", "list"): _list_audit,
}


def _table(titles: Iterable[str], rows: Iterable[tuple[object, ...]]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else 400).print(table)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _minute(at: float | None) -> str:
    """UTC; "-" for never."""
    return "-" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%MZ")


def _say(line: str) -> None:
    print(f"hive: {line}", file=sys.stderr)
