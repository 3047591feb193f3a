from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.names import LONGEST, confirmed, identity, metadata, plain, short, vouched

SALT = "0123456789abcdef0123456789abcdef"
ANA = identity("speaker", "Ana (chair)", SALT)


def test_the_page_and_the_services_agree_on_the_hash() -> None:
    """The same identity stands in the page's own test."""
    assert ANA == "speaker-f03f01b66569be0f1a1fcd71"
    assert identity("reader", "李小龍 👩‍🔬", SALT) == "reader-0bd524d3f2a2bb3f33fe0d94"


@pytest.mark.parametrize(
    "name",
    [
        "Ana",
        "Ana María",
        "李小龍",
        "عمر",
        "نیلوفر می‌خواهد",
        "👩‍🔬 Zoë",
        "नमस्ते",
        "Nguyễn Văn Ắ",
        "O'Neil-Smith, Jr.",
    ],
)
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    """Letters of any script, joined letters and joined emoji, are shown as written."""
    assert plain(name) == name
    assert confirmed(identity("listener", name, SALT), metadata(name, SALT)) == name


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\u202eOEC", "OEC"),
        ("\u2066Ana\u2069", "Ana"),
        ("A\u200ena\u200f\u061c", "Ana"),
        ("A\u200bn\u2060a\ufeff\u00ad", "Ana"),
        ("A\u200dn\u200ca\u200d", "Ana"),
        ("👩\u200d", "👩"),
        ("👩\u200d\u200d🔬", "👩\u200d🔬"),
        ("Ana\U000e0061\U000e007f", "Ana"),
        ("Ana\u3164\u115f\u2800\u034f", "Ana"),
        ("A\x00n\x1b[31ma\x7f\x85", "An[31ma"),
        ("Ana\n(chair)\u2028!", "Ana (chair) !"),
        ("  Ana \u00a0\u3000 B ", "Ana B"),
        ("A\ue000\ufdd0na", "Ana"),
        ("\u200d\u200b", ""),
        ("\u3164", ""),
        ("a" + "\u0316" * 40, "a" + "\u0316" * 4),
        ("x" * 300, "x" * LONGEST),
        ("A\ud800na", "Ana"),
    ],
)
def test_what_deceives_is_left_out_of_a_name(written: str, shown: str) -> None:
    """Controls, overrides, unseen characters, heaps of marks and excess."""
    assert plain(written) == shown


@given(st.text(max_size=300))
def test_a_shown_name_is_short_and_stays_what_it_is(text: str) -> None:
    """However it was written; showing it again changes nothing."""
    once = plain(text)
    assert len(once) <= LONGEST
    assert plain(once) == once


@pytest.mark.parametrize(
    "told",
    [
        "",
        "Ana (chair)",
        "{}",
        "[]",
        "null",
        '"Ana (chair)"',
        metadata("Bob", SALT),
        metadata("Ana (chair)", SALT[:-1] + "0"),
        metadata("Ana (chair) ", SALT),
        json.dumps({"name": "Ana (chair)"}),
        json.dumps({"name": ["Ana (chair)"], "salt": SALT}),
        json.dumps({"name": "\ud800", "salt": SALT}),
        json.dumps({"name": "Ana (chair)", "salt": 7}),
        metadata("Ana (chair)", SALT) + " " * 500_000,
        "[" * 1900,
    ],
)
def test_what_does_not_prove_a_name_is_no_name(told: str) -> None:
    """Other names, other salts, other shapes, and more than a token's metadata can be."""
    assert confirmed(ANA, metadata("Ana (chair)", SALT)) == "Ana (chair)"
    assert confirmed(ANA, told) is None


def test_a_proof_holds_for_its_own_identity_alone() -> None:
    """Whoever copies another's name and metadata proves nothing with them, also not in another role."""
    copied = metadata("Ana (chair)", SALT)
    assert confirmed(identity("speaker", "Eve", "f" * 32), copied) is None
    assert confirmed(ANA.replace("speaker", "organiser"), copied) is None
    assert confirmed("ana", copied) is None


def test_identities_of_other_services_answer_for_no_name() -> None:
    """Only what the token service makes has the form; an unproved person is shown by a short form of it."""
    assert [vouched(each) for each in (ANA, "ana", "speaker-9f3ac21b7d", "agent-AJ_x")] == [
        True,
        False,
        False,
        False,
    ]
    assert (short(ANA), short("ana"), short("a\u202eb"), short("\u200b")) == (
        "speaker-f03f01",
        "ana",
        "ab",
        "?",
    )
