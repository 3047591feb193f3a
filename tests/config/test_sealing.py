"""Who may tell an interpreter what to do."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable

import jwt
import pytest

from config.sealing import LIFE_S, OpenedSeals, SealError, seal, unseal
from tests.fakes.clock import HandClock

KEY, SECRET = "key", "a secret of thirty-two characters"


def opened(data: bytes, before: OpenedSeals | None = None, clock: Callable[[], float] = time.time) -> str:
    return unseal(data, room="hall", api_key=KEY, api_secret=SECRET, opened=before, clock=clock)


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


@pytest.mark.parametrize("broken", ["\ud800", "dismiss \udfff", "\udc80\ud800"])
@pytest.mark.parametrize("field", ["message", "proof"])
def test_half_a_surrogate_pair_is_refused(broken: str, field: str) -> None:
    """JSON can say what no encoding holds: neither as the message, however good its proof, nor as the proof."""
    good = json.loads(seal("dismiss", room="hall", api_key=KEY, api_secret=SECRET))

    with pytest.raises(SealError):
        opened(json.dumps(good | {field: broken}).encode())


def test_a_message_that_cannot_be_encoded_is_not_sealed() -> None:
    """Whoever writes it learns so at once, not the interpreter."""
    with pytest.raises(SealError):
        seal("\ud800", room="hall", api_key=KEY, api_secret=SECRET)


def test_a_seal_is_believed_once() -> None:
    """Whoever saw a packet cannot send it again; the same message may be sealed again."""
    before = OpenedSeals()
    packet = seal("dismiss", room="hall", api_key=KEY, api_secret=SECRET)

    assert opened(packet, before) == "dismiss"
    with pytest.raises(SealError, match="before"):
        opened(packet, before)
    assert opened(seal("dismiss", room="hall", api_key=KEY, api_secret=SECRET), before) == "dismiss"


def test_what_is_refused_takes_no_place() -> None:
    """Only good seals are remembered, so nobody without the secret can fill the memory."""
    before = OpenedSeals(most=1)
    for number in range(20):
        with pytest.raises(SealError):
            opened(
                seal(f"{number}", room="hall", api_key=KEY, api_secret="some other secret of many letters"),
                before,
            )

    assert opened(seal("configure", room="hall", api_key=KEY, api_secret=SECRET), before) == "configure"


def test_the_memory_of_seals_is_bounded() -> None:
    """When it is full of seals that still hold, nothing more is believed; those that expired make room."""
    clock = HandClock(1000.0)
    before = OpenedSeals(most=3, clock=clock)

    def sealed(message: str) -> bytes:
        return seal(message, room="hall", api_key=KEY, api_secret=SECRET, clock=clock)

    packets = [sealed("0"), sealed("1"), sealed("2")]
    assert [opened(packet, before, clock) for packet in packets] == ["0", "1", "2"]
    with pytest.raises(SealError, match="too many"):
        opened(sealed("3"), before, clock)
    clock.move(2 * LIFE_S)
    assert opened(sealed("4"), before, clock) == "4"
    clock.move(-2 * LIFE_S)  # a clock that is set back does not make the others good again
    with pytest.raises(SealError, match="before"):
        opened(packets[1], before, clock)


def test_a_seal_holds_for_its_time_only() -> None:
    """Neither too old ones nor those that claim to hold for longer are believed."""
    clock = HandClock(1000.0)
    early = seal("dismiss", room="hall", api_key=KEY, api_secret=SECRET, clock=clock)
    late = seal("dismiss", room="hall", api_key=KEY, api_secret=SECRET, clock=lambda: 1000.0 + 3600)

    with pytest.raises(SealError):
        opened(late, clock=clock)
    clock.move(LIFE_S + 20)
    with pytest.raises(SealError):
        opened(early, clock=clock)


@pytest.mark.parametrize(
    "claims", [{}, {"jti": 7}, {"jti": ""}, {"exp": "soon"}, {"exp": 1e400}, {"room": ["hall"]}]
)
def test_odd_claims_are_refused(claims: dict[str, object]) -> None:
    """Even the holder of the secret has to write them as they are meant; without a name no seal is believed."""
    message = "dismiss"
    whole = {
        "iss": KEY,
        "aud": "translator.control",
        "room": "hall",
        "sha256": hashlib.sha256(message.encode()).hexdigest(),
        "exp": int(time.time()) + 30,
    } | claims
    proof = jwt.encode(whole, SECRET, algorithm="HS256")

    with pytest.raises(SealError):
        opened(json.dumps({"message": message, "proof": proof}).encode())
