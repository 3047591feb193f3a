"""What Prometheus reads of the public API."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from config.settings import Settings
from voice_service.http.app import create_app
from voice_service.wiring import VoiceServices

TOKEN = "t" * 32


def _samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }


async def test_requests_the_queue_and_the_process(client: httpx.AsyncClient) -> None:
    """By route, whoever's key: no path that was asked for; the queue by priority."""
    await client.get("/api/v1/objects/secret-of-a-link")
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    samples = _samples(answer.text)
    requests = [key for key in samples if key[0] == "hive_voice_request_seconds_count"]
    assert len(requests) == 1
    assert "secret" not in answer.text
    assert {key[1] for key in samples if key[0] == "hive_voice_jobs_waiting"} == {"p0", "p1", "p2"}
    assert samples["hive_process_memory_bytes",] > 0


@pytest.mark.parametrize(("shown", "status"), [("", 401), ("wrong", 401), (TOKEN, 200)])
async def test_by_the_token_of_the_services(
    services: VoiceServices, settings: Settings, shown: str, status: int
) -> None:
    """Asked by whatever name, as by another container."""
    with_token = replace(settings, services=replace(settings.services, token=SecretStr(TOKEN)))
    transport = httpx.ASGITransport(
        create_app(replace(services, settings=with_token)), client=("10.0.0.9", 1)
    )
    headers = {"authorization": f"Bearer {shown}"} if shown else {}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://voice:8000", headers=headers
    ) as client:
        assert (await client.get("/metrics")).status_code == status


@pytest.mark.parametrize("headers", [{"x-forwarded-for": "192.0.2.1"}, {"host": "voice:8000"}])
async def test_without_a_token_for_this_machine_alone(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    """And through no proxy, which may pass anybody on."""
    assert (await client.get("/metrics", headers=headers)).status_code == 401
