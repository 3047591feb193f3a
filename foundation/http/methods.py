"""What a path is asked by: whoever takes the wrong method learns which ones there are (RFC 9110, 15.5.6)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPMethod
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match

_NOT_ALLOWED: Final = 405


def refusal_headers(request: Request, error: HTTPException) -> Mapping[str, str] | None:
    """The headers of the framework's own refusal. `Allow` names all methods of a path: two routes may share one, and
    the framework names those of the first."""
    known = methods_of(request) if error.status_code == _NOT_ALLOWED else []
    if not known:
        return error.headers
    others = {name: value for name, value in (error.headers or {}).items() if name.lower() != "allow"}
    return {**others, "allow": ", ".join(known)}


def methods_of(request: Request) -> list[str]:
    """The methods by which routes of the application know this path, in the order of the alphabet."""
    return sorted(
        method
        for method in HTTPMethod
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.routes
        )
    )
