"""Settings in environment variables: `HIVE_SECTION__KEY`, as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from config.settings import Settings, SettingsError

_NOT_SETTINGS: Final = frozenset({"HIVE_CONFIG", "HIVE_CACHE"})
_LISTS: Final = frozenset(
    {
        "allowed_hosts",
        "allowed_origins",
        "allowed_peers",
        "cors_origins",
        "engines",
        "frame_ancestors",
        "languages",
        "trusted_proxies",
        "webhook_hosts",
    }
)
_TABLES: Final = frozenset({"cores", "gpus", "least_replicas", "most_replicas", "parts", "queue", "voices"})


def overlay(tree: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Lays the variables over a settings file's tree. Raises SettingsError for an unknown section or a wrong shape."""
    sections = {f.name for f in fields(Settings)}
    for name, text in environment.items():
        if not name.startswith("HIVE_") or name in _NOT_SETTINGS:
            continue
        section, _, key = name.removeprefix("HIVE_").lower().partition("__")
        if section not in sections:
            raise SettingsError(f"unknown variable {name}: there is no section {section!r}")
        if key:
            tree.setdefault(section, {})[key] = _read_variable(name, key, text)
        else:
            tree[section] = text


def _read_variable(name: str, key: str, text: str) -> str | list[str] | dict[str, str]:
    """Lists are written with commas, tables as KEY=VALUE with commas between."""
    if key in _LISTS:
        return _parts(text)
    if key in _TABLES:
        return _table(name, text)
    return text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _table(name: str, text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in _parts(text)]
    if any(not equals for _, equals, _ in pairs):
        raise SettingsError(f"{name} is written KEY=VALUE,KEY=VALUE")
    return {before.strip(): after.strip() for before, _, after in pairs}
