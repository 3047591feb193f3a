"""Requests and answers: the key, what is tried again, and errors."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import aiohttp

from hive_client.errors import (
    HiveError,
    HiveUnreachable,
    QuotaUsedUp,
    RateLimited,
    Refused,
    Unavailable,
    refused,
)
from hive_client.reading import read

T = TypeVar("T")

PATIENCE_S: Final = 300.0
"""For one answer: a long message takes its time."""
_CONNECT_S: Final = 10.0
_PASSING: Final = (RateLimited, Unavailable)
"""Refusals that pass by themselves, and for which nothing was done."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how late something is tried again."""

    tries: int = 4
    """In all."""
    first_pause_s: float = 0.5
    """Doubled each time, where the service does not say when to come again."""
    longest_pause_s: float = 60.0
    """A service that asks for more is not waited for."""

    def pause_s(self, tried: int, asked_s: float | None) -> float | None:
        """Before the next try; None where there is none. `tried`: how often so far, from 1."""
        if tried >= self.tries:
            return None
        if asked_s is not None:
            return asked_s if asked_s <= self.longest_pause_s else None
        most = min(self.first_pause_s * 2.0 ** (tried - 1), self.longest_pause_s)
        return random.uniform(most / 2, most)  # so that many do not come again at the same moment


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer, read."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Transport:
    """One service and one key.

    Args:
        url: e.g. "https://voice.example.org".
        key: a key, or a token that was made with one.
    """

    def __init__(self, url: str, key: str, retries: Retries, *, patience_s: float = PATIENCE_S) -> None:
        self._url, self._key, self._retries, self._patience_s = url.rstrip("/"), key, retries, patience_s
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Within a running event loop; safe to call twice."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._patience_s, sock_connect=_CONNECT_S)
            self._session = aiohttp.ClientSession(timeout=timeout)

    async def close(self) -> None:
        """Ends the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, kind: type[T], path: str, **params: object) -> T:
        """Reads something. Parameters that are None are left out. Raises HiveError."""
        return await self.ask(kind, "GET", path, params=params)

    async def ask(
        self,
        kind: type[T],
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: Any = None,
        body: Callable[[], Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> T:
        """An answer in JSON. Arguments as for `send`. Raises HiveError."""
        answer = await self.send(
            method, path, params=params, json=json, body=body, headers=headers, repeatable=repeatable
        )
        return read(kind, _json(answer.body))

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        json: Any = None,
        body: Callable[[], Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """Asks until there is an answer, within `retries`.

        Args:
            path: below the service's URL, or a whole URL, which is asked without the key.
            body: makes the body anew for each try.
            repeatable: whether doing it twice does no harm: then it is tried again where it is not known what
                became of it.

        Raises:
            HiveUnreachable, Refused: after the last try.
        """
        tried = 0
        while True:
            tried += 1
            try:
                async with self._once(method, path, params, json, body, headers) as answer:
                    return Answer(answer.status, _lower(answer.headers), await answer.read())
            except (Refused, aiohttp.ClientError, TimeoutError, OSError) as error:
                failed = error if isinstance(error, Refused) else _unreachable(error)
                pause_s = self._pause_s(tried, error, repeatable=repeatable)
                if pause_s is None:
                    raise failed from (None if failed is error else error)
            await asyncio.sleep(pause_s)

    @asynccontextmanager
    async def stream(self, path: str, json: Any) -> AsyncIterator[AsyncIterator[bytes]]:
        """An answer as it comes; asked once. Raises HiveUnreachable, Refused."""
        try:
            async with self._once("POST", path, None, json, None, None) as answer:
                yield answer.content.iter_any()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _unreachable(error) from error

    def _pause_s(self, tried: int, error: Exception, *, repeatable: bool) -> float | None:
        if isinstance(error, Refused):
            passes = isinstance(error, _PASSING) and not isinstance(error, QuotaUsedUp)
            return self._retries.pause_s(tried, error.retry_after_s) if passes else None
        unsent = isinstance(error, aiohttp.ClientConnectorError)
        return self._retries.pause_s(tried, None) if unsent or repeatable else None

    @asynccontextmanager
    async def _once(
        self,
        method: str,
        path: str,
        params: Mapping[str, object] | None,
        json: Any,
        body: Callable[[], Any] | None,
        headers: Mapping[str, str] | None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        self.open()
        assert self._session is not None
        elsewhere = "://" in path
        shown = {} if elsewhere else self._shown_key()
        async with self._session.request(
            method,
            path if elsewhere else self._url + path,
            params=_known(params),
            json=json,
            data=None if body is None else body(),
            headers={**shown, **(headers or {})},
            allow_redirects=False,
        ) as answer:
            if not 200 <= answer.status < 300:
                raise refused(answer.status, await answer.read(), answer.headers.get("retry-after"))
            yield answer

    def _shown_key(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._key}"} if self._key else {}


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): text for name, text in headers.items()}


def _unreachable(error: Exception) -> HiveUnreachable:
    return HiveUnreachable(str(error) or type(error).__name__)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _json(body: bytes) -> Any:
    import json

    try:
        return json.loads(body)
    except ValueError as error:
        raise HiveError("the answer is not JSON") from error


def _known(params: Mapping[str, object] | None) -> dict[str, str]:
    """Without those that are None."""
    return {name: _text(value) for name, value in (params or {}).items() if value is not None}
