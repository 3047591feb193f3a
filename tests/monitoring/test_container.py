"""What compose has the containers of the profile `monitoring` do, run here."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import aiohttp

from stack.ports import free_port
from tests.monitoring.prometheus import answering
from tests.monitoring.rule_cases import MONITORING
from tests.stack.test_compose import SERVICES

SERVICES_TOKEN, METRICS_TOKEN = "only-for-the-services-in-this-test", "only-for-the-figures-in-this-test"


async def test_prometheus_starts_with_tokens_that_nobody_else_can_read(tmp_path: Path) -> None:
    """They stand in no argument, in no variable of the program, and in files that are its own."""
    port = free_port()
    command = SERVICES["prometheus"]["entrypoint"][2]
    for inside, here in (
        (" /monitoring/", f" {MONITORING}/"),
        ("/tmp/monitoring", f"{tmp_path}/copy"),
        ("path=/prometheus", f"path={tmp_path}/data --web.listen-address=127.0.0.1:{port}"),
    ):
        command = command.replace(inside, here)
    variables = {
        "SERVICES_TOKEN": SERVICES_TOKEN,
        "METRICS_TOKEN": METRICS_TOKEN,
        "KEEP": "1d",
        "KEEP_SIZE": "1GB",
    }
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", command, env=os.environ | variables, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            await answering(session, process)
            async with session.get("/api/v1/status/flags") as answer:
                flags = (await answer.json())["data"]
        place = Path(f"/proc/{process.pid}")
        told = [await asyncio.to_thread((place / name).read_bytes) for name in ("cmdline", "environ")]
    finally:
        process.terminate()
        await process.wait()
    assert flags["storage.tsdb.retention.time"] == "1d"
    assert flags["storage.tsdb.retention.size"] in {"1GB", "1GiB"}  # as its version writes it
    assert not any(token.encode() in text for text in told for token in (SERVICES_TOKEN, METRICS_TOKEN))
    for name, token in (("services-token", SERVICES_TOKEN), ("metrics-token", METRICS_TOKEN)):
        written = tmp_path / "copy" / name
        assert written.read_text() == token
        assert written.stat().st_mode & 0o077 == 0


def test_grafana_does_not_start_without_a_password() -> None:
    """Its own would be admin."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GF_")}
    command = SERVICES["grafana"]["entrypoint"]
    refused = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert refused.returncode != 0
    assert "put GRAFANA_PASSWORD into .env" in refused.stderr
