"""The key of an encrypted room, sealed for one interpreter; the page does the same with the same examples."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from protocol.room_key import Access, HandoverError, Recipient, is_key, key_check, sealed_for

EXAMPLE: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "handed-key.json").read_text(encoding="utf-8")
)
"""Shared with the page's tests in web/tests/logic/handover.test.ts."""

KEY, ROOM, AGENT = EXAMPLE["key"], EXAMPLE["room"], EXAMPLE["identity"]


def recipient() -> Recipient:
    """The interpreter of the example."""
    return Recipient(X25519PrivateKey.from_private_bytes(bytes.fromhex(EXAMPLE["private_key"])))


def test_the_example_that_the_page_knows_is_opened_so() -> None:
    """Format, binding and check, byte for byte; each sealing is another one."""
    assert recipient().public == EXAMPLE["sealing"]
    assert recipient().opened(EXAMPLE["sealed"], room=ROOM, identity=AGENT) == KEY
    assert key_check(KEY, room=ROOM) == EXAMPLE["check"]
    stated = Access(EXAMPLE["sealing"], EXAMPLE["check"], 3).statement(room=ROOM, identity=AGENT)
    assert stated.decode() == EXAMPLE["statement"]
    again = sealed_for(EXAMPLE["sealing"], KEY, room=ROOM, identity=AGENT)
    assert again != EXAMPLE["sealed"]
    assert recipient().opened(again, room=ROOM, identity=AGENT) == KEY


@pytest.mark.parametrize(
    ("room", "identity", "other"),
    [("attic", AGENT, False), (ROOM, "agent-2", False), (ROOM, AGENT, True)],
    ids=["another room", "another identity", "another interpreter"],
)
def test_nobody_else_opens_it(room: str, identity: str, other: bool) -> None:
    """What somebody recorded on its way is good for one interpreter in one room."""
    opening = Recipient() if other else recipient()
    with pytest.raises(HandoverError, match="somebody else"):
        opening.opened(EXAMPLE["sealed"], room=room, identity=identity)


@pytest.mark.parametrize(
    "junk",
    ["", "A", "A" * 42, "A" * 120, "ü" * 60, "A" * 100_000, "=" * 80, EXAMPLE["sealed"][:-4]],
)
def test_what_is_no_sealed_key_is_refused(junk: str) -> None:
    """Also a point of small order (all zeros), whose shared secret everybody knows."""
    with pytest.raises(HandoverError):
        recipient().opened(junk, room=ROOM, identity=AGENT)


def test_a_sealed_text_that_is_no_key_is_refused() -> None:
    """Only what pages make is taken: 32 bytes."""
    sealed = sealed_for(EXAMPLE["sealing"], "a passphrase", room=ROOM, identity=AGENT)
    with pytest.raises(HandoverError, match="not a key"):
        recipient().opened(sealed, room=ROOM, identity=AGENT)


def test_a_check_tells_keys_and_rooms_apart() -> None:
    """And does not begin like the key."""
    other = KEY[:-1] + ("A" if KEY[-1] != "A" else "B")
    checks = {key_check(KEY, room=ROOM), key_check(other, room=ROOM), key_check(KEY, room="attic")}
    assert (len(checks), {len(check) for check in checks}) == (3, {22})
    assert is_key(KEY)
    assert not any(is_key(text) for text in ("", KEY[:-1], f"{KEY}A", f"{KEY[:-1]} ", f"{KEY}\n"))
