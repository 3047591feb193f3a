"""The figures of one recording as tables and plots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.plot import bars
from bench.result import markdown, number, percent, seconds

_WAYS = {"streamed": "streamed", "offline": "offline, beam 5", "plain": "plain loop"}
_COLUMNS = (
    "", "words wrong", "cores", "newest word shown p50 / p95, s", "word committed p50 / p95, s",
    "shown words changed", "passes",
)  # fmt: skip


def text(found: Mapping[str, Any]) -> str:
    """Markdown."""
    recording = found["recording"]
    head = (
        f"# Hearing: {recording['name']} ({recording['seconds']:.0f} s, {recording['words']} words, "
        f"{recording['language']}), {found['engine']} {found['model']}, pace of {_PACES[found['pace']]}\n"
    )
    rows = [_row(title, found[name]) for name, title in _WAYS.items() if name in found]
    parts = [head, markdown("What was heard, and when", _COLUMNS, rows)]
    if ratios := found.get("ratios"):
        ratio_rows = [(name.replace("_", " "), number(value)) for name, value in ratios.items()]
        parts.append(markdown("Streamed by plain loop", ("", "ratio"), ratio_rows))
    if classes := found.get("by_pause"):
        parts.append(_by_pause(classes))
    streamed = found["streamed"]
    if streamed["dropped_frames"] or streamed["not_heard_s"]:
        parts.append(f"{streamed['dropped_frames']} frames dropped, {streamed['not_heard_s']} s not heard\n")
    parts.append(f"heard: {streamed['text']}")
    return "\n".join(parts)


def _row(title: str, each: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        title,
        percent(each["wrong"]),
        number(each["cores"]),
        seconds(each.get("newest_word_shown_s")),
        seconds(each.get("word_committed_s")),
        percent(each.get("shown_words_changed")),
        str(each.get("passes", "–")),
    )


def _by_pause(classes: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (each["pause"], str(each["words"]), str(each["streamed_wrong"]), str(each["offline_wrong"]))
        for each in classes
    ]
    columns = ("pause", "words", "streamed wrong", "offline wrong")
    return markdown("Words by the pause before them", columns, rows)


def plots(found: Mapping[str, Any]) -> dict[str, str]:
    """Delays side by side."""
    delays = {}
    for name, key, title in (
        ("streamed", "newest_word_shown_s", "shown"),
        ("streamed", "word_committed_s", "committed"),
        ("plain", "word_committed_s", "plain, committed"),
    ):
        if spread := found.get(name, {}).get(key):
            delays[f"{title}, median"] = spread["median"]
            delays[f"{title}, p95"] = spread["p95"]
    return {"delays": bars("After the end of the word", "s", delays)}


_PACES = {"real": "real time", "sound": "the sound"}
