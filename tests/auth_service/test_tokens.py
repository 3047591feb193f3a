from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.api import TokenVerifier

from auth_service.access.tokens import Claim, Guest, LinkSigner, NotOurs, TokenKind, TokenMint, new_identifier
from auth_service.policy import Role, grants

SIGNER = LinkSigner("a secret of thirty-two characters!")


@given(st.sampled_from(TokenKind), st.binary(min_size=12, max_size=12), st.integers(0, 2**40 - 1))
def test_a_signed_claim_is_read_as_it_was(kind: TokenKind, identifier: bytes, expires_at: int) -> None:
    """Signing and reading are each other's inverse, and a link's token needs no escaping in a path."""
    claim = Claim(kind, identifier.hex(), expires_at)
    token = SIGNER.sign(claim)

    assert SIGNER.read(token, kind) == claim
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.data())
def test_a_token_changed_anywhere_is_not_ours(data: st.DataObject) -> None:
    """No single character can be exchanged, inserted or left out."""
    token = SIGNER.sign(Claim(TokenKind.INVITATION, "0123456789abcdef01234567", 1_800_000_000))
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(sorted(set("ABCDEFwxyz0189-_=. é") - {token[at]})))
    for changed in (
        token[:at] + other + token[at + 1 :],
        token[:at] + other + token[at:],
        token[:at] + token[at + 1 :],
    ):
        with pytest.raises(NotOurs):
            SIGNER.read(changed, TokenKind.INVITATION)


@given(st.text(max_size=80))
def test_any_text_is_refused_without_a_crash(text: str) -> None:
    """What nobody signed is not ours, whatever it is."""
    with pytest.raises(NotOurs):
        SIGNER.read(text, TokenKind.INVITATION)


def test_kinds_and_keys_are_kept_apart() -> None:
    """An organiser's token opens no door as an invitation, and another service's key signs nothing for us."""
    claim = Claim(TokenKind.ORGANISER, new_identifier(), 1_800_000_000)
    with pytest.raises(NotOurs):
        SIGNER.read(SIGNER.sign(claim), TokenKind.INVITATION)
    with pytest.raises(NotOurs):
        SIGNER.read(LinkSigner("another secret").sign(claim), TokenKind.ORGANISER)


def test_a_livekit_token_says_who_and_what_for_ten_minutes() -> None:
    """The token holds identity, name, attributes and the role's grants, and runs out."""
    secret = "a secret of thirty-two characters!"
    mint = TokenMint("key", secret, life=timedelta(minutes=10))
    guest = Guest("board", "speaker-1", "Ana", Role.SPEAKER, {"language": "es"})

    claims = TokenVerifier("key", secret).verify(mint.token(guest))

    assert (claims.identity, claims.name, claims.attributes, claims.kind) == (
        "speaker-1",
        "Ana",
        {"language": "es"},
        "",
    )
    assert claims.video == grants(Role.SPEAKER, "board")
