"""A built page, and the headers that every answer carries."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import Headers as RequestHeaders
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from foundation.http.compression import ENDINGS, form_of

_SERVICE = re.compile(r"^(api/|api$|health$|metrics$|openapi\.json$|assets/)")
_FILE = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_YEAR = "public, max-age=31536000, immutable"
_METHODS = ("GET", "HEAD")


class Page(StaticFiles):
    """Files of a built page.

    A file goes out in the smallest form that the client takes and the build has written; ranges are ranges of it.

    Args:
        views: paths without their first slash, and the HTML file that each gets; "" is the start.
        rest: the HTML file for every path that is neither a file nor the service's own; None: there is nothing then.
    """

    def __init__(self, directory: Path, views: Mapping[str, str], rest: str | None = None) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._views, self._rest, self._start = views, rest, directory / views[""]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await WebSocketClose()(scope, receive, send)
            return
        if not self._start.is_file():
            raise HTTPException(404)
        await super().__call__(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or the HTML for what only the page knows.

        Raises HTTPException: 404 for the service's own paths, 405 where there is something to read and it is asked for
        by another method.
        """
        path = "" if path == "." else path
        if scope["method"] not in _METHODS:
            await self._found(path, {**scope, "method": "HEAD"})
            raise HTTPException(405, headers={"allow": ", ".join(_METHODS)})
        response = await self._found(path, scope)
        if path.startswith("assets/") and isinstance(response, (FileResponse, NotModifiedResponse)):
            response.headers["cache-control"] = _YEAR
        else:
            response.headers["cache-control"] = "no-cache"
        return response

    async def _found(self, path: str, scope: Scope) -> Response:
        try:
            if path.endswith((".html", *ENDINGS.values())):
                raise HTTPException(404)
            return await super().get_response(self._views.get(path, path), scope)
        except HTTPException as error:
            if self._rest is None or error.status_code != 404 or not _may_be_a_view(path):
                raise
            return await super().get_response(self._rest, scope)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """A file in the form that suits the client, or word that it has it already."""
        asked = RequestHeaders(scope=scope)
        form, several = form_of(os.fspath(full_path), stat_result, asked.get("accept-encoding", ""))
        response = FileResponse(
            form.path,
            status_code,
            media_type=guess_type(full_path)[0] or "application/octet-stream",
            stat_result=form.stat,
        )
        if several:
            response.headers["vary"] = "Accept-Encoding"
        if form.coding:
            response.headers["content-encoding"] = form.coding
            response.headers["etag"] = f'{response.headers["etag"][:-1]}-{form.coding}"'
        return (
            NotModifiedResponse(response.headers)
            if self.is_not_modified(response.headers, asked)
            else response
        )


def add_page(app: Starlette, page: Page) -> None:
    """Answers with the page what no route of the application knows by its path.

    A mount at "/" would match every path, by every method, and so hide from clients which methods a route has.
    """
    app.router.redirect_slashes = False
    app.router.default = page


def _may_be_a_view(path: str) -> bool:
    if path in ("index.html", ""):
        return True
    return not _SERVICE.match(path) and (not _FILE.search(path) or path.startswith("captions/"))


class Headers:
    """Adds the security headers; what no route gave a caching rule is not cached."""

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, add)


SECURITY: Final = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""What every answer of a service that people look at carries, beside its policy."""

PAGE_POLICY: Final[Mapping[str, Sequence[str]]] = {
    "default-src": ("'self'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:", "blob:"),
    "font-src": ("'self'",),
    "media-src": ("'self'", "blob:"),
    "worker-src": ("'self'", "blob:"),
    "connect-src": ("'self'",),
    "object-src": ("'none'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
    "frame-ancestors": ("'none'",),
}
"""Scripts and media from here alone."""


def security_headers(
    policy: Mapping[str, Sequence[str]], *, public_url: str, allowed: Sequence[str] = ()
) -> dict[str, str]:
    """What browsers are told; HTTPS is demanded where the public URL has it.

    Args:
        policy: of the content, by directive; see `PAGE_POLICY`.
        allowed: features of the browser that the page may use, e.g. "microphone".
    """
    may = [*(f"{name}=(self)" for name in allowed), "geolocation=()", "payment=()"]
    headers = {
        "content-security-policy": "; ".join(f"{name} {' '.join(values)}" for name, values in policy.items()),
        "permissions-policy": ", ".join(may),
        **SECURITY,
    }
    if public_url.startswith("https://"):
        headers["strict-transport-security"] = "max-age=31536000"
    return headers
