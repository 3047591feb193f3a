"""How the figures of a machine look in a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cli.doctor_table import show
from pipeline.capacity import Capacity, ClauseTiming, Measured, PassTiming, TogetherTiming, VoiceTiming
from pipeline.machine import Machine
from stack.doctor import Examination

BARE = Measured(Machine("box", "a processor", 4), "digest")
FULL = Measured(
    BARE.machine,
    BARE.models,
    passes=(
        PassTiming("whisper", "base", 1, 5.0, 1.25),
        PassTiming("whisper", "base", 2, 5.0, 0.75),
        PassTiming("whisper", "large", 2, 5.0, 0.1, on_gpu=True),
        PassTiming("pocketsphinx", "", 1, 5.0, 2.0, incremental=True),
    ),
    clauses=(ClauseTiming("opus", "en", "es", 0.2),),
    voices=(VoiceTiming("piper", "es_ES-x", 0.1, 0.25), VoiceTiming("espeak", "es", 0.01, 0.02)),
    together=(
        TogetherTiming("base", "piper", 1.5, 0.5),
        TogetherTiming("large", "piper", 0.2, 0.3),
        TogetherTiming("base", "piper", 1.6, 0.6),
    ),
    failures=("kokoro: [no] memory",),
    busy=True,
)
FITS = Capacity(2, 1.0, (1,), sentences=("2 people may speak at once [or so]",))


def measured(figures: Measured | None, capacity: Capacity | None = None) -> list[str]:
    """The lines below the heading, each with single spaces."""
    examination = Examination(
        profile="auto",
        means="cpu",
        can_run=True,
        roles=(),
        loaded=(),
        voiceless=(),
        measured=figures,
        capacity=capacity,
        engines=(),
        routes=(),
        models=(),
        machine=(),
    )
    console = Console(file=io.StringIO(), width=200)
    show(examination, console)
    assert isinstance(console.file, io.StringIO)
    section = (
        console.file.getvalue().partition("measured on this machine\n")[2].partition("\nthis machine")[0]
    )
    return [" ".join(line.split()) for line in section.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("figures", "capacity", "lines"),
    [
        pytest.param(
            None, FITS, ["nothing yet with these models", "→ hive doctor --measure"], id="never measured"
        ),
        pytest.param(BARE, FITS, ["- 2 people may speak at once [or so]"], id="nothing but what fits"),
        pytest.param(
            FULL,
            None,
            [
                "whisper base 1 thread 1.250 s a look at 5.0 s of speech",
                "whisper base 2 threads 0.750 s a look at 5.0 s of speech",
                "whisper large GPU 0.100 s a look at 5.0 s of speech",
                "pocketsphinx 1 thread 2.000 s to recognise 5.0 s of speech",
                "opus 0.200 s a clause, en to es",
                (
                    "piper es_ES-x 0.250 s for a second of speech, first sound after 0.100 s; "
                    "0.60 beside base, whose look then takes 1.600 s; "
                    "0.30 beside large, whose look then takes 0.200 s"
                ),
                "espeak es 0.020 s for a second of speech, first sound after 0.010 s",
                "kokoro: [no] memory",
                "these figures are of a busy machine: nothing is decided by them",
            ],
            id="everything",
        ),
    ],
)
def test_every_figure_has_its_line(
    figures: Measured | None, capacity: Capacity | None, lines: list[str]
) -> None:
    """Of what was measured twice the later figure is shown; brackets are text, no markup."""
    assert measured(figures, capacity) == lines
