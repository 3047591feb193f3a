"""Development's keys stay on one machine."""

from __future__ import annotations

import os

import pytest

from config.exposure import is_loopback
from config.reading import load
from config.settings import SettingsError


def settings(**variables: str) -> None:
    load(environment={"HIVE_CONFIG": os.devnull, "HIVE_DEVELOPMENT": "true"} | variables)


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("HIVE_AUTH__HOST", "0.0.0.0", "auth.host"),
        ("HIVE_AUTH__HOST", "", "auth.host"),
        ("HIVE_AUTH__HOST", "::", "auth.host"),
        ("HIVE_AUTH__HOST", "192.168.1.20", "auth.host"),
        ("HIVE_AUTH__HOST", "localhost.example.org", "auth.host"),
        ("HIVE_AUTH__HOST", "::ffff:10.0.0.1", "auth.host"),
        ("HIVE_VOICE__HOST", "0.0.0.0", "voice.host"),
        ("HIVE_VOICE__PUBLIC_URL", "https://voice.example.org", "voice.public_url"),
        ("HIVE_SERVICES__HOST", "0.0.0.0", "services.host"),
        ("HIVE_SERVICES__HOST", "speech", "services.host"),
        ("HIVE_SERVICES__STT_URL", "http://speech:8001", "services.stt_url"),
        ("HIVE_SERVICES__MT_URL", "http://10.0.0.5:8002", "services.mt_url"),
        ("HIVE_SERVICES__TTS_URL", "https://tts.example.org", "services.tts_url"),
        ("HIVE_LIVEKIT__URL", "ws://livekit:7880", "livekit.url"),
        ("HIVE_LIVEKIT__URL", "wss://rtc.example.org", "livekit.url"),
        ("HIVE_LIVEKIT__URL", "127.0.0.1:7880", "livekit.url"),
        ("HIVE_LIVEKIT__URL", "ws://127.0.0.1@evil.example", "livekit.url"),
        ("HIVE_LIVEKIT__PUBLIC_URL", "wss://rtc.example.org", "livekit.public_url"),
        ("HIVE_AUTH__PUBLIC_URL", "https://meet.example.org", "auth.public_url"),
        ("HIVE_TURN__HOST", "turn.example.org", "turn.host"),
    ],
)
def test_development_within_reach_of_others_is_refused(variable: str, value: str, named: str) -> None:
    """Whatever listens or leads beyond this machine is named, and what to do instead."""
    with pytest.raises(SettingsError) as caught:
        settings(**{variable: value})

    assert named in str(caught.value)
    assert "set keys of your own and leave development out" in str(caught.value)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"HIVE_AUTH__HOST": "::1", "HIVE_SERVICES__HOST": "127.8.8.8"},
        {"HIVE_LIVEKIT__URL": "ws://localhost:7880", "HIVE_AUTH__PUBLIC_URL": "http://[::1]:8004"},
        {"HIVE_SERVICES__STT_URL": "", "HIVE_LIVEKIT__PUBLIC_URL": "ws://hive.localhost:7880"},
    ],
)
def test_development_on_one_machine_is_accepted(variables: dict[str, str]) -> None:
    """Loopback in any form is fine."""
    settings(**variables)


def test_outside_development_any_host_is_accepted() -> None:
    """Whoever has keys of their own may listen where they like."""
    settings(HIVE_DEVELOPMENT="false", HIVE_AUTH__HOST="0.0.0.0", HIVE_LIVEKIT__URL="wss://rtc.example.org")


@pytest.mark.parametrize(
    ("host", "alone"),
    [
        ("127.0.0.1", True), ("127.255.0.3", True), ("[::1]", True), ("::ffff:127.0.0.1", True),
        ("LOCALHOST", True), ("localhost.", True), ("a.localhost", True),
        ("", False), ("0.0.0.0", False), ("::", False), ("127.0.0.1.example.org", False), ("1.2.3.4", False),
        ("notlocalhost", False), ("fe80::1%lo", False), ("0", False), ("2130706433", False),
    ],
)  # fmt: skip
def test_what_is_loopback(host: str, alone: bool) -> None:
    """Only what can be nowhere else counts: a name that somebody else may answer for does not."""
    assert is_loopback(host) is alone
