"""The figures of a meeting with known events."""

from __future__ import annotations

import io
import json
import math
import wave
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from demo.coverage import Coverage, Said
from demo.ledger import RenderedClause
from demo.load import Use
from demo.meeting import Minutes
from demo.quantiles import Distribution, Trend
from demo.report import (
    Figures,
    LanguageFigures,
    as_json,
    language_figures,
    measure,
    translation_scores,
    what_was_said,
    write_json,
    write_texts,
    write_wav,
)
from demo.tables import show
from demo.verdict import Finding
from tests.demo.people import NOTHING, caption, clause, minutes, part, said, script
from tests.near import near

ONE, TWO = clause(1), clause(2)
ONE.renderings["es"] = said(ONE, lag_s=2.0)
TWO.renderings["es"] = said(TWO, lag_s=3.0, waited_s=0.5)
TWO.renderings["es"].speed = 1.2
TWO.renderings["es"].drafted = True
THREE = clause(3, renderings={"es": RenderedClause(translated_s=0.3, problem="skipped")})
CARLA = clause(1, speaker="carla", language="es", onset_s=130.0)

READ = [
    caption(1, "Good mor", final=False, committed=4),
    caption(1, "Good morning.", order=2),
    caption(2, "We opened stations.", order=3),
    caption(3, "Thank you.", order=4),
    caption(1, "Gracias.", speaker="carla", language="es", source="es", order=5),
]
SPANISH = [
    caption(1, "Buenos días.", language="es"),
    caption(2, "Abrimos estaciones.", language="es"),
    caption(3, "Gracias.", language="es"),
]
SCRIPT = script(
    part(
        "ann",
        "en",
        "Good morning. We opened four stations. Thank you.",
        references={"es": "Buenos días. Abrimos cuatro estaciones. Gracias."},
    ),
    part("carla", "es", "Gracias."),
)


def held_meeting(extra_rounds: int = 0):  # type: ignore[no-untyped-def]
    held = minutes([ONE, TWO, THREE, CARLA], read=READ, listeners={"es": SPANISH})
    held.ledger.shown_s, held.ledger.word_commit_s = [0.1, 0.3], [0.6, 0.8]
    held.ledger.interim_s = {"es": [0.5], "en": [0.2]}
    held.rounds += [(0.0, 160.0)] * extra_rounds
    return held


def test_the_figures_of_a_meeting() -> None:
    found = measure(held_meeting(), SCRIPT, ("es",))

    assert found == Figures(
        clauses=4,
        length_s=60.0,
        wrong={"ann": 1 / 8, "carla": 0.0},
        interim={"en": Distribution(1, 0.2, 0.2, 0.2), "es": Distribution(1, 0.5, 0.5, 0.5)},
        shown=Distribution(2, near(0.2), near(0.29), 0.3),
        committed=Distribution(2, near(0.7), near(0.79), 0.8),
        retraction=near(1 / 9),
        languages={
            "es": LanguageFigures(
                spoken=2,
                drafted=1,
                not_spoken=1,
                coverage=Coverage(words=8, heard=7, right=7, translated=7, spoken=5),
                translated=Distribution(2, 0.1, 0.1, 0.1),
                first_audio=Distribution(2, near(0.4), near(0.4), near(0.4)),
                first_audio_with_wait=Distribution(2, near(0.65), near(0.875), near(0.9)),
                onset=Distribution(2, near(3.65), near(3.875), near(3.9)),
                end=Distribution(2, near(2.5), near(2.95), near(3.0)),
                lag_start_s=near(2.5),
                lag_end_s=near(2.5),
                lag=Trend(0.0, -math.inf),
                fastest=1.2,
                chrf={"ann": near(81.2, within=0.1)},
            )
        },
    )


