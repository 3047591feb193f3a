"""Which names a service answers to, and which pages may speak to it.

Without it any page in a browser on this machine, or in its network, could use the service: through a name of its own
that it points at our address (DNS rebinding), or by a WebSocket, for which browsers ask no server's leave.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from foundation.http.addresses import plain
from foundation.http.problems import Problem, answer

log = structlog.get_logger(__name__)

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[^\s:@/\[\]]+)(?::\d{1,5})?")


_EXTENSION = re.compile(r"(?:chrome|moz)-extension://[a-z0-9-]{1,64}")
"""The origin of a browser's extension; which one it is differs with each that is built, and with each installation."""


def name_of(host: str) -> str | None:
    """The name in a Host header, without port, brackets and final dot; None for what cannot be one."""
    found = _HOST.fullmatch(host.strip())
    return None if found is None else found["name"].strip("[]").rstrip(".").lower()


def hosts_of(urls: Iterable[str]) -> frozenset[str]:
    """The names in URLs."""
    return frozenset(host for url in urls if (host := urlsplit(url).hostname))


def origin_of(url: str) -> str:
    """The origin of a URL, as a browser writes it; empty for what has none."""
    parts = urlsplit(url)
    if not parts.scheme or not parts.hostname:
        return ""
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    usual = {"http": 80, "https": 443}.get(scheme)
    return f"{scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, usual) else "")


class Origins:
    """An ASGI middleware that refuses requests to another name, or from another site's page.

    Addresses and `localhost` are always ours: nobody can point them elsewhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Collection[str] = (),
        origins: Collection[str] = (),
        open_paths: Collection[str] = (),
        extension_paths: Collection[str] = (),
    ) -> None:
        """Args:
        hosts: further names that we are asked by.
        origins: further sites whose pages may speak to us, e.g. `https://meet.example.org`.
        open_paths: answered whatever the name: they are harmless, or show who asks by other means.
        extension_paths: what begins so is answered to browsers' extensions too; it asks for more than an origin.
        """
        self._app = app
        self._hosts = frozenset(name for host in hosts if (name := name_of(host)))
        self._origins = frozenset(origin_of(origin) or origin for origin in origins)
        self._open_paths = frozenset(open_paths)
        self._extension_paths = tuple(extension_paths)
        self._told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"] not in self._open_paths:
            headers = Headers(scope=scope)
            origins = headers.getlist("origin")
            if scope["path"].startswith(self._extension_paths):
                origins = [origin for origin in origins if not _EXTENSION.fullmatch(origin)]
            if problem := self._objection(headers.getlist("host"), origins):
                await answer(scope, send, problem)
                return
        await self._app(scope, receive, send)

    def _objection(self, hosts: list[str], origins: list[str]) -> Problem | None:
        if not all(self._ours(host) for host in hosts):
            self._tell("asked by a name that is not allowed")
            return Problem(421, "wrong_host", "This service is not asked by that name; see allowed_hosts.")
        if not all(origin in self._origins or self._same(origin, hosts) for origin in origins):
            self._tell("asked by a page that is not allowed")
            return Problem(
                403, "wrong_origin", "Pages of that site may not use this service; see allowed_origins."
            )
        return None

    def _ours(self, host: str) -> bool:
        name = name_of(host)
        if name is None:
            return False
        is_local = name == "localhost" or name.endswith(".localhost")
        return is_local or plain(name) is not None or name in self._hosts

    @staticmethod
    def _same(origin: str, hosts: list[str]) -> bool:
        """Whether the page comes from where it now asks; the scheme may have changed at a proxy."""
        return any(
            origin_of(f"{scheme}://{host}") == origin for host in hosts for scheme in ("http", "https")
        )

    def _tell(self, what: str) -> None:
        """Once: whoever asks could fill the log. The name is not logged, as it is not ours."""
        if not self._told:
            self._told = True
            log.warning("request refused", reason=what)


class ExtensionCors:
    """An ASGI middleware that lets browsers' extensions read the answers of some paths."""

    def __init__(self, app: ASGIApp, *, paths: Collection[str]) -> None:
        """Args: paths: how they begin."""
        self._app, self._paths = app, tuple(paths)
        self._open = CORSMiddleware(
            app,
            allow_origin_regex=_EXTENSION.pattern,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["authorization", "content-type"],
            allow_private_network=True,
            expose_headers=["retry-after"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_open = scope["type"] == "http" and scope["path"].startswith(self._paths)
        asks = is_open and _EXTENSION.fullmatch(Headers(scope=scope).get("origin", ""))
        await (self._open if asks else self._app)(scope, receive, send)
