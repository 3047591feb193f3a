"""What may be told of an error where others read it: of which kinds it is and which places it came through.

What an error says, its notes and the variables around it may hold what people said, names and keys. That goes to
whoever asked, never into a log.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from itertools import islice
from typing import Final

MOST_FRAMES: Final = 60
MOST_ERRORS: Final = 20
"""Of one chain or group; what is deeper adds nothing that helps."""


def kinds(error: BaseException) -> str:
    """The kinds of an error and, of a group, of all in it: `TimeoutError, ValueError`."""
    return ", ".join(sorted({type(leaf).__name__ for leaf in _leaves(error)}))


def place(error: BaseException) -> str:
    """File and line where an error was raised; empty if it was not."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def trace(error: BaseException) -> str:
    """The error with what caused it and, of a group, all in it, in the shape of Python's own tracebacks."""
    return "\n".join(_told(error, set()))


def texts(error: BaseException) -> list[str]:
    """What an error says, its causes and notes included, the longest first; nothing of errors of our own.

    Our own error classes say why, in words that we chose; so does the system of its own errors.
    """
    found = set()
    for each in islice(_related(error), MOST_ERRORS * MOST_ERRORS):
        found |= set(getattr(each, "__notes__", ()))
        if not (_is_ours(each) or _is_of_the_system(each)):
            found |= {str(each), repr(each), *(part for part in each.args if isinstance(part, str))}
    return sorted((text for text in found if text.strip()), key=len, reverse=True)


OURS: Final = frozenset(
    {
        "auth_service",
        "bench",
        "cli",
        "config",
        "demo",
        "foundation",
        "hive_client",
        "pipeline",
        "protocol",
        "scripts",
        "speech_service",
        "stack",
        "turn",
        "upkeep",
        "voice_service",
        "worker",
    }
)


def _is_ours(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in OURS


def _is_of_the_system(error: BaseException) -> bool:
    return isinstance(error, OSError) and error.errno is not None and type(error).__module__ == "builtins"


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _related(error: BaseException) -> Iterator[BaseException]:
    """The error, those that it groups, and those that it came from, each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
        waiting += [cause for cause in (each.__cause__, each.__context__) if cause is not None]


def _told(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Lines; errors of which `seen` holds the ids are not told again."""
    seen.add(id(error))
    origin, how = _origin(error)
    if origin is not None and _to_be_told(origin, seen):
        yield from (*_told(origin, seen), "", how, "")
    yield from _frames(error)
    yield _kind(error)
    if isinstance(error, BaseExceptionGroup):
        for number, inner in enumerate(error.exceptions, 1):
            if _to_be_told(inner, seen):
                yield f"  {number} of {len(error.exceptions)}:"
                yield from (f"  {line}" for line in _told(inner, seen))


def _origin(error: BaseException) -> tuple[BaseException | None, str]:
    """The error that Python tells before this one, and what it says between them."""
    if error.__cause__ is not None:
        return error.__cause__, "The above error was the direct cause of the following one:"
    handled = None if error.__suppress_context__ else error.__context__
    return handled, "During handling of the above error, another one occurred:"


def _to_be_told(error: BaseException, seen: set[int]) -> bool:
    return id(error) not in seen and len(seen) < MOST_ERRORS


def _frames(error: BaseException) -> Iterator[str]:
    if error.__traceback__ is None:
        return
    yield "Traceback (most recent call last):"
    frames = traceback.extract_tb(error.__traceback__)
    if len(frames) > MOST_FRAMES:
        yield f"  ({len(frames) - MOST_FRAMES} more)"
    for frame in frames[-MOST_FRAMES:]:
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
