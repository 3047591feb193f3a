"""The files that a machine is set up from: locks, livekit.yaml, docker-compose.yml, Dockerfile."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import psutil
import pytest
import yaml

from config.settings import Settings, Turn
from foundation.http.proxies import trusted_addresses
from stack.local import Stack
from stack.parts import ROOT, PlanningContext, livekit_config, with_ports
from stack.ports import Ports

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-gpu.lock", "requirements-ray.lock")


def pins(lock: str) -> set[str]:
    """The lines of a lock file that name a package and its version."""
    return {
        line.rstrip(" \\") for line in (ROOT / lock).read_text().splitlines() if re.match(r"[a-z0-9]", line)
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_hold_hashes_and_no_addresses(lock: str) -> None:
    """Every package of a lock is pinned and hashed; no index or download is named."""
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index-url|--extra-index-url|--find-links)\b", text, re.MULTILINE)
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_the_tests_run_on_what_people_run() -> None:
    """The lock for tests holds the very versions of the other lock, and more; so does the one with Ray."""
    assert pins("requirements.lock") < pins("requirements-dev.lock")
    assert pins("requirements.lock") < pins("requirements-ray.lock")


def place(settings: Settings, *, parts: tuple[str, ...] = ("livekit",)) -> PlanningContext:
    ports = Ports.of(settings).shifted(10)
    return PlanningContext(with_ports(settings, ports), ports, Path("/run"), Path("livekit-server"), parts)


def test_livekit_yaml_gets_our_ports_keys_webhook_and_relay() -> None:
    """The server's configuration is livekit.yaml with what differs; nothing of its development keys stays."""
    base = (ROOT / "livekit.yaml").read_text()
    settings = replace(
        Settings(),
        livekit=replace(Settings().livekit, api_key="ours"),
        turn=Turn(host="turn.example.org", credential_minutes=60),
    )

    config = yaml.safe_load(
        livekit_config(base, place(settings, parts=("livekit", "auth")), Path("/run/turn-secret"))
    )

    original = yaml.safe_load(base)
    relay = {"host": "turn.example.org", "secret_file": "/run/turn-secret", "ttl": 3600, "port": 3478}
    assert config == original | {
        "port": 7890,
        "keys": {"ours": settings.livekit.api_secret.get_secret_value()},
        "rtc": original["rtc"]
        | {
            "tcp_port": 0,
            "udp_port": 7892,
            "turn_servers": [relay | {"protocol": "udp"}, relay | {"protocol": "tcp"}],
        },
        "webhook": {"api_key": "ours", "urls": ["http://127.0.0.1:8014/api/v1/webhook"]},
    }


@pytest.mark.live
async def test_the_real_server_takes_livekit_yaml(tmp_path: Path) -> None:
    """livekit-server starts from our configuration, and ends with the stack."""
    async with Stack(Settings(), parts=("livekit",), ports=Ports.free(), directory=tmp_path) as stack:
        await asyncio.sleep(0)
        pid = stack.pids["livekit"]
        server = psutil.Process(pid)
        listening = {
            connection.laddr.ip
            for process in (server, *server.children(recursive=True))
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
        }

    assert listening == {"127.0.0.1"}, "it says that everything listens on this machine alone"
    assert not (Path("/proc") / str(pid)).exists()
    assert '"version": "1.13.5"' in stack.log_of("livekit").read_text()


def compose() -> dict[str, dict[str, object]]:
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", r"\1", (ROOT / "docker-compose.yml").read_text())
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    services: dict[str, dict[str, object]] = yaml.safe_load(text)["services"]
    return services


def test_compose_builds_what_the_dockerfile_has() -> None:
    """Each image that compose builds is a stage of the Dockerfile, runs as nobody in particular, and is watched."""
    services = compose()
    dockerfile = (ROOT / "docker" / "Dockerfile").read_text()
    stages = dict(re.findall(r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM |\Z)", dockerfile, re.MULTILINE | re.DOTALL))

    assert set(services) == {
        "livekit",
        "models",
        "speech",
        "worker",
        "auth",
        "voice",
        "redis",
        "prometheus",
        "grafana",
        "turn-config",
        "coturn",
        "jaeger",
        "health-monitor",
        "logs",
        "proxy",
    }
    for name in ("speech", "worker", "auth", "voice"):
        service = services[name]
        assert service["build"] == {"context": ".", "dockerfile": "docker/Dockerfile", "target": name}
        assert "USER hive" in stages[name]
        assert "HEALTHCHECK" in stages[name]
        assert "healthcheck" in service
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert services["models"]["build"] == services["speech"]["build"]
    assert services["models"]["volumes"] == services["speech"]["volumes"] == ["models:/models"]
    assert services["speech"]["depends_on"] == {"models": {"condition": "service_completed_successfully"}}
    assert services["redis"]["profiles"] == ["redis"]
    assert services["coturn"]["profiles"] == services["turn-config"]["profiles"] == ["turn"]


def test_compose_sets_settings_that_there_are() -> None:
    """Every HIVE_ variable in docker-compose.yml is a setting, so that no container refuses to start over one."""
    from config.reading import load

    for name, service in compose().items():
        environment = service.get("environment", {})
        assert isinstance(environment, dict)
        settings = load(
            environment={"HIVE_CONFIG": "/dev/null"}
            | {key: str(value) for key, value in environment.items() if key.startswith("HIVE_")}
        )
        if name in ("speech", "worker", "auth"):
            assert settings.services.host == "0.0.0.0"
            assert settings.livekit.url == "ws://livekit:7880"
            assert not settings.development


def test_compose_lets_people_behind_a_proxy_be_told_apart() -> None:
    """The token service believes the proxies of compose's own networks, and shows its figures to a token's holder."""
    from config.reading import load

    environment = compose()["auth"]["environment"]
    assert isinstance(environment, dict)
    assert "HIVE_AUTH__METRICS_TOKEN" in environment
    auth = load(
        environment={
            "HIVE_CONFIG": "/dev/null",
            "HIVE_AUTH__TRUSTED_PROXIES": environment["HIVE_AUTH__TRUSTED_PROXIES"],
        }
    ).auth
    networks = [ip_network(entry) for entry in trusted_addresses(auth.trusted_proxies)]
    assert any(ip_address("127.0.0.1") in network for network in networks)


def test_compose_guards_the_speech_services() -> None:
    """They listen where the other containers reach them, so they do not start without the token."""
    from config.reading import load
    from speech_service.limits import check_reachable

    environment = compose()["speech"]["environment"]
    assert isinstance(environment, dict)
    chosen = {key: str(value) for key, value in environment.items() if key.startswith("HIVE_")}
    check_reachable(load(environment={"HIVE_CONFIG": "/dev/null"} | chosen).services)


def test_no_secret_has_a_default_in_compose() -> None:
    """Keys and secrets must be given; a forgotten one keeps compose from starting."""
    text = (ROOT / "docker-compose.yml").read_text()

    assert re.findall(r"\$\{(\w*(?:SECRET|KEY|TOKEN))\}", text) == []
    assert re.findall(r"\$\{(\w*(?:SECRET|KEY|TOKEN)):-[^}]+\}", text) == []
    assert "devkey" not in text


@pytest.mark.parametrize("script", ["scripts/bootstrap.sh", "scripts/lock.sh", "docker/run-steps", ".ci/run"])
def test_scripts_are_readable_for_bash(script: str) -> None:
    """The shell scripts have no syntax errors and may be executed."""
    path = ROOT / script

    assert subprocess.run(["bash", "-n", str(path)], check=False, timeout=10).returncode == 0
    assert path.stat().st_mode & 0o111
