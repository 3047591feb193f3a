"""Who speaks with which voice."""

from __future__ import annotations

import pytest

from pipeline.engines.protocols import Voice
from pipeline.voices import REMEMBERED, Casting, of_register

VOICES = (Voice("es", "es", "low"), Voice("es+f3", "es", "high"), Voice("es+m3", "es", "low"))


def test_speakers_sound_different_and_stay_the_same() -> None:
    """As long as there are voices, no two speakers share one, and nobody changes theirs."""
    casting = Casting()
    first = [casting.voice(name, VOICES).name for name in ("anna", "ben", "carla")]

    assert sorted(first) == ["es", "es+f3", "es+m3"]
    assert [casting.voice(name, VOICES).name for name in ("carla", "anna", "ben")] == [first[2], *first[:2]]


def test_a_language_without_voices_is_an_error() -> None:
    """Nobody is given a voice that is not there."""
    with pytest.raises(ValueError, match="no voices"):
        Casting().voice("anna", ())


def test_a_chosen_voice_speaks_for_everybody_in_its_language() -> None:
    """Other languages cast by speaker, and so does this one again once the choice is gone or cannot be had."""
    casting = Casting()
    casting.voice("anna", VOICES)
    casting.choose({"es": "es+m3", "fr": "fr+gone"})

    assert {casting.voice(name, VOICES, language="es").name for name in ("anna", "ben")} == {"es+m3"}
    assert casting.voice("ben", VOICES, language="ca").name == "es+f3"
    assert casting.voice("anna", (Voice("fr", "fr"),), language="fr").name == "fr"
    assert (casting.chosen("es"), casting.chosen("ca")) == ("es+m3", "")
    casting.choose({})
    assert casting.voice("ben", VOICES, language="es").name == "es+f3"


def test_voices_on_standby_are_cast_only_when_chosen() -> None:
    """Speakers share the first engine's voices rather than getting one of another engine."""
    voices = (Voice("natural:dora", "es"), Voice("plain:es", "es", standby=True))
    casting = Casting()

    assert {casting.voice(name, voices, language="es").name for name in ("anna", "ben")} == {"natural:dora"}
    casting.choose({"es": "plain:es"})
    assert casting.voice("anna", voices, language="es").name == "plain:es"


def test_the_parts_of_a_long_meeting_are_bounded() -> None:
    """Thousands may come and go; those who are heard keep their voice, and new ones go round as before."""
    casting = Casting()
    voices = [Voice(f"v{number}", "es") for number in range(3)]
    anna = casting.voice("anna", voices)
    heard = []
    for number in range(2 * REMEMBERED):
        heard.append(casting.voice(f"guest{number}", voices).name)
        assert casting.voice("anna", voices) == anna

    assert casting.known == REMEMBERED
    assert heard[:4] == ["v1", "v2", "v0", "v1"]
    assert heard[-3:] == heard[-6:-3]


def test_a_speaker_may_wish_for_a_low_or_a_high_voice() -> None:
    """Where there is one: among several it stays the same, and the choice for a language goes before the wish."""
    casting = Casting()
    casting.prefer({"anna": "high", "ben": "low", "carla": "high"})

    heard = {name: casting.voice(name, VOICES, language="es").register for name in ("anna", "ben", "carla")}
    assert heard == {"anna": "high", "ben": "low", "carla": "high"}
    assert casting.voice("ben", VOICES) == casting.voice("ben", VOICES)
    assert casting.voice("anna", (Voice("fr", "fr", "low"),), language="fr").name == "fr"
    casting.choose({"es": "es+m3"})
    assert casting.voice("anna", VOICES, language="es").name == "es+m3"


def test_a_wish_is_not_met_by_another_engines_voice() -> None:
    """One that stands by speaks only where it is chosen by name."""
    voices = (Voice("natural:dora", "es", "high"), Voice("plain:es", "es", "low", standby=True))
    casting = Casting()
    casting.prefer({"ben": "low"})
    assert casting.voice("ben", voices, language="es").name == "natural:dora"


def test_a_language_may_be_cast_from_one_register() -> None:
    """Speakers keep different voices in it, whatever they wished for themselves; elsewhere their own wish holds."""
    casting = Casting()
    casting.prefer({"anna": "high"})
    casting.choose({}, {"es": "low"})

    assert [casting.voice(name, VOICES, language="es").name for name in ("anna", "ben")] == ["es", "es+m3"]
    assert casting.voice("anna", VOICES, language="ca").register == "high"
    assert casting.voice("anna", (Voice("f", "es", "high"),), language="es").name == "f", "better than none"
    casting.choose({"es": "es+f3"}, {})
    assert casting.voice("ben", VOICES, language="es").name == "es+f3"
    casting.choose({})
    assert casting.voice("anna", VOICES, language="es").register == "high"


def test_a_register_of_a_language_is_not_met_by_another_engines_voice() -> None:
    """As a speaker's own wish is not."""
    voices = (Voice("natural:dora", "es", "high"), Voice("plain:es", "es", "low", standby=True))
    casting = Casting()
    casting.choose({}, {"es": "low"})

    assert casting.voice("ben", voices, language="es").name == "natural:dora"
    assert [of_register(voices, "low"), of_register(voices, "high"), of_register(voices)] == [
        [],
        [voices[0]],
        [voices[0]],
    ]


def test_a_voice_that_resembles_is_for_one_speaker_in_one_language_until_it_is_taken_back() -> None:
    """Nobody else is spoken so, and the usual part stays what it was."""
    casting = Casting()
    usual = casting.voice("anna", VOICES, language="es")
    casting.liken({("anna", "es"): "blend"})

    assert [casting.likeness(*asked) for asked in (("anna", "es"), ("anna", "fr"), ("ben", "es"))] == [
        "blend",
        "",
        "",
    ]
    assert casting.voice("anna", VOICES, language="es") == usual
    casting.liken({})
    assert casting.likeness("anna", "es") == ""
