"""Fetches a file over HTTP: resumed where it broke off, checked, and in its place only when it is whole."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from foundation.supervision import Backoff
from stack.errors import FetchFailed, Unreachable

Progress = Callable[[int, int | None], None]
"""Told how many bytes are here, and how many there will be where that is known."""

TRIES = 4
CONNECT_LIMIT_S = 5.0
"""A machine without a way out must not keep anybody waiting."""
_NOBODY = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a file's content must hash to."""

    kind: str
    """ "sha256", or "git" for the name that git gives to a file's content."""
    hexadecimal: str

    def of(self, path: Path) -> str:
        """The same kind of hash of a file. Blocking."""
        if self.kind == "git":  # git-hash-object(1): SHA-1 over "blob <size>\0" and the content
            digest: Any = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
        else:
            digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
        return str(digest.hexdigest())


def session(*, stall_s: float = 60.0) -> aiohttp.ClientSession:
    """A client for `fetch`; proxies are taken from the environment, silence ends a transfer."""
    limit = aiohttp.ClientTimeout(
        total=None, connect=2 * CONNECT_LIMIT_S, sock_connect=CONNECT_LIMIT_S, sock_read=stall_s
    )
    return aiohttp.ClientSession(timeout=limit, trust_env=True)


async def fetch(
    client: aiohttp.ClientSession,
    url: str,
    to: Path,
    *,
    checksum: Checksum | None = None,
    progress: Progress = lambda here, whole: None,
    tries: int = TRIES,
    pause_s: float = 1.0,
) -> None:
    """Fetches `url` into the file `to`. What an earlier try left is continued.

    Raises:
        Unreachable: nobody answered the first time that was asked.
        FetchFailed: refused, broken off too often, or not what it should be.
    """
    part = to.with_name(f".{to.name}.part")
    to.parent.mkdir(parents=True, exist_ok=True)
    backoff = Backoff(pause_s, 8 * pause_s)
    for attempt in range(1, tries + 1):
        began_s = time.monotonic()
        try:
            await _continue(client, url, part, progress)
            break
        except (aiohttp.ClientError, TimeoutError) as error:
            _give_up_if_vain(url, error, attempt, tries)
            await asyncio.sleep(backoff.after(time.monotonic() - began_s))
    if checksum is not None:
        await asyncio.to_thread(_check, url, part, checksum)
    part.replace(to)


def _give_up_if_vain(url: str, error: Exception, attempt: int, tries: int) -> None:
    """Raises Unreachable where nobody answers at all, FetchFailed where it was tried often enough."""
    if attempt == 1 and isinstance(error, _NOBODY):
        raise _unreachable(url, error) from error
    if attempt == tries:
        reason = str(error) or type(error).__name__
        raise FetchFailed(f"cannot fetch {url}: {reason}") from error


def _check(url: str, part: Path, checksum: Checksum) -> None:
    """Removes what is not what it should be. Raises FetchFailed."""
    found = checksum.of(part)
    if found != checksum.hexadecimal:
        part.unlink()
        raise FetchFailed(f"{url} came damaged: {checksum.kind} {found}, expected {checksum.hexadecimal}")


def _unreachable(url: str, error: Exception) -> Unreachable:
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    address = URL(url)
    host = address.host if address.explicit_port is None else f"{address.host}:{address.explicit_port}"
    return Unreachable(f"{host} cannot be reached: {reason}. Is this machine offline?")


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


async def _continue(client: aiohttp.ClientSession, url: str, part: Path, progress: Progress) -> None:
    """One request for what is still missing of `part`."""
    here = _size(part)
    headers = {"Range": f"bytes={here}-"} if here else {}
    async with client.get(url, headers=headers) as response:
        if response.status == 416:  # nothing is missing, or what is here is of another file: begin anew
            await asyncio.to_thread(part.unlink)
            raise aiohttp.ClientPayloadError("the rest of the file was refused")
        if response.status in (401, 403, 404):
            raise FetchFailed(f"cannot fetch {url}: the server answered {response.status} {response.reason}")
        response.raise_for_status()
        await _take(response, part, here if response.status == 206 else 0, progress)


async def _take(response: aiohttp.ClientResponse, part: Path, here: int, progress: Progress) -> None:
    """Writes what comes behind the `here` bytes that are there. Raises ClientPayloadError where not all comes."""
    length = response.content_length
    whole = None if length is None else here + length
    with part.open("ab" if here else "wb") as file:
        progress(here, whole)
        async for piece in response.content.iter_chunked(_PIECE):
            file.write(piece)
            here += len(piece)
            progress(here, whole)
    if whole is not None and here != whole:
        raise aiohttp.ClientPayloadError(f"{here} of {whole} bytes came")


async def fetch_text(client: aiohttp.ClientSession, url: str, *, most: int = 4 << 20) -> str:
    """Fetches a small text.

    Raises:
        Unreachable: nobody answered.
        FetchFailed: refused, or larger than `most` bytes.
    """
    try:
        async with asyncio.timeout(60), client.get(url) as response:
            if response.status != 200:
                raise FetchFailed(
                    f"cannot fetch {url}: the server answered {response.status} {response.reason}"
                )
            body = await response.content.read(most + 1)
            while len(body) <= most and (more := await response.content.read(most + 1)):
                body += more
    except (aiohttp.ClientError, TimeoutError) as error:
        raise _unreachable(url, error) from error
    if len(body) > most:
        raise FetchFailed(f"{url} is larger than expected")
    return body.decode("utf-8", "replace")
