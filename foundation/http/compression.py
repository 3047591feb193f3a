"""Answers in fewer bytes: which coding a client takes, files compressed when they were built, answers on the way out.

RFC 9110, section 12.5.3 (Accept-Encoding).
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Container
from pathlib import Path
from typing import Final, NamedTuple

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

ENDINGS: Final = {"br": ".br", "gzip": ".gz"}
"""Codings in which the build writes files beside the plain ones, the smallest first, and how their names end."""

_SAME_CODINGS: Final = {"x-gzip": "gzip"}
_WEIGHT: Final = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\Z", re.IGNORECASE)
_OLDER_S: Final = 60.0
"""A plain file so much newer than its compressed form was changed by hand: copying does not keep such distances."""
_OWN: Final = ("/api/", "/openapi.json", "/metrics")
_LEAST_BYTES: Final = 1000
_LEVEL: Final = 6


class FileForm(NamedTuple):
    """A file as it is sent."""

    path: str
    stat: os.stat_result
    coding: str
    """Empty for the plain file."""


def coding_for(accepted: str, codings: Container[str]) -> str:
    """Which of the codings suits a client best; empty for none.

    Args:
        accepted: its Accept-Encoding; empty for none.
        codings: those that there are, of `ENDINGS`.
    """
    weights = dict(map(_weighed, accepted.lower().split(",")[:20]))
    rest = weights.get("*", 0.0)
    best, highest = "", max(0.0, weights.get("identity", 0.0) - 0.001)
    for coding in ENDINGS:
        weight = weights.get(coding, rest)
        if coding in codings and weight > highest:
            best, highest = coding, weight
    return best


def _weighed(item: str) -> tuple[str, float]:
    """A coding with its weight; 0 for one whose weight cannot be read."""
    name, _, parameter = (part.strip() for part in item.partition(";"))
    weighed = _WEIGHT.match(parameter)
    unweighed = 0.0 if parameter else 1.0
    return _SAME_CODINGS.get(name, name), unweighed if weighed is None else float(weighed[1])


def form_of(path: str, plain: os.stat_result, accepted: str) -> tuple[FileForm, bool]:
    """The form of a file to send, and whether there is more than one."""
    found: dict[str, FileForm] = {}
    for coding, ending in ENDINGS.items():
        try:
            known = Path(path + ending).stat()
        except OSError:
            continue
        if stat.S_ISREG(known.st_mode) and plain.st_mtime - known.st_mtime < _OLDER_S:
            found[coding] = FileForm(path + ending, known, coding)
    chosen = coding_for(accepted, found)
    return found.get(chosen, FileForm(path, plain, "")), bool(found)


class CompressedAnswers:
    """Compresses what the service itself says; files of the page are compressed when it is built.

    Nothing secret is sent to whoever could choose a part of the same answer: callers prove themselves by a header
    that no other site can make a browser send.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._compressed = GZipMiddleware(app, minimum_size=_LEAST_BYTES, compresslevel=_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "http" and scope["path"].startswith(_OWN)
        taken = own and coding_for(Headers(scope=scope).get("accept-encoding", ""), ("gzip",))
        await (self._compressed if taken else self._plain)(scope, receive, send)
