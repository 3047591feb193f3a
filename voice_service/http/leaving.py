"""Work that ends when nobody waits for its answer any more."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from foundation.failures import most_telling

T = TypeVar("T")


async def while_asked(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Does the work for as long as the client is there. The body has to be read already.

    Raises:
        ClientDisconnect: the client went; the work was cancelled and its clean-up waited for.
        Exception: what the work raised.
    """
    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(_watch(request))
            done = group.create_task(_then_stop(work, watching))
    except ExceptionGroup as failures:
        told, gone = failures.split(lambda error: not isinstance(error, ClientDisconnect))
        if told is None:
            raise ClientDisconnect from gone
        raise most_telling(told) from None
    return done.result()


async def _watch(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    raise ClientDisconnect


async def _then_stop(work: Coroutine[Any, Any, T], watching: asyncio.Task[None]) -> T:
    try:
        return await work
    finally:
        watching.cancel()