def test_a_meeting_in_which_nothing_was_said() -> None:
    silent = script(part("ann", "en", "Hello."))

    found = measure(minutes([], listeners={"es": []}), silent, ("es",))

    assert found.languages["es"] == LanguageFigures(
        spoken=0,
        drafted=0,
        not_spoken=0,
        coverage=Coverage(1, 0, 0, 0, 0),
        translated=NOTHING,
        first_audio=NOTHING,
        first_audio_with_wait=NOTHING,
        onset=NOTHING,
        end=NOTHING,
        lag_start_s=0.0,
        lag_end_s=0.0,
        lag=Trend(0.0, -math.inf),
        fastest=1.0,
        chrf={},
    )
    assert found.wrong == {"ann": 1.0}


def test_rounds_are_said_again() -> None:
    twice = script(part("ann", "en", "One."), part("bob", "en"), part("ann", "en", "Two."))

    assert what_was_said(twice, Minutes(rounds=[(0.0, 1.0), (1.0, 2.0)])) == [
        Said("ann", "en", "One. Two. One. Two."),
        Said("bob", "en", None),
    ]


def test_a_translation_is_scored_where_there_is_a_good_one() -> None:
    assert translation_scores(held_meeting(), SCRIPT, "es") == {"ann": near(81.2, within=0.1)}
    assert translation_scores(held_meeting(), script(part("ann", "en", "Good morning.")), "es") == {}


def test_the_report_is_json_without_infinity_and_without_words(tmp_path: Path) -> None:
    held = held_meeting()
    figures = measure(held, SCRIPT, ("es",))
    findings = [Finding("was it right", True, "yes"), Finding("was it quick", False, "no")]

    write_json(tmp_path / "report.json", as_json(figures, findings, {"worker": Use(0.5, 90.0)}, held))

    text = (tmp_path / "report.json").read_text(encoding="utf-8")
    report = json.loads(text)
    assert report["holds"] is False
    assert report["findings"][1] == {"question": "was it quick", "holds": False, "detail": "no"}
    assert report["figures"]["languages"]["es"]["lag"] == {"slope": 0.0, "at_least": None}
    assert report["figures"]["languages"]["es"]["coverage"] == {
        "words": 8, "heard": 7, "right": 7, "translated": 7, "spoken": 5,
    }  # fmt: skip
    assert report["use"] == {"worker": {"cores": 0.5, "memory_mib": 90.0}}
    assert [each["number"] for each in report["clauses"]] == [1, 2, 3, 1]
    assert "morning" not in text


def test_the_terminal_shows_coverage_lag_and_answers(tmp_path: Path) -> None:
    shown = io.StringIO()
    figures = measure(held_meeting(), SCRIPT, ("es",))

    show(
        Console(file=shown, width=140),
        figures,
        [Finding("was it right", False, "no")],
        {"worker": Use(0.5, 90.0)},
        tmp_path,
    )

    lines = [" ".join(line.split()) for line in shown.getvalue().splitlines()]
    assert "es 8 87.5% 87.5% 62.5% 1 of 3 ann 81" in lines
    assert "es 3.7 / 3.9 2.5 / 3.0 2.5 → 2.5 +0.00 1.20" in lines
    assert "words wrong: ann 12.5%, carla 0.0%; shown words later changed: 11.1%" in lines
    assert "no was it right: no" in lines


def test_the_terminal_shows_everything_in_its_order() -> None:
    shown = io.StringIO()
    findings = [Finding("was it right", False, "no"), Finding("was it quick", True, "yes")]
    use = {"worker": Use(0.5, 90.0), "media": Use(0.25, 30.0)}

    show(
        Console(file=shown, width=140),
        measure(held_meeting(), SCRIPT, ("es",)),
        findings,
        use,
        Path("out/here"),
    )

    assert [" ".join(line.split()) for line in shown.getvalue().splitlines()] == [
        "Processing clock: from the sound or the commit",
        "processing, ms count median p95 longest",
        "interim caption, en 1 200 200 200",
        "interim caption, es 1 500 500 500",
        "word shown as it stays 2 200 290 300",
        "word committed 2 700 790 800",
        "translation, es 2 100 100 100",
        "first audio, es 2 400 400 400",
        "first audio with its wait, es 2 650 875 900",
        "Listener's clock: source to translation",
        "ear-voice span, s onset p50 / p95 end p50 / p95 lag start → end drift per min speed up to",
        "es 3.7 / 3.9 2.5 / 3.0 2.5 → 2.5 +0.00 1.20",
        "Coverage",
        "of what was said words heard translated spoken clauses not spoken chrF",
        "es 8 87.5% 87.5% 62.5% 1 of 3 ann 81",
        "Use",
        "part cores MiB",
        "media 0.25 30",
        "worker 0.50 90",
        "words wrong: ann 12.5%, carla 0.0%; shown words later changed: 11.1%",
        "no was it right: no",
        "yes was it quick: yes",
        "recordings, captions and report.json: out/here",
    ]


