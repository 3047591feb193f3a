"""Something in every table of a database, whatever its version."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Connection, LargeBinary, MetaData, String, Table, Text


def _value(column: Column[object]) -> object:
    """The same for each kind, so that what refers to another table finds its row there."""
    kind = column.type
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, LargeBinary):
        return b"x"
    return "x" if isinstance(kind, String | Text) else 1


def fill(connection: Connection) -> None:
    """A row for each table that has none with our values."""
    for table in _tables(connection):
        (key, *_) = table.primary_key.columns
        if connection.execute(table.select().where(key == _value(key))).first() is None:
            connection.execute(table.insert().values({c.name: _value(c) for c in table.columns}))


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if not table.name.endswith("alembic_version")]


def held(connection: Connection) -> dict[str, dict[str, object]]:
    """Our row of each table."""
    found = {}
    for table in _tables(connection):
        (key, *_) = table.primary_key.columns
        row = connection.execute(table.select().where(key == _value(key))).mappings().one()
        found[table.name] = dict(row)
    return found
