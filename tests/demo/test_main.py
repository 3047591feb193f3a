"""Which questions the demo asks about a meeting, and when it cannot ask them."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.settings import Models, Recognition, Settings, SpeechSettings
from demo.main import judge
from demo.meeting import Minutes, PlayedPart
from demo.report import measure
from demo.scripts import Script
from demo.verdict import Compared, Finding
from tests.demo.people import caption, clause, minutes, part, said, script

ANN, CARLA = part("ann", "en", "Hello."), part("carla", "es", "Gracias.")
BOTH = script(ANN, CARLA)


def settings(directory: Path, speech: str) -> Settings:
    """Without a recogniser of many languages."""
    return Settings(
        models=Models(directory=directory, download=False),
        recognition=Recognition(engine="pocketsphinx", device="cpu"),
        speech=SpeechSettings(engines=(speech,)),
    )


def held(*targets: str) -> Minutes:
    """Ann speaks English, Carla Spanish; nobody receives a track."""
    english, spanish = clause(1), clause(1, speaker="carla", language="es")
    for target in targets:
        for record in (english, spanish):
            if record.language != target:
                record.renderings[target] = said(record)
                record.renderings[target].voice = f"espeak:{target}"
    meeting = minutes(
        [english, spanish],
        read=[caption(1, "Hello."), caption(1, "Gracias.", speaker="carla", language="es", source="es")],
        listeners={target: [] for target in targets},
    )
    meeting.spoken = [PlayedPart(ANN, 101.0), PlayedPart(CARLA, 111.0)]
    return meeting


async def judged(
    directory: Path, speech: str, script_of: Script, *targets: str
) -> tuple[list[Finding], dict[str, list[Compared]]]:
    meeting = held(*targets)
    figures = measure(meeting, script_of, targets)
    return await judge(meeting, script_of, targets, figures, settings(directory, speech))


@pytest.mark.engines
async def test_every_question_is_asked_about_each_listener(tmp_path: Path) -> None:
    """By sound about what is heard in translation, originals where somebody speaks the language itself."""
    findings, compared = await judged(tmp_path, "espeak", BOTH, "es", "fr")

    assert [finding.question for finding in findings] == [
        "the listener of es heard es and nothing else",
        "the listener of fr heard fr and nothing else",
        "the listener of es heard originals in es",
        "at least 95% of the words were spoken in es",
        "the lag of es did not grow",
        "at least 95% of the words were spoken in fr",
        "the lag of fr did not grow",
        "every committed clause was translated and spoken, or has a reason",
        "no sound was lost",
        "every clause reached the reader of originals",
        "every clause reached the reader of es",
        "every clause reached the reader of fr",
        "no committed word was changed",
    ]
    assert compared == {"es": [], "fr": []}
    assert findings[2].detail == "0 of 0 stretches of 4 s found by sound"


async def test_who_hears_only_originals_is_not_asked_about_translation(tmp_path: Path) -> None:
    """And no engine is loaded for them."""
    findings, compared = await judged(tmp_path, "kokoro", script(CARLA), "es")

    assert [finding.question for finding in findings][:2] == [
        "the listener of es heard originals in es",
        "every committed clause was translated and spoken, or has a reason",
    ]
    assert compared == {}


async def test_without_a_voice_to_compare_with_nothing_else_is_said(tmp_path: Path) -> None:
    findings, compared = await judged(tmp_path, "kokoro", BOTH, "es")

    assert [(finding.question, finding.holds) for finding in findings] == [
        ("what was heard could be compared", False)
    ]
    assert findings[0].detail
    assert compared == {}
