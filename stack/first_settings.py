"""The files with which an installation begins: settings with secrets of its own, the media server's configuration."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import yaml

from config.shipped import LIVEKIT, shipped

BeginningKind = Literal["machine", "tls", "compose"]
SETTINGS: Final = "hive.toml"
ENVIRONMENT: Final = ".env"
_NAME: Final = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_HEAD: Final = """\
# Settings of this installation, with its secrets: keep the file to yourself. `hive init` wrote it;
# `hive settings --sample` prints every key with its meaning and default.
"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What somebody wants to begin with."""

    kind: BeginningKind = "machine"
    domain: str = ""
    """The name under which people come, e.g. "meet.example.org"; empty: on this machine alone."""
    address: str = ""
    """The address at which browsers reach the media server; empty: it finds out."""

    @property
    def page_url(self) -> str:
        """What links begin with."""
        return f"https://{self.domain}" if self.domain else "http://127.0.0.1:8004"

    @property
    def livekit_url(self) -> str:
        """How browsers reach the media server: its paths do not meet those of the page."""
        return f"wss://{self.domain}" if self.domain else "ws://127.0.0.1:7880"

    @property
    def voice_url(self) -> str:
        """The public API has paths like the page's, and a name of its own."""
        return f"https://api.{self.domain}" if self.domain else "http://127.0.0.1:8000"


def is_domain(name: str) -> bool:
    """Whether this is a name in small letters under which certificates are given out."""
    return _NAME.fullmatch(name) is not None


def _secret() -> str:
    """64 hexadecimal digits: they need no quotes anywhere."""
    return secrets.token_hex(32)


def files(beginning: Beginning, secret: Callable[[], str] = _secret) -> dict[str, str]:
    """The files by name. Each holds secrets, and is for its owner alone."""
    if beginning.kind == "compose":
        return {ENVIRONMENT: environment(beginning, secret)}
    key, hidden = f"API{secret()[:12]}", secret()
    written = {SETTINGS: _settings(beginning, key, hidden, secret)}
    if beginning.kind == "tls":
        written[LIVEKIT.name] = _livekit(beginning, key, hidden)
    return written


def _settings(beginning: Beginning, key: str, hidden: str, secret: Callable[[], str]) -> str:
    reached = beginning.kind == "tls"
    proxies = ["127.0.0.1", "::1"]
    sections: dict[str, dict[str, object]] = {
        "livekit": {"api_key": key, "api_secret": hidden},
        "services": {"token": secret()},
        "auth": {"secret": secret(), "operator_key": secret(), "metrics_token": secret()},
        "turn": {"secret": secret()},
        "voice": {"secret": secret()},
    }
    if reached:
        sections["livekit"] |= {"public_url": beginning.livekit_url}
        sections["auth"] |= {"public_url": beginning.page_url, "trusted_proxies": proxies}
        sections["voice"] |= {"public_url": beginning.voice_url, "trusted_proxies": proxies}
    else:
        sections["auth"] |= {"open_rooms": True}
    lines = [_HEAD]
    for name, values in sections.items():
        lines += [f"[{name}]", *(f"{name} = {json.dumps(value)}" for name, value in values.items()), ""]
    return "\n".join(lines)


def _livekit(beginning: Beginning, key: str, hidden: str) -> str:
    """What `livekit.yaml` marks with [production], done."""
    config = yaml.safe_load(shipped(LIVEKIT).read_text(encoding="utf-8"))
    config.pop("bind_addresses", None)
    rtc = config["rtc"]
    for name in ("interfaces", "node_ip"):
        rtc.pop(name, None)
    rtc |= {"tcp_port": 7881, "use_external_ip": not beginning.address, "enable_loopback_candidate": False}
    if beginning.address:
        rtc["node_ip"] = beginning.address
    config["logging"] |= {"json": True}
    config["keys"] = {key: hidden}
    config["webhook"] = {"api_key": key, "urls": ["http://127.0.0.1:8004/api/v1/webhook"]}
    return "# `hive init` wrote it from livekit.yaml, which explains each line.\n" + str(
        yaml.safe_dump(config, sort_keys=False)
    )


def environment(beginning: Beginning, secret: Callable[[], str] = _secret) -> str:
    """`.env` of docker-compose.yml: what it needs, and behind signs of comments what it understands."""
    domain = beginning.domain
    return f"""\
# Settings of docker compose, with secrets: keep the file to yourself. `hive init --for compose` writes it;
# the head of docker-compose.yml and docs/operations.md say what each means.
LIVEKIT_API_KEY=hive
LIVEKIT_API_SECRET={secret()}
HIVE_AUTH_SECRET={secret()}
HIVE_OPERATOR_KEY={secret()}
HIVE_VOICE_SECRET={secret()}
HIVE_SERVICES_TOKEN={secret()}
HIVE_METRICS_TOKEN={secret()}

# Where people come from outside. The address is what browsers send media to.
HIVE_PUBLIC_URL={beginning.page_url}
LIVEKIT_PUBLIC_URL={beginning.livekit_url}
HIVE_VOICE_PUBLIC_URL={beginning.voice_url}
LIVEKIT_NODE_IP={beginning.address or "127.0.0.1"}
#HIVE_TRUSTED_PROXIES=own-networks

# Engines and models
#HIVE_PROFILE=auto
#HIVE_MODELS__DOWNLOAD=true

# Memory
#SPEECH_MEMORY=8g
#WORKER_MEMORY=8g
#LIVEKIT_MEMORY=2g
#VOICE_MEMORY=2g

# Another database for the voice API, e.g. postgresql://hive:…@db/hive
#HIVE_VOICE_DATABASE_URL=

# With --profile proxy: a directory with fullchain.pem and privkey.pem
#HIVE_CERTIFICATES=/etc/hive/certificates

# With --profile monitoring: of the user admin, and for how long figures are kept
#GRAFANA_PASSWORD={secret()}
#PROMETHEUS_KEEP=30d
#PROMETHEUS_KEEP_SIZE=4GB
# With --profile monitoring: where the parts tell what took how long, and who is told by webhook that one is not well
#HIVE_TRACING_ENDPOINT=http://jaeger:4318
#HIVE_WATCH_WEBHOOK=
#HIVE_WATCH_SECRET={secret()}

# With --profile logs: who keeps the log, e.g. Loki
#LOGS_ENDPOINT=http://loki:3100/otlp/v1/logs

# With --profile redis
#REDIS_PASSWORD={secret()}
#LIVEKIT_REDIS=redis:6379
#HIVE_REDIS_URL=redis://:PASSWORD@redis:6379

# With --profile turn
#TURN_HOST={f"turn.{domain}" if domain else "turn.example.org"}
#TURN_SECRET={secret()}
#TURN_EXTERNAL_IP={beginning.address or "203.0.113.7"}
#TURN_TLS_PORT=443
#TURN_CERTIFICATES=/etc/hive/turn
#TURN_CERTIFICATE=/certificates/turn.crt
#TURN_PRIVATE_KEY=/certificates/turn.key
#LIVEKIT_TURN_SERVERS=[]
"""


def example() -> str:
    """`.env.example`: the same for a name that is nobody's, without secrets."""
    return environment(Beginning("compose", "meet.example.org", "203.0.113.7"), lambda: "")
