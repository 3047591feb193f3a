"""What a room's process learns of the languages that the recognition service has."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI

from speech_service.client import RemoteRecognised
from tests.speech_service.serving import listening, settings


async def test_what_it_recognises_is_learnt_and_learnt_anew() -> None:
    """Nothing is claimed before it has answered; another model has other languages."""
    app, languages = FastAPI(), ["en"]

    @app.get("/languages")
    async def said() -> dict[str, Any]:
        return {"engine": {}, "languages": languages}

    async with listening(app, settings().services, 0) as url, asyncio.timeout(20):
        remote = RemoteRecognised(settings(stt_url=url).services, ask_every_s=0.02)
        assert remote.now() is None
        remote.start()
        try:
            while remote.now() != ("en",):
                await asyncio.sleep(0.01)
            languages.append("es")
            while remote.now() != ("en", "es"):
                await asyncio.sleep(0.01)
        finally:
            await remote.close()