def test_the_terminal_says_what_is_not_known() -> None:
    """Of a talk whose words nobody wrote down."""
    shown = io.StringIO()
    figures = measure(held_meeting(), script(part("ann", "en")), ("es",))

    show(Console(file=shown, width=140), figures, [], {}, Path("out"))

    lines = [" ".join(line.split()) for line in shown.getvalue().splitlines()]
    assert "es 7 – 100.0% 71.4% 1 of 3 –" in lines
    assert "words wrong: not known; shown words later changed: 11.1%" in lines


@pytest.mark.parametrize(
    ("rendering", "spoken"),
    [
        (RenderedClause(first_audio_at_s=1.0, onset_at_s=2.0, end_at_s=3.0), 1),
        (RenderedClause(first_audio_at_s=0.0, onset_at_s=0.0, end_at_s=0.0), 1),
        (RenderedClause(onset_at_s=2.0, end_at_s=3.0), 0),
        (RenderedClause(first_audio_at_s=1.0, end_at_s=3.0), 0),
        (RenderedClause(first_audio_at_s=1.0, onset_at_s=2.0), 0),
        (RenderedClause(translated_s=0.5), 0),
        (None, 0),
    ],
)
def test_a_clause_counts_as_spoken_once_it_was_heard_to_its_end(
    rendering: RenderedClause | None, spoken: int
) -> None:
    record = clause(1, renderings={"es": rendering} if rendering else {})

    found = language_figures([record], "es", Coverage(0, 0, 0, 0, 0), [], {})

    assert (found.spoken, found.not_spoken, found.clauses) == (spoken, 1 - spoken, 1)
    assert found.onset.count == found.first_audio.count == spoken


def test_lag_at_both_ends_is_a_quarter_of_the_clauses_or_three() -> None:
    def ends(*lag_s: float) -> tuple[float, float]:
        lag = [(10.0 * number, each) for number, each in enumerate(lag_s)]
        found = language_figures([], "es", Coverage(0, 0, 0, 0, 0), [lag], {})
        return found.lag_start_s, found.lag_end_s

    assert ends(1.0, 2.0, 3.0, 4.0) == (2.0, 3.0)
    assert ends(*range(16)) == (1.5, 13.5)
    assert ends(5.0) == (5.0, 5.0)


def test_texts_lie_beside_each_other(tmp_path: Path) -> None:
    write_texts(tmp_path / "texts-es.md", held_meeting(), SCRIPT, "es")

    assert (tmp_path / "texts-es.md").read_text(encoding="utf-8") == (
        "| speaker | heard | es |\n"
        "|---|---|---|\n"
        "| ann | Good morning. | Buenos días. |\n"
        "| ann | We opened stations. | Abrimos estaciones. |\n"
        "| ann | Thank you. | Gracias. |\n"
        "\n"
        "ann, translated by a person: Buenos días. Abrimos cuatro estaciones. Gracias.\n"
    )


def test_a_recording_is_written_at_the_rate_of_hearing(tmp_path: Path) -> None:
    write_wav(tmp_path / "heard.wav", np.array([1, -2, 3], np.int16))

    with wave.open(str(tmp_path / "heard.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (16_000, 1, 2)
        assert np.frombuffer(file.readframes(9), np.int16).tolist() == [1, -2, 3]
