"""Every path, asked by the methods that it does not know."""

from __future__ import annotations

import httpx

from auth_service.http.app import create_app
from auth_service.wiring import Container
from tests.foundation.http.wrong_methods import asked_wrongly, refused


async def test_a_wrong_method_is_told_the_right_ones(services: Container) -> None:
    """Though a page answers whatever the routes do not know."""
    app = create_app(services)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        assert await asked_wrongly(app, client) == refused(app)
