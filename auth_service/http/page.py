"""The built web app, and the headers that every answer carries."""

from __future__ import annotations

import os
import re
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers as RequestHeaders
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth_service.http.compression import ENDINGS, form_of
from config.settings import Settings

_SERVICE = re.compile(r"^(api/|api$|health$|metrics$|openapi\.json$|assets/)")
_FILE = re.compile(r"\.[A-Za-z0-9]{1,8}$")
_YEAR = "public, max-age=31536000, immutable"


class Page(StaticFiles):
    """Files of the built app; every other path is the app's own and gets `index.html`.

    A file goes out in the smallest form that the client takes and the build has written; ranges are ranges of it.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._index = directory / "index.html"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._index.is_file():
            raise HTTPException(404)
        await super().__call__(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or `index.html` for what only the app knows. Raises HTTPException for the service's own paths."""
        own = not _SERVICE.match(path)
        try:
            if path.endswith(tuple(ENDINGS.values())):
                raise HTTPException(404)
            response = await super().get_response("index.html" if path in (".", "") else path, scope)
        except HTTPException as error:
            if (
                error.status_code != 404
                or not own
                or (_FILE.search(path) and not path.startswith("captions/"))
            ):
                raise
            response = await super().get_response("index.html", scope)
        if path.startswith("assets/") and isinstance(response, (FileResponse, NotModifiedResponse)):
            response.headers["cache-control"] = _YEAR
        else:
            response.headers["cache-control"] = "no-cache"
        return response

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


def security_headers(settings: Settings) -> dict[str, str]:
    """What browsers are told: scripts and media from here alone, connections to the media server besides.

    Sites that `auth.frame_ancestors` names may embed the page; HTTPS is demanded where the public URL has it.
    """
    livekit = settings.livekit.public_url or settings.livekit.url
    services = urlsplit(livekit)
    secure = services.scheme in ("wss", "https")
    connect = [
        f"{'wss' if secure else 'ws'}://{services.netloc}",
        f"{'https' if secure else 'http'}://{services.netloc}",
    ]
    policy = {
        "default-src": ["'self'"],
        # WebAssembly alone: the noise filter of the page is one. Code from text stays forbidden.
        "script-src": ["'self'", "'wasm-unsafe-eval'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "media-src": ["'self'", "blob:", "mediastream:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'", *connect],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": list(settings.auth.frame_ancestors) or ["'none'"],
    }
    allowed = (
        "microphone",
        "camera",
        "display-capture",
        "speaker-selection",
        "autoplay",
        "screen-wake-lock",
        "fullscreen",
    )
    headers = {
        "content-security-policy": "; ".join(f"{name} {' '.join(values)}" for name, values in policy.items()),
        "permissions-policy": ", ".join(
            [*(f"{name}=(self)" for name in allowed), "geolocation=()", "payment=()"]
        ),
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",
    }
    if settings.auth.public_url.startswith("https://"):
        headers["strict-transport-security"] = "max-age=31536000"
    return headers
