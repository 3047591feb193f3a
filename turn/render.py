"""Writes coturn's configuration, and livekit-server's part of it, from the settings.

`python -m turn.render [-o FILE]` prints or writes `turnserver.conf`; the file holds the secret and only its owner
may read it.
"""

from __future__ import annotations

import argparse
import os
import re
import string
import sys
from importlib import resources
from ipaddress import ip_address
from pathlib import Path

from config.exposure import refuse_published
from config.reading import load
from config.settings import SettingsError, Turn

DENIED_PEERS = (
    "0.0.0.0-0.255.255.255",
    "10.0.0.0-10.255.255.255",
    "100.64.0.0-100.127.255.255",
    "127.0.0.0-127.255.255.255",
    "169.254.0.0-169.254.255.255",
    "172.16.0.0-172.31.255.255",
    "192.0.0.0-192.0.0.255",
    "192.0.2.0-192.0.2.255",
    "192.88.99.0-192.88.99.255",
    "192.168.0.0-192.168.255.255",
    "198.18.0.0-198.19.255.255",
    "198.51.100.0-198.51.100.255",
    "203.0.113.0-203.0.113.255",
    "224.0.0.0-255.255.255.255",
    "::1",
    "::2-::ffff:ffff",
    "::ffff:0:0-::ffff:ffff:ffff",
    "64:ff9b::-64:ff9b::ffff:ffff",
    "64:ff9b:1::-64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
    "100::-100::ffff:ffff:ffff:ffff",
    "2001::-2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::-2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fc00::-fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::-febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fec0::-feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ff00::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
)
"""Private, local, documentation, transition and multicast ranges, those that are deprecated included: some network may
route them still. Source: IANA's special-purpose address registries; RFC 3879 (fec0::/10), RFC 4291 (::/96).

`::` is not among them: coturn takes it for every address, and refuses it as a peer by itself.
"""


def render(settings: Turn, *, state_directory: Path, loopback: bool = False) -> str:
    """The text of `turnserver.conf`.

    Args:
        state_directory: where coturn keeps its pid and an empty database; must exist.
        loopback: relay to this machine's own loopback address as well. For tests on one machine only.

    Raises:
        SettingsError: a value that coturn could not take or that would end a line early.
    """
    _check(settings)
    fill: dict[str, object] = {
        "realm": _line("turn.realm", settings.realm or settings.host),
        "secret": _line("turn.secret", settings.secret.get_secret_value()),
        "state_directory": _line("state directory", str(state_directory)),
        "listening": _listening(settings),
        "denied_peers": "\n".join(f"denied-peer-ip={peers}" for peers in _denied(loopback)),
        "allowed_peers": _allowed(settings, loopback),
        "encryption": _encryption(settings),
    }
    for number in (
        "port",
        "relay_min_port",
        "relay_max_port",
        "user_quota",
        "total_quota",
        "max_bytes_per_s",
    ):
        fill[number] = getattr(settings, number)
    template = resources.files("turn").joinpath("turnserver.conf.template").read_text(encoding="utf-8")
    return string.Template(template).substitute(fill)


def _check(settings: Turn) -> None:
    """Raises SettingsError where settings do not fit each other."""
    if not settings.host:
        raise SettingsError("turn.host is empty: the relay has no name")
    if bool(settings.certificate) != bool(settings.private_key):
        raise SettingsError("turn.certificate and turn.private_key go together")
    if settings.tls_port and not settings.certificate:
        raise SettingsError("turn.tls_port needs turn.certificate and turn.private_key")
    if not 1024 <= settings.relay_min_port <= settings.relay_max_port <= 65535:
        raise SettingsError(
            "turn.relay_min_port and turn.relay_max_port must lie in order within 1024 to 65535"
        )


def livekit_turn_servers(settings: Turn, secret_file: Path) -> list[dict[str, object]]:
    """The value of livekit-server's `rtc.turn_servers`: it then gives every client credentials of its own.

    Args:
        secret_file: holds the secret; livekit-server refuses one that others may read.
    """
    if not settings.host:
        return []
    common: dict[str, object] = {
        "host": settings.host,
        "secret_file": str(secret_file),
        "ttl": int(settings.credential_minutes * 60),
    }
    ways = [("udp", settings.port), ("tcp", settings.port)]
    if settings.tls_port:
        ways.append(("tls", settings.tls_port))
    return [{**common, "port": port, "protocol": protocol} for protocol, port in ways]


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, never readable by others even for a moment."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _listening(settings: Turn) -> str:
    lines = []
    if settings.listening_ip:
        address = _address("turn.listening_ip", settings.listening_ip)
        lines += [f"listening-ip={address}", f"relay-ip={address}"]
    if settings.external_ip:
        lines.append(f"external-ip={_address('turn.external_ip', settings.external_ip)}")
    return "\n".join(lines)


def _denied(loopback: bool) -> list[str]:
    return [
        peers for peers in DENIED_PEERS if not (loopback and (peers.startswith("127.") or peers == "::1"))
    ]


def _allowed(settings: Turn, loopback: bool) -> str:
    lines = [f"allowed-peer-ip={_address('turn.allowed_peers', peer)}" for peer in settings.allowed_peers]
    return "\n".join([*lines, *(["allow-loopback-peers"] if loopback else [])])


def _encryption(settings: Turn) -> str:
    if not settings.tls_port:
        return "no-tls\nno-dtls"
    return "\n".join(
        [
            f"tls-listening-port={settings.tls_port}",
            f"cert={_line('turn.certificate', settings.certificate)}",
            f"pkey={_line('turn.private_key', settings.private_key)}",
            "no-tlsv1",
            "no-tlsv1_1",
            "cipher-list=ECDHE+AESGCM:ECDHE+CHACHA20",
        ]
    )


def _address(key: str, text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError as error:
        raise SettingsError(f"{key}: {text!r} is not an IP address") from error


def _line(key: str, text: str) -> str:
    if not re.fullmatch(
        r"[\x21\x24-\x7e]+", text
    ):  # neither space nor control, nor " and #, which coturn reads itself
        raise SettingsError(f"{key} may hold printable ASCII without spaces, quotation marks and # only")
    return text


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit status: 0 once written, 2 where the settings cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m turn.render", description="Write coturn's configuration."
    )
    parser.add_argument("-o", "--output", type=Path, help="a file; standard output when left out")
    parser.add_argument("--state-directory", type=Path, default=Path("/var/lib/turn"))
    chosen = parser.parse_args(arguments)
    try:
        settings = load()
        refuse_published("turn.secret", settings.turn.secret.get_secret_value(), settings)
        text = render(settings.turn, state_directory=chosen.state_directory)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    if chosen.output:
        write_private(chosen.output, text)
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
