"""Settings written down: `hive.sample.toml`, and those that hold.

In the sample everything but the sections is commented out: prose stands behind `# `, a key behind `#` alone, so that
removing one character sets the key to its default.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from dataclasses import Field, fields, is_dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from pydantic import SecretStr

from config import placement, settings, voice, watching
from config.settings import Settings

HEAD: Final = """\
# Settings of HIVE: copy this file to hive.toml and remove the `#` before the keys you mean to change.
# Everything here is the default. A variable named HIVE_SECTION__KEY, e.g. HIVE_SPEECH__MAX_SPEED=1.2, comes before
# the file; a list is written there with commas, a table as KEY=VALUE,KEY=VALUE. An unknown key is an error.
# Made by `hive settings --sample`.
"""

_EXAMPLES: Final = {
    "models.directory": "/var/cache/hive/models",
    "recording.directory": "/var/lib/hive/recordings",
    "voice.directory": "/var/lib/hive/voice",
    "auth.open_rooms": False,
}
"""What stands where the default is no value that could be written down: it depends on the machine, or is none."""

_UNITS: Final = {
    "_bytes_per_s": "bytes a second",
    "bits_per_s": "bits a second",
    "_s": "seconds",
    "_minutes": "minutes",
    "_hours": "hours",
    "_days": "days",
    "_characters": "characters",
    "_bytes": "bytes",
}
_WIDTH: Final = 110


def sample() -> str:
    """The whole commented file."""
    defaults = Settings()
    meanings = _meanings()
    top, tables = [], []
    for setting in fields(Settings):
        value = getattr(defaults, setting.name)
        if is_dataclass(value):
            tables.append(_table(setting.name, type(value), value, meanings))
        else:
            top.append(_key("", setting, value, Settings, meanings))
    return "\n".join((HEAD, *top, *tables))


def written(holding: Settings) -> str:
    """Settings as a file would hold them, without what has no value; secrets hidden."""
    top, tables = [], []
    for setting in fields(holding):
        value = getattr(holding, setting.name)
        if is_dataclass(value):
            tables.append("\n".join((f"\n[{setting.name}]", *_lines(value))))
        else:
            top.append(f"{setting.name} = {_toml(value)}")
    return "\n".join((*top, *tables, ""))


def _lines(section: Any) -> list[str]:
    values = {setting.name: getattr(section, setting.name) for setting in fields(section)}
    return [
        f"{name} = {_toml(str(value) if isinstance(value, SecretStr) else value)}"
        for name, value in values.items()
        if value is not None
    ]


def _table(name: str, section: type[Any], values: object, meanings: dict[str, str]) -> str:
    keys = [
        _key(f"{name}.", setting, getattr(values, setting.name), section, meanings)
        for setting in fields(section)
    ]
    return "\n".join((*_prose(meanings[section.__name__]), f"[{name}]", "", *keys))


def _key(prefix: str, setting: Field[Any], default: Any, section: type[Any], meanings: dict[str, str]) -> str:
    path = prefix + setting.name
    told = [_sentence(meanings[f"{section.__name__}.{setting.name}"])]
    if unit := _unit(setting.name):
        told.append(f"In {unit}.")
    if choices := _choices(get_type_hints(section)[setting.name]):
        told.append(f"One of {', '.join(map(json.dumps, choices))}.")
    if path in _EXAMPLES:
        told.append("An example:")
    value = _EXAMPLES.get(path, default)
    return "\n".join((*_prose(" ".join(told)), f"#{setting.name} = {_toml(value)}", ""))


def _meanings() -> dict[str, str]:
    """What stands beneath each class ("Rooms") and each key ("Rooms.linger_s") of the settings."""
    found = {}
    modules = (settings, placement, voice, watching)
    for node in (node for module in modules for node in ast.parse(inspect.getsource(module)).body):
        if isinstance(node, ast.ClassDef):
            found[node.name] = " ".join((ast.get_docstring(node) or "").split())
            found |= {f"{node.name}.{key}": meaning for key, meaning in _keys_of(node)}
    return found


def _keys_of(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for before, after in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name):
            yield before.target.id, _docstring(after)


def _docstring(node: ast.stmt | None) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str(text))):
            return " ".join(text.split())
    return ""


def _sentence(text: str) -> str:
    return text if text.endswith((".", ":")) else f"{text}."


def _unit(key: str) -> str:
    found = [suffix for suffix in _UNITS if key.endswith(suffix)]
    return _UNITS[max(found, key=len)] if found else ""


def _choices(hint: Any) -> tuple[str, ...]:
    if get_origin(hint) is Literal:
        return get_args(hint)
    return next((get_args(inner) for inner in get_args(hint) if get_origin(inner) is Literal), ())


def _prose(text: str) -> list[str]:
    return wrap(text, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_long_words=False)


def _toml(value: Any) -> str:
    match value:
        case SecretStr():
            return _toml(value.get_secret_value())
        case Path():
            return _toml(str(value))
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{_toml(key)} = {_toml(inner)}' for key, inner in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)
