"""What `hive doctor` finds, and how it looks."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from cli.doctor_table import show
from config.settings import Models, Recognition, Settings, SpeechSettings, TranslationSettings
from stack.doctor import Examination, examine
from tests.pipeline.engines.synthesis.tiny_voices import write_piper

pytestmark = pytest.mark.engines

DATA = Path(__file__).parents[1] / "data"


def settings(directory: Path, **sections: object) -> Settings:
    return Settings(
        models=Models(directory=directory),
        recognition=Recognition(device="cpu"),
        **sections,  # type: ignore[arg-type]
    )


def shown(examination: Examination) -> str:
    console = Console(file=io.StringIO(), width=200)
    show(examination, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def test_each_role_is_told_with_what_better_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a bare machine, where nothing was measured."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path))
    examination = await examine(settings(tmp_path / "models"))

    assert [role.engines for role in examination.roles] == [("pocketsphinx",), ("apertium",), ("espeak",)]
    assert all(finding.works for finding in examination.loaded)
    assert (examination.means, examination.measured, examination.voiceless) == ("embedded", None, ())
    text = shown(examination)
    assert "→ better: fetch one, e.g. `hive models fetch whisper-base`" in text
    assert "→ hive doctor --measure" in text


async def test_a_language_without_a_voice_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is offered as captions only."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path))
    (tmp_path / "opus").mkdir()
    (tmp_path / "opus" / "pocket").symlink_to(DATA / "opus-pocket-en-es-fr")
    (tmp_path / "piper").mkdir()
    write_piper(tmp_path / "piper", "es_ES-x-low", code="es_ES")
    named = settings(
        tmp_path,
        translation=TranslationSettings(engines=("opus",)),
        speech=SpeechSettings(engines=("piper",)),
    )

    examination = await examine(named)

    assert examination.voiceless == ("fr",)
    assert "no voice for fr" in shown(examination)


async def test_figures_and_what_fits_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After measuring; what the engines say is the same in JSON."""
    monkeypatch.setenv("HIVE_CACHE", str(tmp_path))
    said: list[str] = []

    examination = await examine(settings(tmp_path / "models"), measuring=True, say=said.append)

    assert said == ["pocketsphinx", "apertium", "espeak"]
    assert examination.measured is not None
    text = shown(examination)
    assert "s to recognise 5.0 s of speech" in text
    # what other work on the machine slowed down decides nothing
    assert (examination.capacity is None) == examination.measured.busy
    assert ("may speak at once" in text) == (not examination.measured.busy)
    assert ('"speakers"' in examination.as_json()) == (not examination.measured.busy)
