"""Who says what, and who hears it how."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from config.settings import Models, Recognition, Settings
from demo.holding import heard_languages
from demo.scripts import IN_ENGLISH, PRESIDENT_SAYS, Script, built_in, of_recording
from tests.demo.people import part
from tests.near import near

BOTH = Script((part("carla", "es"), part("ann", "en", starts_s=12.0)), ("en", "es", "fr"))
EMPTY = Settings(models=Models(directory=Path("/nowhere"), download=False))


def test_translations_are_heard_of_others_and_originals_of_ones_own_language() -> None:
    assert [each.speaker for each in BOTH.heard_by("en")] == ["carla"]
    assert [each.speaker for each in BOTH.originals_for("en-GB")] == ["ann"]
    assert [each.speaker for each in BOTH.heard_by("fr")] == ["carla", "ann"]
    assert BOTH.originals_for("fr") == ()
    assert BOTH.speakers == {"carla": "es", "ann": "en"}
    assert BOTH.length_s == 22.0


def test_listeners_are_those_wished_for() -> None:
    assert heard_languages(BOTH, None) == ("en", "es", "fr")
    assert heard_languages(BOTH, ("fr", "it", "fr")) == ("fr", "it")
    english = Script((part("ann", "en"),), ("en", "es"))
    assert heard_languages(english, None) == ("es",)
    assert heard_languages(english, ("en", "es")) == ("en", "es"), (
        "who speaks the talk's language hears the original"
    )


@pytest.mark.engines
async def test_without_models_the_english_talk_is_given() -> None:
    embedded = await built_in(replace(EMPTY, profile="embedded"))

    assert [(each.speaker, each.language) for each in embedded.parts] == [("alan", "en"), ("maya", "en")]
    assert embedded.parts[1].starts_s == near(0.55 * embedded.parts[0].ends_s)
    assert embedded.parts[0].text is not None
    assert embedded.parts[0].text.startswith("Good morning everybody, and welcome to our meeting.")
    assert embedded.hear == ("es", "fr")


@pytest.mark.engines
async def test_with_a_recogniser_for_many_languages_the_meeting_goes_both_ways() -> None:
    settings = replace(EMPTY, recognition=Recognition(engine="whisper", model="base"))

    both = await built_in(settings)

    assert [(each.speaker, each.language) for each in both.parts] == [
        ("carmen", "es"), ("alan", "en"), ("john", "en"),
    ]  # fmt: skip
    assert both.parts[0].references == {"en": IN_ENGLISH}
    assert both.parts[2].text == PRESIDENT_SAYS
    assert all(
        later.starts_s == near(earlier.ends_s + 1.5)
        for earlier, later in zip(both.parts, both.parts[1:], strict=False)
    )
    assert 45 < both.length_s < 90
    assert all(np.abs(each.pcm).max() > 1000 for each in both.parts)
    assert both.hear == ("en", "es", "fr")


@pytest.mark.engines
async def test_a_recogniser_that_knows_english_alone_is_given_english() -> None:
    settings = replace(EMPTY, recognition=Recognition(engine="whisper", model="tiny.en"))

    assert {each.language for each in (await built_in(settings)).parts} == {"en"}


@pytest.mark.engines
def test_a_recording_is_interrupted_in_its_own_language_only(tmp_path: Path) -> None:
    from demo.report import write_wav

    write_wav(tmp_path / "talk.wav", np.zeros(16_000, np.int16))

    spanish = of_recording(tmp_path / "talk.wav", "es", "Hola.")
    english = of_recording(tmp_path / "talk.wav", "en-US")

    assert [(each.speaker, each.language, each.text) for each in spanish.parts] == [("alan", "es", "Hola.")]
    assert [each.speaker for each in english.parts] == ["alan", "maya"]
