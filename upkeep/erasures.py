"""What was erased, ended or withdrawn after a backup was made, so that it does not come back with it.

It is read from the database that a backup replaces, and from the services' logs where that is lost.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args

from sqlalchemy import Column, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.erasing import EVENT, ErasedKind
from upkeep.databases import Database
from upkeep.manifest import BackupError

_PIECE: Final = 500
"""Rows in one statement."""

_ENDS: Final = frozenset({"closed_at", "ended_at", "erased_at", "revoked_at", "shut_at", "withdrawn_at"})
"""Columns that say that something is over: it stays over."""

_NOT_ERASED: Final = frozenset({"voice_plans", "voice_usage", "voice_audit", "voice_figures", "workers"})
"""Tables that are of nobody, or that only grow: a row that is missing now was lost."""

_Row = Mapping[str, Any]


class Present:
    """What a database knows before something older takes its place."""

    def __init__(self, database: Database) -> None:
        self._tables = [
            table
            for table in database.schema.sorted_tables
            if table.name not in _NOT_ERASED and len(table.primary_key.columns) == 1
        ]
        self._keys: dict[str, set[Any]] = {}
        self._over: dict[str, dict[Any, _Row]] = {}
        """Rows of what has ended, as they are now: names are gone from some."""
        self._erased: set[Any] = set()
        """Rooms."""

    async def remember(self, connection: AsyncConnection) -> None:
        """Reads what is there; the tables must be of the newest version."""
        for table in self._tables:
            key = _key(table)
            rows = [dict(row) for row in (await connection.execute(select(table))).mappings()]
            if table.name == "rooms":
                self._erased = {row["name"] for row in rows if row["erased_at"] is not None}
            self._keys[table.name] = {row[key.name] for row in rows}
            self._over[table.name] = {
                row[key.name]: row
                for row in rows
                if row.get("room") in self._erased or any(row.get(name) is not None for name in _ENDS)
            }

    async def apply(self, connection: AsyncConnection) -> int:
        """Takes out of older tables what is not there any more, and ends what has ended since; how many rows."""
        changed = 0
        for table in self._tables:
            known = self._keys.get(table.name)
            if known is not None:
                there = set((await connection.execute(select(_key(table)))).scalars())
                changed += await _delete(connection, table, there - known)
                changed += await self._end(connection, table, there & known)
        return changed

    async def _end(self, connection: AsyncConnection, table: Table, both: set[Any]) -> int:
        """Rows that are over by now take the place of older ones."""
        changed = 0
        for key in both & set(self._over[table.name]):
            now = self._over[table.name][key]
            older = (await connection.execute(select(table).where(_key(table) == key))).mappings().one()
            if now.get("room") in self._erased or _ended_since(older, now):
                await connection.execute(table.update().where(_key(table) == key).values(**now))
                changed += 1
        return changed


def _ended_since(older: Any, now: _Row) -> bool:
    return any(now.get(name) is not None and older[name] is None for name in _ENDS)


async def _delete(connection: AsyncConnection, table: Table, keys: set[Any]) -> int:
    gone = sorted(keys)
    for at in range(0, len(gone), _PIECE):
        await connection.execute(delete(table).where(_key(table).in_(gone[at : at + _PIECE])))
    return len(gone)


_TABLES: Final[Mapping[str, str]] = {
    "room": "rooms",
    "recording": "recordings",
    "device": "devices",
    "tenant": "voice_tenants",
    "person": "voice_people",
    "key": "voice_keys",
    "profile": "voice_profiles",
    "message": "voice_messages",
}
"""Where each kind of thing stands that `foundation.erasing` tells of; what belongs to it goes with it."""
assert set(_TABLES) == set(get_args(ErasedKind))


@dataclass(frozen=True, slots=True)
class Logged:
    """What the services' logs tell of, by table."""

    keys: Mapping[str, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, since: float) -> Logged:
        """From lines of JSON; other lines are passed over. Raises BackupError.

        Args:
            since: Unix time, s; what was erased before is not in the backup, and may be there anew.
        """
        keys: dict[str, set[str]] = {}
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                for line in filter(None, map(_told, lines)):
                    if _time(line) >= since:
                        keys.setdefault(_TABLES[line["kind"]], set()).add(str(line["id"]))
        except OSError as error:
            raise BackupError(f"cannot read the log {path}: {error.strerror}") from error
        return cls(keys)

    async def apply(self, connection: AsyncConnection, database: Database) -> int:
        """Deletes it from tables that came; how many rows."""
        deleted = 0
        for table in database.schema.sorted_tables:
            if keys := self.keys.get(table.name):
                there = set((await connection.execute(select(_key(table)))).scalars())
                deleted += await _delete(connection, table, there & keys)
        return deleted


def _told(line: str) -> Mapping[str, Any] | None:
    """A line that tells of something erased. Compose and others put a name before what a service wrote."""
    start = line.find("{")
    try:
        told = json.loads(line[start:]) if start >= 0 and EVENT in line else None
    except ValueError:
        return None
    return (
        told
        if isinstance(told, dict) and told.get("event") == EVENT and told.get("kind") in _TABLES
        else None
    )


def _time(line: Mapping[str, Any]) -> float:
    """When it was; a line without a time counts."""
    try:
        return datetime.fromisoformat(str(line["timestamp"])).timestamp()
    except (KeyError, ValueError):
        return float("inf")


def _key(table: Table) -> Column[Any]:
    (key,) = table.primary_key.columns
    return key
