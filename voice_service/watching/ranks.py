"""Medians and the like in SQL that SQLite and PostgreSQL both know."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection


def ranked(values: Select[Any], value: str, by: str | None = None) -> Select[Any]:
    """The median, the 95th percentile (nearest rank) and how many of a query's column, for each of its column `by`.

    Returns:
        A query of `of` (where `by` is given), `p50`, `p95`, `count`.
    """
    inner = values.subquery()
    part = None if by is None else inner.c[by]
    column = inner.c[value]
    places = select(
        column.label("value"),
        func.row_number().over(partition_by=part, order_by=column).label("place"),
        func.count().over(partition_by=part).label("of_all"),
        *([] if part is None else [part.label("of")]),
    ).subquery()
    chosen = [
        func.min(places.c.value).filter(places.c.place >= places.c.of_all * share).label(name)
        for name, share in (("p50", 0.5), ("p95", 0.95))
    ]
    count = func.count().label("count")
    if by is None:
        return select(*chosen, count)
    return select(places.c["of"], *chosen, count).group_by(places.c["of"])


def stretch_of(
    connection: AsyncConnection, at: ColumnElement[float], since: float, length_s: float
) -> ColumnElement[int]:
    """The number of the stretch, 0, 1, 2…, in which a time lies that is not before `since`."""
    place = (at - since) / length_s
    # PostgreSQL rounds where it casts; SQLite cuts off, and has no floor in every build
    return cast(func.floor(place) if connection.dialect.name == "postgresql" else place, Integer)
