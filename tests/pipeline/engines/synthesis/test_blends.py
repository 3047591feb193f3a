"""Names of voices that hold their own recipe."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.protocols import SynthesisRequest, UnknownVoice
from pipeline.engines.synthesis.blends import (
    MOST_CHARACTERS,
    MOST_PARTS,
    Blend,
    check_voice,
    is_blend,
    parts_of,
    read,
)
from pipeline.engines.synthesis.chain import SynthesizerChain
from tests.fakes.voices import ScriptedVoices

VOICES = st.from_regex(r"[a-z]f_[a-z0-9]{1,10}", fullmatch=True)


@st.composite
def blends(draw: st.DrawFn) -> Blend:
    """Any that can be made."""
    voices = draw(st.lists(VOICES, min_size=1, max_size=MOST_PARTS, unique=True))
    cuts = draw(st.lists(st.integers(1, 99), min_size=len(voices) - 1, max_size=len(voices) - 1, unique=True))
    edges = [0, *sorted(cuts), 100]
    shares = [end - begin for begin, end in itertools.pairwise(edges)]
    return Blend(tuple(zip(voices, shares, strict=True)), draw(st.integers(-30, 30)) / 10)


@given(blends())
def test_a_name_holds_the_whole_recipe(blend: Blend) -> None:
    """What is written is read again, with its engine or without, and fits where names of voices go."""
    assert is_blend(blend.name)
    assert read(blend.name) == read(f"kokoro:{blend.name}") == blend
    assert len(f"kokoro:{blend.name}") <= MOST_CHARACTERS


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("blend~", "it should be blend~VOICE"),
        ("blend~af_bella", "it should be blend~VOICE"),
        ("blend~af_bella.0~am_adam.100", "it should be blend~VOICE"),
        ("blend~af_bella.100~up", "it should be blend~VOICE"),
        ("blend~af_bella.1e2", "it should be blend~VOICE"),
        ("blend~../x.100", "it should be blend~VOICE"),
        ("blend~af_bella.१००", "it should be blend~VOICE"),
        ("blend~up2", "it should be blend~VOICE"),
        ("blend~af_bella.100~up3.5", "3 semitones higher or lower, no more"),
        ("blend~af_bella.100~down9.9", "3 semitones higher or lower, no more"),
        ("blend~af_bella.40~am_adam.50", "its shares come to 90 and should come to 100"),
        ("blend~af_bella.50~af_bella.50", "a voice is in it twice"),
        ("blend~a.20~b.20~c.20~d.20~e.20", "it has more than 4 parts"),
        ("blend~" + "x" * 100, "longer than 100 characters"),
    ],
)
def test_a_bad_recipe_says_what_is_wrong(name: str, why: str) -> None:
    """Nothing is guessed."""
    assert is_blend(name)
    with pytest.raises(UnknownVoice, match=why):
        read(name)


def test_other_names_are_no_blends() -> None:
    """Among them those of all engines."""
    for name in ("", "af_bella", "es+f3", "en_US-joe-medium", "kokoro:af", "piper:x#3", "blend"):
        assert not is_blend(name)


def test_a_blend_is_of_voices_that_are_there() -> None:
    """Of one engine and of whatever language, in a language that this engine speaks."""
    kokoro = ScriptedVoices("kokoro", {"es": ("ef_dora",), "en": ("af_bella",)}, blends=True)
    plain = ScriptedVoices("plain", {"es": ("es",), "de": ("de",)})
    chain = SynthesizerChain([kokoro, plain])

    assert set(parts_of(kokoro)) == {"ef_dora", "af_bella"}
    assert set(parts_of(chain, "kokoro")) == {"ef_dora", "af_bella"}
    check_voice(kokoro, "blend~af_bella.100", "es")
    check_voice(chain, "kokoro:blend~af_bella.30~ef_dora.70~up1", "es")
    check_voice(chain, "plain:de", "de")
    for name, language, why in (
        ("kokoro:blend~af_bella.100", "de", "voices of de cannot be blended here"),
        ("blend~af_bella.100", "es", "cannot be blended here"),
        ("plain:blend~es.100", "es", "cannot be blended here"),
        ("kokoro:blend~es.100", "es", "there is no voice es"),
        ("kokoro:ef_dora", "en", "no such voice in this language"),
    ):
        with pytest.raises(UnknownVoice, match=why):
            check_voice(chain, name, language)


def request(voice: str) -> SynthesisRequest:
    return SynthesisRequest("Hola.", "es", f"kokoro:{voice}")


async def test_whoever_stands_in_for_a_blend_is_as_high() -> None:
    """The engine that can make it is asked first; another one takes the register of its largest part."""
    kokoro = ScriptedVoices("kokoro", {"es": ("ef_dora", "em_alex")}, hangs=True, blends=True)
    plain = ScriptedVoices("plain", {"es": ("es", "es+f2")})
    chain = SynthesizerChain([plain, kokoro], patience_s=0.01)

    for blend in ("blend~em_alex.80~ef_dora.20", "blend~em_alex.20~ef_dora.80"):
        async for _ in chain.synthesize(request(blend)):
            pass

    assert kokoro.asked == [("es", "blend~em_alex.80~ef_dora.20"), ("es", "blend~em_alex.20~ef_dora.80")]
    assert [voice for _, voice in plain.asked] == ["es", "es+f2"]
