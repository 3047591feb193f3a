"""How services outside the house are asked: for so long, for so much, and nowhere but where the operator said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from pipeline.engines.protocols import EngineError, EngineOverloaded

_ANSWER_S: Final = 15.0
_LARGEST_BYTES: Final = 2_000_000
_BUSY: Final = frozenset({429, 503})
_RETRY_S: Final = 5.0


def new_session() -> aiohttp.ClientSession:
    """Needs a running event loop."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_S), trust_env=True)


async def ask(
    session: aiohttp.ClientSession,
    service: str,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: Mapping[str, Any] | None = None,
) -> Any:
    """The JSON of an answer. Goes where it is told to and no further, since the headers hold a key.

    Raises:
        EngineOverloaded: asked too often.
        EngineError: no answer, a refusal, or one that cannot be read; never quotes what was sent.
    """
    try:
        async with session.request(
            method, url, headers=headers, json=body, allow_redirects=False
        ) as response:
            if response.status in _BUSY:
                raise EngineOverloaded(service, _RETRY_S)
            if response.status != 200:
                raise EngineError(f"{service} refused with status {response.status}")
            return json.loads(await _bounded(service, response))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise EngineError(f"{service} cannot be reached ({type(error).__name__})") from error
    except ValueError as error:
        raise EngineError(f"the answer of {service} is not JSON") from error


async def _bounded(service: str, response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for piece in response.content.iter_chunked(64 * 1024):
        data += piece
        if len(data) > _LARGEST_BYTES:
            raise EngineError(f"the answer of {service} is too long")
    return bytes(data)


def texts_of(service: str, found: Any, name: str, count: int) -> list[str]:
    """The texts of a list of objects, one for each that was sent. Raises EngineError."""
    if not isinstance(found, list) or len(found) != count:
        raise EngineError(f"the answer of {service} has another number of texts")
    return [_text_of(service, item, name) for item in found]


def _text_of(service: str, item: Any, name: str) -> str:
    text = item.get(name) if isinstance(item, dict) else None
    if not isinstance(text, str):
        raise EngineError(f"the answer of {service} cannot be read")
    return text
