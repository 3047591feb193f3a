"""JSON as frozen dataclasses. Fields that a newer service adds are ignored; what is missing or wrong is an error."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hive_client.errors import HiveError

T = TypeVar("T")


def read(kind: type[T], tree: Any) -> T:
    """An answer. Raises HiveError for one that is not as the API says."""
    try:
        found: T = _value(kind, tree)
    except (TypeError, ValueError, KeyError) as error:
        raise HiveError(f"the answer is not a {kind.__name__}: {error}") from error
    return found


def _value(kind: Any, tree: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, tree)
    if get_origin(kind) is not None:
        return _generic(get_origin(kind), get_args(kind), tree)
    return tree if kind is Any else _plain(kind, tree)


def _generic(origin: Any, inner: tuple[Any, ...], tree: Any) -> Any:
    """Something or None, tuples of one kind, and objects whose names are free."""
    if origin in (Union, types.UnionType):
        return None if tree is None else _value(next(one for one in inner if one is not types.NoneType), tree)
    if origin is tuple:
        return tuple(_value(inner[0], one) for one in tree)
    return {name: _value(inner[1], one) for name, one in dict(tree).items()}


def _plain(kind: Any, tree: Any) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(tree)
    if kind is float and isinstance(tree, int):
        return float(tree)
    if not isinstance(tree, kind):
        raise TypeError(f"{type(tree).__name__} where {kind.__name__} was expected")
    return tree


def _record(kind: type[Any], tree: Any) -> Any:
    if not isinstance(tree, Mapping):
        raise TypeError(f"{type(tree).__name__} where an object was expected")
    hints = get_type_hints(kind)
    given = {}
    for field in fields(kind):
        if field.name in tree:
            given[field.name] = _value(hints[field.name], tree[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise KeyError(field.name)
    return kind(**given)
