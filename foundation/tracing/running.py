"""A process that traces: from its beginning to what is sent last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from config.watching import Tracing
from foundation.tracing import spans


@asynccontextmanager
async def tracing(settings: Tracing, service: str) -> AsyncIterator[None]:
    """Traces meanwhile what this process does, where a collector is set; at the end waits some seconds for it at most.

    Args:
        service: what the process is called, e.g. "hive-worker".
    """
    if not settings.endpoint:
        yield
        return
    from foundation.tracing.export import Export  # what sends is loaded only where something is sent

    export = Export(settings, service)
    spans.use(export.tracer)
    try:
        yield
    finally:
        spans.use(None)
        await asyncio.to_thread(export.end)
