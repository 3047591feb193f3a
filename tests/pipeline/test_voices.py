"""Who speaks with which voice."""

from __future__ import annotations

import pytest

from pipeline.engines.protocols import Voice
from pipeline.voices import Casting

VOICES = (Voice("es", "es", "low"), Voice("es+f3", "es", "high"), Voice("es+m3", "es", "low"))


def test_speakers_sound_different_and_stay_the_same() -> None:
    """As long as there are voices, no two speakers share one, and nobody changes theirs."""
    casting = Casting()
    first = [casting.voice(name, VOICES).name for name in ("anna", "ben", "carla")]

    assert sorted(first) == ["es", "es+f3", "es+m3"]
    assert [casting.voice(name, VOICES).name for name in ("carla", "anna", "ben")] == [first[2], *first[:2]]


def test_a_wished_register_is_kept_where_there_is_one() -> None:
    """A preference narrows the choice; a language without such a voice uses what it has."""
    casting = Casting()
    casting.prefer("anna", "high")

    assert casting.voice("anna", VOICES).name == "es+f3"
    assert casting.voice("anna", (Voice("fr", "fr", "low"),)).name == "fr"


def test_a_language_without_voices_is_an_error() -> None:
    """Nobody is given a voice that is not there."""
    with pytest.raises(ValueError, match="no voices"):
        Casting().voice("anna", ())
