"""Who may tell an interpreter what to do."""

from __future__ import annotations

import json

import jwt
import pytest

from protocol.sealing import SealError, seal, unseal

KEY, SECRET = "key", "a secret of thirty-two characters"


def sealed(
    message: str, room: str = "hall", to: str = "agent-1", key: str = KEY, secret: str = SECRET
) -> bytes:
    return seal(message, room=room, to=to, api_key=key, api_secret=secret)


def opened(data: bytes) -> str:
    return unseal(data, room="hall", to="agent-1", api_key=KEY, api_secret=SECRET)


def test_what_was_sealed_is_opened() -> None:
    """The holder of the secret is believed, whatever the message holds."""
    message = json.dumps({"type": "configure", "languages": ["es", "日本語"]})

    assert opened(sealed(message)) == message


@pytest.mark.parametrize(
    "data",
    [
        b'{"type": "dismiss"}',
        b"\xff\x00",
        b"[]",
        b'{"message": 1, "proof": 2}',
        sealed("dismiss", secret="another secret, as long as the first"),
        sealed("dismiss", key="other"),
        sealed("dismiss", room="cellar"),
        sealed("dismiss", to="agent-2"),
        sealed("dismiss").replace(b"dismiss", b"discuss"),
    ],
    ids=[
        "bare",
        "binary",
        "a list",
        "numbers",
        "other secret",
        "other key",
        "other room",
        "other interpreter",
        "changed",
    ],
)
def test_nothing_else_is_believed(data: bytes) -> None:
    """Without the secret nobody can write or change a message, or have another room or interpreter obey it."""
    with pytest.raises(SealError):
        opened(data)


def test_no_clock_is_asked() -> None:
    """A message is good on machines whose clocks differ by any amount: its proof holds no time."""
    proof = json.loads(sealed("dismiss"))["proof"]
    claims = jwt.decode(proof, options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "room", "to", "sha256"}


@pytest.mark.parametrize("broken", ["\ud800", "dismiss \udfff", "\udc80\ud800"])
@pytest.mark.parametrize("field", ["message", "proof"])
def test_half_a_surrogate_pair_is_refused(broken: str, field: str) -> None:
    """JSON can say what no encoding holds: neither as the message, however good its proof, nor as the proof."""
    good = json.loads(sealed("dismiss"))

    with pytest.raises(SealError):
        opened(json.dumps(good | {field: broken}).encode())


def test_a_message_that_cannot_be_encoded_is_not_sealed() -> None:
    """Whoever writes it learns so at once, not the interpreter."""
    with pytest.raises(SealError):
        sealed("\ud800")
