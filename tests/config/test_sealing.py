"""Who may tell an interpreter what to do."""

from __future__ import annotations

import json

import pytest

from config.sealing import SealError, seal, unseal

KEY, SECRET = "key", "a secret of thirty-two characters"


def opened(data: bytes, room: str = "hall", key: str = KEY, secret: str = SECRET) -> str:
    return unseal(data, room=room, api_key=key, api_secret=secret)


def test_what_was_sealed_is_opened() -> None:
    """The holder of the secret is believed, whatever the message holds."""
    message = json.dumps({"type": "configure", "languages": ["es", "日本語"]})

    assert opened(seal(message, room="hall", api_key=KEY, api_secret=SECRET)) == message


@pytest.mark.parametrize(
    "data",
    [
        b'{"type": "dismiss"}',
        b"\xff\x00",
        b"[]",
        b'{"message": 1, "proof": 2}',
        seal("dismiss", room="hall", api_key=KEY, api_secret="another secret, as long as the first"),
        seal("dismiss", room="hall", api_key="other", api_secret=SECRET),
        seal("dismiss", room="cellar", api_key=KEY, api_secret=SECRET),
        seal("dismiss", room="hall", api_key=KEY, api_secret=SECRET).replace(b"dismiss", b"discuss"),
    ],
    ids=["bare", "binary", "a list", "numbers", "other secret", "other key", "other room", "changed"],
)
def test_nothing_else_is_believed(data: bytes) -> None:
    """Without the secret nobody can write, change or move a message."""
    with pytest.raises(SealError):
        opened(data)
