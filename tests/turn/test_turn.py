from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import SettingsError, Turn
from turn.credentials import IceServer, credential, ice_servers
from turn.render import DENIED_PEERS, livekit_turn_servers, main, render, write_private

RELAY = Turn(
    host="turn.example",
    secret=SecretStr("north"),
    tls_port=443,
    certificate="/etc/hive/turn.crt",
    private_key="/etc/hive/turn.key",
    external_ip="203.0.113.7",
    listening_ip="10.0.0.4",
    allowed_peers=("10.0.0.5", "fd00::5"),
)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_credentials_are_those_that_coturn_computes() -> None:
    """The password is base64 of HMAC-SHA1 over the user name; the value was computed with openssl."""
    assert credential("1700000000:ana", "north") == "/V6vMibmvRAPIMy3tyPu2GxFkDI="


def test_each_participant_gets_their_own_for_a_while() -> None:
    """The user name carries expiry and identity; all ways to the relay are offered, and none where there is none."""
    assert ice_servers(RELAY, "speaker-1", 1_700_000_000.9) == (
        IceServer(
            (
                "turn:turn.example:3478?transport=udp",
                "turn:turn.example:3478?transport=tcp",
                "turns:turn.example:443?transport=tcp",
            ),
            "1700001200:speaker-1",
            credential("1700001200:speaker-1", "north"),
        ),
    )
    assert ice_servers(Turn(), "speaker-1", 0.0) == ()
    (v6,) = ice_servers(replace(RELAY, host="2001:db8::1"), "a", 0.0)
    assert v6.urls[0] == "turn:[2001:db8::1]:3478?transport=udp"


def test_the_configuration_is_hardened(tmp_path: Path) -> None:
    """Every range that is not public is denied, quotas hold, nothing can be administered, TLS is modern."""
    written = lines(render(RELAY, state_directory=tmp_path))
    for must in (
        "use-auth-secret", "static-auth-secret=north", "no-cli", "no-tcp-relay", "no-multicast-peers", "no-rfc5780",
        "user-quota=12", "total-quota=1200", "max-bps=750000", "stale-nonce=600", "no-tlsv1", "no-tlsv1_1",
        "tls-listening-port=443", "external-ip=203.0.113.7", "listening-ip=10.0.0.4", "relay-ip=10.0.0.4",
        "allowed-peer-ip=10.0.0.5", "allowed-peer-ip=fd00::5", f"userdb={tmp_path}/turndb",
    ):  # fmt: skip
        assert must in written
    assert [line for line in written if "loopback" in line or line.startswith("web-admin")] == []
    assert [line for line in written if line.startswith("denied-peer-ip=")] == [
        f"denied-peer-ip={peers}" for peers in DENIED_PEERS
    ]


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.31.255.255", "192.168.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "198.18.0.1", "::1", "fd12::1", "fe80::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00::",
     "64:ff9b:1::a00:1", "64:ff9b:1:fffe:a:1::", "fec0::1", "feff:ffff::1", "::10.0.0.1", "::2", "::ffff:ffff"],
)  # fmt: skip
def test_private_addresses_are_denied(address: str) -> None:
    """No spelling of a private address lies outside the denied ranges."""
    wanted = ip_address(address)
    for peers in DENIED_PEERS:
        first, _, last = peers.partition("-")
        low, high = ip_address(first), ip_address(last or first)
        if low.version == wanted.version and int(low) <= int(wanted) <= int(high):
            return
    pytest.fail(f"{address} is not denied")


def test_public_addresses_are_not_denied() -> None:
    """The ranges leave the internet alone."""
    for address in ("8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "2a00::1", "64:ff9b:2::1", "::1:0:0:1"):
        wanted = ip_address(address)
        for peers in DENIED_PEERS:
            first, _, last = peers.partition("-")
            low, high = ip_address(first), ip_address(last or first)
            assert low.version != wanted.version or not int(low) <= int(wanted) <= int(high)


@pytest.mark.parametrize(
    "changes",
    [
        {"host": ""},
        {"secret": SecretStr("a\nno-auth")},
        {"secret": SecretStr('a"b')},
        {"secret": SecretStr("")},
        {"realm": "a b"},
        {"certificate": ""},
        {"tls_port": 443, "certificate": "", "private_key": ""},
        {"allowed_peers": ("10.0.0.0/8",)},
        {"external_ip": "turn.example"},
        {"relay_min_port": 50000, "relay_max_port": 49999},
    ],
)
def test_values_that_would_change_other_lines_are_refused(changes: dict[str, object], tmp_path: Path) -> None:
    """A setting fills its own line and no other, and the refusal does not show a secret."""
    with pytest.raises(SettingsError, match=r"turn\.") as caught:
        render(replace(RELAY, **changes), state_directory=tmp_path)  # type: ignore[arg-type]
    assert "no-auth" not in str(caught.value)


def test_livekit_hands_out_the_same_kind(tmp_path: Path) -> None:
    """livekit-server's list names the same relay, with a file for the secret."""
    file = tmp_path / "turn.secret"
    common = {"host": "turn.example", "secret_file": str(file), "ttl": 1200}
    assert livekit_turn_servers(RELAY, file) == [
        {**common, "port": 3478, "protocol": "udp"},
        {**common, "port": 3478, "protocol": "tcp"},
        {**common, "port": 443, "protocol": "tls"},
    ]
    assert livekit_turn_servers(Turn(), file) == []


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Nobody else may read the secret, also where a file was there before."""
    path = tmp_path / "turnserver.conf"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", 0o600)


def test_the_command_refuses_built_in_keys(capsys: pytest.CaptureFixture[str]) -> None:
    """Without settings of one's own nothing is printed but the reason."""
    assert main([]) == 2
    out, err = capsys.readouterr()
    assert (out, "turn.secret is the built-in one" in err) == ("", True)
