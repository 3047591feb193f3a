"""The figures of a meeting on the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from demo.load import Use
from demo.report import Figures, LanguageFigures
from demo.terminal import table
from demo.verdict import Finding, answered


def show(
    console: Console, figures: Figures, findings: list[Finding], use: Mapping[str, Use], directory: Path
) -> None:
    """Prints the tables, the answers, and where the rest of the report lies."""
    console.print(_processing(figures))
    console.print(_spans(figures.languages))
    console.print(_covered(figures.languages))
    parts = [(name, f"{each.cores:.2f}", f"{each.memory_mib:.0f}") for name, each in sorted(use.items())]
    console.print(table("Use", ("part", "cores", "MiB"), parts))
    wrong = ", ".join(f"{speaker} {share:.1%}" for speaker, share in figures.wrong.items())
    console.print(f"words wrong: {wrong or 'not known'}; shown words later changed: {figures.retraction:.1%}")
    for finding in findings:
        colour = "red" if finding.fails else "green" if finding.holds else "yellow"
        mark = f"[{colour}]{answered(finding.holds):3}[/{colour}]"
        console.print(f"{mark} {finding.question}: {finding.detail}", highlight=False)
    console.print(f"recordings, captions and report.json: {directory}", highlight=False, soft_wrap=True)


def _processing(figures: Figures) -> Table:
    """Latencies in milliseconds, a row for each step of the way."""
    latencies = {f"interim caption, {language}": values for language, values in figures.interim.items()}
    latencies |= {"word shown as it stays": figures.shown, "word committed": figures.committed}
    for language, values in figures.languages.items():
        latencies |= {
            f"translation, {language}": values.translated,
            f"first audio, {language}": values.first_audio,
            f"first audio with its wait, {language}": values.first_audio_with_wait,
        }
    rows = [
        (name, str(it.count), *(f"{each_s * 1000:.0f}" for each_s in (it.median_s, it.p95_s, it.longest_s)))
        for name, it in latencies.items()
    ]
    columns = ("processing, ms", "count", "median", "p95", "longest")
    return table("Processing clock: from the sound or the commit", columns, rows)


def _spans(languages: Mapping[str, LanguageFigures]) -> Table:
    """How far behind the speaker each language's listeners are."""
    rows = [
        (
            language,
            f"{values.onset.median_s:.1f} / {values.onset.p95_s:.1f}",
            f"{values.end.median_s:.1f} / {values.end.p95_s:.1f}",
            f"{values.lag_start_s:.1f} → {values.lag_end_s:.1f}",
            f"{values.lag.slope * 60:+.2f}",
            f"{values.fastest:.2f}",
        )
        for language, values in languages.items()
    ]
    columns = (
        "ear-voice span, s",
        "onset p50 / p95",
        "end p50 / p95",
        "lag start → end",
        "drift per min",
        "speed up to",
    )
    return table("Listener's clock: source to translation", columns, rows)


def _covered(languages: Mapping[str, LanguageFigures]) -> Table:
    """What part of the talk reached each language's listeners."""
    rows = [
        (
            language,
            str(values.coverage.words),
            "–" if values.coverage.heard_share is None else f"{values.coverage.heard_share:.1%}",
            f"{values.coverage.translated_share:.1%}",
            f"{values.coverage.spoken_share:.1%}",
            f"{values.not_spoken} of {values.clauses}",
            ", ".join(f"{speaker} {score:.0f}" for speaker, score in values.chrf.items()) or "–",
        )
        for language, values in languages.items()
    ]
    columns = ("of what was said", "words", "heard", "translated", "spoken", "clauses not spoken", "chrF")
    return table("Coverage", columns, rows)
