"""Settings as environment variables, so that a part started by the stack reads exactly what the stack means."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from pydantic import SecretStr

from config.settings import Settings

_PASSED_ON = frozenset({"HIVE_CACHE"})


def variables(settings: Settings) -> dict[str, str]:
    """Every setting as `HIVE_SECTION__KEY`; `config.settings.load` reads the same settings back."""
    found: dict[str, str] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            for inner in fields(value):
                text = _text(getattr(value, inner.name))
                if text is not None:
                    found[f"HIVE_{field.name}__{inner.name}".upper()] = text
        else:
            text = _text(value)
            if text is not None:
                found[f"HIVE_{field.name}".upper()] = text
    return found


def _text(value: Any) -> str | None:
    """How a value is written in a variable; None for one that is left to its default."""
    match value:
        case None:
            return None
        case SecretStr():
            return value.get_secret_value()
        case bool():
            return str(value).lower()
        case tuple() | list():
            return ",".join(map(str, value))
        case Mapping():
            return ",".join(f"{key}={part}" for key, part in value.items())
    return str(value)


def child_environment(settings: Settings, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a part: the surrounding one, with these settings in place of all others.

    A settings file that the part would find by itself is kept out; the variables say everything.
    """
    base = os.environ if base is None else base
    kept = {name: text for name, text in base.items() if not name.startswith("HIVE_") or name in _PASSED_ON}
    return kept | variables(settings) | {"HIVE_CONFIG": os.devnull, "PYTHONUNBUFFERED": "1"}
