"""Which voice comes first where nobody listens live."""

from __future__ import annotations

import pytest

from pipeline.engines.protocols import Voice
from pipeline.engines.synthesis.unhurried import best_engines_first

LIVE = (
    Voice("espeak:fr", "fr"),
    Voice("espeak:fr+f3", "fr"),
    Voice("kokoro:ff_siwis", "fr", standby=True),
    Voice("piper:fr_FR-siwis-medium", "fr", standby=True),
)
"""As a chain has them on a machine that Kokoro is too slow for."""


@pytest.mark.parametrize(
    ("wishes", "first"),
    [
        ({}, "kokoro:ff_siwis"),
        ({"fr": "piper"}, "piper:fr_FR-siwis-medium"),
        ({"fr": "espeak:fr+f3"}, "espeak:fr+f3"),
        ({"de": "espeak"}, "kokoro:ff_siwis"),
        ({"fr": "festival:one"}, "kokoro:ff_siwis"),
    ],
)
def test_the_best_engine_is_first_but_for_a_wish(wishes: dict[str, str], first: str) -> None:
    """The operator's wish goes before quality; one for what is not there changes nothing."""
    assert best_engines_first(LIVE, "fr", wishes)[0].name == first


def test_a_wish_for_a_language_holds_for_its_regions() -> None:
    """As in a chain."""
    assert best_engines_first(LIVE, "fr-CA", {"fr": "piper"})[0].name == "piper:fr_FR-siwis-medium"


def test_voices_of_one_engine_keep_their_order() -> None:
    """The first of them is the default; nothing is left out."""
    assert [voice.name for voice in best_engines_first(LIVE, "fr", {})] == [
        "kokoro:ff_siwis",
        "piper:fr_FR-siwis-medium",
        "espeak:fr",
        "espeak:fr+f3",
    ]


def test_an_engine_alone_keeps_its_voices() -> None:
    """Its voices do not tell its name."""
    voices = (Voice("af_heart", "en"), Voice("am_adam", "en"))

    assert best_engines_first(voices, "en", {}) == voices
