"""A sweep's results: the file that keeps them, what they come to, and their plots."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bench.plot import lines
from bench.result import markdown, percent
from bench.rooms.sweep import Axis, PointResult, axes, borne, count_of, gave, key

CLIENTS: Final = "clients"
_OURS: Final = ("livekit", "speech", "auth", "worker")
_SAME: Final = ("profile", "engines")
"""What must be equal in all points of a file, beside the machine's processor and cores."""


class OtherCircumstances(ValueError):
    """A file holds results of other engines or of another machine."""


def read(path: Path, about: PointResult) -> dict[str, PointResult]:
    """The points of a file; none where there is no file. Raises OtherCircumstances, OSError, ValueError."""
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or found.get("kind") != "sweep":
        raise ValueError(f"{path} does not hold a sweep")
    if _circumstances(found) != _circumstances(about):
        raise OtherCircumstances(
            f"{path} was measured with other engines or on another machine: name another file, or remove it"
        )
    points: dict[str, PointResult] = found["points"]
    return points


def kept(about: PointResult, known: Mapping[str, PointResult], *, complete: bool) -> dict[str, Any]:
    """As it is written."""
    return {"kind": "sweep", **about, "complete": complete, "points": dict(known)}


def slim(point: Mapping[str, Any]) -> dict[str, Any]:
    """A point without the lag of each clause: hundreds of numbers that its slope sums up."""
    languages = {
        language: {name: value for name, value in each.items() if name != "lag"}
        for language, each in point["languages"].items()
    }
    return {**point, "languages": languages}


def text(axes: Sequence[Axis], known: Mapping[str, PointResult]) -> str:
    """A table for each axis, and how far it was borne, as Markdown."""
    return "\n".join(_axis(axis, known) for axis in axes if _measured(axis, known))


def summary(axes: Sequence[Axis], known: Mapping[str, PointResult]) -> list[tuple[str, int, str]]:
    """For each axis its unit, how many were borne, and what gave first (empty: nothing did)."""
    return [
        (axis.unit, borne(axis, known), "; ".join(gave(axis, known)))
        for axis in axes
        if _measured(axis, known)
    ]


def plots(axes: Sequence[Axis], known: Mapping[str, PointResult]) -> dict[str, str]:
    """Each figure by how much there is of what an axis is about, a line for each axis."""
    drawn: dict[str, tuple[str, str, Callable[[PointResult], float]]] = {
        "captions": ("caption_latency, 95 %", "ms", lambda it: it["caption_latency_s"]["p95"] * 1000),
        "ttft": ("translation_ttft, 95 %", "ms", lambda it: it["translation_ttft_s"]["p95"] * 1000),
        "spoken": ("Words spoken, in the language with the fewest", "%", lambda it: 100 * least_spoken(it)),
        "cores": ("The stack, without its clients", "cores", cores),
        "room": ("The busiest room's process", "cores", room_cores),
    }
    return {
        name: lines(title, "how many", up, _series(axes, known, value))
        for name, (title, up, value) in drawn.items()
    }


def cores(point: PointResult) -> float:
    """Of all parts of the stack together."""
    return sum(float(use["cores"]) for part, use in point["use"].items() if part in _OURS)


def room_cores(point: PointResult) -> float:
    """Of the room's process that took most."""
    return max(
        (float(use["cores"]) for part, use in point["use"].items() if part.startswith("room process")),
        default=0.0,
    )


def least_spoken(point: PointResult) -> float:
    """Share of the words that were spoken in the language in which it was least; 0 where nothing was held."""
    return min((float(each["spoken"]) for each in point["languages"].values()), default=0.0)


def _axis(axis: Axis, known: Mapping[str, PointResult]) -> str:
    rows = [
        _row(str(count_of(axis.name, shape)), known[key(shape)])
        for shape in axis.points
        if key(shape) in known
    ]
    columns = (
        axis.unit, "caption_latency p50 / p95, ms", "translation_ttft p50 / p95, ms", "words changed", "heard",
        "spoken", "ear-voice span p50, s", "cores", "room process", "clients", "keeps up",
    )  # fmt: skip
    told = "; ".join(gave(axis, known))
    end = f"Keeps up with {borne(axis, known)}" + (
        f"; then no longer: {told}." if told else ", as far as measured."
    )
    return f"{markdown(axis.unit.capitalize(), columns, rows)}\n{end}\n"


def _row(count: str, point: PointResult) -> tuple[str, ...]:
    words = point["words"]
    spans = [each["ear_voice_s"]["median"] for each in point["languages"].values()]
    return (
        count,
        _latency(point["caption_latency_s"]),
        _latency(point["translation_ttft_s"]),
        percent(point["word_retraction_rate"]),
        percent(words["heard"] / words["words"] if words["words"] else None),
        percent(least_spoken(point)),
        f"{max(spans, default=0.0):.1f}",
        f"{cores(point):.2f}",
        f"{room_cores(point):.2f}",
        f"{point['use'].get(CLIENTS, {'cores': 0.0})['cores']:.2f}",
        "yes" if point["keeps_up"] else "no",
    )


def _latency(values: Mapping[str, float]) -> str:
    if not values["count"]:
        return "–"
    return f"{values['median'] * 1000:.0f} / {values['p95'] * 1000:.0f}"


def _series(
    axes: Sequence[Axis], known: Mapping[str, PointResult], value: Callable[[PointResult], float]
) -> dict[str, list[tuple[float, float]]]:
    found = {
        axis.unit: [
            (float(count_of(axis.name, shape)), value(known[key(shape)]))
            for shape in axis.points
            if key(shape) in known
        ]
        for axis in axes
    }
    return {name: points for name, points in found.items() if points}


def _measured(axis: Axis, known: Mapping[str, PointResult]) -> bool:
    return any(key(shape) in known for shape in axis.points)


def _circumstances(found: PointResult) -> list[Any]:
    machine = found["machine"]
    return [*(found[name] for name in _SAME), machine["processor"], machine["cores"]]


def axes_of(known: Mapping[str, PointResult]) -> list[Axis]:
    """The axes along which a file's points were measured; none where it has no points."""
    shapes = [each["shape"] for each in known.values()]
    if not shapes:
        return []
    languages = max((shape["languages"] for shape in shapes), key=len)
    return axes(languages, shapes[0]["seconds"])
