"""A real livekit-server on free ports of this machine, for one test or for many."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.error import URLError

import yaml
from pydantic import SecretStr

from config.cache import cache_directory
from config.settings import LiveKit
from stack import livekit_server
from stack.ports import free_port

KEY, SECRET = "testkey", "a-secret-for-tests-that-is-long-enough"
START_LIMIT_S = 20.0
ROOT = Path(__file__).parents[2]


def binary() -> Path:
    """The server on the PATH, else the one in the cache.

    Raises:
        FileNotFoundError: there is none; `make setup` gets it.
    """
    found = livekit_server.find() or shutil.which("livekit-server", path=str(cache_directory() / "bin"))
    if found is None:
        raise FileNotFoundError("livekit-server is neither on the PATH nor in the cache; run `make setup`")
    return Path(found)


class Server:
    """One livekit-server; may be killed and started again on the same ports.

    Args:
        metrics_port: where it tells Prometheus; 0 for nowhere.
    """

    def __init__(self, directory: Path, *, metrics_port: int = 0) -> None:
        self._directory, self._metrics_port = directory, metrics_port
        self._process: subprocess.Popen[bytes] | None = None
        self.port, self._tcp, self._udp = free_port(), free_port(), free_port()

    @property
    def settings(self) -> LiveKit:
        """How to reach it."""
        return LiveKit(url=f"ws://127.0.0.1:{self.port}", api_key=KEY, api_secret=SecretStr(SECRET))

    def start(self) -> None:
        """Returns once it answers."""
        config = self._directory / "livekit.yaml"
        config.write_text(yaml.safe_dump(self._config()))
        with (self._directory / "livekit.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(binary()), "--config", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + START_LIMIT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self._directory / "livekit.log").read_text()[-2000:])
            time.sleep(0.05)

    def kill(self) -> None:
        """Ends it without warning, as a crash would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        """Ends it for good."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(10)

    def _config(self) -> dict[str, object]:
        shipped = yaml.safe_load((ROOT / "livekit.yaml").read_text(encoding="utf-8"))
        return {
            "port": self.port,
            "bind_addresses": ["127.0.0.1"],
            "rtc": {
                "tcp_port": self._tcp,
                "udp_port": self._udp,
                "node_ip": "127.0.0.1",
                "enable_loopback_candidate": True,
                "interfaces": {"includes": ["lo", "lo0"]},
                "stun_servers": ["127.0.0.1:3478"],
            },
            "keys": {KEY: SECRET},
            "prometheus": {"port": self._metrics_port},
            "room": {"departure_timeout": 20},
            "limit": shipped["limit"],
        }

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=1) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False
