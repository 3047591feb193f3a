"""How settings are read: defaults, then `hive.toml`, then `HIVE_…` variables.

A file holds one table a section; an environment variable names section and key with two underscores
between them, e.g. `HIVE_SPEECH__MAX_SPEED=1.2`. An unknown section or key is an error.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from config.exposure import refuse_exposed_development
from config.settings import Settings, SettingsError
from config.variables import overlay

_USUAL_FILE = "hive.toml"


def load(path: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Reads the settings.

    Args:
        path: a TOML file; None takes `HIVE_CONFIG`, else `hive.toml` in the working directory if it is there.
        environment: None for the process's own.

    Raises:
        SettingsError: a file that is named but missing, unknown keys, values of the wrong kind, development within
            others' reach.
    """
    environment = os.environ if environment is None else environment
    source = path or Path(environment.get("HIVE_CONFIG") or _USUAL_FILE)
    is_named = path is not None or bool(environment.get("HIVE_CONFIG"))
    tree = _read(source) if is_named or source.exists() else {}
    overlay(tree, environment)
    settings = _checked(tree, source)
    refuse_exposed_development(settings)
    return settings


def _read(source: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read the settings file {source}: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source} is not valid TOML: {error}") from error


def _checked(tree: Mapping[str, Any], source: Path) -> Settings:
    try:
        return TypeAdapter(Settings).validate_python(tree)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        )
        raise SettingsError(f"settings ({source} and HIVE_ variables): {problems}") from error
