"""How voices by language are written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.reading import load
from config.settings import Settings, SettingsError, SpeechSettings
from stack.environment import variables

VOICES = {"fr": "piper:fr_FR-siwis-medium", "en": "kokoro"}


def test_voices_by_language_in_a_file(tmp_path: Path) -> None:
    """A table, and engines as a list."""
    file = tmp_path / "hive.toml"
    file.write_text(
        '[speech]\nengines = ["piper", "auto"]\nvoices = { fr = "piper:fr_FR-siwis-medium", en = "kokoro" }\n'
    )

    speech = load(file, {}).speech

    assert (speech.engines, speech.voices) == (("piper", "auto"), VOICES)


@pytest.mark.parametrize(
    ("text", "voices"),
    [
        ("fr=piper:fr_FR-siwis-medium,en=kokoro", VOICES),
        (" fr = piper:fr_FR-siwis-medium , en = kokoro , ", VOICES),
        ("", {}),
    ],
)
def test_voices_by_language_in_a_variable(text: str, voices: dict[str, str]) -> None:
    """KEY=VALUE with commas between."""
    assert load(Path(os.devnull), {"HIVE_SPEECH__VOICES": text}).speech.voices == voices


def test_a_voice_without_a_language_is_an_error() -> None:
    """It says how it is written."""
    with pytest.raises(SettingsError, match="HIVE_SPEECH__VOICES is written KEY=VALUE"):
        load(Path(os.devnull), {"HIVE_SPEECH__VOICES": "piper"})


@pytest.mark.parametrize("variable", ["HIVE_SPEECH__ENGINE", "HIVE_SPEECH__VOICE"])
def test_an_old_or_wrong_name_is_an_error(variable: str) -> None:
    """Nothing is ignored."""
    with pytest.raises(SettingsError, match=r"speech\.(engine|voice)"):
        load(Path(os.devnull), {variable: "piper"})


def test_variables_go_over_the_file(tmp_path: Path) -> None:
    """A list is written with commas; what has no section is one value; other programs' variables are theirs."""
    file = tmp_path / "hive.toml"
    file.write_text('profile = "gpu"\n[recognition]\nmax_speakers = 3\n[speech]\nengines = ["piper"]\n')
    environment = {
        "PATH": "/bin",
        "HIVE_CONFIG": str(file),
        "HIVE_CACHE": "/tmp",
        "HIVE_PROFILE": "cpu",
        "HIVE_SPEECH__ENGINES": " kokoro,, auto ,",
        "HIVE_AUTH__TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2",
        "HIVE_TRANSLATION__ENGINES": "",
    }

    settings = load(environment=environment)

    assert settings.profile == "cpu"
    assert settings.speech.engines == ("kokoro", "auto")
    assert settings.recognition.max_speakers == 3
    assert settings.auth.trusted_proxies == ("10.0.0.1", "10.0.0.2")
    assert settings.translation.engines == ()


@pytest.mark.parametrize("variable", ["HIVE_SPEACH__ENGINES", "HIVE_SPEACH", "HIVE_"])
def test_a_section_that_is_not_there_is_an_error(variable: str) -> None:
    """It names the variable."""
    with pytest.raises(SettingsError, match=f"unknown variable {variable}: there is no section"):
        load(Path(os.devnull), {variable: "piper"})


def test_parts_read_what_the_stack_means() -> None:
    """Through variables and back."""
    settings = Settings(speech=SpeechSettings(engines=("piper", "auto"), voices=VOICES))

    assert load(Path(os.devnull), variables(settings)) == settings


def test_languages_are_codes() -> None:
    """What no participant and no organiser could write, no operator can; "auto" stands for whatever is spoken."""
    rooms = load(
        Path(os.devnull), {"HIVE_ROOMS__LANGUAGES": "es,pt_BR", "HIVE_ROOMS__SOURCE_LANGUAGE": "auto"}
    ).rooms
    assert (rooms.languages, rooms.source_language) == (("es", "pt-BR"), "auto")
    for name, value in [("LANGUAGES", "es,english"), ("LANGUAGES", "off"), ("SOURCE_LANGUAGE", "english")]:
        with pytest.raises(SettingsError, match=name.lower()):
            load(Path(os.devnull), {f"HIVE_ROOMS__{name}": value})
    with pytest.raises(SettingsError, match=r"speech\.voices"):
        load(Path(os.devnull), {"HIVE_SPEECH__VOICES": "french=piper"})


@pytest.mark.parametrize("variable", ["HIVE_AUTH__KEEP_NAMES_HOURS", "HIVE_AUTH__KEEP_ROOMS_DAYS"])
@pytest.mark.parametrize("value", ["-1", "nan", "inf", "soon"])
def test_how_long_things_are_kept_is_a_time(variable: str, value: str) -> None:
    """A negative one would forget who is there; the key is named."""
    with pytest.raises(SettingsError, match=variable.removeprefix("HIVE_AUTH__").lower()):
        load(None, {variable: value})
    assert load(None, {variable: "0"}).auth is not None
