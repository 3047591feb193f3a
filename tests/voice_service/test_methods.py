"""Every path, asked by the methods that it does not know."""

from __future__ import annotations

import httpx

from tests.foundation.http.wrong_methods import asked_wrongly, refused
from voice_service.http.app import create_app
from voice_service.wiring import VoiceServices


async def test_a_wrong_method_is_told_the_right_ones(
    services: VoiceServices, client: httpx.AsyncClient
) -> None:
    """Though pages answer what the routes do not know."""
    app = create_app(services)
    assert await asked_wrongly(app, client) == refused(app)
