"""Takes out of log lines what must not be read there: see `config.logging`."""

from __future__ import annotations

import copy
import logging
import re
import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from numbers import Number
from pathlib import PurePath
from typing import Any, Final

import structlog

from config import faults

_DEEPEST: Final = 6
_SHORT: Final = 4
"""A text of fewer characters is taken out only where it stands alone: it might be part of any word."""
_TRACEBACK: Final = re.compile(r"\s*^.{0,40}Traceback \(most recent call last\):.*", re.MULTILINE | re.DOTALL)
_WARNING: Final = re.compile(r"(?P<at>.*?:\d+): (?P<kind>\w+): ")
"""`warnings.formatwarning` begins with file, line and category."""
_DETAILS: Final = re.compile(r"[\n(<'\"].*", re.DOTALL)


def may_be_heard(record: logging.LogRecord) -> bool:
    """Whether a line is ours, or a library's from INFO on."""
    return _is_ours(record) or record.levelno >= logging.INFO


def cleaned(record: logging.LogRecord) -> logging.LogRecord:
    """A copy of a library's line, its message put together without what must not be read; our own as it is."""
    if _is_ours(record):
        return record
    clean = copy.copy(record)
    clean.msg, clean.args = _message(record), ()
    return clean


def without_words(logger: Any, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A structlog processor: errors by kinds and places, values plain, and nothing in them that an error says."""
    error = _error(event.pop("exc_info", None))
    said = _said(error)
    clean = {key: _taken_out(_plain(value), said) for key, value in event.items() if key != "exception"}
    if error is not None:
        clean["exception"] = faults.trace(error)
    return clean


def _is_ours(record: logging.LogRecord) -> bool:
    return hasattr(record, "_logger")  # as structlog marks what comes from its own loggers


def _message(record: logging.LogRecord) -> str:
    text = _filled_in(str(_plain(record.msg)), record.args)
    if record.name == "py.warnings":
        found = _WARNING.match(text)
        return f"{found['kind']} at {found['at']}" if found else "a warning"
    if record.name == "asyncio":  # writes out callbacks with their arguments, and tasks with their errors
        return _DETAILS.sub("", text).strip()
    return str(_taken_out(_TRACEBACK.sub("", text), _said(_error(record.exc_info))))


def _filled_in(template: str, args: Any) -> str:
    """As it stands where the values are of other types than the library meant."""
    if not args:
        return template
    values = _plain(dict(args)) if isinstance(args, Mapping) else tuple(map(_plain, args))
    try:
        return template % values
    except (TypeError, ValueError, KeyError):
        return template


def _error(found: Any) -> BaseException | None:
    """The error that `exc_info` names, in any of the ways that it may."""
    if isinstance(found, BaseException):
        return found
    if isinstance(found, tuple):
        return found[1] if len(found) == 3 and isinstance(found[1], BaseException) else None
    return sys.exc_info()[1] if found else None


def _said(error: BaseException | None) -> list[str]:
    """What the line's error says, and the one that is being handled while the line is written."""
    handled = sys.exc_info()[1]
    return [text for each in (error, handled) if each is not None for text in faults.texts(each)]


def _taken_out(value: Any, said: list[str]) -> Any:
    match value:
        case _ if not said:
            return value
        case str():
            return _without(value, said)
        case dict():
            return {_taken_out(key, said): _taken_out(inner, said) for key, inner in value.items()}
        case list():
            return [_taken_out(inner, said) for inner in value]
    return value


def _without(text: str, said: list[str]) -> str:
    for words in said:
        if text == words or len(words) >= _SHORT:
            text = text.replace(words, "…")
    return text


def _plain(value: Any, deep: int = 0) -> Any:
    """Text, numbers and collections as they are; errors by kind, all else by type."""
    match value:
        case BaseException():
            return faults.kinds(value)
        case Enum():
            return _plain(value.value, deep)
        case None | str() | bool() | Number():
            return value
        case PurePath() | datetime() | date() | time() | timedelta():
            return str(value)
        case Mapping() | list() | tuple() | set() | frozenset() if deep < _DEEPEST:
            return _plain_inside(value, deep + 1)
        case type() if deep < _DEEPEST:
            return value.__name__
    return type(value).__name__


def _plain_inside(collection: Any, deep: int) -> Any:
    if isinstance(collection, Mapping):
        return {str(_plain(key, deep)): _plain(inner, deep) for key, inner in collection.items()}
    return [_plain(inner, deep) for inner in collection]
