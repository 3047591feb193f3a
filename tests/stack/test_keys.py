"""The keys of an installation: random, made once, nobody else's."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from auth_service.wiring import check_secrets
from config.keys import DEVELOPMENT_SECRET
from config.settings import Auth, LiveKit, Settings, Turn
from config.voice import VoiceSettings
from stack.errors import StackError
from stack.keys import FILE, own, with_own_keys
from stack.local import Stack
from stack.parts import ROOT, PlanningContext, livekit_config
from stack.ports import Ports


def secrets_of(settings: Settings) -> tuple[str, str, str, str, str]:
    return (
        settings.livekit.api_key,
        settings.livekit.api_secret.get_secret_value(),
        settings.auth.secret.get_secret_value(),
        settings.turn.secret.get_secret_value(),
        settings.voice.secret.get_secret_value(),
    )


def test_an_installation_has_keys_of_its_own(tmp_path: Path) -> None:
    """Nothing that is published is left; the same keys come again, other installations have others."""
    first, again = with_own_keys(Settings(), tmp_path / "a"), with_own_keys(Settings(), tmp_path / "a")
    other = with_own_keys(Settings(), tmp_path / "b")

    assert secrets_of(first) == secrets_of(again)
    assert len({*secrets_of(first), *secrets_of(other), *secrets_of(Settings())}) == 5 + 5 + 2
    assert all(len(secret) == 64 for secret in secrets_of(first)[1:])
    check_secrets(first)
    assert first.auth.open_rooms
    assert not first.development


def test_only_their_owner_may_read_them(tmp_path: Path) -> None:
    """The file is 0600 from the first moment on, leaves nothing beside it, and is refused once others may read it."""
    with_own_keys(Settings(), tmp_path)

    place = tmp_path / FILE
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert secrets_of(with_own_keys(Settings(), tmp_path))[1] not in repr(own(tmp_path))
    place.chmod(0o644)
    with pytest.raises(StackError, match="others may read the keys"):
        with_own_keys(Settings(), tmp_path)


def test_damaged_keys_are_not_replaced_unasked(tmp_path: Path) -> None:
    """Links hang on them: the file is named, and left as it is."""
    own(tmp_path)
    (tmp_path / FILE).write_text("{}")

    with pytest.raises(StackError, match=r"keys\.json is damaged: remove it"):
        own(tmp_path)
    assert (tmp_path / FILE).read_text() == "{}"


def test_many_at_once_agree(tmp_path: Path) -> None:
    """Stacks that start at the same moment on a fresh machine get the same keys."""
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: own(tmp_path), range(32)))

    assert len(found) == 1


def test_given_keys_stay(tmp_path: Path) -> None:
    """Whoever has keys keeps them, all or some; no file is made where none is needed."""
    given = Settings(
        livekit=LiveKit(api_key="ours", api_secret=SecretStr("a" * 40)),
        auth=Auth(secret=SecretStr("b" * 40)),
        turn=Turn(secret=SecretStr("c" * 40)),
        voice=VoiceSettings(secret=SecretStr("e" * 40)),
    )

    assert with_own_keys(given, tmp_path) == given
    assert list(tmp_path.iterdir()) == []
    some = with_own_keys(replace(given, auth=Auth()), tmp_path)
    assert (some.livekit, some.turn) == (given.livekit, given.turn)
    assert some.auth.secret.get_secret_value() == own(tmp_path).auth_secret
    assert some.auth.open_rooms is None
    asked = with_own_keys(
        replace(given, livekit=LiveKit(), auth=Auth(operator_key=SecretStr("d" * 40))), tmp_path
    )
    assert asked.auth.open_rooms is None


def test_a_stack_uses_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hive up` and `hive demo`: what the parts and the media server get is never the published pair."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path))
    stack = Stack(
        Settings(development=True), parts=("livekit",), ports=Ports.free(), directory=tmp_path / "run"
    )

    assert DEVELOPMENT_SECRET not in secrets_of(stack.settings)
    place = PlanningContext(stack.settings, stack.ports, tmp_path, Path("livekit-server"), ("livekit",))
    config = yaml.safe_load(
        livekit_config((ROOT / "livekit.yaml").read_text(), place, tmp_path / "turn-secret")
    )
    assert config["keys"] == {
        stack.settings.livekit.api_key: stack.settings.livekit.api_secret.get_secret_value()
    }
    assert "devkey" not in str(config)


def test_keys_from_before_the_voice_api_are_whole(tmp_path: Path) -> None:
    """An older installation's file has no line for it: its secret follows from another, and is not the same."""
    before = own(tmp_path)
    written = (tmp_path / FILE).read_text()

    assert set(json.loads(written)) == {"livekit_key", "livekit_secret", "auth_secret", "turn_secret"}
    voice = with_own_keys(Settings(), tmp_path).voice.secret.get_secret_value()
    assert voice == own(tmp_path).voice_secret
    assert voice not in (before.auth_secret, before.livekit_secret, before.turn_secret)
    assert len(voice) == 64
