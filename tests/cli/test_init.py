from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from auth_service.wiring import check_secrets
from config.exposure import refuse_published
from config.reading import load
from config.settings import Settings
from speech_service.limits import check_reachable
from stack.first_settings import Beginning, environment, example, files, is_domain
from stack.keys import with_own_keys
from stack.parts import ROOT
from tests.cli.test_hive import hive
from tests.stack.test_compose import compose

COMPOSE = ROOT / "docker-compose.yml"


def init(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return hive("init", str(directory), *arguments, home=directory)


def read(directory: Path) -> Settings:
    return load(directory / "hive.toml", {})


def accepted(settings: Settings) -> None:
    """By all services, outside development."""
    assert not settings.development
    check_secrets(settings)
    check_reachable(settings.services)
    refuse_published("voice.secret", settings.voice.secret.get_secret_value(), settings)
    assert with_own_keys(settings) == settings, "nothing is left to be made up"


def test_a_machine_alone(tmp_path: Path) -> None:
    """Its settings are accepted by the very services; whoever reaches it there may make rooms; only its owner reads
    them, and each installation has secrets of its own."""
    done = init(tmp_path, "--yes")
    assert done.returncode == 0, done.stderr
    settings = read(tmp_path)
    accepted(settings)
    assert (settings.auth.open_rooms, settings.auth.public_url, settings.livekit.public_url) == (True, "", "")
    assert stat.S_IMODE((tmp_path / "hive.toml").stat().st_mode) == 0o600
    assert "http://127.0.0.1:8004" in done.stdout
    assert "hive up" in done.stdout
    found = re.findall(r'"([0-9a-f]{64})"', (tmp_path / "hive.toml").read_text())
    assert len(found) == len(set(found)) == 7
    assert set(found).isdisjoint(re.findall("[0-9a-f]{64}", files(Beginning())["hive.toml"]))


def test_a_machine_that_others_reach(tmp_path: Path) -> None:
    """Behind a proxy on the same machine; the media server has the same pair of keys and leaves loopback."""
    done = init(tmp_path, "--domain", "meet.example.org", "--address", "203.0.113.7", "--yes")
    assert done.returncode == 0, done.stderr
    settings, livekit = read(tmp_path), yaml.safe_load((tmp_path / "livekit.yaml").read_text())
    accepted(settings)
    assert (settings.auth.public_url, settings.livekit.public_url, settings.voice.public_url) == (
        "https://meet.example.org",
        "wss://meet.example.org",
        "https://api.meet.example.org",
    )
    assert settings.auth.open_rooms is None
    assert livekit["keys"] == {settings.livekit.api_key: settings.livekit.api_secret.get_secret_value()}
    assert livekit["webhook"]["api_key"] == settings.livekit.api_key
    assert (
        livekit["rtc"] | {"node_ip": "203.0.113.7", "tcp_port": 7881, "use_external_ip": False}
        == livekit["rtc"]
    )
    assert "bind_addresses" not in livekit
    assert livekit["rtc"]["enable_loopback_candidate"] is False
    assert stat.S_IMODE((tmp_path / "livekit.yaml").stat().st_mode) == 0o600
    text = (ROOT / "livekit.yaml").read_text()
    marked = {line.split(":")[0].strip(" #-") for line in text.splitlines() if "[production]" in line}
    assert {"bind_addresses", "node_ip", "enable_loopback_candidate"} & marked or marked


def test_compose_gets_all_from_its_file(tmp_path: Path) -> None:
    """Every variable of docker-compose.yml is filled in from it, and what follows is accepted by the services."""
    assert init(tmp_path, "--for", "compose", "--domain", "meet.example.org", "--yes").returncode == 0
    written = dict(re.findall(r"^(\w+)=(.*)$", (tmp_path / ".env").read_text(), re.MULTILINE))
    services = compose(**written)["services"]
    for name in ("auth", "voice", "worker", "speech"):
        variables = {
            key: "" if value is None else str(value) for key, value in services[name]["environment"].items()
        }
        settings = load(Path(os.devnull), variables)
        if name == "auth":
            check_secrets(settings)
        check_reachable(settings.services)
        assert settings.livekit.public_url == "wss://meet.example.org"
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600


def test_the_environment_file_has_every_name_that_compose_reads() -> None:
    """Those it cannot do without have a value, the others stand behind a sign of a comment."""
    text = COMPOSE.read_text().replace("$$", "")
    needed = set(re.findall(r"\$\{(\w+):\?", text))
    read_by_compose = set(re.findall(r"\$\{(\w+)", text))
    written = dict(re.findall(r"^(\w+)=(.*)$", environment(Beginning("compose")), re.MULTILINE))
    offered = set(re.findall(r"^#(\w+)=", environment(Beginning("compose")), re.MULTILINE))
    assert needed <= {name for name, value in written.items() if value}
    assert read_by_compose <= set(written) | offered


def test_the_example_is_what_the_command_writes() -> None:
    """`.env.example`, without secrets."""
    assert (ROOT / ".env.example").read_text() == example()
    assert not re.search(r"[0-9a-f]{16}", example())


@pytest.mark.parametrize("arguments", [("--yes",), ("--yes", "--for", "compose")])
def test_what_is_there_is_left(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Other secrets would end every link; who means that says so."""
    assert init(tmp_path, *arguments).returncode == 0
    name = ".env" if "compose" in arguments else "hive.toml"
    before = (tmp_path / name).read_text()
    again = init(tmp_path, *arguments)
    assert (again.returncode, (tmp_path / name).read_text()) == (1, before)
    assert "--force" in again.stderr
    assert init(tmp_path, *arguments, "--force").returncode == 0
    assert (tmp_path / name).read_text() != before
    assert {path.name for path in tmp_path.iterdir()} <= {name, "cache"}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), "nobody can be asked here"),
        (("--yes", "--for", "tls"), "tls needs --domain"),
        (("--yes", "--for", "machine", "--domain", "a.example.org"), "needs --for tls or compose"),
        (("--yes", "--domain", "https://a.example.org"), "is no name like"),
        (("--yes", "--domain", "a.example.org", "--address", "here"), "'here' does not appear to be"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, arguments: tuple[str, ...], error: str) -> None:
    """And nothing is written."""
    done = init(tmp_path, *arguments)
    assert done.returncode == 2
    assert error in done.stderr
    assert not (tmp_path / "hive.toml").exists()


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("meet.example.org", True),
        ("a-b.c4.de", True),
        ("localhost", False),
        ("-a.org", False),
        ("a.org\n[x]", False),
    ],
)
def test_names(name: str, good: bool) -> None:
    """Only such that a certificate can be for, so that nothing else gets into the files."""
    assert is_domain(name) is good
