"""What streaming costs in words, over the corpus: for each recording, on average and at worst."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench import hearing
from bench.hearing import LoadedRecognizers, Measurements
from bench.machine import describe
from bench.pacing import Pacing
from bench.plot import bars
from bench.recording import LabelledRecording
from bench.result import markdown, number, percent, seconds
from config.settings import Settings
from pipeline.text.languages import base


async def measure(
    recordings: Sequence[LabelledRecording],
    loaded: LoadedRecognizers,
    settings: Settings,
    *,
    pace: Pacing,
    beside_plain: bool,
    say: Callable[[str], None],
) -> Measurements:
    """Measures one recording after the other; those in languages that the recogniser does not know are named."""
    known = frozenset(base(language) for language in loaded.recognizer.info.languages)
    measured: list[Measurements] = []
    passed_over = []
    for recording in recordings:
        if not {base(language) for language in recording.languages} <= known:
            passed_over.append(recording.name)
            continue
        found = await hearing.measure(recording, loaded, settings, pace=pace, beside_plain=beside_plain)
        measured.append({key: value for key, value in found.items() if key not in _COMMON})
        say(_line(found))
    return {
        "kind": "corpus",
        "model": loaded.name,
        "engine": loaded.recognizer.info.name,
        "pace": str(pace),
        "machine": describe(),
        "passed_over": passed_over,
        "recordings": measured,
        "summary": summary(measured),
    }


_COMMON = frozenset({"kind", "model", "engine", "pace", "machine", "settings", "whole_look_threads"})


def summary(measured: Sequence[Measurements]) -> Measurements:
    """Means weighted by nothing but the recording, and over all words; the worst recording with its name."""
    points = {
        each["recording"]["name"]: each["points_streamed_minus_offline"]
        for each in measured
        if "points_streamed_minus_offline" in each
    }
    if not measured:
        return {}
    words = sum(each["recording"]["words"] for each in measured)
    length_s = sum(each["recording"]["seconds"] for each in measured)

    def over_words(which: str) -> float | None:
        if any(which not in each for each in measured):
            return None
        wrong = sum(_errors(each[which]) for each in measured)
        return round(wrong / max(1, int(words)), 4)

    worst = max(points, key=lambda name: points[name], default="")
    processor_s = sum(each["streamed"]["cores"] * each["recording"]["seconds"] for each in measured)
    return {
        "seconds": round(length_s, 1),
        "words": words,
        "wrong_streamed": over_words("streamed"),
        "wrong_offline": over_words("offline"),
        "mean_points": round(sum(points.values()) / len(points), 2) if points else None,
        "worst_points": points.get(worst),
        "worst": worst,
        "cores": round(processor_s / length_s, 3),
    }


def text(found: Mapping[str, Any]) -> str:
    """Markdown."""
    rows = [
        (
            each["recording"]["name"],
            f"{each['recording']['seconds']:.0f}",
            str(each["recording"]["words"]),
            percent(each["streamed"]["wrong"]),
            percent(each["offline"]["wrong"]) if "offline" in each else "–",
            number(each.get("points_streamed_minus_offline"), 1),
            number(each["streamed"]["cores"]),
            seconds(each["streamed"]["word_committed_s"]),
            percent(each["streamed"]["shown_words_changed"]),
        )
        for each in found["recordings"]
    ]
    columns = (
        "recording", "s", "words", "streamed", "offline", "points", "cores", "committed p50 / p95, s", "changed",
    )  # fmt: skip
    parts = [markdown(f"Corpus, {found['engine']} {found['model']}, pace {found['pace']}", columns, rows)]
    if total := found["summary"]:
        parts.append(
            f"{total['seconds'] / 60:.1f} min, {total['words']} words: streamed {percent(total['wrong_streamed'])}, "
            f"offline {percent(total['wrong_offline'])}; streamed minus offline, mean over the recordings "
            f"{number(total['mean_points'])} points, worst {number(total['worst_points'])} ({total['worst']})\n"
        )
    for key, title in (
        ("passed_over", "not in the recogniser's languages"),
        ("missing", "voices that are missing"),
    ):
        if found.get(key):
            parts.append(f"{title}: {'; '.join(found[key])}\n")
    return "\n".join(parts)


def plots(found: Mapping[str, Any]) -> dict[str, str]:
    """Points lost for each recording."""
    points = {
        each["recording"]["name"]: each["points_streamed_minus_offline"]
        for each in found["recordings"]
        if "points_streamed_minus_offline" in each
    }
    return {"points": bars("Words wrong, streamed minus offline", "points", points)}


def _errors(side: Mapping[str, Any]) -> int:
    return int(side["substituted"] + side["deleted"] + side["inserted"])


def _line(found: Measurements) -> str:
    offline = percent(found["offline"]["wrong"]) if "offline" in found else "–"
    return (
        f"{found['recording']['name']:32} streamed {percent(found['streamed']['wrong'])}, offline {offline}, "
        f"{found['streamed']['cores']:.2f} cores"
    )
