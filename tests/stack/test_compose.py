"""docker-compose.yml as a set of walls: what a container that was taken over can reach and do."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.exposure import refuse_published
from config.reading import load
from stack.parts import ROOT
from stack.ports import free_port
from turn.render import render
from voice_service.accounts.first import for_this_machine_alone

OURS = {"models", "speech", "worker", "auth", "voice", "turn-config", "health-monitor"}


def compose(**environment: str) -> dict[str, Any]:
    """The file with its variables filled in: those given, else the defaults, else their names."""
    text = (ROOT / "docker-compose.yml").read_text().replace("$$", "\0")
    text = re.sub(r"\$\{(\w+):-([^}]*)\}", lambda m: environment.get(m[1]) or m[2], text)
    text = re.sub(r"\$\{(\w+):\?[^}]*\}", lambda m: environment.get(m[1]) or m[1], text)
    whole: dict[str, Any] = yaml.safe_load(text.replace("\0", "$"))
    return whole


SERVICES = compose()["services"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_has_more_than_it_needs(name: str) -> None:
    """Nobody in particular as user, no capability, nothing to write but what is named, bounds for all it may use up."""
    service = SERVICES[name]

    if name in OURS:
        assert "USER hive" in (ROOT / "docker" / "Dockerfile").read_text()
    else:
        user = str(service["user"]).partition(":")[0]
        assert user.isdecimal()
        assert int(user) > 0
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "coturn" else [])
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert 0 < service["pids_limit"] <= 4096
    assert service["logging"]["options"] == {
        "max-size": "10m",
        "max-file": "3",
        "labels": "com.docker.compose.project,com.docker.compose.service",
    }
    assert "privileged" not in service
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", []))


def test_each_talks_to_whom_it_must_and_nobody_else() -> None:
    """The engines and Redis have no way out; people reach the proxy, the media server, the token service and
    the voice API alone."""
    networks = compose()["networks"]
    members = {
        name: {s for s, service in SERVICES.items() if name in service.get("networks", [])}
        for name in networks
    }

    assert members == {
        "front": {"livekit", "worker", "auth", "voice", "health-monitor", "proxy"},
        "speech": {"speech", "worker", "voice", "health-monitor", "prometheus"},
        "shared": {"livekit", "auth", "voice", "redis", "prometheus"},
        "watching": {"prometheus", "grafana", "jaeger", "health-monitor", "logs"},
        "fetching": {"models"},
        "traces": {"speech", "worker", "auth", "voice", "jaeger"},
    }
    internal = {name for name, network in networks.items() if network and network.get("internal")}
    assert internal == {"speech", "shared", "traces"}
    assert {name for name, service in SERVICES.items() if "networks" not in service} == {
        "coturn",
        "turn-config",
    }
    assert SERVICES["turn-config"]["network_mode"] == "none"
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {
        "livekit": ["127.0.0.1:7880:7880", "7881:7881", "7882:7882/udp"],
        "auth": ["127.0.0.1:8004:8004"],
        "voice": ["127.0.0.1:8000:8000"],
        "jaeger": ["127.0.0.1:16686:16686"],
        "proxy": ["80:8080", "443:8443"],
        "prometheus": ["127.0.0.1:9090:9090"],
        "grafana": ["127.0.0.1:3001:3000"],
    }


def test_the_relay_speaks_tls_as_the_environment_says() -> None:
    """Port and certificates come from `.env`; coturn is configured with them, and people are told the same port."""
    chosen = {
        "TURN_HOST": "turn.example.org", "TURN_SECRET": "s" * 40, "TURN_TLS_PORT": "443",
        "TURN_CERTIFICATES": "/etc/hive/turn", "TURN_CERTIFICATE": "/certificates/turn.crt",
        "TURN_PRIVATE_KEY": "/certificates/turn.key", "HIVE_AUTH_SECRET": "a" * 40, "LIVEKIT_API_SECRET": "b" * 40,
        "TURN_EXTERNAL_IP": "203.0.113.7",
    }  # fmt: skip
    services = compose(**chosen)["services"]
    settings = {
        name: load(
            environment={"HIVE_CONFIG": os.devnull}
            | {
                key: str(value)
                for key, value in services[name]["environment"].items()
                if key.startswith("HIVE_")
            }
        )
        for name in ("auth", "turn-config")
    }

    written = render(settings["turn-config"].turn, state_directory=Path("/turn")).splitlines()
    assert {"tls-listening-port=443", "cert=/certificates/turn.crt", "pkey=/certificates/turn.key"} <= set(
        written
    )
    assert settings["auth"].turn.tls_port == 443
    assert "/etc/hive/turn:/certificates:ro" in services["coturn"]["volumes"]
    assert (
        load(
            environment={"HIVE_CONFIG": os.devnull}
            | {k: str(v) for k, v in SERVICES["turn-config"]["environment"].items()}
        ).turn.tls_port
        == 0
    )


def test_the_voice_api_is_set_up_for_others_to_ask() -> None:
    """With a secret of its own, and so without a key that is made and printed by itself."""
    variables = {k: str(v) for k, v in SERVICES["voice"]["environment"].items() if k.startswith("HIVE_")}
    settings = load(environment={"HIVE_CONFIG": os.devnull} | variables)

    refuse_published("voice.secret", settings.voice.secret.get_secret_value(), settings)
    assert not for_this_machine_alone(settings)
    assert settings.voice.directory == Path("/data/voice")
    assert settings.services.stt_url == "http://speech:8001"
    command = (ROOT / "docker" / "Dockerfile").read_text().rstrip().splitlines()[-1]
    assert command == 'CMD ["python", "-m", "voice_service", "--no-first-key"]'


REDIS = SERVICES["redis"]["command"][2]


def test_redis_does_not_start_without_a_password() -> None:
    """The command that compose gives it, run here."""
    environment = {name: text for name, text in os.environ.items() if name != "REDIS_PASSWORD"}
    refused = subprocess.run(
        ["sh", "-c", REDIS], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert refused.returncode != 0
    assert "put REDIS_PASSWORD into .env" in refused.stderr


async def test_redis_answers_those_alone_who_know_its_password() -> None:
    """The same command with a password, which stands in no argument."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", REDIS.replace('save ""', f'save ""\nport {port}\nbind 127.0.0.1'),
        env=os.environ | {"REDIS_PASSWORD": "onlyforthistest"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            while b"Ready to accept connections" not in (line := await process.stdout.readline()):
                assert line
        said = [await _ask(port, text) for text in (b"PING\r\n", b"AUTH onlyforthistest\r\nPING\r\n")]
        arguments = await asyncio.to_thread(Path(f"/proc/{process.pid}/cmdline").read_bytes)
    finally:
        process.kill()
        await process.communicate()

    assert said[0].startswith(b"-NOAUTH")
    assert said[1].endswith(b"+PONG\r\n")
    assert arguments.startswith(b"redis-server")
    assert b"onlyforthistest" not in arguments


async def _ask(port: int, text: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text + b"QUIT\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.removesuffix(b"+OK\r\n")


# --- digests -----------------------------------------------------------------------------------------------


def images(folder: Path) -> set[str]:
    text = (folder / "docker-compose.yml").read_text() + (folder / "docker" / "Dockerfile").read_text()
    return set(re.findall(r"^\s+image: (\S+)", text, re.MULTILINE)) | set(
        re.findall(r"^FROM (\S+:\S+)", text, re.MULTILINE)
    )


def checkout(tmp_path: Path, answer: str) -> tuple[Path, dict[str, str]]:
    """The two files and the script, and a PATH on which `docker` gives an answer."""
    (tmp_path / "docker").mkdir()
    for path in ("docker-compose.yml", "docker/Dockerfile", "docker/pin-images"):
        shutil.copy(ROOT / path, tmp_path / path)
    programs = tmp_path / "bin"
    programs.mkdir()
    docker = programs / "docker"
    docker.write_text(f"#!/bin/sh\n{answer}\n")
    docker.chmod(0o755)
    return tmp_path, {"PATH": f"{programs}:/usr/bin:/bin"}


def pin(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [shutil.which("python3") or "python3", str(folder / "docker" / "pin-images"), *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_images_are_pinned_by_digest_where_a_registry_answers(tmp_path: Path) -> None:
    """Every image of others gets its digest beside its tag, once and again; what is ours is left alone."""
    folder, environment = checkout(tmp_path, 'echo "$6" | sha256sum | sed "s/^/sha256:/; s/ .*//"')
    before = images(folder)
    loose = pin(folder, environment, "--check")
    assert loose.returncode == 1
    assert all(name in loose.stdout for name in before)

    assert pin(folder, environment).returncode == 0
    after = images(folder)
    assert {name.partition("@")[0] for name in after} == before
    assert all(re.fullmatch(r"[^@]+:[^@]+@sha256:[0-9a-f]{64}", name) for name in after)
    assert pin(folder, environment, "--check").returncode == 0
    assert pin(folder, environment).returncode == 0
    assert images(folder) == after
    assert yaml.safe_load((folder / "docker-compose.yml").read_text())["services"]["redis"]["image"] in after


def test_nothing_is_pinned_to_a_guess(tmp_path: Path) -> None:
    """Where no registry answers, that is said and no file is touched."""
    folder, environment = checkout(tmp_path, "echo 'dial tcp: no such host' >&2; exit 1")
    before = images(folder)

    done = pin(folder, environment)

    assert done.returncode == 1
    assert "nobody says the digest of" in done.stderr
    assert "no such host" in done.stderr
    assert images(folder) == before


def test_every_image_has_at_least_an_exact_line_of_versions() -> None:
    """No `latest`, no bare name."""
    for name in images(ROOT):
        assert re.search(r":v?\d+(\.\d+)*", name), name
