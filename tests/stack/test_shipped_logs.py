"""The shipping of logs: what the Collector is told, and, where its program is here, what it makes of a line."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from config.cache import cache_directory
from stack.parts import ROOT

CONFIG = ROOT / "config" / "monitoring" / "logs" / "collector.yml"
TREE: dict[str, Any] = yaml.safe_load(CONFIG.read_text())


def collector() -> str:
    """The program, with the file receiver; skips where it is not installed: its makers hand it out as an image."""
    found = shutil.which("otelcol-contrib") or shutil.which(
        "otelcol", path=f"{cache_directory() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    )
    if found is None:
        pytest.skip("OpenTelemetry's Collector (otelcol-contrib or otelcol) is not on the PATH")
    return found


def test_only_lines_of_ours_leave_and_what_waits_is_bounded() -> None:
    """Compose's labels tell them, and each queue has an end."""
    labels = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["x-hive"]["logging"]["options"][
        "labels"
    ]
    assert labels.split(",") == ["com.docker.compose.project", "com.docker.compose.service"]
    operators = TREE["receivers"]["filelog"]["operators"]
    (kept,) = [each["expr"] for each in operators if each["type"] == "filter"]
    assert all(word in kept for word in ("com.docker.compose.project", '"hive"'))
    assert {each["to"] for each in operators if each["type"] == "copy"} == {
        'resource["service.name"]',
        'resource["service.instance.id"]',
        'resource["service.version"]',
    }
    assert TREE["service"]["pipelines"]["logs"]["processors"][0] == "memory_limiter"
    assert TREE["exporters"]["otlphttp"]["sending_queue"]["queue_size"] <= 1000
    assert TREE["exporters"]["otlphttp"]["retry_on_failure"]["max_elapsed_time"] == "300s"


async def test_the_collector_itself_accepts_the_file(tmp_path: Path) -> None:
    """Its own check."""
    process = await asyncio.create_subprocess_exec(
        collector(), "validate", "--config", str(CONFIG),
        env=os.environ | {"LOGS_ENDPOINT": "http://127.0.0.1:1/v1/logs", "LOGS_STATE": str(tmp_path)},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()


def line(written: str, project: str = "hive") -> str:
    """As Docker keeps it."""
    attrs = {"com.docker.compose.project": project, "com.docker.compose.service": "worker"}
    frame = {
        "log": f"{written}\n",
        "stream": "stderr",
        "attrs": attrs,
        "time": "2026-11-27T19:00:00.123456789Z",
    }
    return json.dumps(frame) + "\n"


async def test_a_line_arrives_with_its_labels(tmp_path: Path) -> None:
    """Ours with service, level and trace; text of others in compose by its service; other projects' never."""
    program = collector()
    ours = {"event": "room was interpreted", "level": "warning", "service": "hive-worker", "version": "0.1.0"}
    ours |= {"instance": "hive-worker-7", "trace_id": "0af7651916cd43dd8448eb211c80319c"}
    (tmp_path / "a-json.log").write_text(
        line(json.dumps(ours)) + line("# Redis says something") + line("not ours", project="other")
    )
    received: asyncio.Queue[ExportLogsServiceRequest] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        received.put_nowait(ExportLogsServiceRequest.FromString(body))
        answer = ExportLogsServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/logs", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    environment = {
        "LOGS_ENDPOINT": f"http://127.0.0.1:{runner.addresses[0][1]}/v1/logs",
        "LOGS_FILES": str(tmp_path / "*-json.log"),
        "LOGS_STATE": str(tmp_path),
        "LOGS_FROM": "beginning",
    }
    process = await asyncio.create_subprocess_exec(
        program, "--config", str(CONFIG), env=os.environ | environment
    )
    found: list[tuple[str, str, str, dict[str, str]]] = []
    try:
        async with asyncio.timeout(60):
            while len(found) < 2:
                for group in (await received.get()).resource_logs:
                    labels = {pair.key: pair.value.string_value for pair in group.resource.attributes}
                    for record in (one for scope in group.scope_logs for one in scope.log_records):
                        said = record.body.string_value.strip()
                        assert not record.attributes
                        found.append((said, record.severity_text, record.trace_id.hex(), labels))
    finally:
        process.terminate()
        await process.wait()
        await runner.cleanup()

    assert sorted(found, key=lambda one: one[0]) == [
        ("# Redis says something", "", "", {"service.name": "worker", "service.namespace": "hive"}),
        (
            json.dumps(ours),
            "warning",
            "0af7651916cd43dd8448eb211c80319c",
            {
                "service.name": "hive-worker",
                "service.namespace": "hive",
                "service.instance.id": "hive-worker-7",
                "service.version": "0.1.0",
            },
        ),
    ]
